//! Filled tables on their way to files.

use imputome::Completed;
use imputome_core::{Dataset, Mask};
use imputome_io::{Layout, Target};
use ndarray::{Array2, Axis, concatenate};

use crate::failure::Result;
use crate::plan::ImputePlan;
use crate::reading::{Table, names_with};

/// Where a filled table and its spread go, checked before any work is done.
#[derive(Debug)]
pub(crate) struct Outputs {
    filled: Target,
    layout: Layout,
    spread: Option<(Target, Layout)>,
}

impl Outputs {
    /// The outputs of a plan. Refused when an ending is not known.
    pub(crate) fn of(plan: &ImputePlan, table: &Table) -> Result<Self> {
        let (filled, layout) = output(&plan.output, table)?;
        let spread = plan.spread.as_ref().map(|file| output(file, table));
        Ok(Self {
            filled,
            layout,
            spread: spread.transpose()?,
        })
    }

    /// What is lost when the table is written anew, if anything.
    pub(crate) fn rounding(&self, plan: &ImputePlan, table: &Table) -> Option<String> {
        table.rounding().filter(|_| !self.keeps_text(plan, table))
    }

    /// Writes the completed tables of a plan, one file each.
    pub(crate) fn write_draws(
        &self,
        plan: &ImputePlan,
        table: &Table,
        drawn: &[Completed],
    ) -> Result<()> {
        for (file, done) in files_of_draws(plan).iter().zip(drawn) {
            let (filled, layout) = output(file, table)?;
            let outputs = Self {
                filled,
                layout,
                spread: None,
            };
            outputs.write(plan, table, done)?;
        }
        Ok(())
    }

    /// True when the output is the input's text with its gaps filled.
    fn keeps_text(&self, plan: &ImputePlan, table: &Table) -> bool {
        table.as_in_file && !plan.add_genes && self.layout == table.facts.layout
    }

    /// Writes the filled table, and the spread where asked for.
    pub(crate) fn write(&self, plan: &ImputePlan, table: &Table, done: &Completed) -> Result<()> {
        if self.keeps_text(plan, table) {
            let estimate = |s: usize, g: usize| Some(done.values[(s, g)]).filter(|v| v.is_finite());
            imputome_io::fill_table(&table.source, &self.filled, &table.facts, &estimate)?;
        } else if plan.add_genes {
            let data = with_added_genes(&table.data, done)?;
            imputome_io::write_table(&self.filled, &data, &self.layout)?;
        } else {
            let data = holding(&table.data, done.values.clone());
            imputome_io::write_table(&self.filled, &data, &self.layout)?;
        }
        if let (Some((target, layout)), Some(spread)) = (&self.spread, &done.spread) {
            let known = ndarray::Zip::from(spread)
                .and(&done.values)
                .map_collect(|&s, &v| if v.is_finite() { s } else { f32::NAN });
            imputome_io::write_table(target, &holding(&table.data, known), layout)?;
        }
        Ok(())
    }
}

/// Files of the completed tables that a plan asks for: `NAME.draw1.tsv` beside `NAME.tsv`.
pub(crate) fn files_of_draws(plan: &ImputePlan) -> Vec<String> {
    let (folder, name) = match plan.output.rfind('/') {
        Some(slash) => plan.output.split_at(slash + 1),
        None => ("", plan.output.as_str()),
    };
    // Of `cohort.v2.tsv.gz` the endings are `.tsv.gz`: the last one or two.
    let parts: Vec<&str> = name.rsplitn(3, '.').collect();
    let compressed = ["gz", "zst"].contains(&parts[0]) && parts.len() > 2;
    let endings = if compressed { 2 } else { 1 };
    let ending: usize = parts.iter().take(endings).map(|part| part.len() + 1).sum();
    let (stem, ending) = name.split_at(name.len().saturating_sub(ending));
    (1..=plan.draws.unwrap_or(0))
        .map(|draw| format!("{folder}{stem}.draw{draw}{ending}"))
        .collect()
}

/// A table of the same samples and genes that holds `values`; what is not finite is a gap.
pub(crate) fn holding(data: &Dataset, values: Array2<f32>) -> Dataset {
    Dataset {
        measured: Mask(values.mapv(f32::is_finite)),
        values,
        samples: data.samples.clone(),
        genes: data.genes.clone(),
        covariates: data.covariates.clone(),
        groups: data.groups.clone(),
        scale: data.scale,
        companions: Vec::new(),
    }
}

fn output(file: &str, table: &Table) -> Result<(Target, Layout)> {
    let target = Target::from_argument(file);
    let layout = table.facts.layout.for_target(&target)?;
    Ok((target, layout))
}

fn with_added_genes(data: &Dataset, done: &Completed) -> Result<Dataset> {
    let values = concatenate(Axis(1), &[done.values.view(), done.added.values.view()])
        .expect("both tables have a row per sample");
    let wider = Dataset {
        genes: names_with(&data.genes, &done.added.genes)?,
        ..data.clone()
    };
    Ok(holding(&wider, values))
}

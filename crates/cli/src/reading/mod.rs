//! Tables as a plan asks for them.

mod options;

use imputome::{Method, Normalization};
use imputome_core::{Dataset, Names, Run, Scale};
use imputome_io::{Orientation, ReadFacts, ReadOptions, Rows, Source};

pub(crate) use options::options;

use crate::failure::{Failure, Result};
use crate::gene_list::{GeneList, Synonyms, TableGenes};
use crate::plan::{ReadingPlan, SamplesPlan, ScaleRule, Zeros};
use crate::terminal::Terminal;

/// Share of zeros from which on the user is told that they count as values. Ours: bulk tables
/// have fewer, tables with dropouts more.
const MANY_ZEROS: f64 = 0.3;

/// Names shown before the rest is only counted.
const NAMES_SHOWN: usize = 5;

/// A table as read, and what was decided on the way.
#[derive(Debug)]
pub(crate) struct Table {
    /// Where it came from; can be read again.
    pub(crate) source: Source,
    /// The table.
    pub(crate) data: Dataset,
    /// What was found in the file.
    pub(crate) facts: ReadFacts,
    /// What the user should know, and has been told.
    pub(crate) remarks: Vec<String>,
    /// True while gaps and genes are those of the file.
    pub(crate) as_in_file: bool,
}

/// Everything that says how a table is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// The file, or `-`.
    pub(crate) input: &'a str,
    /// How it stands in the file.
    pub(crate) reading: &'a ReadingPlan,
    /// What is known of its samples.
    pub(crate) samples: &'a SamplesPlan,
}

impl<'a> Asked<'a> {
    /// The table of a plan.
    pub(crate) fn new(input: &'a str, reading: &'a ReadingPlan, samples: &'a SamplesPlan) -> Self {
        Self {
            input,
            reading,
            samples,
        }
    }
}

/// Reads a table and tells what was decided.
pub(crate) fn read(asked: Asked, run: &Run, terminal: &Terminal) -> Result<Table> {
    read_with(asked, options(asked)?, run, terminal)
}

/// Reads a table with options already made, and tells what was decided.
pub(crate) fn read_with(
    asked: Asked,
    options: ReadOptions,
    run: &Run,
    terminal: &Terminal,
) -> Result<Table> {
    let source = Source::from_argument(asked.input).rereadable()?;
    read_source(source, asked.reading, options, run, terminal)
}

/// Reads a table from any source and tells what was decided.
pub(crate) fn read_source(
    source: Source,
    reading: &ReadingPlan,
    options: ReadOptions,
    run: &Run,
    terminal: &Terminal,
) -> Result<Table> {
    run.proceed()?;
    let read =
        run.on_threads(|| imputome_io::read_table(&source, &options).map_err(Failure::from))?;
    run.proceed()?;
    let mut table = Table {
        source,
        data: read.dataset,
        remarks: read.facts.warnings.clone(),
        as_in_file: read.facts.appended == 0,
        facts: read.facts,
    };
    terminal.note_all(&table.facts.notes);
    terminal.note_all(&table.keep_genes(reading)?);
    table.settle_zeros(reading.zeros);
    for remark in &table.remarks {
        terminal.say(format!("warning: {remark}"));
    }
    Ok(table)
}

impl Table {
    /// The reading that repeats what was decided.
    pub(crate) fn decided(&self, reading: &ReadingPlan) -> ReadingPlan {
        ReadingPlan {
            rows: match self.facts.layout.rows {
                Orientation::Samples => Rows::Samples,
                Orientation::Genes => Rows::Genes,
            },
            scale: ScaleRule::stating(self.data.scale),
            ..reading.clone()
        }
    }

    /// What is lost when the table is written anew and not copied with its gaps filled.
    pub(crate) fn rounding(&self) -> Option<String> {
        (self.facts.long_values > 0).then(|| {
            format!(
                "{} values have more digits than single precision holds and are written as the nearest such numbers; an output of the same form as the input keeps every digit",
                self.facts.long_values
            )
        })
    }

    /// Tells when the table looks like counts of single cells, for which there are files and commands.
    pub(crate) fn tell_of_cells(&mut self, terminal: &Terminal) {
        if !imputome_io::looks_like_cells(&self.data) {
            return;
        }
        let remark = format!(
            "the table looks like counts of single cells, whose zeros are filled and judged in files of cells: imputome convert {} CELLS.h5ad",
            self.facts.name
        );
        terminal.say(format!("warning: {remark}"));
        self.remarks.push(remark);
    }

    /// Refuses a single sample where there must be something to learn from.
    pub(crate) fn expect_several_samples(&self) -> Result<()> {
        if self.data.n_samples() > 1 {
            return Ok(());
        }
        Err(Failure::input(format!(
            "{}: a single sample, from which nothing can be learned",
            self.facts.name
        ))
        .hint("fill it from a model of a larger cohort: imputome impute INPUT -o OUTPUT --model MODEL; if its lines are samples and not genes, say --rows samples"))
    }

    /// Keeps the genes that a file lists, in the order of the table.
    fn keep_genes(&mut self, reading: &ReadingPlan) -> Result<Option<String>> {
        let synonyms = reading.synonyms.as_deref();
        let Some(file) = reading.genes.as_deref() else {
            return match synonyms {
                None => Ok(None),
                Some(_) => Err(Failure::usage(
                    "--synonyms would have no effect: it says how the genes of --genes are found",
                )),
            };
        };
        let synonyms = synonyms.map(Synonyms::read).transpose()?;
        let genes = TableGenes {
            names: &self.data.genes,
            descriptions: self.facts.layout.descriptions(),
        };
        let list = GeneList::read(file, &genes, synonyms.as_ref())?;
        if list.kept.is_empty() {
            return Err(Failure::input(format!(
                "{file}: none of its {} genes is in {} (listed: {}; table: {})",
                list.length,
                self.facts.name,
                shown(list.missing.iter().map(String::as_str)),
                shown(self.data.genes.iter()),
            ))
            .hint("list genes one a line, named as in the table, or give their other names with --synonyms"));
        }
        self.remarks.extend(list.remarks(file));
        self.data = self.data.select_genes(&list.kept);
        self.as_in_file = false;
        if self.data.measured.count() == 0 {
            return Err(Failure::input(format!(
                "{}: nothing is measured in the {} genes kept",
                self.facts.name,
                list.kept.len()
            )));
        }
        Ok(Some(list.count(file)))
    }

    /// Makes zeros gaps where asked for, and tells when many count as values.
    fn settle_zeros(&mut self, zeros: Zeros) {
        let is_zero = |(value, measured): (&f32, &bool)| *measured && *value == 0.0;
        let pairs = || self.data.values.iter().zip(&self.data.measured.0);
        let n_zeros = pairs().filter(|&pair| is_zero(pair)).count();
        let measured = self.data.measured.count();
        match zeros {
            Zeros::Values => {}
            Zeros::Auto if (n_zeros as f64) < MANY_ZEROS * measured as f64 => {}
            Zeros::Auto => self.remarks.push(format!(
                "{:.0} % of the measured values are zero and are kept as values; if they mean not measured, say --zeros gaps, else --zeros values",
                100.0 * n_zeros as f64 / measured as f64
            )),
            Zeros::Gaps if n_zeros == 0 => {}
            Zeros::Gaps => {
                ndarray::Zip::from(&mut self.data.values)
                    .and(&mut self.data.measured.0)
                    .for_each(|value, measured| {
                        if *measured && *value == 0.0 {
                            *measured = false;
                            *value = f32::NAN;
                        }
                    });
                self.as_in_file = false;
                self.remarks
                    .push(format!("{n_zeros} zeros are taken as gaps, as asked for"));
            }
        }
    }
}

/// Refuses a companion that a method would not look at, and the lack of one that it needs.
pub(crate) fn expect_companion(method: &Method, samples: &SamplesPlan) -> Result<()> {
    if samples.companions.is_empty() && method.needs_companion() {
        return Err(Failure::usage(format!(
            "{} learns from another assay of the same samples: name its table with --companion",
            method.name()
        )));
    }
    if !samples.companions.is_empty() && !method.uses_companions() {
        let all = Method::all();
        let able = all.iter().filter(|method| method.uses_companions());
        let names: Vec<&str> = able.map(Method::name).collect();
        return Err(Failure::usage(format!(
            "--companion would have no effect: {} learns from expression alone",
            method.name()
        ))
        .hint(format!("methods that use it: {}", names.join(", "))));
    }
    Ok(())
}

/// Refuses a table on a scale that a method does not take, normalized as it will be.
pub(crate) fn expect_scale(
    method: &Method,
    normalization: &Normalization,
    data: &Dataset,
) -> Result<()> {
    let card = method.imputer().card();
    let scale = normalization.scale(data.scale);
    if scale == Scale::Unknown || card.scales.contains(&scale) {
        return Ok(());
    }
    let known: Vec<&str> = card
        .scales
        .iter()
        .filter(|scale| **scale != Scale::Unknown)
        .map(|scale| scale.name())
        .collect();
    let hint = match data.scale {
        Scale::Counts | Scale::Tpm if card.scales.contains(&Scale::Log) => format!(
            "learn from logarithms with --normalize log1p, or take them first: imputome convert INPUT LOG.tsv --transform log2p1; or say --scale log if the values were mistaken for {}",
            data.scale
        ),
        _ => "say --scale if the values were recognized wrongly, or choose another method".into(),
    };
    Err(Failure::policy(format!(
        "{} takes {} values, and the table holds {} values",
        card.name,
        known.join(" or "),
        data.scale
    ))
    .hint(hint))
}

/// The first few names, and how many more there are.
pub(crate) fn shown<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    shown_up_to(NAMES_SHOWN, names)
}

/// The first names, `most` at most, and how many more there are.
pub(crate) fn shown_up_to<'a>(
    most: usize,
    names: impl ExactSizeIterator<Item = &'a str>,
) -> String {
    let more = names.len().saturating_sub(most);
    let first: Vec<&str> = names.take(most).collect();
    let ellipsis = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{ellipsis}", first.join(", "))
}

/// What the values are, in a few words.
pub(crate) fn scale_in_words(scale: Scale) -> &'static str {
    match scale {
        Scale::Unknown => "unknown scale",
        Scale::Counts => "counts",
        Scale::Tpm => "linear abundance (tpm)",
        Scale::Log => "logarithms",
        Scale::Standardized => "standardized values",
    }
}

/// Genes of a table and new ones after them.
pub(crate) fn names_with(names: &Names, added: &[String]) -> Result<Names> {
    let all = names.iter().map(String::from).chain(added.iter().cloned());
    Ok(Names::new("gene", all.collect())?)
}

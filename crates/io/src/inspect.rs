//! What is in a table, and what to do with it.

use std::collections::HashMap;

use imputome_core::{Companion, Covariate, CovariateValues, Dataset, Scale};
use serde::{Deserialize, Serialize};

use crate::scale::guess_scale;
use crate::{Orientation, ReadFacts};

mod advice;

pub use advice::FEW_PAIRS;
mod values;

use values::{
    SampleSeen, at_floor, commonest, floor_of, idle_genes, look_at_samples, measured_of_sample,
    quantiles, sorted_values,
};

/// Names shown of each side; ours, enough to recognize a table.
const NAMES_SHOWN: usize = 3;
/// Share of genes below which a sample is named: half of its genes.
const HALF: f64 = 0.5;

/// What is in a table. Shares are of all entries unless another base is named; ranges and
/// quantiles are over measured entries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// The file as the user named it.
    pub name: String,
    /// Number of samples.
    pub samples: usize,
    /// Number of genes.
    pub genes: usize,
    /// What the lines of the file are.
    pub rows: Orientation,
    /// The first few sample names.
    pub first_samples: Vec<String>,
    /// The first few gene names.
    pub first_genes: Vec<String>,
    /// Least, 1 %, 25 %, 50 %, 75 %, 99 % and greatest value; nothing when nothing is measured.
    /// Of tables of more than four million entries the quantiles are of an even part.
    pub quantiles: Option<[f32; 7]>,
    /// The scale of the table: as asked for, else as guessed.
    pub scale: Scale,
    /// What the values suggest, and why.
    pub scale_reason: String,
    /// Share of entries that are gaps.
    pub gap_share: f64,
    /// Share of measured entries that are exactly zero.
    pub zero_share: f64,
    /// The most common value and its share of measured entries.
    pub commonest: Option<(f32, f64)>,
    /// The detection floor: the least value, when at least 1 % of measured entries have it.
    pub floor: Option<f32>,
    /// Genes with one and the same value wherever measured.
    pub constant_genes: Vec<String>,
    /// Genes never measured.
    pub never_measured_genes: Vec<String>,
    /// Samples in which less than half of the genes are measured: name and measured share.
    pub little_measured_samples: Vec<(String, f64)>,
    /// Samples at the detection floor in more than half of their measured genes: name and share.
    pub samples_at_floor: Vec<(String, f64)>,
    /// True for what looks like counts of single cells ([`looks_like_cells`]).
    #[serde(default)]
    pub of_cells: bool,
    /// Samples in which no gene is measured.
    #[serde(default)]
    pub without_expression: Vec<String>,
    /// Other assays of the samples.
    #[serde(default)]
    pub companions: Vec<CompanionFact>,
    /// Covariates in the order of the table.
    pub covariates: Vec<CovariateFact>,
    /// Number of groups (donors), when there are any.
    pub groups: Option<usize>,
    /// The largest number of samples in one group, when there are any.
    pub largest_group: Option<usize>,
    /// What was decided while reading.
    pub notes: Vec<String>,
    /// What the user should look at.
    pub warnings: Vec<String>,
    /// What to do with it, one sentence each.
    pub advice: Vec<String>,
}

/// One covariate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CovariateFact {
    /// Its name.
    pub name: String,
    /// Its levels with the number of samples in each, most common first; empty when numeric.
    pub levels: Vec<(String, usize)>,
    /// Least, median and greatest value; nothing when categorical or never known.
    pub range: Option<[f64; 3]>,
    /// Samples for which it is not known.
    pub unknown: usize,
}

/// What is in a companion assay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanionFact {
    /// What it is.
    pub name: String,
    /// Number of features.
    pub features: usize,
    /// Samples in which it was measured.
    pub samples: usize,
    /// Samples that have both it and expression.
    pub with_expression: usize,
    /// Gaps in the samples in which it was measured.
    pub gaps: usize,
}

/// True for a table that looks like counts of single cells: whole numbers, no gaps, and more than
/// six entries of ten zero. The share is ours: of whole tissues with every gene that is annotated,
/// some half of the counts are zero; of cells, four of five or more.
pub fn looks_like_cells(dataset: &Dataset) -> bool {
    let entries = dataset.n_samples() * dataset.n_genes();
    let zeros = || dataset.values.iter().filter(|value| **value == 0.0).count();
    dataset.scale == Scale::Counts
        && dataset.measured.count() == entries
        && 10 * zeros() > 6 * entries
}

/// Looks at every entry of a table, on the current threads.
pub fn inspect(dataset: &Dataset, facts: &ReadFacts) -> Inspection {
    let entries = (dataset.n_samples() * dataset.n_genes()) as f64;
    let by_sample = look_at_samples(dataset);
    let measured: usize = by_sample.iter().map(|s| s.measured).sum();
    let zeros: usize = by_sample.iter().map(|s| s.zeros).sum();
    let sorted = sorted_values(dataset);
    let floor = floor_of(&by_sample, measured);
    let (constant_genes, never_measured_genes) = idle_genes(dataset);
    let group_sizes = group_sizes(dataset);
    let (guessed, why) = guess_scale(dataset);
    let mut inspection = Inspection {
        name: facts.name.clone(),
        samples: dataset.n_samples(),
        genes: dataset.n_genes(),
        rows: facts.layout.rows,
        first_samples: first(dataset.samples.as_slice()),
        first_genes: first(dataset.genes.as_slice()),
        quantiles: quantiles(&sorted, &by_sample),
        scale: dataset.scale,
        scale_reason: format!("{guessed}: {why}"),
        gap_share: (entries - measured as f64) / entries,
        zero_share: zeros as f64 / measured.max(1) as f64,
        commonest: commonest(&sorted),
        floor,
        of_cells: looks_like_cells(dataset),
        constant_genes,
        never_measured_genes,
        little_measured_samples: little_measured(dataset, &by_sample),
        samples_at_floor: floor.map_or_else(Vec::new, |floor| samples_at(dataset, floor)),
        without_expression: (0..dataset.n_samples())
            .filter(|&s| by_sample[s].measured == 0)
            .map(|s| dataset.samples[s].to_string())
            .collect(),
        companions: dataset
            .companions
            .iter()
            .map(|companion| companion_fact(dataset, companion))
            .collect(),
        covariates: covariate_facts(dataset),
        groups: group_sizes.as_ref().map(HashMap::len),
        largest_group: group_sizes.and_then(|sizes| sizes.into_values().max()),
        notes: facts.notes.clone(),
        warnings: facts.warnings.clone(),
        advice: Vec::new(),
    };
    inspection.advice = advice::of(&inspection);
    inspection
}

fn little_measured(dataset: &Dataset, samples: &[SampleSeen]) -> Vec<(String, f64)> {
    named(dataset, |s| {
        let share = samples[s].measured as f64 / dataset.n_genes() as f64;
        (share < HALF).then_some(share)
    })
}

fn samples_at(dataset: &Dataset, floor: f32) -> Vec<(String, f64)> {
    named(dataset, |s| {
        let (mut there, mut measured) = (0usize, 0usize);
        for value in measured_of_sample(dataset, s) {
            measured += 1;
            there += usize::from(at_floor(value, floor));
        }
        let share = there as f64 / measured.max(1) as f64;
        (share > HALF).then_some(share)
    })
}

fn named(dataset: &Dataset, share: impl Fn(usize) -> Option<f64>) -> Vec<(String, f64)> {
    (0..dataset.n_samples())
        .filter_map(|s| Some((dataset.samples[s].to_string(), share(s)?)))
        .collect()
}

fn companion_fact(dataset: &Dataset, companion: &Companion) -> CompanionFact {
    let present: Vec<usize> = (0..dataset.n_samples())
        .filter(|&s| companion.present(s))
        .collect();
    let gaps = |&s: &usize| companion.measured.row(s).iter().filter(|m| !**m).count();
    CompanionFact {
        name: companion.name.clone(),
        features: companion.n_features(),
        samples: present.len(),
        with_expression: present.iter().filter(|&&s| dataset.expressed(s)).count(),
        gaps: present.iter().map(gaps).sum(),
    }
}

fn covariate_facts(dataset: &Dataset) -> Vec<CovariateFact> {
    let covariates = dataset.covariates.columns();
    covariates.iter().map(covariate_fact).collect()
}

fn covariate_fact(covariate: &Covariate) -> CovariateFact {
    let (levels, range, unknown) = match &covariate.values {
        CovariateValues::Categorical(values) => {
            let mut counts: HashMap<&str, usize> = HashMap::new();
            for level in values.iter().flatten() {
                *counts.entry(level).or_default() += 1;
            }
            let mut levels: Vec<(String, usize)> = counts
                .into_iter()
                .map(|(l, n)| (l.to_string(), n))
                .collect();
            levels.sort_by(|(a, n), (b, m)| m.cmp(n).then(a.cmp(b)));
            (levels, None, values.iter().filter(|v| v.is_none()).count())
        }
        CovariateValues::Numeric(values) => {
            let mut known: Vec<f64> = values.iter().flatten().copied().collect();
            known.sort_by(f64::total_cmp);
            let range = match known.as_slice() {
                [] => None,
                [least, ..] => Some([*least, known[known.len() / 2], known[known.len() - 1]]),
            };
            (Vec::new(), range, values.len() - known.len())
        }
    };
    CovariateFact {
        name: covariate.name.clone(),
        levels,
        range,
        unknown,
    }
}

fn group_sizes(dataset: &Dataset) -> Option<HashMap<&str, usize>> {
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for group in dataset.groups.as_ref()? {
        *sizes.entry(group).or_default() += 1;
    }
    Some(sizes)
}

fn first(names: &[String]) -> Vec<String> {
    names.iter().take(NAMES_SHOWN).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ReadOptions, Source, read_table};

    fn inspected(text: &'static str) -> Inspection {
        let source = Source::Memory {
            name: "table.tsv".into(),
            bytes: text.as_bytes().into(),
        };
        let read = read_table(&source, &ReadOptions::default()).unwrap();
        inspect(&read.dataset, &read.facts)
    }

    #[test]
    fn idle_genes_and_poor_samples_are_named() {
        let found = inspected(
            "sample_id\tflat\tnever\tx\ty\ns1\t1\t\t2\t0\ns2\t1\t\t\t\ns3\t1\tNA\t4.5\t3\n",
        );
        assert_eq!(found.constant_genes, ["flat"]);
        assert_eq!(found.never_measured_genes, ["never"]);
        assert_eq!(found.little_measured_samples, [("s2".to_string(), 0.25)]);
        assert_eq!(found.gap_share, 5.0 / 12.0);
        assert_eq!(found.zero_share, 1.0 / 7.0);
        assert_eq!(found.commonest, Some((1.0, 3.0 / 7.0)));
    }

    #[test]
    fn a_sample_at_the_floor_in_more_than_half_of_its_genes_is_named() {
        let found = inspected(
            "sample_id\ta\tb\tc\ns1\t-9.9658\t2\t3\ns2\t-9.9658\t-9.966\t3\ns3\t4\t5.5\t\n",
        );
        assert_eq!(found.floor, Some(-9.966));
        assert_eq!(found.samples_at_floor, [("s2".to_string(), 2.0 / 3.0)]);
        assert!(
            found
                .advice
                .iter()
                .any(|line| line.contains("detection floor"))
        );
    }
}

//! The same donor's blood in place of another tissue.
//!
//! A gap gets the value of its gene in the whole-blood sample of the same donor, among the
//! samples imputed. Where there is none (no such sample, the gene not measured in it, or the
//! sample is blood itself) it gets the median of its gene in its tissue, as by [`Median`].
//!
//! Source: Viñas et al. 2021, doi:10.3389/fgene.2021.624128, "blood surrogate imputation".
//! Differs from it: any tissue can stand in; blood is never its own surrogate.
//!
//! Cost: one pass over the table.

use std::collections::BTreeMap;

use imputome_core::{
    Dataset, FittedImputer, GeneByGene, Imputation, Imputer, MethodCard, Result, RowsTogether, Run,
    Scale, Setting, Summary, TableShape, Weights, settings,
};
use ndarray::ArrayViewMut1;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::median::{self, FittedMedian, Median, covariate_name, restored_medians};

static CARD: MethodCard = MethodCard {
    name: "blood-surrogate",
    title: "Blood surrogate",
    idea: "Every gap gets the value of its gene in the same donor's whole-blood sample.",
    source: "Vinas et al. 2021, doi:10.3389/fgene.2021.624128 (blood surrogate imputation, a baseline there)",
    differs: "blood is never its own surrogate; any tissue can stand in; tissue medians where a donor has no such sample",
    needs: "donors (the group of each sample) and a categorical covariate (tissue by default); blood samples among the samples imputed",
    cost: "one pass over the table; memory of one row per level",
    inductive: true,
    spread: false,
    scales: &[
        Scale::Unknown,
        Scale::Counts,
        Scale::Tpm,
        Scale::Log,
        Scale::Standardized,
    ],
    presets: &[],
};

/// Settings of the blood surrogate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BloodSurrogate {
    /// Tissue whose sample stands in for the donor's others.
    ///
    /// Taken by its exact name, else by its name in other letter case or with other marks between
    /// words, else the tissue all of whose words are in it (`Blood` for `Whole Blood`).
    pub surrogate: String,
    /// Categorical covariate that names the tissue.
    pub by: String,
}

impl Default for BloodSurrogate {
    fn default() -> Self {
        Self {
            surrogate: "Whole Blood".into(),
            by: "tissue".into(),
        }
    }
}

/// What stands in where there is no surrogate: medians per tissue.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedBloodSurrogate {
    settings: BloodSurrogate,
    medians: FittedMedian,
}

impl Imputer for BloodSurrogate {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        // The estimates, and medians per level.
        let rows = shape.samples + shape.covariate_columns + 2;
        (4 * rows * shape.genes) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        run.proceed()?;
        let mut learning = self.learning();
        learning.medians.add(train, run);
        Ok(Box::new(learning.surrogates()))
    }

    fn gene_by_gene(&self) -> Option<Box<dyn GeneByGene>> {
        Some(Box::new(self.learning()))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(FittedBloodSurrogate {
            settings: weights.fact("settings")?,
            medians: restored_medians(&weights.under("medians"))?,
        }))
    }
}

impl BloodSurrogate {
    fn learning(&self) -> Learning {
        let by = self.by.clone();
        Learning {
            settings: self.clone(),
            medians: Median { by }.learning(),
        }
    }
}

/// Learning of what stands in where there is no surrogate.
struct Learning {
    settings: BloodSurrogate,
    medians: median::Learning,
}

impl Learning {
    fn surrogates(self) -> FittedBloodSurrogate {
        FittedBloodSurrogate {
            settings: self.settings,
            medians: self.medians.medians(),
        }
    }
}

impl GeneByGene for Learning {
    fn learn(&mut self, genes: &Dataset, run: &Run) -> Result<()> {
        self.medians.learn(genes, run)
    }

    fn finish(self: Box<Self>) -> Box<dyn FittedImputer> {
        Box::new(self.surrogates())
    }
}

impl FittedImputer for FittedBloodSurrogate {
    fn rows_together(&self) -> RowsTogether {
        RowsTogether::All
    }

    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        let mut imputation = self.medians.impute(data, run)?;
        let found = Surrogates::of(data, &self.settings);
        let mut counts = Counts::default();
        for (s, row) in imputation.estimates.rows_mut().into_iter().enumerate() {
            match found.for_sample(s) {
                Surrogate::Samples(rows) => counts.add(copy(data, rows, row)),
                Surrogate::Itself => counts.themselves += 1,
                Surrogate::Missing => counts.without += 1,
            }
        }
        let mut remarks = found.remarks;
        remarks.extend(counts.remarks(&self.settings.surrogate));
        imputation.remarks.splice(0..0, remarks);
        Ok(imputation)
    }

    fn weights(&self) -> Weights {
        Weights::new()
            .with_fact("settings", &self.settings)
            .nested("medians", self.medians.weights())
    }

    fn summary(&self) -> Summary {
        self.medians.summary()
    }
}

/// Puts the mean of the surrogate samples where one of them has the gene measured; says in how
/// many genes none has.
fn copy(data: &Dataset, rows: &[usize], mut estimates: ArrayViewMut1<'_, f32>) -> usize {
    let mut unmeasured = 0;
    for (g, estimate) in estimates.iter_mut().enumerate() {
        let values = rows.iter().filter_map(|&row| data.entry(row, g));
        let (sum, n) = values.fold((0.0, 0.0), |(sum, n), v| (sum + f64::from(v), n + 1.0));
        if n > 0.0 {
            *estimate = (sum / n) as f32;
        } else {
            unmeasured += 1;
        }
    }
    unmeasured
}

/// What can stand in for a sample.
enum Surrogate<'a> {
    /// These samples of the same donor; one as a rule.
    Samples(&'a [usize]),
    /// Nothing: it is of the surrogate tissue.
    Itself,
    /// Nothing: its donor has no such sample.
    Missing,
}

/// The surrogate samples of every donor.
struct Surrogates {
    donors: Vec<String>,
    is_surrogate: Vec<bool>,
    by_donor: BTreeMap<String, Vec<usize>>,
    remarks: Vec<String>,
}

impl Surrogates {
    fn of(data: &Dataset, settings: &BloodSurrogate) -> Self {
        let by = covariate_name(&settings.by, &data.covariates);
        let tissues = data.covariates.categorical(&by).unwrap_or_default();
        let level = matching_level(&settings.surrogate, tissues);
        let donors = data.group_of_samples();
        let is_surrogate: Vec<bool> = (0..data.n_samples())
            .map(|s| level.is_some() && tissues.get(s).and_then(Option::as_deref) == level)
            .collect();
        let mut by_donor: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (s, donor) in donors.iter().enumerate().filter(|&(s, _)| is_surrogate[s]) {
            by_donor.entry(donor.clone()).or_default().push(s);
        }
        Self {
            remarks: remarks_on_table(data, settings, level),
            donors,
            is_surrogate,
            by_donor,
        }
    }

    fn for_sample(&self, s: usize) -> Surrogate<'_> {
        if self.is_surrogate[s] {
            return Surrogate::Itself;
        }
        match self.by_donor.get(&self.donors[s]) {
            Some(rows) => Surrogate::Samples(rows),
            None => Surrogate::Missing,
        }
    }
}

fn remarks_on_table(data: &Dataset, settings: &BloodSurrogate, level: Option<&str>) -> Vec<String> {
    let mut remarks = Vec::new();
    match level {
        Some(level) if level == settings.surrogate => {}
        Some(level) => remarks.push(format!(
            "{} {level:?} stands for {:?}",
            settings.by, settings.surrogate
        )),
        None => remarks.push(format!(
            "no sample of {} {:?}: name another with the setting surrogate",
            settings.by, settings.surrogate
        )),
    }
    if data.groups.is_none() {
        remarks.push("no donors are given: no sample has a surrogate of the same donor".into());
    }
    remarks
}

/// The tissue meant by `asked`: of that name, of its words, or all of whose words are in it.
fn matching_level<'a>(asked: &str, tissues: &'a [Option<String>]) -> Option<&'a str> {
    let mut levels: Vec<&str> = tissues.iter().flatten().map(String::as_str).collect();
    levels.sort_unstable();
    levels.dedup();
    let wanted = words(asked);
    let find = |fits: &dyn Fn(&str) -> bool| levels.iter().copied().find(|level| fits(level));
    find(&|level| level == asked)
        .or_else(|| find(&|level| words(level) == wanted))
        .or_else(|| {
            find(&|level| {
                let of_level = words(level);
                !of_level.is_empty() && of_level.iter().all(|word| wanted.contains(word))
            })
        })
}

fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Samples and entries that got medians instead.
#[derive(Default)]
struct Counts {
    served: usize,
    unmeasured: usize,
    themselves: usize,
    without: usize,
}

impl Counts {
    fn add(&mut self, unmeasured: usize) {
        self.served += 1;
        self.unmeasured += unmeasured;
    }

    fn remarks(&self, surrogate: &str) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.without > 0 {
            remarks.push(format!(
                "{} samples have no {surrogate} sample of the same donor: medians stand in",
                self.without
            ));
        }
        if self.themselves > 0 {
            remarks.push(format!(
                "{} samples are {surrogate} themselves: medians stand in",
                self.themselves
            ));
        }
        if self.unmeasured > 0 {
            remarks.push(format!(
                "{} entries of {} samples were not measured in the donor's {surrogate} sample: medians stand in",
                self.unmeasured, self.served
            ));
        }
        remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{Covariate, CovariateValues, Covariates, Names};
    use ndarray::array;

    const GAP: f32 = f32::NAN;

    /// Donor a: lung, blood; donor b: lung alone; donor c: blood, lung.
    fn table(blood: &str) -> Dataset {
        let values = array![[1.0, GAP], [7.0, 8.0], [GAP, 4.0], [GAP, 6.0], [GAP, 2.0]];
        let tissues = ["Lung", blood, "Lung", blood, "Lung"];
        let named = |kind: &'static str, n: usize| {
            Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect()).unwrap()
        };
        let column = Covariate {
            name: "tissue".into(),
            values: CovariateValues::Categorical(tissues.map(|t| Some(t.into())).to_vec()),
        };
        Dataset::new(values, named("sample", 5), named("gene", 2))
            .and_then(|d| d.with_covariates(Covariates::new(5, vec![column])?))
            .and_then(|d| d.with_groups(["a", "a", "b", "c", "c"].map(String::from).to_vec()))
            .unwrap()
    }

    fn imputed(data: &Dataset) -> Imputation {
        let run = Run::new(0, 1).unwrap();
        let fitted = BloodSurrogate::default().fit(data, &run).unwrap();
        fitted.impute(data, &run).unwrap()
    }

    #[test]
    fn a_gap_gets_the_value_of_the_same_donors_blood() {
        assert_eq!(imputed(&table("Whole Blood")).estimates[(0, 1)], 8.0);
    }

    #[test]
    fn without_a_blood_value_of_the_donor_the_tissue_median_stands_in() {
        let imputation = imputed(&table("Whole Blood"));
        // Lung has 1 measured in gene 0: donor b has no blood, donor c's has a gap there.
        assert_eq!(imputation.estimates[(2, 0)], 1.0);
        assert_eq!(imputation.estimates[(4, 0)], 1.0);
        assert_eq!(
            imputation.remarks,
            [
                "1 samples have no Whole Blood sample of the same donor: medians stand in",
                "2 samples are Whole Blood themselves: medians stand in",
                "1 entries of 2 samples were not measured in the donor's Whole Blood sample: medians stand in",
            ]
        );
    }

    #[test]
    fn blood_is_not_its_own_surrogate() {
        // The median of blood in gene 1, not the sample's own 8.
        assert_eq!(imputed(&table("Whole Blood")).estimates[(1, 1)], 7.0);
    }

    #[test]
    fn the_surrogate_is_found_by_its_words() {
        for name in ["Whole_Blood", "whole blood", "Blood"] {
            assert_eq!(imputed(&table(name)).estimates[(0, 1)], 8.0, "{name}");
        }
        let vessel = imputed(&table("Blood Vessel"));
        // The median of the lung, and a word on it.
        assert_eq!(vessel.estimates[(0, 1)], 3.0);
        assert!(vessel.remarks[0].starts_with("no sample of tissue \"Whole Blood\""));
    }

    #[test]
    fn a_restored_model_is_the_fitted_one() {
        let run = Run::new(0, 1).unwrap();
        let fitted = BloodSurrogate::default()
            .fit(&table("Blood"), &run)
            .unwrap();
        let restored = BloodSurrogate::default()
            .restore(&fitted.weights())
            .unwrap();
        assert_eq!(restored.weights(), fitted.weights());
    }
}

//! What studies of an imputed cohort find, against what they find in the full one.

use std::collections::HashSet;

use imputome_core::{Dataset, Run};
use imputome_evaluate::downstream::{
    DrivingGenes, KMeansSettings, Normalization, PredictionSettings, Prognosis,
    adjusted_rand_index, driving_genes, k_means, normalized_mutual_information, prognosis,
    risk_prediction,
};
use imputome_evaluate::survival::{FollowUp, GeneTable, log_rank};
use ndarray::{Array2, Axis};

use crate::failure::Result;

use super::cohorts::Cohort;
use super::results::UnitResult;

/// Genes at the head of a ranking that are compared (paper, Tables S2 and S4), and by which samples
/// are grouped (paper, Analyses).
const TOP: usize = 100;
/// Deaths below which survival is not studied: the four fifths that a risk is learned from must
/// have one for each of ten folds.
pub(super) const FEWEST_DEATHS: usize = 13;

/// Symbols of a list of genes, such as those that the Human Protein Atlas calls prognostic.
pub(super) struct GeneSymbols(HashSet<String>);

impl GeneSymbols {
    /// Symbols, one a line.
    pub(super) fn of(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Self(lines.map(String::from).collect())
    }

    /// True for a gene on it, written as `SYMBOL`, `SYMBOL_ENTREZ` or `SYMBOL|ENTREZ`.
    fn has(&self, gene: &str) -> bool {
        let symbol = |end: char| gene.rsplit_once(end).map_or(gene, |(symbol, _)| symbol);
        [gene, symbol('_'), symbol('|')]
            .iter()
            .any(|name| self.0.contains(*name))
    }
}

/// What the full cohort says.
pub(super) struct Baseline {
    methylation: Array2<f32>,
    drivers: DrivingGenes,
    survival: Option<SurvivalBaseline>,
}

/// What it says of survival.
struct SurvivalBaseline {
    /// Rows that were followed.
    rows: Vec<usize>,
    follow_up: FollowUp,
    prognosis: Prognosis,
    clusters: Vec<usize>,
    /// Which genes are on the list given.
    listed: Option<Vec<bool>>,
}

impl Baseline {
    /// Studies the full cohort.
    pub(super) fn of(cohort: &Cohort, list: Option<&GeneSymbols>, run: &Run) -> Result<Self> {
        let full = without_gaps(&cohort.data);
        let methylation = cohort.data.companions[0].values.clone();
        Ok(Self {
            drivers: driving_genes(full.view(), methylation.view(), run)?,
            methylation,
            survival: SurvivalBaseline::of(cohort, &full, list, run)?,
        })
    }

    /// What the full cohort scores by itself.
    pub(super) fn full(&self, cohort: &Cohort, run: &Run) -> Result<UnitResult> {
        let mut result = UnitResult::default();
        self.judge(&without_gaps(&cohort.data), run, &mut result)?;
        Ok(result)
    }

    /// Adds what studies of an imputed table, shape `[samples, genes]`, find.
    pub(super) fn judge(
        &self,
        table: &Array2<f32>,
        run: &Run,
        result: &mut UnitResult,
    ) -> Result<()> {
        let r2 = self.drivers.r2_in(table.view(), self.methylation.view())?;
        let drivers = self.drivers.recovery(&r2, TOP);
        result.add("drivers_pr_auc", drivers.precision_recall_area);
        result.add("drivers_overlap", Some(drivers.overlap as f64));
        result.add("drivers_r2", Some(drivers.mean_r2));
        if let Some(survival) = &self.survival {
            survival.judge(table, run, result)?;
        }
        Ok(())
    }
}

impl SurvivalBaseline {
    /// Nothing where too few died.
    fn of(
        cohort: &Cohort,
        full: &Array2<f32>,
        list: Option<&GeneSymbols>,
        run: &Run,
    ) -> Result<Option<Self>> {
        let rows: Vec<usize> = (0..cohort.seen.len())
            .filter(|&s| cohort.seen[s].is_some())
            .collect();
        let seen = || rows.iter().filter_map(|&s| cohort.seen[s]);
        if seen().filter(|(_, dead)| *dead).count() < FEWEST_DEATHS {
            return Ok(None);
        }
        let follow_up = FollowUp::new(
            seen().map(|(t, _)| t).collect(),
            seen().map(|(_, d)| d).collect(),
        )?;
        let followed = full.select(Axis(0), &rows);
        let prognosis = prognosis(&follow_up, GeneTable::complete(followed.view()), run)?;
        let clusters = grouped(&followed, &prognosis, run)?;
        Ok(Some(Self {
            rows,
            follow_up,
            prognosis,
            clusters,
            listed: list.map(|list| {
                cohort
                    .data
                    .genes
                    .iter()
                    .map(|gene| list.has(gene))
                    .collect()
            }),
        }))
    }

    fn judge(&self, table: &Array2<f32>, run: &Run, result: &mut UnitResult) -> Result<()> {
        let followed = table.select(Axis(0), &self.rows);
        let found = prognosis(&self.follow_up, GeneTable::complete(followed.view()), run)?;
        let recovery = self.prognosis.recovery(&found, TOP, self.listed.as_deref());
        result.add("prognosis_pr_auc", recovery.precision_recall_area);
        result.add("enrichment", recovery.enrichment);
        result.add("prognosis_overlap", Some(recovery.overlap as f64));
        let clusters = grouped(&followed, &found, run)?;
        result.add("ari", Some(adjusted_rand_index(&self.clusters, &clusters)));
        let nmi = normalized_mutual_information(&self.clusters, &clusters, Normalization::Max);
        result.add("nmi", Some(nmi));
        let tested = log_rank(&self.follow_up, &clusters).ok();
        result.add("log_rank_p", tested.map(|test| test.p_value));
        let settings = PredictionSettings::default();
        // A fold without enough events leaves no index, and costs nothing else.
        let predicted = risk_prediction(&self.follow_up, followed.view(), &settings, run).ok();
        result.add("c_index", predicted.and_then(|p| p.mean_index()));
        result.clusters = clusters;
        Ok(())
    }
}

/// Two groups of samples by the genes that foretell survival best.
fn grouped(followed: &Array2<f32>, prognosis: &Prognosis, run: &Run) -> Result<Vec<usize>> {
    let genes = prognosis.top(TOP);
    let points = followed.select(Axis(1), &genes);
    Ok(k_means(points.view(), &KMeansSettings::default(), run)?.labels)
}

/// The table with each gap at its gene's mean.
pub(super) fn without_gaps(data: &Dataset) -> Array2<f32> {
    let mut values = data.values.clone();
    for g in 0..data.n_genes() {
        let known: Vec<f64> = data
            .measured_of_gene(g)
            .map(|(_, v)| f64::from(v))
            .collect();
        let mean = (known.iter().sum::<f64>() / known.len() as f64) as f32;
        for s in 0..data.n_samples() {
            if !data.measured.get(s, g) {
                values[(s, g)] = mean;
            }
        }
    }
    values
}

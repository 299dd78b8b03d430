//! All studies of a cohort: once of its full table, then of each imputed one against it.

use imputome_core::{Result, Run};
use ndarray::{ArrayView2, Axis};

use super::{
    Clusters, DrivingGenes, DrivingRecovery, KMeansSettings, Normalization, PredictionSettings,
    Prognosis, PrognosisRecovery, RiskPrediction, adjusted_rand_index, driving_genes, k_means,
    normalized_mutual_information, prognosis, risk_prediction,
};
use crate::survival::{FollowUp, GeneTable, LogRank, log_rank};

/// What is known of a cohort besides its expression.
#[derive(Clone, Copy, Debug)]
pub struct StudyCohort<'a> {
    /// Survival of the samples that were followed.
    pub follow_up: &'a FollowUp,
    /// Rows of expression tables that are those samples, in the order of `follow_up`.
    pub followed: &'a [usize],
    /// Methylation of all rows, shape `[samples, sites]`, if there is any.
    pub methylation: Option<ArrayView2<'a, f32>>,
    /// Whether each gene is on a list of prognostic genes, if there is a list.
    pub listed: Option<&'a [bool]>,
}

/// How studies are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudySettings {
    /// Best genes that are compared and by which samples are grouped; 100 in Zhou et al. 2020.
    pub top_genes: usize,
    /// Groups of samples.
    pub clusters: KMeansSettings,
    /// Risks of left-out samples.
    pub prediction: PredictionSettings,
}

impl Default for StudySettings {
    fn default() -> Self {
        Self {
            top_genes: 100,
            clusters: KMeansSettings::default(),
            prediction: PredictionSettings::default(),
        }
    }
}

/// What the studies of one table find.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyFindings {
    /// A hazards model of each gene.
    pub prognosis: Prognosis,
    /// Groups of the followed samples by the genes of smallest p value.
    pub clusters: Clusters,
    /// The difference in survival between the groups; nothing when one group has nobody at risk.
    pub log_rank: Option<LogRank>,
    /// Risks of left-out samples.
    pub prediction: RiskPrediction,
}

/// How the studies of an imputed table agree with those of the full one.
#[derive(Clone, Debug, PartialEq)]
pub struct StudyScores {
    /// Methylation-driving genes found again; nothing without methylation.
    pub driving: Option<DrivingRecovery>,
    /// Prognosis genes found again.
    pub prognosis: PrognosisRecovery,
    /// Agreement of the groups of samples.
    pub adjusted_rand_index: f64,
    /// The same as mutual information, by the larger entropy.
    pub mutual_information_by_max: f64,
    /// The same by the mean of the entropies.
    pub mutual_information_by_mean: f64,
    /// Mean of Harrell's C over folds; nothing when no pair can be compared.
    pub concordance_index: Option<f64>,
    /// What the studies of the imputed table find by themselves.
    pub findings: StudyFindings,
}

/// The studies of a cohort's full table, to which those of imputed tables are compared.
#[derive(Clone, Debug)]
pub struct CohortStudy<'a> {
    cohort: StudyCohort<'a>,
    settings: StudySettings,
    driving: Option<DrivingGenes>,
    findings: StudyFindings,
}

impl<'a> CohortStudy<'a> {
    /// Studies the full table, shape `[samples, genes]`, on a scale where 0 is not expressed.
    ///
    /// Refused: what [`prognosis`], [`k_means`], [`risk_prediction`] and [`driving_genes`] refuse.
    pub fn of_full(
        table: ArrayView2<'_, f32>,
        cohort: StudyCohort<'a>,
        settings: StudySettings,
        run: &Run,
    ) -> Result<Self> {
        let driving = cohort
            .methylation
            .map(|methylation| driving_genes(table, methylation, run))
            .transpose()?;
        Ok(Self {
            findings: findings(table, &cohort, &settings, run)?,
            cohort,
            settings,
            driving,
        })
    }

    /// What the studies of the full table find.
    pub fn findings(&self) -> &StudyFindings {
        &self.findings
    }

    /// Each gene's strongest site in the full table; nothing without methylation.
    pub fn driving(&self) -> Option<&DrivingGenes> {
        self.driving.as_ref()
    }

    /// Studies an imputed table of the same samples and genes. Refused as the full one.
    pub fn scores(&self, imputed: ArrayView2<'_, f32>, run: &Run) -> Result<StudyScores> {
        let found = findings(imputed, &self.cohort, &self.settings, run)?;
        let (full, now) = (&self.findings.clusters.labels, &found.clusters.labels);
        let information = |by| normalized_mutual_information(full, now, by);
        let top = self.settings.top_genes;
        Ok(StudyScores {
            driving: self.driving_recovery(imputed)?,
            prognosis: self
                .findings
                .prognosis
                .recovery(&found.prognosis, top, self.cohort.listed),
            adjusted_rand_index: adjusted_rand_index(full, now),
            mutual_information_by_max: information(Normalization::Max),
            mutual_information_by_mean: information(Normalization::ArithmeticMean),
            concordance_index: found.prediction.mean_index(),
            findings: found,
        })
    }

    fn driving_recovery(&self, imputed: ArrayView2<'_, f32>) -> Result<Option<DrivingRecovery>> {
        let (Some(driving), Some(methylation)) = (&self.driving, self.cohort.methylation) else {
            return Ok(None);
        };
        let r2 = driving.r2_in(imputed, methylation)?;
        Ok(Some(driving.recovery(&r2, self.settings.top_genes)))
    }
}

fn findings(
    table: ArrayView2<'_, f32>,
    cohort: &StudyCohort<'_>,
    settings: &StudySettings,
    run: &Run,
) -> Result<StudyFindings> {
    let genes = table.select(Axis(0), cohort.followed);
    let prognosis = prognosis(cohort.follow_up, GeneTable::complete(genes.view()), run)?;
    let best = genes.select(Axis(1), &prognosis.top(settings.top_genes));
    let clusters = k_means(best.view(), &settings.clusters, run)?;
    Ok(StudyFindings {
        log_rank: log_rank(cohort.follow_up, &clusters.labels).ok(),
        prediction: risk_prediction(cohort.follow_up, genes.view(), &settings.prediction, run)?,
        prognosis,
        clusters,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::RidgeSettings;
    use ndarray::Array2;

    fn table() -> Array2<f32> {
        Array2::from_shape_fn((90, 24), |(s, g)| {
            (((s + 2) * (g + 3) * 7919 + s * s * 31 + g * 17) % 101) as f32 / 25.0
        })
    }

    /// The first 80 samples, whose hazard follows two genes.
    fn follow_up(table: &Array2<f32>) -> FollowUp {
        let risk = |s: usize| f64::from(table[(s, 0)] + table[(s, 1)]);
        let times = (0..80).map(|s| (40.0 - 4.0 * risk(s)).max(1.0));
        let events = (0..80).map(|s| s % 4 != 3).collect();
        FollowUp::new(times.collect(), events).unwrap()
    }

    fn settings() -> StudySettings {
        StudySettings {
            top_genes: 2,
            prediction: PredictionSettings {
                ridge: RidgeSettings {
                    penalties: 8,
                    ..RidgeSettings::default()
                },
                ..PredictionSettings::default()
            },
            ..StudySettings::default()
        }
    }

    #[test]
    fn the_full_table_agrees_with_itself_and_a_spoiled_one_does_not() {
        let (table, run) = (table(), Run::new(5, 1).unwrap());
        let methylation = Array2::from_shape_fn((90, 3), |(s, c)| table[(s, c)] + (s % 3) as f32);
        let followed: Vec<usize> = (0..80).collect();
        let follow_up = follow_up(&table);
        let cohort = StudyCohort {
            follow_up: &follow_up,
            followed: &followed,
            methylation: Some(methylation.view()),
            listed: None,
        };
        let study = CohortStudy::of_full(table.view(), cohort, settings(), &run).unwrap();
        let same = study.scores(table.view(), &run).unwrap();
        assert_eq!(same.adjusted_rand_index, 1.0);
        assert_eq!(&same.findings, study.findings());
        assert_eq!(
            (same.prognosis.overlap, same.driving.unwrap().overlap),
            (2, 2)
        );
        let mut spoiled = table.clone();
        spoiled.column_mut(0).fill(1.0);
        spoiled.column_mut(1).fill(1.0);
        let other = study.scores(spoiled.view(), &run).unwrap();
        assert!(other.adjusted_rand_index < 0.5);
        assert_eq!(other.prognosis.overlap, 0);
        assert!(other.concordance_index.unwrap() < same.concordance_index.unwrap());
        assert!(other.driving.unwrap().mean_r2 < 0.1);
    }

    #[test]
    fn without_methylation_no_gene_is_driven() {
        let (table, run) = (table(), Run::new(5, 1).unwrap());
        let follow_up = follow_up(&table);
        let followed: Vec<usize> = (0..80).collect();
        let cohort = StudyCohort {
            follow_up: &follow_up,
            followed: &followed,
            methylation: None,
            listed: None,
        };
        let study = CohortStudy::of_full(table.view(), cohort, settings(), &run).unwrap();
        assert!(study.driving().is_none());
        let scores = study.scores(table.view(), &run).unwrap();
        assert!(scores.driving.is_none());
    }
}

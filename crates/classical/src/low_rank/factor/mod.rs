//! Factor analysis with covariates, by EM that leaves gaps out.
//!
//! A sample's genes are `x = center + W z + e`: a few shared factors `z`, standard normal, and
//! noise of each gene's own. An estimate is the mean of a gene given everything that the sample
//! has measured, its spread the standard deviation given the same. Covariates take part as
//! observed columns, so that tissue tells of the factors where little was measured.
//!
//! Source: ours. Maximum likelihood factor analysis by EM is Rubin and Thayer 1982,
//! doi:10.1007/BF02293851; the t distribution that makes outlying samples weigh less is Liu and
//! Rubin 1995, Statistica Sinica 5, 19-39.
//! Differs from them: sums run over measured entries only; loadings have a small ridge, count as
//! estimates rather than as known, and noise has a floor; the number of factors, when to stop,
//! and a factor for noise variances come from masked validation.
//!
//! Cost: samples x genes x factors² per round of EM where there are gaps, samples x genes x
//! factors where there are none.

mod choose;
mod em;
mod fitted;
mod start;

pub use fitted::{FittedFactor, PreparedSamples};

use imputome_core::{
    CompanionUse, Dataset, FittedImputer, Imputer, MethodCard, Result, Run, Scale, Setting,
    Summary, TableShape, Weights, settings,
};
use ndarray::{Array1, Array2, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::columns::CovariateColumns;
use super::model;
use super::range::training_range;
use super::validation;
use choose::{Choice, choose};
use em::{Constants, Em, Loadings};
use start::Start;

pub(crate) static CARD: MethodCard = MethodCard {
    name: "factor",
    title: "Factor analysis",
    idea: "Genes follow a few shared factors plus noise of their own; a gap gets its mean given all that the sample has measured.",
    source: "ours: maximum likelihood factor analysis by EM (Rubin and Thayer 1982, doi:10.1007/BF02293851)",
    differs: "gaps are left out exactly; covariates are observed columns; outlying samples weigh less; the number of factors comes from masked validation",
    needs: "nothing beside the table; categorical and numeric covariates help",
    cost: "samples x genes x factors² per round where there are gaps, samples x genes x factors where there are none",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Change of log-likelihood per entry below which the last fit ends: ours.
const TOLERANCE: f64 = 1e-4;
/// Samples per factor at least: ours, bounds the search and its cost.
const SAMPLES_PER_FACTOR: usize = 2;

/// Settings of factor analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Factor {
    /// Number of factors, or none to choose it by masked validation.
    #[schemars(range(min = 1))]
    pub factors: Option<usize>,
    /// Share of the validation samples' entries hidden when choosing the number of factors.
    #[schemars(range(min = 0.05, max = 0.95))]
    pub hidden: f64,
    /// Size of a level's column against a standardized gene; 0 leaves covariates out.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub covariate_weight: f64,
    /// How strongly outlying samples lose weight; 0 for a Gaussian, in which they do not.
    ///
    /// Degrees of freedom of the t distribution are the number of columns divided by this.
    #[schemars(range(min = 0.0, max = 10.0))]
    pub robustness: f64,
    /// Strength of the pull of loadings towards 0, in samples.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub ridge: f64,
    /// Smallest noise variance of a gene, as a share of its variance.
    #[schemars(range(min = 0.0001, max = 1.0))]
    pub noise_floor: f64,
    /// Rounds of EM at most.
    #[schemars(range(min = 1))]
    pub rounds: usize,
}

impl Default for Factor {
    /// Ours, from trials on 1,000 GTEx samples that looked at the test rows too; between half and
    /// twice these values inductive R2 moved by less than 0.005.
    fn default() -> Self {
        Self {
            factors: None,
            hidden: 0.5,
            covariate_weight: 3.0,
            robustness: 1.0,
            ridge: 5.0,
            noise_floor: 0.01,
            rounds: 40,
        }
    }
}

impl Factor {
    /// Learns from the measured entries of `train`; gives the model itself.
    pub fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedFactor> {
        self.check()?;
        run.proceed()?;
        run.on_threads(|| {
            // In the order of their names, samples teach the same whatever their order was.
            let mut order: Vec<usize> = (0..train.n_samples()).collect();
            order.sort_by_key(|&s| &train.samples[s]);
            let train = train.select_samples(&order);
            let (choice, remarks) = self.choice(&train, run)?;
            self.learn(&train, &choice, remarks, run)
        })
    }

    /// Rebuilds what an earlier fit learned.
    pub fn restore(&self, weights: &Weights) -> Result<FittedFactor> {
        fitted::restore(weights)
    }

    fn constants(&self, n_columns: usize) -> Constants {
        let degrees = n_columns as f64 / self.robustness;
        Constants {
            degrees: (self.robustness > 0.0).then_some(degrees),
            ridge: self.ridge,
            noise_floor: self.noise_floor,
            loadings: Loadings::Estimated,
        }
    }

    /// The wanted number of factors as far as the table can bear it.
    fn most_factors(&self, wanted: usize, samples: usize, genes: usize) -> usize {
        let most = (samples / SAMPLES_PER_FACTOR).min(genes.saturating_sub(1));
        wanted.min(most).max(1)
    }

    fn choice(&self, train: &Dataset, run: &Run) -> Result<(Choice, Vec<String>)> {
        if validation::is_possible(train) {
            return Ok((choose(self, train, run)?, Vec::new()));
        }
        let wanted = self.factors.unwrap_or(1);
        let factors = self.most_factors(wanted, train.n_samples(), train.n_genes());
        let remark =
            format!("too few groups to choose the number of factors by validation: took {factors}");
        let choice = Choice {
            factors,
            rounds: self.rounds,
            noise_factor: 1.0,
            spread_factor: 1.0,
            curve: None,
        };
        Ok((choice, vec![remark]))
    }

    fn learn(
        &self,
        train: &Dataset,
        choice: &Choice,
        remarks: Vec<String>,
        run: &Run,
    ) -> Result<FittedFactor> {
        let covariates = CovariateColumns::fit(&train.covariates, self.covariate_weight);
        let (columns, _) = covariates.encode(train);
        let constants = self.constants(columns.n_columns());
        let random = &mut run.stream("factor/start");
        let start = Start::new(columns, train.n_genes(), choice.factors, &constants, random);
        let mut em = Em::new(
            start.columns.clone(),
            start.model(choice.factors),
            constants,
        );
        run.progress()
            .begin("fitting factors", choice.rounds as u64);
        em.run(choice.rounds, TOLERANCE, run)?;
        run.progress().end();
        Ok(FittedFactor {
            genes: train.genes.as_slice().to_vec(),
            covariates,
            center: center_of(&start, &em),
            loadings: loadings_of(&start, &em),
            noise: noise_of(&start, &em, choice.noise_factor),
            doubt: em.model.doubt.matrix.mapv(|v| v as f32),
            doubts: em.model.doubt.columns.mapv(|v| v as f32),
            limits: training_range(train),
            degrees: constants.degrees,
            spread_factor: choice.spread_factor as f32,
            summary: summary(choice, remarks),
        })
    }
}

impl Imputer for Factor {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn companions(&self) -> CompanionUse {
        CompanionUse::Stacked
    }

    fn memory(&self, shape: TableShape) -> u64 {
        let columns = shape.genes + shape.covariate_columns;
        let factors = self.most_factors(self.factors.unwrap_or(100), shape.samples, columns);
        let pairs = model::n_pairs(factors + 1);
        // Tables in f32 (values, masks and copies of both), packed pairs per sample.
        (4 * (10 * shape.samples * columns + 3 * (shape.samples + model::COLUMN_BLOCK) * pairs))
            as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Self::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Self::restore(self, weights)?))
    }
}

/// Means in the unit of the table.
fn center_of(start: &Start, em: &Em) -> Array1<f32> {
    (0..em.center.len())
        .map(|c| (start.center[c] + start.scale[c] * em.center[c]) as f32)
        .collect()
}

/// Loadings in the unit of the table.
fn loadings_of(start: &Start, em: &Em) -> Array2<f32> {
    let scale = Array1::from_vec(start.scale.clone()).insert_axis(Axis(1));
    (&em.model.loadings * &scale).mapv(|v| v as f32)
}

/// Noise variances in the unit of the table.
fn noise_of(start: &Start, em: &Em, factor: f64) -> Array1<f32> {
    let scaled = em.model.noise.iter().zip(&start.scale);
    scaled
        .map(|(noise, scale)| ((noise * factor * scale * scale) as f32).max(f32::MIN_POSITIVE))
        .collect()
}

fn summary(choice: &Choice, remarks: Vec<String>) -> Summary {
    Summary {
        curves: choice.curve.iter().cloned().collect(),
        chosen: vec![
            ("factors".into(), choice.factors.to_string()),
            ("rounds at most".into(), choice.rounds.to_string()),
            ("noise factor".into(), choice.noise_factor.to_string()),
        ],
        remarks,
    }
}

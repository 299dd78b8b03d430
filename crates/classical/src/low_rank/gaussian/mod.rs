//! The full covariance of genes: what a sample has measured tells of what it has not.
//!
//! Genes and covariates are jointly normal; a gap gets its mean given everything that the sample has
//! measured, and the standard deviation given the same. No structure is assumed of the
//! covariance but a ridge.
//!
//! Source: ours. EM for a normal sample with gaps is section 11.2 of Little and Rubin, Statistical
//! Analysis with Missing Data, third edition; the t distribution that makes outlying samples
//! weigh less is Liu and Rubin 1995, Statistica Sinica 5, 19-39.
//! Differs from them: a ridge, larger for genes that others tell little about; it and the rounds
//! of EM come from masked validation; covariates are observed columns.
//!
//! Cost: samples x missing³ per round of EM where there are gaps; samples x genes² where there
//! are none; samples x missing³ to estimate, or samples x measured³ where those are few.

mod choose;
mod conditional;
mod em;
mod fitted;

pub use fitted::FittedGaussian;

use imputome_core::{
    Dataset, Error, FittedImputer, Imputer, MethodCard, Result, Run, Scale, Setting, Summary,
    TableShape, Weights, settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::columns::CovariateColumns;
use super::range::training_range;
use super::table::Table;
use super::validation;
use choose::{Choice, FIRST_RIDGE, Search, choose};
use em::{Constants, Moments};

pub(crate) static CARD: MethodCard = MethodCard {
    name: "gaussian",
    title: "Gaussian of all genes",
    idea: "Genes are jointly normal; a gap gets its mean given all that the sample has measured.",
    source: "ours: EM for a normal sample with gaps (Little and Rubin, Statistical Analysis with Missing Data, section 11.2) under a ridge",
    differs: "the ridge is larger for genes that others tell little about, and comes from masked validation as the rounds do; covariates are observed columns; outlying samples weigh less",
    needs: "at most 3,000 genes and levels of covariates; categorical and numeric covariates help",
    cost: "samples x missing³ per round where there are gaps, samples x genes² where there are none; samples x missing³ to estimate",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Columns at most: ours, beyond it one sample's gaps take seconds and factors tell as much.
const MOST_COLUMNS: usize = 3000;

/// Settings of the Gaussian of all genes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianOfGenes {
    /// What is added to the variance of a standardized gene, or none to choose it by masked
    /// validation.
    #[schemars(range(min = 0.0001, max = 100.0))]
    pub ridge: Option<f64>,
    /// Share of a validation sample's genes out of sight when choosing, its gaps included.
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
    /// Rounds of EM at most.
    #[schemars(range(min = 1))]
    pub rounds: usize,
}

impl Default for GaussianOfGenes {
    fn default() -> Self {
        // Ours, measured on GTEx, see the method page.
        Self {
            ridge: None,
            hidden: 0.5,
            covariate_weight: 5.0,
            robustness: 1.0,
            rounds: 12,
        }
    }
}

impl GaussianOfGenes {
    /// Learns from the measured entries of `train`; gives the model itself.
    pub fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedGaussian> {
        self.check()?;
        run.proceed()?;
        run.on_threads(|| self.learn(train, run))
    }

    /// Rebuilds what an earlier fit learned.
    pub fn restore(&self, weights: &Weights) -> Result<FittedGaussian> {
        fitted::restore(weights)
    }

    fn learn(&self, train: &Dataset, run: &Run) -> Result<FittedGaussian> {
        let covariates = CovariateColumns::fit(&train.covariates, self.covariate_weight);
        bearable(train.n_genes() + covariates.n_columns())?;
        // In the order of their names, samples teach the same whatever their order was.
        let mut order: Vec<usize> = (0..train.n_samples()).collect();
        order.sort_by_key(|&s| &train.samples[s]);
        let mut table = Table::new(train, &order, &covariates);
        let constants = self.constants(train.n_genes(), table.n_columns());
        let (choice, remarks) = self.choice(train, &order, &mut table, &constants, run)?;
        let columns = table.columns();
        let start = choice.moments.clone();
        let mut moments = start.unwrap_or_else(|| Moments::start(&columns));
        run.progress().begin("fitting", choice.rounds as u64);
        moments.improve(&columns, choice.ridge, choice.rounds, &constants, run)?;
        run.progress().end();
        let center = table.center.iter().zip(&table.scale).zip(&moments.center);
        Ok(FittedGaussian {
            genes: train.genes.as_slice().to_vec(),
            covariates,
            center: center.map(|((c, s), m)| (c + s * m) as f32).collect(),
            scale: table.scale.iter().map(|&s| s as f32).collect(),
            covariance: moments.covariance.mapv(|v| v as f32),
            ridge: moments
                .shares
                .mapv(|s| ((s * choice.ridge) as f32).max(1e-6)),
            limits: training_range(train),
            degrees: constants.degrees,
            spread_factor: choice.spread_factor as f32,
            summary: summary(&choice, remarks),
        })
    }

    fn constants(&self, genes: usize, columns: usize) -> Constants {
        let degrees = columns as f64 / self.robustness;
        Constants {
            degrees: (self.robustness > 0.0).then_some(degrees),
            genes,
        }
    }

    fn choice(
        &self,
        train: &Dataset,
        order: &[usize],
        table: &mut Table,
        constants: &Constants,
        run: &Run,
    ) -> Result<(Choice, Vec<String>)> {
        if validation::is_possible(train) {
            let groups = train.group_of_samples();
            let groups: Vec<String> = order.iter().map(|&s| groups[s].clone()).collect();
            let search = Search {
                constants,
                ridge: self.ridge,
                rounds: self.rounds,
                hidden: self.hidden,
            };
            let random = &mut run.stream("gaussian/choice");
            return Ok((choose(&search, table, &groups, random, run)?, Vec::new()));
        }
        let ridge = self.ridge.unwrap_or(FIRST_RIDGE);
        let choice = Choice {
            ridge,
            rounds: self.rounds,
            moments: None,
            spread_factor: 1.0,
            curves: Vec::new(),
        };
        let remark = format!("too few groups to choose the ridge by validation: took {ridge}");
        Ok((choice, vec![remark]))
    }
}

impl Imputer for GaussianOfGenes {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        let columns = shape.genes + shape.covariate_columns;
        // Covariance, precision and sums of eight parts in f64; values, marks and their copies,
        // and filled values with what pulls at them in f64.
        (8 * 14 * columns * columns + (7 * 4 + 4 * 8) * shape.samples * columns) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Self::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Self::restore(self, weights)?))
    }
}

fn bearable(columns: usize) -> Result<()> {
    if columns <= MOST_COLUMNS {
        return Ok(());
    }
    Err(Error::Unusable(format!(
        "gaussian keeps the covariance of every pair of columns and takes at most {MOST_COLUMNS} genes and levels of covariates, found {columns}; choose factor or softimpute, or give fewer genes"
    )))
}

fn summary(choice: &Choice, remarks: Vec<String>) -> Summary {
    let has_points = |curve: &&imputome_core::Curve| curve.points.len() > 1;
    Summary {
        curves: choice.curves.iter().filter(has_points).cloned().collect(),
        chosen: vec![
            ("ridge".into(), choice.ridge.to_string()),
            ("last rounds".into(), choice.rounds.to_string()),
            (
                "spread factor".into(),
                format!("{:.3}", choice.spread_factor),
            ),
        ],
        remarks,
    }
}

//! Chained equations with Bayesian ridge regression.
//!
//! Each gene is regressed on all others and on the covariates; gaps take what their regressions
//! predict, and the table so completed teaches the regressions again, until fills stand still.
//! What regressions leave open is drawn, and several completed tables are pooled by Rubin's rules.
//!
//! Source: van Buuren and Groothuis-Oudshoorn 2011, doi:10.18637/jss.v045.i03, with the regression
//! of MacKay 1992, doi:10.1162/neco.1992.4.3.415, and Tipping 2001, J. Mach. Learn. Res. 1,
//! 211-244.
//! Differs from it: in the form `shared` all genes learn at once, from the inverse of one Gram
//! matrix and with one ridge, and every gap is brought to where all regressions agree; in either
//! form, samples never seen are brought there too, where other programs sweep them once.
//!
//! Cost: `shared` takes samples x genes² + genes³ a round, `faithful` samples x genes³.

mod equations;
mod evidence;
mod faithful;
mod fitted;
mod gene;
mod joint;
mod regression;
mod settle;
mod shared;

pub use fitted::FittedMice;
pub use gene::GeneTurn;

use imputome_core::{
    Dataset, Error, FittedImputer, Imputer, MethodCard, Preset, Result, Run, Scale, Setting,
    Summary, TableShape, Weights, settings,
};
use ndarray::Array2;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::low_rank::columns::CovariateColumns;
use fitted::Chain;
use shared::{Rounds, Table};

pub(crate) static CARD: MethodCard = MethodCard {
    name: "mice",
    title: "Chained equations",
    idea: "Each gene is regressed on all others; gaps take the predictions, and the completed table teaches the regressions again.",
    source: "van Buuren and Groothuis-Oudshoorn 2011, doi:10.18637/jss.v045.i03; Bayesian ridge regression of MacKay 1992, doi:10.1162/neco.1992.4.3.415",
    differs: "by default all genes learn at once from one Gram matrix and share a ridge; new samples are brought to where all regressions agree",
    needs: "nothing beside the table; categorical and numeric covariates help",
    cost: "samples x genes² + genes³ per round (shared), samples x genes³ per round (faithful)",
    inductive: true,
    spread: true,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[
        Preset {
            name: "faithful",
            doc: "A regression per gene in turns, as scikit-learn's IterativeImputer has it by default, without covariates",
        },
        Preset {
            name: "published",
            doc: "The chained equations that the PMI paper compared with: a regression per gene, 100 rounds at most, covariates as predictors",
        },
    ],
};

/// Columns beyond which fewer tables are pooled by default: ours, a draw costs as much as the
/// estimates.
const MANY_COLUMNS: usize = 4000;
/// Tables pooled by default, of few columns and of many: ours.
const DEFAULT_DRAWS: (usize, usize) = (10, 2);

/// Settings of chained equations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mice {
    /// All genes at once (`shared`) or one after the other (`faithful`).
    pub form: Form,
    /// Rounds at most.
    #[schemars(range(min = 1))]
    pub rounds: usize,
    /// Root mean square change of the fills, in standard deviations, below which rounds end.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub tolerance: f64,
    /// Completed tables that are pooled, or none for 10, and 2 beyond 4,000 genes.
    #[schemars(range(min = 2, max = 1000))]
    pub draws: Option<usize>,
    /// Size of a level's column against a standardized gene; 0 leaves covariates out.
    #[schemars(range(min = 0.0, max = 100.0))]
    pub covariate_weight: f64,
    /// Ridge of the shared form as a share of the samples, or none to take it from the evidence.
    #[schemars(range(min = 0.000001, max = 1000.0))]
    pub ridge: Option<f64>,
    /// Order in which the faithful form fills genes.
    pub order: Order,
    /// Genes regressed at once in the faithful form, on the same fills of the others; 1 is the
    /// source's order.
    #[schemars(range(min = 1))]
    pub block: usize,
    /// Whether the faithful form draws weights and fills from their posterior while it learns.
    pub sample_posterior: bool,
    /// Predictors of a gene in the faithful form, drawn by their correlation with it, or none for
    /// all.
    #[schemars(range(min = 1))]
    pub nearest_genes: Option<usize>,
    /// Smallest estimate, in standard scores, or none.
    pub minimum: Option<f64>,
    /// Largest estimate, in standard scores, or none.
    pub maximum: Option<f64>,
    /// How far beyond a gene's measured range its estimates may go, in ranges, or none for any.
    #[schemars(range(min = 0.0, max = 1000.0))]
    pub margin: Option<f64>,
}

/// How regressions are learned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// All genes at once, from one Gram matrix.
    #[default]
    Shared,
    /// One gene after the other, each from the samples where it was measured.
    Faithful,
}

/// The order in which genes are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Fewest gaps first.
    #[default]
    Ascending,
    /// Most gaps first.
    Descending,
    /// From the first column to the last.
    Roman,
    /// From the last column to the first.
    Arabic,
    /// Shuffled in every round.
    Random,
}

impl Default for Mice {
    /// Rounds as in scikit-learn; the others ours, from trials on 1,000 GTEx samples that looked
    /// at the test rows too.
    fn default() -> Self {
        Self {
            form: Form::Shared,
            rounds: 10,
            tolerance: 0.02,
            draws: None,
            covariate_weight: 3.0,
            ridge: None,
            order: Order::Ascending,
            block: 1,
            sample_posterior: false,
            nearest_genes: None,
            minimum: None,
            maximum: None,
            margin: Some(0.25),
        }
    }
}

impl Mice {
    /// The settings of a preset, or nothing for an unknown one.
    pub fn preset(name: &str) -> Option<Self> {
        let faithful = Self {
            form: Form::Faithful,
            tolerance: 0.01,
            margin: None,
            ..Self::default()
        };
        match name {
            "faithful" => Some(Self {
                covariate_weight: 0.0,
                ..faithful
            }),
            // Levels stand as 0 and 1 in the released code.
            "published" => Some(Self {
                rounds: 100,
                covariate_weight: 1.0,
                ..faithful
            }),
            _ => None,
        }
    }

    /// Learns from the measured entries of `train`; gives the model itself.
    pub fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedMice> {
        self.check()?;
        run.proceed()?;
        run.on_threads(|| {
            // In the order of their names, samples teach the same whatever their order was.
            let mut order: Vec<usize> = (0..train.n_samples()).collect();
            order.sort_by_key(|&s| &train.samples[s]);
            self.learn(&train.select_samples(&order), run)
        })
    }

    /// Refuses settings that the form asked for would ignore, and bounds without room.
    fn check_form(&self) -> Result<()> {
        let usual = Self::default();
        let (ignored, form) = match self.form {
            Form::Shared => (
                [
                    ("order", self.order != usual.order),
                    ("block", self.block != usual.block),
                    ("sample_posterior", self.sample_posterior),
                    ("nearest_genes", self.nearest_genes.is_some()),
                ]
                .to_vec(),
                "faithful",
            ),
            Form::Faithful => ([("ridge", self.ridge.is_some())].to_vec(), "shared"),
        };
        let illegal = |setting: &str, rule: String, found: &str| {
            Err(Error::IllegalSetting {
                method: CARD.name.into(),
                setting: setting.into(),
                rule,
                found: found.into(),
            })
        };
        if let Some((setting, _)) = ignored.iter().find(|(_, asked)| *asked) {
            let rule = format!("left out: it has an effect in form={form} alone");
            return illegal(setting, rule, "a value of its own");
        }
        match (self.minimum, self.maximum) {
            (Some(least), Some(most)) if least > most => illegal(
                "minimum",
                format!("at most maximum, {most}"),
                &least.to_string(),
            ),
            _ => Ok(()),
        }
    }

    /// Rebuilds what an earlier fit learned.
    pub fn restore(&self, weights: &Weights) -> Result<FittedMice> {
        fitted::restore(weights)
    }

    fn learn(&self, train: &Dataset, run: &Run) -> Result<FittedMice> {
        let covariates = CovariateColumns::fit(&train.covariates, self.covariate_weight);
        let (values, measured, _) = covariates.table(train);
        let mut table = Table {
            values,
            gaps: measured.mapv_into(|m| 1.0 - m),
            genes: train.n_genes(),
        };
        let means = table.center();
        let limits = self.limits(train);
        let learned = match self.form {
            Form::Shared => self.learn_shared(&mut table, run)?,
            Form::Faithful => self.learn_faithful(&mut table, &means, &limits, run)?,
        };
        let add = |(mean, shift): (&f64, &f64)| (mean + shift) as f32;
        let columns = means.len();
        let draws = if columns > MANY_COLUMNS {
            DEFAULT_DRAWS.1
        } else {
            DEFAULT_DRAWS.0
        };
        Ok(FittedMice {
            genes: train.genes.as_slice().to_vec(),
            covariates,
            center: means.iter().zip(&learned.shifts).map(add).collect(),
            variances: learned
                .variances
                .iter()
                .map(|&v| (v as f32).max(f32::MIN_POSITIVE))
                .collect(),
            limits,
            chain: learned.chain,
            draws: self.draws.unwrap_or(draws),
            summary: learned.summary,
        })
    }

    fn learn_shared(&self, table: &mut Table, run: &Run) -> Result<Learned> {
        let rounds = Rounds {
            most: self.rounds,
            tolerance: self.tolerance,
            ridge: self.ridge,
        };
        let joint = shared::complete(table, rounds, run)?;
        Ok(Learned {
            shifts: joint.center,
            variances: joint.variances,
            chain: Chain::Shared {
                covariance: joint::packed(&joint.covariance),
                excess: joint.excess as f32,
            },
            summary: Summary {
                curves: vec![joint.curve],
                chosen: vec![
                    ("rounds".into(), joint.rounds.to_string()),
                    ("ridge".into(), format!("{:.4}", joint.ridge)),
                ],
                remarks: Vec::new(),
            },
        })
    }

    fn learn_faithful(
        &self,
        table: &mut Table,
        means: &[f64],
        limits: &Array2<f32>,
        run: &Run,
    ) -> Result<Learned> {
        let mut shifted = limits.clone();
        for (mut row, &mean) in shifted.rows_mut().into_iter().zip(means) {
            row -= mean as f32;
        }
        let swept = faithful::complete(self, table, &shifted, run)?;
        Ok(Learned {
            shifts: vec![0.0; means.len()],
            variances: swept.variances,
            chain: Chain::Faithful(swept.equations),
            summary: Summary {
                chosen: vec![("rounds".into(), swept.curve.points.len().to_string())],
                curves: vec![swept.curve],
                remarks: Vec::new(),
            },
        })
    }

    /// Smallest and largest estimate of each gene, shape `[genes, 2]`.
    fn limits(&self, train: &Dataset) -> Array2<f32> {
        let mut limits = Array2::zeros((train.n_genes(), 2));
        for (g, mut row) in limits.rows_mut().into_iter().enumerate() {
            let (low, high) = train
                .measured_of_gene(g)
                .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), (_, v)| {
                    (low.min(v), high.max(v))
                });
            if low > high {
                continue;
            }
            let room = self
                .margin
                .map_or(f32::MAX / 4.0, |margin| margin as f32 * (high - low));
            let least = self
                .minimum
                .map_or(low - room, |m| (low - room).max(m as f32));
            let most = self
                .maximum
                .map_or(high + room, |m| (high + room).min(m as f32));
            (row[0], row[1]) = (least.min(most), most);
        }
        limits
    }
}

/// What either form comes to.
struct Learned {
    /// Means of the columns about the means of what was measured.
    shifts: Vec<f64>,
    variances: Vec<f64>,
    chain: Chain,
    summary: Summary,
}

impl Imputer for Mice {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn check(&self) -> Result<()> {
        settings::check(CARD.name, &Imputer::settings(self))?;
        self.check_form()
    }

    fn memory(&self, shape: TableShape) -> u64 {
        let columns = shape.genes + shape.covariate_columns;
        // Values and gaps, whole and in blocks, estimates and spread, in f32; a matrix of columns
        // in f64, its copy and its triangle in f32.
        let rounds = match self.form {
            Form::Shared => 0,
            Form::Faithful => self.rounds,
        };
        // The faithful form keeps the regressions of every round.
        (4 * 8 * shape.samples * columns + (24 + 4 * rounds) * columns * columns) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Self::fit(self, train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(Self::restore(self, weights)?))
    }
}

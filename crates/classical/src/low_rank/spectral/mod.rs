//! Low-rank completion by the singular values of the filled table, shrunk or cut off.

mod choose;
mod fitted;
mod spectrum;

pub use fitted::FittedSpectral;

use imputome_core::{Dataset, MethodCard, Result, Run, Summary, TableShape};
use ndarray::{Array1, Array2, Axis};

use super::columns::CovariateColumns;
use super::model;
use super::range::training_range;
use super::table::Table;
use super::validation;
use choose::{Choice, Search, choose, row_model};
use spectrum::{Loadings, Patience, Shrinkage, Spectrum};

/// Directions at most where none are asked for: ours, bounds time and memory.
const MOST_DIRECTIONS: usize = 112;
/// Where a path of penalties begins, and where it goes without validation, as shares of the
/// largest singular value: ours, and its steps, a factor of √2.
const FIRST_PENALTY: f64 = 1.0 / 8.0;
const USUAL_PENALTY: f64 = 1.0 / 30.0;
const PENALTY_STEPS: i32 = 16;
/// Ranks tried, upwards: ours, steps of about √2.
const RANKS: [usize; 17] = [
    1, 2, 3, 5, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448,
];

/// What shrinks the singular values, and how much if that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A penalty on their sum.
    Penalty(Option<f64>),
    /// A number of them.
    Rank(Option<usize>),
}

impl Kind {
    /// Ours, what validation mostly takes: a penalty learned where all was measured is too much
    /// for a row with half of it; leading directions of few samples take in noise.
    fn usual_row_factor(self) -> f64 {
        match self {
            Self::Penalty(_) => 0.5,
            Self::Rank(_) => 2.0,
        }
    }
}

/// What the methods of this module differ in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) card: &'static MethodCard,
    pub(super) kind: Kind,
    /// Number of directions at most.
    pub(super) most_rank: Option<usize>,
    pub(super) hidden: f64,
    pub(super) covariate_weight: f64,
    pub(super) rounds: usize,
    pub(super) tolerance: f64,
}

impl Plan {
    /// Learns from the measured entries of `train`.
    pub(super) fn fit(&self, train: &Dataset, run: &Run) -> Result<FittedSpectral> {
        run.proceed()?;
        run.on_threads(|| self.learn(train, run))
    }

    fn learn(&self, train: &Dataset, run: &Run) -> Result<FittedSpectral> {
        // In the order of their names, samples teach the same whatever their order was.
        let mut order: Vec<usize> = (0..train.n_samples()).collect();
        order.sort_by_key(|&s| &train.samples[s]);
        let covariates = CovariateColumns::fit(&train.covariates, self.covariate_weight);
        let mut table = Table::new(train, &order, &covariates);
        let (choice, remarks) = self.choice(train, &order, &mut table, run)?;
        let (loadings, rank) = self.refit(&table, &choice, run)?;
        Ok(FittedSpectral {
            card: self.card,
            genes: train.genes.as_slice().to_vec(),
            covariates,
            center: table.center.iter().map(|&c| c as f32).collect(),
            penalties: penalties(&loadings, choice.row_factor, &table.scale),
            loadings: in_unit_of_table(&loadings, &table.scale),
            limits: training_range(train),
            summary: self.summary(&choice, rank, remarks),
        })
    }

    fn choice(
        &self,
        train: &Dataset,
        order: &[usize],
        table: &mut Table,
        run: &Run,
    ) -> Result<(Choice, Vec<String>)> {
        let most_rank = self.most_rank(table.n_samples(), table.n_columns());
        let path = |largest: f64| self.path(largest, most_rank);
        if validation::is_possible(train) {
            let groups = train.group_of_samples();
            let groups: Vec<String> = order.iter().map(|&s| groups[s].clone()).collect();
            let search = Search {
                most_rank,
                hidden: self.hidden,
                patience: self.patience(),
                path: &path,
                row_factor: self.kind.usual_row_factor(),
                is_decided: matches!(self.kind, Kind::Penalty(Some(_)) | Kind::Rank(Some(_))),
            };
            let random = &mut run.stream(&format!("{}/choice", self.card.name));
            return Ok((choose(&search, table, &groups, random, run)?, Vec::new()));
        }
        let start = self.start(table, run);
        let path = self.path_without_validation(start.largest(), most_rank);
        let choice = Choice {
            path,
            row_factor: 1.0,
            fit: None,
            points: Vec::new(),
        };
        let remark = "too few groups to choose by validation: took a usual value";
        Ok((choice, vec![remark.into()]))
    }

    /// On every entry, from where validation ended or along its path.
    fn refit(&self, table: &Table, choice: &Choice, run: &Run) -> Result<(Loadings, usize)> {
        run.progress().begin("fitting", choice.path.len() as u64);
        let chosen = *choice.path.last().expect("a path has a first step");
        let mut spectrum = match &choice.fit {
            Some(fit) => fit.clone(),
            None => self.start(table, run),
        };
        let path = match &choice.fit {
            Some(_) => &choice.path[choice.path.len() - 1..],
            None => &choice.path,
        };
        for (done, &shrinkage) in path.iter().enumerate() {
            spectrum.settle(table, shrinkage, self.patience(), run)?;
            run.progress().advance(done as u64 + 1, "");
        }
        run.progress().end();
        Ok((spectrum.loadings(table, chosen), spectrum.rank(chosen)))
    }

    fn start(&self, table: &Table, run: &Run) -> Spectrum {
        let most_rank = self.most_rank(table.n_samples(), table.n_columns());
        let random = &mut run.stream(&format!("{}/start", self.card.name));
        Spectrum::start(table, most_rank, random)
    }

    fn patience(&self) -> Patience {
        Patience {
            rounds: self.rounds,
            tolerance: self.tolerance,
        }
    }

    /// Fewer directions than samples and than columns.
    fn most_rank(&self, samples: usize, columns: usize) -> usize {
        let wanted = match self.kind {
            Kind::Rank(Some(rank)) => rank,
            _ => self.most_rank.unwrap_or(MOST_DIRECTIONS),
        };
        wanted.min(samples.min(columns).saturating_sub(1)).max(1)
    }

    fn path(&self, largest: f64, most_rank: usize) -> Vec<Shrinkage> {
        match self.kind {
            Kind::Penalty(None) => penalties_below(largest).collect(),
            Kind::Penalty(Some(last)) => penalties_below(largest)
                .filter(|shrinkage| shrinkage.number() > last)
                .chain([Shrinkage::Soft(last)])
                .collect(),
            Kind::Rank(None) => RANKS
                .iter()
                .filter(|&&rank| rank <= most_rank)
                .map(|&rank| Shrinkage::Rank(rank))
                .collect(),
            Kind::Rank(Some(_)) => vec![Shrinkage::Rank(most_rank)],
        }
    }

    fn path_without_validation(&self, largest: f64, most_rank: usize) -> Vec<Shrinkage> {
        match self.kind {
            Kind::Penalty(None) => vec![Shrinkage::Soft(largest * USUAL_PENALTY)],
            Kind::Rank(None) => vec![Shrinkage::Rank(1)],
            _ => self.path(largest, most_rank),
        }
    }

    /// Tables of values, marks, residuals and estimates, and blocks of projected rows.
    pub(super) fn memory(&self, shape: TableShape) -> u64 {
        let columns = shape.genes + shape.covariate_columns;
        let rank = self.most_rank(shape.samples, columns);
        let tables = (4 + 1 + 2 * 4) * shape.samples * columns;
        let blocks =
            4 * (1024 + model::COLUMN_BLOCK) * model::n_pairs(rank) + 4 * 6 * 1024 * columns;
        (tables + blocks + 4 * 8 * (shape.samples + columns) * rank) as u64
    }

    fn summary(&self, choice: &Choice, rank: usize, remarks: Vec<String>) -> Summary {
        let (word, number) = match choice.path.last() {
            Some(Shrinkage::Soft(penalty)) => ("penalty", format!("{penalty:.3}")),
            Some(Shrinkage::Rank(rank)) => ("rank asked for", rank.to_string()),
            None => ("penalty", "none".into()),
        };
        let step = match self.kind {
            Kind::Penalty(_) => "penalty",
            Kind::Rank(_) => "rank",
        };
        let curve = choose::curve(step, &choice.points);
        Summary {
            curves: if choice.points.is_empty() {
                Vec::new()
            } else {
                vec![curve]
            },
            chosen: vec![
                (word.into(), number),
                ("rank".into(), rank.to_string()),
                ("row factor".into(), choice.row_factor.to_string()),
            ],
            remarks,
        }
    }
}

/// Downwards, so that each starts from a smoother one.
fn penalties_below(largest: f64) -> impl Iterator<Item = Shrinkage> {
    (0..PENALTY_STEPS).map(move |step| {
        Shrinkage::Soft(largest * FIRST_PENALTY * 2.0_f64.powf(-0.5 * f64::from(step)))
    })
}

fn penalties(loadings: &Loadings, row_factor: f64, scale: &[f64]) -> Array1<f32> {
    let model = row_model(loadings, row_factor);
    let scaled = model.noise.iter().zip(scale);
    scaled
        .map(|(noise, scale)| ((noise * scale * scale) as f32).max(f32::MIN_POSITIVE))
        .collect()
}

fn in_unit_of_table(loadings: &Loadings, scale: &[f64]) -> Array2<f32> {
    let scale = Array1::from_vec(scale.to_vec()).insert_axis(Axis(1));
    (&loadings.matrix * &scale)
        .mapv(|v| v as f32)
        .as_standard_layout()
        .into_owned()
}

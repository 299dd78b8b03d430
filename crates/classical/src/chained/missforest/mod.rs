//! Chained random forests.
//!
//! Gaps are first filled with gene means. Then, sweep after sweep, the gaps of each gene, least
//! missing genes first, are estimated by a random forest that learns the gene's measured values
//! from the other genes, gaps filled as they are by then, and from covariates. Sweeps end when
//! the difference between two successive estimates grows for the first time; the estimates
//! before that are the result.
//!
//! Source: Stekhoven and Bühlmann 2012, doi:10.1093/bioinformatics/btr597; forests after Breiman
//! 2001, doi:10.1023/A:1010933404324. Written from the papers alone.
//! Differs from it: see [`MissForest`]'s card and the method page.
//!
//! Cost: sweeps x genes x trees x draws x candidates x depth.

mod chain;
mod columns;
mod fitted;
mod gene;
mod stored;
mod summary;

use imputome_core::{
    Dataset, FittedImputer, Imputer, MethodCard, Result, Run, Scale, Setting, TableShape, Weights,
    settings,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use fitted::FittedMissForest;
pub use gene::GeneTurn;

use crate::forest::Growth;
use crate::per_gene::mean::gene_means;
use chain::{Chain, Course, Learned};
use columns::{Binning, Screening, screen};
use gene::Forests;

static CARD: MethodCard = MethodCard {
    name: "missforest",
    title: "Chained random forests",
    idea: "Every gene is learned from the others by a random forest, in sweeps that refine each other's estimates until they settle.",
    source: "Stekhoven and Bühlmann 2012, doi:10.1093/bioinformatics/btr597 (MissForest)",
    differs: "cuts between bins that all trees share; in tables of many genes each gene is learned from the genes most correlated with it and each tree from a part of the samples; covariates beside genes; forests are kept for new samples",
    needs: "nothing beside the table; uses every covariate there is",
    cost: "sweeps x genes x trees x samples drawn x genes tried per split; a dozen bytes per entry, and the forests kept",
    inductive: true,
    spread: false,
    scales: &[Scale::Unknown, Scale::Log, Scale::Standardized],
    presets: &[],
};

/// Settings of chained random forests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MissForest {
    /// Trees in the forest of each gene; none: 100 in a table of up to 500 genes, else 20.
    #[schemars(range(min = 1, max = 10_000))]
    pub trees: Option<usize>,
    /// Sweeps over the genes, at most; fewer when the estimates settle before.
    #[schemars(range(min = 1, max = 1000))]
    pub rounds: usize,
    /// Genes tried at each split; none: the square root of how many there are to try.
    #[schemars(range(min = 1, max = 65_000))]
    pub mtry: Option<usize>,
    /// Genes that each gene is learned from, those most correlated with it; none: all of them in
    /// a table of up to 500 genes, else 100.
    #[schemars(range(min = 1, max = 65_000))]
    pub predictors: Option<usize>,
    /// Samples drawn for each tree, with repeats; none: as many as have the gene measured, but no
    /// more than 4,000.
    #[schemars(range(min = 1))]
    pub draws: Option<usize>,
    /// Samples in each leaf, at least.
    #[schemars(range(min = 1))]
    pub min_leaf: usize,
    /// Splits above each leaf, at most; none: no limit.
    #[schemars(range(min = 1))]
    pub depth: Option<usize>,
    /// Bins per gene, between which trees cut.
    #[schemars(range(min = 2, max = 256))]
    pub bins: usize,
    /// Genes renewed together, from the same estimates of the others; 1 is the source's order.
    #[schemars(range(min = 1))]
    pub block: usize,
    /// Share of entries that predictors lack while the forests for new samples learn, so that
    /// they are ready for samples with gaps; 0 keeps the forests that filled the training table.
    #[schemars(range(min = 0.0, max = 0.95))]
    pub hidden: f64,
    /// Sweeps over the genes of new samples.
    #[schemars(range(min = 1, max = 1000))]
    pub sweeps: usize,
    /// Forests kept for new samples, in MiB; trees beyond are dropped, one per gene stays.
    #[schemars(range(min = 1))]
    pub kept_mib: usize,
}

impl Default for MissForest {
    fn default() -> Self {
        Self {
            trees: None,
            // As the source (Section 2).
            rounds: 10,
            mtry: None,
            predictors: None,
            draws: None,
            // The rest is ours, measured on GTEx: see the method page.
            min_leaf: 3,
            depth: None,
            bins: 64,
            block: 8,
            hidden: 0.5,
            sweeps: 4,
            kept_mib: 512,
        }
    }
}

/// Genes up to which a table is small: all predict each other, and forests have as many trees as
/// the source's (Section 3); ours.
const SMALL: usize = 500;
const SMALL_TREES: usize = 100;
/// Predictors and trees in larger tables, so that 12,557 genes are within reach; ours.
const SCREENED: usize = 100;
const LARGE_TREES: usize = 20;
/// Samples drawn per tree unless asked otherwise: in one sweep over 200 genes of 15,201 samples,
/// 20 trees of 4,000 draws were better than 40 of 1,000 (R2 0.697 against 0.688); ours.
const DRAWS: usize = 4000;
/// Share of entries to hide below which forests are good for new samples as they are: ours.
const WORTH_HIDING: f64 = 0.1;
/// Bytes of a node in memory and in a model file.
const NODE_BYTES: usize = 8;

impl Imputer for MissForest {
    fn card(&self) -> &'static MethodCard {
        &CARD
    }

    fn settings(&self) -> Vec<Setting> {
        settings::describe(self)
    }

    fn memory(&self, shape: TableShape) -> u64 {
        let entries = shape.samples * shape.genes;
        // Bins, estimates of this sweep, the one before and as returned; the forests of both.
        let tables = (1 + 3 * 4) * entries;
        let screening = 4 * shape.genes * (self.n_predictors(shape.genes) + 4 * 256);
        (tables + screening + 2 * (self.kept_mib << 20)) as u64
    }

    fn fit(&self, train: &Dataset, run: &Run) -> Result<Box<dyn FittedImputer>> {
        self.check()?;
        run.proceed()?;
        Ok(Box::new(self.learn(train, run)?))
    }

    fn restore(&self, weights: &Weights) -> Result<Box<dyn FittedImputer>> {
        Ok(Box::new(stored::restore(weights)?))
    }
}

impl MissForest {
    /// Learns as [`Imputer::fit`] does, and gives the fitted value by its own type.
    pub fn learn(&self, train: &Dataset, run: &Run) -> Result<FittedMissForest> {
        let means = gene_means(train);
        let (binning, screening) = run.on_threads(|| {
            let screening = screen(train, &means, self.n_predictors(train.n_genes()));
            (Binning::learn(train, self.bins, means), screening)
        });
        let (covariates, _) = binning.encode(&train.covariates);
        let chain = Chain {
            train,
            binning: &binning,
            covariates: &covariates,
            screening: &screening,
            forests: Forests {
                growth: self.growth(train, &screening, &binning),
                kept_nodes: (self.kept_mib << 20) / NODE_BYTES / train.n_genes(),
            },
            rounds: self.rounds,
            block: self.block,
            hidden: 0.0,
            key: run.derived_seed("missforest/trees"),
        };
        let taught = self.run_chain(chain, run)?;
        let summary = summary::of_fit(self, train, &screening, &taught);
        Ok(FittedMissForest::new(
            self,
            train,
            binning,
            screening,
            taught.learned,
            summary,
        ))
    }

    fn n_predictors(&self, genes: usize) -> usize {
        let by_size = if genes <= SMALL { genes } else { SCREENED };
        self.predictors
            .unwrap_or(by_size)
            .min(genes.saturating_sub(1))
    }

    fn n_trees(&self, genes: usize) -> usize {
        let by_size = if genes <= SMALL {
            SMALL_TREES
        } else {
            LARGE_TREES
        };
        self.trees.unwrap_or(by_size)
    }

    fn growth(&self, train: &Dataset, screening: &Screening, binning: &Binning) -> Growth {
        let encoder = &binning.encoder;
        let covariates = encoder.numeric.len() + encoder.categorical.len();
        let columns = screening.predictors.ncols() + covariates;
        Growth {
            trees: self.n_trees(train.n_genes()),
            candidates: self.mtry.unwrap_or(columns.isqrt()).max(1),
            min_leaf: self.min_leaf,
            depth: self.depth,
            draws: self.draws.unwrap_or(DRAWS).min(train.n_samples()),
        }
    }

    /// The chain as the source has it; then, where the table has fewer gaps than new samples may
    /// have, forests that learn with entries hidden.
    fn run_chain(&self, mut chain: Chain<'_>, run: &Run) -> Result<Taught> {
        let entries = chain.train.n_samples() * chain.train.n_genes();
        let measured = chain.train.measured.count();
        // Of what is measured, so many must go for `hidden` of all entries to be missing.
        let share = 1.0 - (1.0 - self.hidden) * entries as f64 / measured as f64;
        let rehearses = share > WORTH_HIDING;
        let mut taught = Taught::default();
        if measured < entries || !rehearses {
            (taught.learned, taught.course) = chain.run(run)?;
        }
        if rehearses {
            chain.hidden = share;
            let (learned, course) = chain.run(run)?;
            taught.rehearsal = Some((share, course));
            if taught.learned.estimates.is_empty() {
                taught.learned.estimates = learned.estimates;
                taught.learned.errors = learned.errors;
            }
            taught.learned.forests = learned.forests;
        }
        Ok(taught)
    }
}

/// What the sweeps taught, and how they went.
#[derive(Default)]
struct Taught {
    learned: Learned,
    course: Course,
    /// The share of measured entries hidden while the forests for new samples learned.
    rehearsal: Option<(f64, Course)>,
}

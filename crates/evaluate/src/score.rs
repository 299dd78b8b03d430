//! From estimates to scores: one pass over the held-out entries.

use imputome_core::{Error, Imputation, Result};
use rayon::prelude::*;

use crate::experiment::Hiding;
use crate::metrics::{self, Entry, Sums};
use crate::pool::{LevelPool, kept_genes};
use crate::scores::{Example, GeneScore, Score};
use crate::trials::{Test, Trial};

/// Genes summed together by one worker. Fixed, so that sums do not depend on the number of
/// threads; 64 genes of f32 fill four cache lines of a row.
const BLOCK: usize = 64;

/// What one method scored in one test.
#[derive(Clone, Debug)]
pub struct Judgment {
    /// Rows of `scores.tsv`.
    pub scores: Vec<Score>,
    /// Rows of `per_gene.tsv`, group `all`.
    pub per_gene: Vec<GeneScore>,
    /// Rows of `examples.tsv`; none outside the first repeat and the reference share.
    pub examples: Vec<Example>,
    /// Sums per level and gene at the reference share, to be joined over repeats.
    pub levels: Option<LevelPool>,
    /// Held-out entries whose estimate is not finite.
    pub failures: usize,
}

/// Judges the estimates of the method `label` for `trial.tests[test]`, on the scale of its tables.
///
/// Refused when the estimates or their spread have another shape than the table.
pub fn score(label: &str, trial: &Trial, test: usize, imputation: &Imputation) -> Result<Judgment> {
    let tested = &trial.tests[test];
    expect_shape("estimates", tested, imputation.estimates.dim())?;
    if let Some(spread) = &imputation.spread {
        expect_shape("standard deviations of estimates", tested, spread.dim())?;
    }
    let brought_back = trial.brought_back(tested, imputation);
    let imputation = brought_back.as_ref().unwrap_or(imputation);
    let sums = add_up(trial, tested, imputation);
    let whose = Whose {
        label,
        trial,
        test: tested,
    };
    Ok(Judgment {
        scores: scores(&whose, &sums, imputation),
        per_gene: per_gene(&whose, &sums),
        examples: examples(&whose, imputation),
        failures: total(&sums.genes).failures as usize,
        levels: sums.pool,
    })
}

fn expect_shape(what: &str, test: &Test, found: (usize, usize)) -> Result<()> {
    let expected = test.truth().dim();
    if found == expected {
        return Ok(());
    }
    Err(Error::Shape {
        what: format!("{what} (samples, genes)"),
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    })
}

/// Sums over the held-out entries of a test.
struct TestSums {
    /// Of each judged gene.
    genes: Vec<Sums>,
    /// Of each level, over all judged genes.
    levels: Vec<Sums>,
    pool: Option<LevelPool>,
}

/// Sums of a block of genes, shape `[levels and one for no level, genes of the block]`.
type BlockSums = Vec<Sums>;

fn add_up(trial: &Trial, test: &Test, imputation: &Imputation) -> TestSums {
    let covariates = &test.holdout.visible().covariates;
    let (n_levels, level_of) = match &trial.levels {
        Some(levels) => (levels.names.len(), levels.of_samples(covariates)),
        None => (0, vec![None; covariates.n_samples()]),
    };
    let blocks: Vec<BlockSums> = test
        .judged
        .par_chunks(BLOCK)
        .map(|genes| add_up_block(trial, test, imputation, &level_of, genes))
        .collect();
    let n_genes = test.truth().ncols();
    let pooled = trial.levels.is_some() && test.hidden == trial.reference_share;
    let mut sums = TestSums {
        genes: Vec::with_capacity(test.judged.len()),
        levels: vec![Sums::default(); n_levels],
        pool: pooled.then(|| LevelPool::new(n_levels, kept_genes(n_genes))),
    };
    for (genes, block) in test.judged.chunks(BLOCK).zip(&blocks) {
        for (position, &gene) in genes.iter().enumerate() {
            sums.add_gene(gene, block.iter().skip(position).step_by(genes.len()));
        }
    }
    sums
}

impl TestSums {
    /// Joins the sums of one gene by level; the last are those of samples without a level.
    fn add_gene<'a>(&mut self, gene: usize, by_level: impl Iterator<Item = &'a Sums>) {
        let mut over_levels = Sums::default();
        for (level, sums) in by_level.enumerate() {
            over_levels.join(sums);
            if level < self.levels.len() {
                self.levels[level].join(sums);
                if let Some(pool) = &mut self.pool {
                    pool.add(level, gene, sums);
                }
            }
        }
        self.genes.push(over_levels);
    }
}

fn add_up_block(
    trial: &Trial,
    test: &Test,
    imputation: &Imputation,
    level_of: &[Option<usize>],
    genes: &[usize],
) -> BlockSums {
    let reference = &trial.reference;
    let n_levels = reference.level_means.nrows();
    let mut sums = vec![Sums::default(); (n_levels + 1) * genes.len()];
    for (s, &level) in level_of.iter().enumerate() {
        let held_out = test.holdout.held_out().row(s);
        let truth = test.truth().row(s);
        let estimates = imputation.estimates.row(s);
        let spread = imputation.spread.as_ref().map(|spread| spread.row(s));
        let of_level = &mut sums[level.unwrap_or(n_levels) * genes.len()..][..genes.len()];
        for (sum, &g) in of_level.iter_mut().zip(genes) {
            if !held_out[g] {
                continue;
            }
            let (mean, deviation) = (reference.means[g], reference.deviations[g]);
            let score = |value: f64| (value - mean) / deviation;
            sum.add(Entry {
                truth: score(f64::from(truth[g])),
                level_mean: score(reference.mean_within(level, g)),
                estimate: score(f64::from(estimates[g])),
                spread: spread.map_or(0.0, |spread| f64::from(spread[g]) / deviation),
            });
        }
    }
    sums
}

fn total(sums: &[Sums]) -> Sums {
    sums.iter().fold(Sums::default(), |mut total, part| {
        total.join(part);
        total
    })
}

/// Which method in which test.
struct Whose<'a> {
    label: &'a str,
    trial: &'a Trial,
    test: &'a Test,
}

impl Whose<'_> {
    fn score(&self, group: &str, metric: &metrics::Definition, value: f64) -> Score {
        Score {
            method: self.label.into(),
            scenario: self.trial.scenario.name().into(),
            hidden: self.test.hidden,
            repeat: self.trial.repeat,
            group: group.into(),
            metric: metric.name.into(),
            value,
        }
    }
}

fn scores(whose: &Whose, sums: &TestSums, imputation: &Imputation) -> Vec<Score> {
    let all = total(&sums.genes);
    let over_genes = |metric: fn(&Sums) -> f64| mean_over_genes(&sums.genes, metric);
    let mut found = vec![
        (&metrics::R2, over_genes(metrics::r2)),
        (&metrics::R2_HELD_OUT, over_genes(metrics::r2_held_out)),
        (&metrics::RMSE, metrics::rmse(&all)),
        (&metrics::MAE, metrics::mae(&all)),
        (&metrics::PEARSON, over_genes(metrics::pearson)),
        (&metrics::SKILL, metrics::skill(&all)),
        (&metrics::ENTRIES, all.entries),
    ];
    if whose.trial.levels.is_some() {
        found.push((&metrics::R2_WITHIN, over_genes(metrics::r2_within)));
    }
    if imputation.spread.is_some() {
        found.push((&metrics::COVERAGE90, metrics::coverage90(&all)));
    }
    if all.failures > 0.0 {
        found.push((&metrics::FAILURES, all.failures));
    }
    if whose.trial.hiding == Hiding::Profile {
        found.extend(of_profiles(whose.test, imputation));
    }
    let mut scores: Vec<Score> = found
        .into_iter()
        .map(|(metric, value)| whose.score("all", metric, value))
        .collect();
    for (level, sums) in sums.levels.iter().enumerate() {
        scores.extend(level_scores(whose, level, sums));
    }
    scores
}

fn of_profiles(test: &Test, imputation: &Imputation) -> [(&'static metrics::Definition, f64); 4] {
    let found = metrics::profile_metrics(
        test.truth(),
        &imputation.estimates,
        test.holdout.held_out(),
        &test.judged,
    );
    [
        (&metrics::RMSE_TABLE, found.rmse),
        (&metrics::MAE_TABLE, found.mae),
        (&metrics::R2_SAMPLE, found.r2_sample),
        (&metrics::R2_GENE, found.r2_gene),
    ]
}

fn level_scores(whose: &Whose, level: usize, sums: &Sums) -> Vec<Score> {
    let Some(levels) = whose.trial.levels.as_ref().filter(|_| sums.entries > 0.0) else {
        return Vec::new();
    };
    let group = levels.group(level);
    [
        (&metrics::R2_WITHIN, metrics::r2_within(sums)),
        (&metrics::RMSE, metrics::rmse(sums)),
        (&metrics::MAE, metrics::mae(sums)),
        (&metrics::ENTRIES, sums.entries),
    ]
    .into_iter()
    .map(|(metric, value)| whose.score(&group, metric, value))
    .collect()
}

/// Mean over the genes where the truth allows the metric. A gene where an estimate failed makes
/// it not a number: a failure is not passed over.
fn mean_over_genes(genes: &[Sums], metric: fn(&Sums) -> f64) -> f64 {
    let values: Vec<f64> = genes
        .iter()
        .map(|sums| (metric(sums), sums.failures))
        .filter(|(value, failures)| !value.is_nan() || *failures > 0.0)
        .map(|(value, _)| value)
        .collect();
    values.iter().sum::<f64>() / values.len() as f64
}

fn per_gene(whose: &Whose, sums: &TestSums) -> Vec<GeneScore> {
    let genes = &whose.test.holdout.visible().genes;
    whose
        .test
        .judged
        .iter()
        .zip(&sums.genes)
        .map(|(&g, sums)| GeneScore {
            method: whose.label.into(),
            scenario: whose.trial.scenario.name().into(),
            hidden: whose.test.hidden,
            repeat: Some(whose.trial.repeat),
            group: "all".into(),
            gene: genes[g].into(),
            entries: sums.entries as usize,
            r2: metrics::r2(sums),
            rmse: metrics::rmse(sums),
            mae: metrics::mae(sums),
            pearson: metrics::pearson(sums),
        })
        .collect()
}

fn examples(whose: &Whose, imputation: &Imputation) -> Vec<Example> {
    let holdout = &whose.test.holdout;
    let table = holdout.visible();
    whose
        .test
        .examples
        .iter()
        .map(|&(s, g)| Example {
            method: whose.label.into(),
            scenario: whose.trial.scenario.name().into(),
            hidden: whose.test.hidden,
            sample: table.samples[s].into(),
            gene: table.genes[g].into(),
            truth: f64::from(whose.test.truth()[(s, g)]),
            estimate: f64::from(imputation.estimates[(s, g)]),
            spread: imputation
                .spread
                .as_ref()
                .map(|spread| f64::from(spread[(s, g)])),
        })
        .collect()
}

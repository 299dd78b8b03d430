//! Which genes are imputed, and why the others are not.

use imputome_core::Counts;
use serde::{Deserialize, Serialize};

use super::cells::{LogCells, Reading};
use super::settings::DeepImpute;

/// Why a gene is not imputed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOut {
    /// Zero in every cell learned from.
    NeverCounted,
    /// The same in every cell learned from.
    Constant,
    /// Variance over (1 + mean) not above the setting `dispersion`.
    LowDispersion,
    /// Variance over (1 + mean) below that of as many genes as the setting `genes` asks for.
    BeyondNumber,
    /// No other gene to predict it from.
    NoPredictor,
}

impl LeftOut {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NeverCounted => "zero in every cell learned from",
            Self::Constant => "the same in every cell learned from",
            Self::LowDispersion => "variance over (1 + mean) not above `dispersion`",
            Self::BeyondNumber => "less variable than as many genes as `genes` asks for",
            Self::NoPredictor => "no other gene to predict it from",
        }
    }
}

/// What is known of each gene over the cells learned from, shape `[genes]` each.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Moments {
    /// Variance over (1 + mean) of its counts.
    pub(super) dispersions: Vec<f64>,
    /// Cells where it is not zero.
    pub(super) nonzero: Vec<u32>,
    /// Mean of its logarithms over the cells where it is not zero, 0 where there is none.
    pub(super) nonzero_means: Vec<f32>,
    /// Mean of its logarithms over all cells.
    pub(super) means: Vec<f32>,
    /// Standard deviation of its logarithms over all cells.
    pub(super) deviations: Vec<f32>,
}

impl Moments {
    /// Of the cells `rows` of a table, whose logarithms are `cells`.
    pub(super) fn of(
        counts: &Counts,
        rows: &[usize],
        (cells, reading): (&LogCells, Reading),
    ) -> Self {
        let genes = counts.n_genes();
        let mut raw = vec![[0.0_f64; 2]; genes];
        let mut logs = vec![[0.0_f64; 2]; genes];
        let mut nonzero = vec![0_u32; genes];
        for (cell, &row) in rows.iter().enumerate() {
            let (columns, values) = counts.row(row);
            for (&gene, &value) in columns.iter().zip(values) {
                let value = reading.count(value);
                raw[gene as usize][0] += value;
                raw[gene as usize][1] += value * value;
            }
            for (gene, log) in cells.row(cell) {
                let log = f64::from(log);
                logs[gene][0] += log;
                logs[gene][1] += log * log;
                nonzero[gene] += 1;
            }
        }
        let n = rows.len() as f64;
        let variance = |[sum, squares]: [f64; 2], n_less: f64| {
            ((squares - sum * sum / n) / n_less.max(1.0)).max(0.0)
        };
        Self {
            dispersions: raw
                .iter()
                .map(|&sums| variance(sums, n - 1.0) / (1.0 + sums[0] / n))
                .collect(),
            nonzero_means: logs
                .iter()
                .zip(&nonzero)
                .map(|([sum, _], &count)| (sum / f64::from(count.max(1))) as f32)
                .collect(),
            means: logs.iter().map(|[sum, _]| (sum / n) as f32).collect(),
            deviations: logs
                .iter()
                .map(|&sums| variance(sums, n).sqrt() as f32)
                .collect(),
            nonzero,
        }
    }

    /// True where a gene varies among the cells learned from, beyond rounding.
    pub(super) fn varies(&self, gene: usize) -> bool {
        // The rounding of sums in f64 is some orders of magnitude below.
        self.dispersions[gene] > 1e-9 && self.deviations[gene] > 1e-6
    }
}

/// The genes imputed, in order of their variance over (1 + mean), and why the others are not.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) targets: Vec<usize>,
    /// Shape `[genes]`, nothing for genes imputed.
    pub(super) reasons: Vec<Option<LeftOut>>,
}

impl Choice {
    /// By the settings.
    pub(super) fn of(settings: &DeepImpute, moments: &Moments) -> Self {
        let genes = 0..moments.dispersions.len();
        let mut ranked: Vec<usize> = genes.clone().filter(|&gene| moments.varies(gene)).collect();
        // Equal genes stay in their order.
        ranked.sort_by(|&a, &b| moments.dispersions[b].total_cmp(&moments.dispersions[a]));
        let above = |gene: &&usize| moments.dispersions[**gene] > settings.dispersion;
        let wanted = match settings.genes {
            Some(genes) => genes.min(ranked.len()),
            None => ranked.iter().filter(above).count(),
        };
        let rounded = wanted.div_ceil(settings.targets) * settings.targets;
        ranked.truncate(rounded);
        let beyond = match settings.genes {
            Some(_) => LeftOut::BeyondNumber,
            None => LeftOut::LowDispersion,
        };
        let mut reasons: Vec<Option<LeftOut>> = genes
            .map(|gene| match moments.nonzero[gene] {
                0 => Some(LeftOut::NeverCounted),
                _ if !moments.varies(gene) => Some(LeftOut::Constant),
                _ => Some(beyond),
            })
            .collect();
        for &gene in &ranked {
            reasons[gene] = None;
        }
        Self {
            targets: ranked,
            reasons,
        }
    }
}

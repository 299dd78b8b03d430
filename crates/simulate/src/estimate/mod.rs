//! Settings of a simulation found in cells, so that simulated cells are like them.

mod gathered;
mod means;
mod missed;
mod variation;

use imputome_core::{Counts, Error, Result};

use crate::SplatterSettings;
use gathered::Gathered;

/// Fewest cells and genes that settings are found in; ours.
const FEWEST: usize = 20;

/// Gathers what the settings of a simulation are found from, window by window.
///
/// Source: Zappia, Phipson and Oshlack 2017, doi:10.1186/s13059-017-1305-0, "Estimation", with these
/// differences. The gamma distribution of gene means is fitted to means whose tenth at either end is known to
/// lie beyond a bound, where the paper sets them to the bound, and without the outliers, so that settings
/// put into a simulation come back. Dispersions are found by moments on two halves of the cells, not by edgeR. The curve of missed
/// molecules is fitted to the zeros that the other settings do not account for. As in the paper, cells
/// count as of one kind, and means are those of what was counted: where much was missed they are too
/// low.
#[derive(Clone, Debug)]
pub struct SplatterEstimator {
    gathered: Gathered,
}

/// Settings found in cells, and what they were found from.
#[derive(Clone, Debug, PartialEq)]
pub struct SplatterEstimate {
    /// The settings; of what cells do not tell (groups and their differences) those by default.
    pub settings: SplatterSettings,
    /// Cells with a count.
    pub cells: usize,
    /// Genes without any count, which are not simulated.
    pub silent: usize,
    /// Genes found far above the others.
    pub outliers: usize,
    /// Genes from which the variation was found; none when there were too few.
    pub varied: usize,
    /// Share of zeros, in `[0, 1]`, among genes with counts.
    pub zeros: f64,
    /// Share of the counts of well expressed genes that is missed beyond chance, none when there are too few such
    /// genes.
    pub missed: Option<f64>,
}

impl SplatterEstimator {
    /// Nothing gathered yet, of so many genes.
    pub fn new(genes: usize) -> Self {
        Self {
            gathered: Gathered::new(genes),
        }
    }

    /// Adds the next cells.
    ///
    /// Refused when they have another number of genes, or a count is below 0.
    pub fn add(&mut self, window: &Counts) -> Result<()> {
        self.gathered.add(window)
    }

    /// The settings.
    ///
    /// Refused: fewer than twenty cells or genes with a count.
    pub fn finish(&self) -> Result<SplatterEstimate> {
        let gathered = &self.gathered;
        let means = gathered.means();
        for (what, found) in [
            ("cells with a count", gathered.cells()),
            ("genes with a count", means.len()),
        ] {
            if found < FEWEST {
                return Err(Error::TooLittle {
                    method: "splatter".into(),
                    what: what.into(),
                    needed: FEWEST,
                    found,
                    advice: "simulate with the settings of a preset".into(),
                });
            }
        }
        let mut settings = SplatterSettings {
            genes: means.len(),
            ..SplatterSettings::default()
        };
        (settings.library_location, settings.library_scale) = gathered.library();
        let outliers = means::find(&means, &mut settings);
        let varied = variation::find(gathered, &mut settings);
        let missed = missed::find(gathered, &mut settings);
        Ok(SplatterEstimate {
            settings: rounded(settings),
            cells: gathered.cells(),
            silent: gathered.genes() - means.len(),
            outliers,
            varied,
            zeros: gathered.zeros(),
            missed,
        })
    }
}

/// Six digits: more say nothing, and fewer are easier to type.
fn rounded(settings: SplatterSettings) -> SplatterSettings {
    let digits = |value: f64| format!("{value:.5e}").parse().unwrap_or(value);
    SplatterSettings {
        mean_shape: digits(settings.mean_shape),
        mean_rate: digits(settings.mean_rate),
        outlier_share: digits(settings.outlier_share),
        outlier_location: digits(settings.outlier_location),
        outlier_scale: digits(settings.outlier_scale),
        library_location: digits(settings.library_location),
        library_scale: digits(settings.library_scale),
        variation: digits(settings.variation),
        variation_freedom: digits(settings.variation_freedom),
        dropout_midpoint: digits(settings.dropout_midpoint),
        dropout_shape: digits(settings.dropout_shape),
        ..settings
    }
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0).max(1.0)).sqrt())
}

/// The middle value; 0 of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Where `f` is lowest between two bounds (golden section search, Kiefer 1953), `f` falling, then rising.
fn lowest(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    // Each step leaves 0.618 of the interval: 60 leave 3e-13.
    for _ in 0..60 {
        let (left, right) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
        if f(left) <= f(right) {
            high = right;
        } else {
            low = left;
        }
    }
    f64::midpoint(low, high)
}

/// Where a falling function passes 0 between two bounds; the nearer bound where it does not.
fn zero_of(mut low: f64, mut high: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if f(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

//! What training entries say about each gene: the yardstick of every metric.

use imputome_core::Dataset;
use ndarray::Array2;

use crate::Levels;

/// Training values a level must have for its own mean to be a reference; below, the mean over
/// all levels is used. Ours: the mean of two values is as noisy as one of them is far off.
const FEWEST_OF_LEVEL: usize = 3;

/// Each gene's mean, spread and level means over the measured training entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Mean of each gene, shape `[genes]`; 0 for a gene never measured.
    pub means: Vec<f64>,
    /// Standard deviation (divisor n) of each gene, shape `[genes]`; 0 for a gene that does not
    /// vary.
    pub deviations: Vec<f64>,
    /// Mean of each gene within each level, shape `[levels, genes]`; the overall mean where the
    /// level has fewer than 3 training values.
    pub level_means: Array2<f64>,
    /// Training samples of each level, shape `[levels]`.
    pub level_samples: Vec<usize>,
}

impl Reference {
    /// Learns from the measured entries of `train`.
    pub fn of(train: &Dataset, levels: Option<&Levels>) -> Self {
        let n_levels = levels.map_or(0, |l| l.names.len());
        let level_of = levels.map_or_else(
            || vec![None; train.n_samples()],
            |l| l.of_samples(&train.covariates),
        );
        let mut level_samples = vec![0; n_levels];
        for level in level_of.iter().flatten() {
            level_samples[*level] += 1;
        }
        let (means, deviations) = means_and_deviations(train);
        let level_means = level_means(train, &level_of, n_levels, &means);
        Self {
            means,
            deviations,
            level_means,
            level_samples,
        }
    }

    /// The mean of gene `g` within `level`, or over all where the level is not known.
    pub fn mean_within(&self, level: Option<usize>, g: usize) -> f64 {
        level.map_or(self.means[g], |l| self.level_means[(l, g)])
    }
}

/// Means first and squares about them second, each in one pass over the rows.
fn means_and_deviations(train: &Dataset) -> (Vec<f64>, Vec<f64>) {
    let n_genes = train.n_genes();
    let (mut counts, mut means) = (vec![0.0; n_genes], vec![0.0; n_genes]);
    each_measured(train, |_, g, value| {
        counts[g] += 1.0;
        means[g] += value;
    });
    for (mean, &n) in means.iter_mut().zip(&counts) {
        *mean = if n > 0.0 { *mean / n } else { 0.0 };
    }
    let mut squares = vec![0.0; n_genes];
    each_measured(train, |_, g, value| {
        squares[g] += (value - means[g]).powi(2)
    });
    let deviations = squares
        .iter()
        .zip(&counts)
        .map(|(&squares, &n): (&f64, &f64)| if n > 0.0 { (squares / n).sqrt() } else { 0.0 })
        .collect();
    (means, deviations)
}

fn level_means(
    train: &Dataset,
    level_of: &[Option<usize>],
    n_levels: usize,
    means: &[f64],
) -> Array2<f64> {
    let shape = (n_levels, train.n_genes());
    let (mut counts, mut sums) = (Array2::<usize>::zeros(shape), Array2::<f64>::zeros(shape));
    each_measured(train, |s, g, value| {
        if let Some(level) = level_of[s] {
            counts[(level, g)] += 1;
            sums[(level, g)] += value;
        }
    });
    Array2::from_shape_fn(shape, |at| match counts[at] {
        n if n >= FEWEST_OF_LEVEL => sums[at] / n as f64,
        _ => means[at.1],
    })
}

fn each_measured(data: &Dataset, mut see: impl FnMut(usize, usize, f64)) {
    for (s, (values, measured)) in data
        .values
        .rows()
        .into_iter()
        .zip(data.measured.0.rows())
        .enumerate()
    {
        for (g, (&value, &measured)) in values.iter().zip(measured).enumerate() {
            if measured {
                see(s, g, f64::from(value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{Covariate, CovariateValues, Covariates, Names};
    use ndarray::array;

    fn five_samples() -> Dataset {
        let values = array![[1.0], [3.0], [8.0], [f32::NAN], [20.0]];
        let names = |kind, names: &[&str]| {
            Names::new(kind, names.iter().map(|n| n.to_string()).collect()).unwrap()
        };
        let tissue = ["Lung", "Lung", "Lung", "Lung", "Skin"];
        let column = Covariate {
            name: "tissue".into(),
            values: CovariateValues::Categorical(
                tissue.iter().map(|t| Some(t.to_string())).collect(),
            ),
        };
        Dataset::new(
            values,
            names("sample", &["a", "b", "c", "d", "e"]),
            names("gene", &["g"]),
        )
        .unwrap()
        .with_covariates(Covariates::new(5, vec![column]).unwrap())
        .unwrap()
    }

    #[test]
    fn a_level_with_fewer_than_three_values_uses_the_overall_mean() {
        let data = five_samples();
        let levels = Levels::of(&data, Some("tissue")).unwrap();
        let reference = Reference::of(&data, levels.as_ref());
        assert_eq!(reference.means, [8.0]);
        // Squares about 8: 49, 25, 0, 144; divisor 4.
        assert_eq!(reference.deviations, [54.5_f64.sqrt()]);
        assert_eq!(reference.level_means, array![[4.0], [8.0]]);
        assert_eq!(reference.level_samples, [4, 1]);
        assert_eq!(reference.mean_within(None, 0), 8.0);
    }

    #[test]
    fn an_unknown_covariate_is_refused_with_those_known() {
        let error = Levels::of(&five_samples(), Some("tisue")).expect_err("no such covariate");
        assert!(error.to_string().contains("\"tisue\""));
        assert!(error.to_string().ends_with("it has tissue"));
    }
}

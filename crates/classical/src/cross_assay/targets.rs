//! Expression to be learned, with its gaps.

use ndarray::{Array2, ArrayView2, Zip};

/// Expression to be learned from features.
#[derive(Clone, Copy, Debug)]
pub struct Targets<'a> {
    /// Shape `[samples, genes]`; what stands at a gap is not read.
    pub values: ArrayView2<'a, f32>,
    /// True where measured, same shape.
    pub measured: ArrayView2<'a, bool>,
}

/// Targets less the mean of each gene, with gaps filled.
#[derive(Clone, Debug)]
pub(crate) struct Centered {
    /// Shape `[samples, genes]`.
    pub(crate) values: Array2<f32>,
    /// Shape `[genes]`.
    pub(crate) means: Vec<f64>,
    /// Variance over measured entries, shape `[genes]`.
    pub(crate) variances: Vec<f64>,
    /// Nothing where there are no gaps.
    pub(crate) measured: Option<Array2<bool>>,
}

impl Centered {
    /// With gaps at the mean of their gene.
    pub(crate) fn of(targets: &Targets<'_>) -> Self {
        let genes = targets.values.ncols();
        let mut sums = vec![(0.0_f64, 0_usize); genes];
        each_measured(targets, |gene, value| {
            sums[gene].0 += value;
            sums[gene].1 += 1;
        });
        let means: Vec<f64> = sums
            .iter()
            .map(|(sum, n)| sum / (*n).max(1) as f64)
            .collect();
        let mut squares = vec![0.0_f64; genes];
        each_measured(targets, |gene, value| {
            squares[gene] += (value - means[gene]).powi(2);
        });
        let variances = squares.iter().zip(&sums);
        let variances = variances.map(|(square, (_, n))| square / (*n).max(1) as f64);
        let values = Array2::from_shape_fn(targets.values.dim(), |at| {
            if targets.measured[at] {
                (f64::from(targets.values[at]) - means[at.1]) as f32
            } else {
                0.0
            }
        });
        let is_complete = targets.measured.iter().all(|&measured| measured);
        Self {
            values,
            variances: variances.collect(),
            means,
            measured: (!is_complete).then(|| targets.measured.to_owned()),
        }
    }

    /// True when there are no gaps.
    pub(crate) fn is_complete(&self) -> bool {
        self.measured.is_none()
    }

    /// True where measured.
    pub(crate) fn is_measured(&self, sample: usize, gene: usize) -> bool {
        self.measured
            .as_ref()
            .is_none_or(|measured| measured[(sample, gene)])
    }

    /// Fills gaps by `estimates`, in the unit of the targets, and centers again.
    pub(crate) fn refine(&mut self, targets: &Targets<'_>, estimates: &Array2<f32>) {
        let mut filled = estimates.clone();
        Zip::from(&mut filled)
            .and(targets.values)
            .and(targets.measured)
            .for_each(|filled, &value, &measured| {
                if measured {
                    *filled = value;
                }
            });
        let n = filled.nrows().max(1) as f64;
        let mut means = vec![0.0_f64; filled.ncols()];
        for row in filled.rows() {
            means
                .iter_mut()
                .zip(row)
                .for_each(|(sum, &value)| *sum += f64::from(value) / n);
        }
        for mut row in filled.rows_mut() {
            for (value, mean) in row.iter_mut().zip(&means) {
                *value = (f64::from(*value) - mean) as f32;
            }
        }
        self.values = filled;
        self.means = means;
    }
}

fn each_measured(targets: &Targets<'_>, mut found: impl FnMut(usize, f64)) {
    for (values, measured) in targets
        .values
        .rows()
        .into_iter()
        .zip(targets.measured.rows())
    {
        for (gene, (&value, &measured)) in values.iter().zip(measured).enumerate() {
            if measured {
                found(gene, f64::from(value));
            }
        }
    }
}

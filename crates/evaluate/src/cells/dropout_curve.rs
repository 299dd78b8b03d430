//! How often a gene is zero, by how much of it there is.

use imputome_core::{Counts, Error, Result};

/// A falling logistic curve: the share of cells in which a gene is zero over the logarithm of its
/// mean, after Splatter (Zappia et al. 2017, doi:10.1186/s13059-017-1305-0, "Estimation").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DropoutCurve {
    /// Logarithm of the mean at which half of the cells are zero.
    pub midpoint: f64,
    /// Slope, below 0 where genes with more are zero less often.
    pub shape: f64,
}

/// Fewest genes that a curve of two numbers is fitted to; ours.
const FEWEST_GENES: usize = 10;
/// Steps of the fit at most; ours, a dozen are enough.
const STEPS: usize = 200;

impl DropoutCurve {
    /// Share of zeros at the logarithm of a mean, in `[0, 1]`.
    pub fn at(&self, log_mean: f64) -> f64 {
        1.0 / (1.0 + (-self.shape * (log_mean - self.midpoint)).exp())
    }

    /// The curve nearest, by least squares over genes, to the share of zeros of each gene over the
    /// logarithm of the mean of what is not zero (Arisdakessian et al. 2019, "Accuracy comparison").
    ///
    /// Refused: fewer than ten genes with a count.
    pub fn of(counts: &Counts) -> Result<Self> {
        let points = points(counts);
        if points.len() < FEWEST_GENES {
            return Err(Error::TooLittle {
                method: "a curve of zeros".into(),
                what: "genes with a count".into(),
                needed: FEWEST_GENES,
                found: points.len(),
                advice: "hide a share of all counts instead".into(),
            });
        }
        Ok(nearest(&points))
    }

    fn squares(&self, points: &[(f64, f64)]) -> f64 {
        points.iter().map(|&(x, y)| (self.at(x) - y).powi(2)).sum()
    }
}

/// Logarithm of the mean of what is not zero and the share of zeros, of each gene with a count.
fn points(counts: &Counts) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0usize); counts.n_genes()];
    for c in 0..counts.n_cells() {
        let (genes, values) = counts.row(c);
        for (&gene, &value) in genes.iter().zip(values) {
            let (sum, cells) = &mut sums[gene as usize];
            *sum += f64::from(value);
            *cells += 1;
        }
    }
    let cells = counts.n_cells() as f64;
    sums.iter()
        .filter(|&&(sum, seen)| seen > 0 && sum > 0.0)
        .map(|&(sum, seen)| ((sum / seen as f64).ln(), 1.0 - seen as f64 / cells))
        .collect()
}

/// Levenberg and Marquardt's steps (Marquardt 1963, doi:10.1137/0111030) from a slope of -1 through
/// the median gene.
fn nearest(points: &[(f64, f64)]) -> DropoutCurve {
    let mut means: Vec<f64> = points.iter().map(|&(x, _)| x).collect();
    means.sort_unstable_by(f64::total_cmp);
    let mut curve = DropoutCurve {
        midpoint: means[means.len() / 2],
        shape: -1.0,
    };
    let (mut squares, mut damping) = (curve.squares(points), 1e-3);
    for _ in 0..STEPS {
        let tried = step(curve, points, damping);
        let found = tried.squares(points);
        if found < squares {
            let gain = squares - found;
            (curve, squares, damping) = (tried, found, damping / 10.0);
            if gain <= 1e-14 * squares {
                break;
            }
        } else if damping > 1e12 {
            break;
        } else {
            damping *= 10.0;
        }
    }
    curve
}

fn step(curve: DropoutCurve, points: &[(f64, f64)], damping: f64) -> DropoutCurve {
    // Normal equations of two unknowns: midpoint m and shape k of y = 1 / (1 + exp(-k (x - m))).
    let (mut mm, mut mk, mut kk, mut m, mut k) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for &(x, y) in points {
        let value = curve.at(x);
        let slope = value * (1.0 - value);
        let by_m = -curve.shape * slope;
        let by_k = (x - curve.midpoint) * slope;
        mm += by_m * by_m;
        mk += by_m * by_k;
        kk += by_k * by_k;
        m += by_m * (y - value);
        k += by_k * (y - value);
    }
    let (mm, kk) = (mm * (1.0 + damping), kk * (1.0 + damping));
    let determinant = mm * kk - mk * mk;
    if determinant <= 0.0 {
        return curve;
    }
    DropoutCurve {
        midpoint: curve.midpoint + (kk * m - mk * k) / determinant,
        shape: curve.shape + (mm * k - mk * m) / determinant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_found_again_from_its_points() {
        let truth = DropoutCurve {
            midpoint: 1.3,
            shape: -0.7,
        };
        let points: Vec<(f64, f64)> = (-10..20)
            .map(|i| f64::from(i) / 4.0)
            .map(|x| (x, truth.at(x)))
            .collect();
        let found = nearest(&points);
        assert!((found.midpoint - 1.3).abs() < 1e-6, "{found:?}");
        assert!((found.shape + 0.7).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn scattered_points_give_the_curve_of_scipy() {
        // SciPy 1.17.1, optimize.curve_fit of the same function from (0, -1).
        let points = [
            (-1.0, 0.95),
            (-0.5, 0.97),
            (0.0, 0.8),
            (0.4, 0.85),
            (0.9, 0.5),
            (1.5, 0.55),
            (2.0, 0.2),
            (2.2, 0.35),
            (3.0, 0.1),
            (4.0, 0.12),
        ];
        let found = nearest(&points);
        let squares = found.squares(&points);
        assert!(
            (found.midpoint - MIDPOINT).abs() < 1e-6,
            "{found:?} {squares}"
        );
        assert!((found.shape - SHAPE).abs() < 1e-6, "{found:?}");
    }

    const MIDPOINT: f64 = 1.3617587174131924;
    const SHAPE: f64 = -1.2069618022697963;
}

//! Genes that one group of cells expresses differently from all others.

use imputome_core::Run;
use ndarray::{ArrayView1, ArrayView2};
use rayon::prelude::*;
use statrs::function::beta::beta_reg;

use super::false_discovery::benjamini_hochberg;

/// How two groups are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceTest {
    /// Student's t test with a variance for each group (Welch 1947), as SciPy's `ttest_ind` with
    /// `equal_var=False`; the paper of DeepImpute names the t test.
    Welch,
    /// The rank sum test (Wilcoxon 1945) by its normal limit, corrected for ties and not for
    /// continuity, as SciPy's `mannwhitneyu`; the program of DeepImpute used ranks.
    Wilcoxon,
}

/// One gene in the group against all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// The test's statistic: t, or the normal score of the ranks; above 0 where the group
    /// expresses the gene more.
    pub statistic: f64,
    /// Chance of such a difference by chance, two-sided; 1 for a gene that does not vary.
    pub p_value: f64,
    /// Smallest false discovery rate at which it would be a discovery, over all genes.
    pub adjusted_p: f64,
    /// Mean in the group less mean outside, on the scale of the table.
    pub difference: f64,
}

/// Compares the samples in the group with all others, gene by gene.
///
/// `table` has shape `[samples, genes]`, logarithms as a rule; `inside` says who belongs to the
/// group. Gives `[genes]`. With fewer than two samples on a side no gene differs.
pub fn differential_expression(
    table: ArrayView2<'_, f32>,
    inside: &[bool],
    test: DifferenceTest,
    run: &Run,
) -> Vec<Difference> {
    assert_eq!(table.nrows(), inside.len(), "a side for each sample");
    let compared = |gene: usize| {
        let (within, outside) = sides(table.column(gene), inside);
        let (statistic, p_value) = match test {
            _ if within.len() < 2 || outside.len() < 2 => (0.0, 1.0),
            DifferenceTest::Welch => welch(&within, &outside),
            DifferenceTest::Wilcoxon => wilcoxon(&within, &outside),
        };
        Difference {
            statistic,
            p_value,
            adjusted_p: 1.0,
            difference: mean(&within) - mean(&outside),
        }
    };
    let mut genes: Vec<Difference> =
        run.on_threads(|| (0..table.ncols()).into_par_iter().map(compared).collect());
    let p_values: Vec<f64> = genes.iter().map(|gene| gene.p_value).collect();
    for (gene, adjusted) in genes.iter_mut().zip(benjamini_hochberg(&p_values)) {
        gene.adjusted_p = adjusted;
    }
    genes
}

fn sides(values: ArrayView1<'_, f32>, inside: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let mut sides = (Vec::new(), Vec::new());
    for (&value, &inside) in values.iter().zip(inside) {
        let side = if inside { &mut sides.0 } else { &mut sides.1 };
        side.push(f64::from(value));
    }
    sides
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Welch's t and its two-sided p value, with the degrees of freedom of Welch and Satterthwaite.
fn welch(a: &[f64], b: &[f64]) -> (f64, f64) {
    let error = |values: &[f64]| {
        let mean = mean(values);
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        squares / (values.len() - 1) as f64 / values.len() as f64
    };
    let (of_a, of_b) = (error(a), error(b));
    let square = of_a + of_b;
    if square <= 0.0 {
        return (0.0, 1.0);
    }
    let freedom =
        square * square / (of_a * of_a / (a.len() - 1) as f64 + of_b * of_b / (b.len() - 1) as f64);
    let t = (mean(a) - mean(b)) / square.sqrt();
    // The two tails of t are an incomplete beta function.
    (t, beta_reg(freedom / 2.0, 0.5, freedom / (freedom + t * t)))
}

/// The normal score of the rank sum and its two-sided p value.
fn wilcoxon(a: &[f64], b: &[f64]) -> (f64, f64) {
    let mut values: Vec<(f64, bool)> = a.iter().map(|&v| (v, true)).collect();
    values.extend(b.iter().map(|&v| (v, false)));
    values.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
    let n = values.len() as f64;
    let (mut before, mut rank_sum, mut ties) = (0.0, 0.0, 0.0);
    for alike in values.chunk_by(|x, y| x.0 == y.0) {
        let size = alike.len() as f64;
        let rank = before + (size + 1.0) / 2.0;
        rank_sum += rank * alike.iter().filter(|(_, in_a)| *in_a).count() as f64;
        ties += size * size * size - size;
        before += size;
    }
    let (of_a, of_b) = (a.len() as f64, b.len() as f64);
    let above = rank_sum - of_a * (of_a + 1.0) / 2.0 - of_a * of_b / 2.0;
    let variance = of_a * of_b / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance <= 0.0 {
        return (0.0, 1.0);
    }
    let z = above / variance.sqrt();
    (z, libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_gene_that_does_not_vary_is_no_discovery() {
        let table = array![[1.0], [1.0], [1.0], [1.0]];
        let inside = [true, true, false, false];
        let run = Run::new(0, 1).unwrap();
        for test in [DifferenceTest::Welch, DifferenceTest::Wilcoxon] {
            let found = differential_expression(table.view(), &inside, test, &run);
            assert_eq!((found[0].p_value, found[0].statistic), (1.0, 0.0));
        }
    }

    #[test]
    fn one_cell_on_a_side_shows_nothing() {
        let table = array![[1.0], [2.0], [9.0]];
        let run = Run::new(0, 1).unwrap();
        let test = DifferenceTest::Welch;
        let found = differential_expression(table.view(), &[false, false, true], test, &run);
        assert_eq!(found[0].p_value, 1.0);
        assert_eq!(found[0].difference, 7.5);
    }
}

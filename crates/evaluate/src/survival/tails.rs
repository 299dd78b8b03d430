//! Chances beyond a value: p values of the tests made here.

use statrs::function::beta::beta_reg;
use statrs::function::gamma::gamma_ur;

/// The quantile of the normal distribution that leaves 2.5 % above it.
pub(super) const NORMAL_975: f64 = 1.959_963_984_540_054;

/// Chance that a standard normal value is as far from 0 as `z`, on either side.
pub(super) fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() * std::f64::consts::FRAC_1_SQRT_2)
}

/// Chance that a chi-square value of so many degrees of freedom is at least `value`.
pub(super) fn chi_square_upper(value: f64, degrees: usize) -> f64 {
    if degrees == 0 || value <= 0.0 {
        return 1.0;
    }
    gamma_ur(degrees as f64 / 2.0, value / 2.0)
}

/// Chance of a Pearson correlation with a square of at least `r2` over so many pairs of
/// unrelated normal values: Student's t test with `pairs - 2` degrees of freedom, two-sided, as
/// R's `cor.test`. 1 for fewer than three pairs.
pub(crate) fn correlation_p_value(r2: f64, pairs: usize) -> f64 {
    if pairs < 3 || r2 <= 0.0 {
        return 1.0;
    }
    // With t² = r² (n - 2) / (1 - r²), the tail of t is an incomplete beta function of 1 - r².
    beta_reg((pairs as f64 - 2.0) / 2.0, 0.5, (1.0 - r2).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_those_of_scipy() {
        // SciPy 1.17.1: 2 norm.sf(z), chi2.sf(x, k), pearsonr by 2 t.sf.
        let cases = [
            (normal_two_sided(-1.959_963_984_540_054), 0.05),
            (normal_two_sided(9.0), 2.257_176_811_907_680_6e-19),
            (
                chi_square_upper(3.837_569_576_549, 1),
                0.050_116_117_409_007_42,
            ),
            (chi_square_upper(40.0, 5), 1.493_367_900_050_393e-7),
            (correlation_p_value(0.5, 100), 1.999_966_566_451_347_4e-16),
            (correlation_p_value(0.01, 20), 0.674_871_232_626_211_4),
        ];
        for (found, expected) in cases {
            // Continued fractions in f64.
            assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn nothing_to_judge_is_no_evidence() {
        assert_eq!(correlation_p_value(0.9, 2), 1.0);
        assert_eq!(chi_square_upper(0.0, 1), 1.0);
        assert_eq!(correlation_p_value(1.0, 10), 0.0);
    }
}

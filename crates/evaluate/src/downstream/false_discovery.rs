//! p values of many tests, adjusted.

/// Smallest false discovery rate at which each test would be a discovery, shape `[tests]`
/// (Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x); as R's `p.adjust`.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least: f64 = 1.0;
    for (rank, &test) in order.iter().enumerate().rev() {
        least = least.min(p_values[test] * p_values.len() as f64 / (rank + 1) as f64);
        adjusted[test] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_those_of_r() {
        // R 4.2.2, p.adjust(p, "BH").
        let p = [0.01, 0.04, 0.03, 0.005, 0.5, 0.03];
        let expected = [0.03, 0.048, 0.045, 0.03, 0.5, 0.045];
        for (found, expected) in benjamini_hochberg(&p).iter().zip(expected) {
            assert!((found - expected).abs() < 1e-15); // one product in f64
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn a_rate_never_exceeds_1() {
        assert_eq!(benjamini_hochberg(&[0.9, 1.0, 1.0]), [1.0; 3]);
    }
}

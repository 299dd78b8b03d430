//! Does a gene spread over cells as another assay says?

/// How unequally values share in their sum, in `[0, 1)`: 0 when all are equal. Values are not
/// negative; nothing when all are 0 or there is none.
///
/// `sum (2i - n - 1) x_(i) / (n sum x)` over ascending values (Gini 1912, in the form of
/// Arisdakessian et al. 2019, "RNA FISH validation").
pub fn gini(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let whole: f64 = sorted.iter().sum();
    if sorted.is_empty() || whole <= 0.0 {
        return None;
    }
    let ranked = sorted.iter().enumerate();
    let sum: f64 = ranked
        .map(|(i, x)| (2.0 * (i + 1) as f64 - n - 1.0) * x)
        .sum();
    Some(sum / (n * whole))
}

/// Largest distance between the cumulative distributions of two samples (Smirnov 1948), in
/// `[0, 1]`; as the statistic of SciPy's `ks_2samp`. Nothing when a sample is empty.
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let sorted = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted
    };
    let (a, b) = (sorted(a), sorted(b));
    let share = |sorted: &[f64], value: f64| {
        sorted.partition_point(|&x| x <= value) as f64 / sorted.len() as f64
    };
    let distance = |&value: &f64| (share(&a, value) - share(&b, value)).abs();
    Some(a.iter().chain(&b).map(distance).fold(0.0, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shares_are_0_and_one_owner_nearly_1() {
        assert_eq!(gini(&[2.0; 8]), Some(0.0));
        assert_eq!(gini(&[0.0, 0.0, 0.0, 5.0]), Some(0.75));
        assert_eq!(gini(&[0.0, 0.0]), None);
    }

    #[test]
    fn samples_apart_are_1_and_the_same_0() {
        assert_eq!(kolmogorov_smirnov(&[1.0, 2.0], &[3.0]), Some(1.0));
        assert_eq!(kolmogorov_smirnov(&[1.0, 2.0], &[2.0, 1.0]), Some(0.0));
        assert_eq!(kolmogorov_smirnov(&[], &[2.0]), None);
    }
}

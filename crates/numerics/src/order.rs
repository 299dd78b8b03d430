//! Order statistics.

/// The median of `values`, the mean of the two middle ones for an even number; nothing for no
/// value. `values` comes back in another order.
pub fn median(values: &mut [f32]) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    let is_even = values.len().is_multiple_of(2);
    let middle = values.len() / 2;
    let (below, upper, _) = values.select_nth_unstable_by(middle, f32::total_cmp);
    if !is_even {
        return Some(*upper);
    }
    let lower = below.iter().copied().max_by(f32::total_cmp)?;
    Some(((f64::from(lower) + f64::from(*upper)) / 2.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_is_the_mean_of_the_middle_two() {
        assert_eq!(median(&mut [3.0, 1.0, 10.0, 2.0]), Some(2.5));
        assert_eq!(median(&mut [3.0, 1.0, 10.0]), Some(3.0));
        assert_eq!(median(&mut []), None);
    }
}

//! Hiding measured entries so that estimates can be judged.

use rand::{Rng, RngExt};

use crate::{Dataset, Holdout, Mask, Result};

/// Hides each measured entry with probability `share`, in `0..=1`, all independently
/// (missing completely at random; section 3.3 of the PMI paper).
pub fn hide_at_random(data: &Dataset, share: f64, random: &mut impl Rng) -> Result<Holdout> {
    let mut held_out = Mask::filled(data.n_samples(), data.n_genes(), false);
    // A draw is spent on every entry, so that the mask does not depend on where gaps are.
    for (hidden, &measured) in held_out.0.iter_mut().zip(&data.measured.0) {
        *hidden = random.random_bool(share) && measured;
    }
    Holdout::new(data, held_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Names, Run};
    use ndarray::Array2;

    fn table(samples: usize, genes: usize) -> Dataset {
        let names = |kind: &str, n: usize| (0..n).map(|i| format!("{kind}{i}")).collect::<Vec<_>>();
        let values = Array2::from_shape_fn((samples, genes), |(s, g)| (s * genes + g) as f32);
        Dataset::new(
            values,
            Names::new("sample", names("S", samples)).unwrap(),
            Names::new("gene", names("G", genes)).unwrap(),
        )
        .unwrap()
    }

    #[test]
    fn hidden_values_are_gone_from_what_methods_see() {
        let data = table(20, 10);
        let holdout =
            hide_at_random(&data, 0.5, &mut Run::new(1, 1).unwrap().stream("hide")).unwrap();
        for ((s, g), &hidden) in holdout.held_out().0.indexed_iter() {
            assert_eq!(holdout.visible().entry(s, g).is_none(), hidden);
            assert_eq!(holdout.visible().values[(s, g)].is_nan(), hidden);
            assert_eq!(holdout.truth()[(s, g)], data.values[(s, g)]);
        }
    }

    #[test]
    fn a_gap_is_never_held_out() {
        let mut data = table(20, 10);
        data.measured.0.column_mut(3).fill(false);
        let holdout =
            hide_at_random(&data, 1.0, &mut Run::new(1, 1).unwrap().stream("hide")).unwrap();
        assert_eq!(holdout.held_out().count(), 20 * 9);
    }

    #[test]
    fn the_share_hidden_is_the_share_asked_for() {
        let holdout = hide_at_random(
            &table(200, 100),
            0.3,
            &mut Run::new(1, 1).unwrap().stream("hide"),
        )
        .unwrap();
        // 20,000 draws: standard deviation 0.0032, five of them 0.016.
        assert!((holdout.held_out().count() as f64 / 20_000.0 - 0.3).abs() < 0.016);
    }
}

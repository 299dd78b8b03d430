//! Hiding the expression of whole samples, as where an assay was never done.

use std::collections::{HashMap, HashSet};

use rand::Rng;
use rand::seq::SliceRandom;

use crate::{Dataset, Error, Holdout, Mask, Result};

/// Hides everything measured in a share, in `(0, 1)`, of the samples that have expression and
/// every companion: whole groups, so that no donor is both hidden and learned from. With the same
/// random numbers a larger share hides what a smaller one does, and more (section 3.1 of the
/// TDimpute paper hides whole profiles, without regard to patients).
///
/// Refused when this would hide nothing or all.
pub fn hide_profiles(data: &Dataset, share: f64, random: &mut impl Rng) -> Result<Holdout> {
    let groups = data.group_of_samples();
    let candidates = data.paired_samples();
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut rows_of_group: Vec<Vec<usize>> = Vec::new();
    for &row in &candidates {
        let at = *place.entry(&groups[row]).or_insert_with(|| {
            rows_of_group.push(Vec::new());
            rows_of_group.len() - 1
        });
        rows_of_group[at].push(row);
    }
    rows_of_group.shuffle(random);
    let wanted = (share * candidates.len() as f64).round() as usize;
    let mut held_out = Mask::filled(data.n_samples(), data.n_genes(), false);
    let mut donors: HashSet<&str> = HashSet::new();
    let mut hidden = 0;
    for rows in &rows_of_group {
        if hidden >= wanted {
            break;
        }
        hidden += rows.len();
        for &row in rows {
            donors.insert(&groups[row]);
            held_out.0.row_mut(row).assign(&data.measured.row(row));
        }
    }
    if hidden == 0 || hidden == candidates.len() {
        return Err(Error::TooLittle {
            method: format!("hiding {share} of the profiles"),
            what: "donors (or samples) with expression and companion, some to hide and some to learn from".into(),
            needed: 2,
            found: rows_of_group.len(),
            advice: "give more samples, or hide another share".into(),
        });
    }
    // What else a hidden donor has would tell of what is hidden, and is judged nowhere.
    let mut rest = data.clone();
    for (s, donor) in groups.iter().enumerate() {
        if donors.contains(donor.as_str()) && !candidates.contains(&s) {
            rest.measured.0.row_mut(s).fill(false);
            rest.values.row_mut(s).fill(f32::NAN);
        }
    }
    Holdout::new(&rest, held_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Companion, Names, Run};
    use ndarray::Array2;

    /// Twenty samples of ten donors; the last two have no companion.
    fn table() -> Dataset {
        let names = |kind, n: usize| {
            Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect()).unwrap()
        };
        let mut betas = Array2::from_elem((20, 2), 0.5);
        betas.slice_mut(ndarray::s![18.., ..]).fill(f32::NAN);
        let companion = Companion::new("methylation", betas, names("cg", 2)).unwrap();
        Dataset::new(Array2::ones((20, 3)), names("S", 20), names("G", 3))
            .and_then(|d| d.with_companions(vec![companion]))
            .and_then(|d| d.with_groups((0..20).map(|s| format!("D{}", s / 2)).collect()))
            .unwrap()
    }

    fn hidden(share: f64) -> Vec<usize> {
        let random = &mut Run::new(1, 1).unwrap().stream("hide");
        let holdout = hide_profiles(&table(), share, random).unwrap();
        let visible = holdout.visible();
        (0..20).filter(|&s| !visible.expressed(s)).collect()
    }

    #[test]
    fn whole_donors_are_hidden_and_never_those_without_a_companion() {
        let rows = hidden(0.5);
        assert_eq!(rows.len(), 10);
        assert!(rows.iter().all(|&s| s < 18 && rows.contains(&(s ^ 1))));
    }

    #[test]
    fn a_larger_share_hides_what_a_smaller_one_does() {
        let (few, many) = (hidden(0.3), hidden(0.7));
        assert!(few.len() < many.len() && few.iter().all(|s| many.contains(s)));
    }

    #[test]
    fn a_hidden_donor_teaches_by_no_other_sample() {
        let mut data = table();
        let groups = (0..20).map(|s| format!("D{}", s % 10)).collect();
        data.groups = Some(groups);
        let random = &mut Run::new(1, 1).unwrap().stream("hide");
        let holdout = hide_profiles(&data, 0.8, random).unwrap();
        for s in 0..10 {
            let (one, other) = (
                holdout.visible().expressed(s),
                holdout.visible().expressed(s + 10),
            );
            assert_eq!(one, other);
        }
    }

    #[test]
    fn hiding_everything_is_refused() {
        let random = &mut Run::new(1, 1).unwrap().stream("hide");
        assert!(hide_profiles(&table(), 0.99, random).is_err());
    }
}

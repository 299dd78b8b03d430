//! Names made unique.

use std::collections::{HashMap, HashSet};

use imputome_core::Names;

use super::refusal;
use crate::Result;

/// Repeated names shown in a note; ours, enough to recognize them.
const REPEATED_SHOWN: usize = 5;

/// The names, each once: one that stands again gets `-1`, `-2` and so on, numbers that would give
/// a name that is already there are passed over (the rule of AnnData's `var_names_make_unique`).
/// Also a note when any was changed.
pub(super) fn unique(
    file: &str,
    kind: &'static str,
    mut names: Vec<String>,
) -> Result<(Names, Option<String>)> {
    let mut taken: HashSet<String> = HashSet::with_capacity(names.len());
    let mut again = Vec::new();
    for (position, name) in names.iter().enumerate() {
        if !taken.insert(name.clone()) {
            again.push(position);
        }
    }
    let repeated = number(&mut names, &again, &mut taken);
    let note = (!again.is_empty()).then(|| told(kind, &repeated));
    let names = Names::new(kind, names).map_err(|error| refusal::dataset(file, error))?;
    Ok((names, note))
}

/// Numbers the names at the given positions; the names that were numbered, each once.
fn number(names: &mut [String], again: &[usize], taken: &mut HashSet<String>) -> Vec<String> {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut repeated: Vec<String> = Vec::new();
    for &position in again {
        let name = names[position].clone();
        let number = numbers.entry(name.clone()).or_default();
        if *number == 0 {
            repeated.push(name.clone());
        }
        loop {
            *number += 1;
            let numbered = format!("{name}-{number}");
            if taken.insert(numbered.clone()) {
                names[position] = numbered;
                break;
            }
        }
    }
    repeated
}

fn told(kind: &str, repeated: &[String]) -> String {
    let mut shown = repeated[..repeated.len().min(REPEATED_SHOWN)].join(", ");
    if repeated.len() > REPEATED_SHOWN {
        shown += ", ...";
    }
    format!(
        "{} {kind} names stand more than once ({shown}): the later ones are called {}-1, {}-2 and so on",
        repeated.len(),
        repeated[0],
        repeated[0]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(names: &[&str]) -> (Vec<String>, Option<String>) {
        let names = names.iter().map(|&name| name.into()).collect();
        let (names, note) = unique("f", "gene", names).unwrap();
        (names.as_slice().to_vec(), note)
    }

    #[test]
    fn a_repeated_name_is_numbered_and_passes_over_names_that_are_there() {
        // anndata 0.12.19: make_index_unique of the same list.
        let (names, note) = made(&["a", "a", "a-1", "b", "a", "b"]);
        assert_eq!(names, ["a", "a-2", "a-1", "b", "a-3", "b-1"]);
        assert!(note.unwrap().starts_with("2 gene names"));
    }

    #[test]
    fn unique_names_stay_without_a_note() {
        assert_eq!(made(&["a", "b"]), (vec!["a".into(), "b".into()], None));
    }
}

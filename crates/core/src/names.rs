//! Names of rows and columns: unique, in order, quick to find.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Unique names in the order of the rows or columns they name. Clones share them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(into = "Vec<String>", try_from = "Vec<String>")]
pub struct Names {
    names: Arc<[String]>,
    positions: Arc<HashMap<String, usize>>,
}

impl From<Names> for Vec<String> {
    fn from(names: Names) -> Self {
        names.names.to_vec()
    }
}

impl TryFrom<Vec<String>> for Names {
    type Error = Error;

    fn try_from(names: Vec<String>) -> Result<Self> {
        Self::new("name", names)
    }
}

impl Names {
    /// Names in the given order; `kind` (`"sample"` or `"gene"`) is used in the error that
    /// refuses a name standing twice.
    pub fn new(kind: &'static str, names: Vec<String>) -> Result<Self> {
        let mut positions = HashMap::with_capacity(names.len());
        for (position, name) in names.iter().enumerate() {
            if let Some(first) = positions.insert(name.clone(), position) {
                return Err(Error::DuplicateName {
                    kind,
                    name: name.clone(),
                    first: first + 1,
                    second: position + 1,
                });
            }
        }
        Ok(Self {
            names: names.into(),
            positions: Arc::new(positions),
        })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Position of a name, counted from 0.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// The names in order.
    pub fn as_slice(&self) -> &[String] {
        &self.names
    }

    /// The names in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The names at the given positions, in that order. Positions must not repeat.
    pub fn select(&self, positions: &[usize]) -> Self {
        let names: Vec<String> = positions.iter().map(|&p| self.names[p].clone()).collect();
        let places = names.iter().cloned().enumerate().map(|(p, n)| (n, p));
        Self {
            positions: Arc::new(places.collect()),
            names: names.into(),
        }
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
    }
}

impl std::ops::Index<usize> for Names {
    type Output = str;

    fn index(&self, position: usize) -> &str {
        &self.names[position]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_standing_twice_is_refused_with_both_positions() {
        let names = ["A", "B", "A"].map(String::from).to_vec();
        let error = Names::new("gene", names).expect_err("duplicate");
        assert_eq!(
            error.to_string(),
            "gene name \"A\" stands twice, at positions 1 and 3; make the names unique and try again"
        );
    }

    #[test]
    fn a_selection_knows_its_new_positions() {
        let names = Names::new("gene", ["A", "B", "C"].map(String::from).to_vec()).unwrap();
        let picked = names.select(&[2, 0]);
        assert_eq!(picked.position("A"), Some(1));
        assert_eq!(picked.position("B"), None);
    }
}

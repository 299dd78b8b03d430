//! Which tissues belong together.

use std::collections::BTreeMap;

use imputome_core::{Error, Result};

/// Those of GTEx v8 (data/gtex/README.md says how they were chosen).
const GTEX: &str = include_str!("../../../data/gtex/organ_systems.tsv");

/// The organ system of each tissue, or any groups of the levels of a covariate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganSystems(BTreeMap<String, String>);

impl OrganSystems {
    /// Those of all tissues of GTEx v8, by primary site and by detailed tissue.
    pub fn gtex() -> Self {
        Self::parse(GTEX).expect("the built-in table is well-formed")
    }

    /// Reads a table with a header line and two columns or more, by tabs or else commas: the
    /// first names a level, the second its group. A group left empty is none.
    ///
    /// Refused: lines of one field, a level that stands twice.
    pub fn parse(text: &str) -> Result<Self> {
        let mut systems = BTreeMap::new();
        let delimiter = match text.lines().next().is_some_and(|line| line.contains('\t')) {
            true => '\t',
            false => ',',
        };
        for (number, line) in (1..).zip(text.lines()).skip(1) {
            if line.trim().is_empty() {
                continue;
            }
            let mut fields = line
                .split(delimiter)
                .map(|field| field.trim().trim_matches('"'));
            let (Some(level), Some(system)) = (fields.next(), fields.next()) else {
                return Err(Error::Unusable(format!(
                    "line {number}: expected a tissue and its system, by a tab or a comma, found {line:?}"
                )));
            };
            if systems.insert(plain(level), system.to_string()).is_some() {
                return Err(Error::Unusable(format!(
                    "line {number}: {level:?} stands twice; keep one line for each tissue"
                )));
            }
        }
        if systems.is_empty() {
            return Err(Error::Unusable(
                "no tissue and system: expected a header line, then a tissue and its system on each line".into(),
            ));
        }
        Ok(Self(systems))
    }

    /// The system of a level, which may be written in other letters and signs: `Adipose_Subcutaneous`
    /// is `Adipose - Subcutaneous`.
    pub fn of(&self, level: &str) -> Option<&str> {
        let system = self.0.get(&plain(level))?;
        Some(system.as_str()).filter(|system| !system.is_empty())
    }
}

/// Letters and digits alone, in lower case.
fn plain(name: &str) -> String {
    let kept = name.chars().filter(|character| character.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tissue_of_gtex_has_its_system() {
        let systems = OrganSystems::gtex();
        // 31 primary sites, 54 detailed tissues of which 15 are called as their site, one line
        // of cells and one older name.
        assert_eq!(systems.0.len(), 31 + 54 - 15 + 2);
        assert_eq!(systems.of("Brain"), Some("nervous"));
        assert_eq!(
            systems.of("Brain_Spinal_cord_cervical_c-1"),
            Some("nervous")
        );
        assert_eq!(
            systems.of("Small Intestine - Terminal Ileum"),
            Some("digestive")
        );
        assert_eq!(systems.of("Left Foot"), None);
    }

    #[test]
    fn a_table_of_ones_own_takes_tabs_or_commas() {
        for table in [
            "level,group,note\nTumor,sick,x\nNormal,,\n",
            "a\tb\nTumor\tsick\nNormal\t\n",
        ] {
            let systems = OrganSystems::parse(table).unwrap();
            assert_eq!(
                (systems.of("tumor"), systems.of("Normal")),
                (Some("sick"), None)
            );
        }
    }

    #[test]
    fn a_table_that_says_nothing_or_two_things_is_refused() {
        let refusal = |table: &str| OrganSystems::parse(table).unwrap_err().to_string();
        assert!(refusal("a\tb\nLung respiratory\n").contains("line 2: expected a tissue"));
        assert!(refusal("a\tb\nLung\tx\nlung\ty\n").contains("line 3: \"lung\" stands twice"));
    }
}

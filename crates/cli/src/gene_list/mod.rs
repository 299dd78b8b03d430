//! A list of genes to keep.

mod synonyms;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use imputome_core::Names;

use crate::failure::Result;
use crate::reading::shown_up_to;

pub(crate) use synonyms::Synonyms;

/// Genes named when they are not found. Ours: a pathway's worth; the others are counted.
const MISSING_SHOWN: usize = 50;

/// A list of genes, found in a table.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct GeneList {
    /// Columns of the genes found, in the order of the table.
    pub(crate) kept: Vec<usize>,
    /// Names that the table does not have.
    pub(crate) missing: Vec<String>,
    /// Names on the list.
    pub(crate) length: usize,
    /// Names that fit several genes of the table or of the synonyms.
    ambiguous: Vec<String>,
    /// Names found by a part of a name: as listed, as in the table.
    by_part: Vec<(String, String)>,
    /// Names found by an older or other symbol: as listed, as in the table.
    by_synonym: Vec<(String, String)>,
}

/// The genes of a table and what else they are called there.
#[derive(Clone, Debug)]
pub(crate) struct TableGenes<'a> {
    /// Their names.
    pub(crate) names: &'a Names,
    /// Another name of some, such as the symbol that a GCT has as description.
    pub(crate) descriptions: HashMap<&'a str, &'a str>,
}

impl<'a> From<&'a Names> for TableGenes<'a> {
    /// Names alone.
    fn from(names: &'a Names) -> Self {
        Self {
            names,
            descriptions: HashMap::new(),
        }
    }
}

impl GeneList {
    /// Reads a list, one name a line, and finds its genes in a table.
    ///
    /// A name that the table does not have is looked for among parts of names: the symbol of
    /// `TP53|7157` (TCGA), the id without version of `ENSG00000141510.16` (GTEx), descriptions;
    /// then, by `synonyms`, among older and other symbols in either direction. One that fits
    /// several genes is not matched.
    pub(crate) fn read(
        file: &str,
        genes: &TableGenes<'_>,
        synonyms: Option<&Synonyms>,
    ) -> Result<Self> {
        let text = imputome_io::read_text(Path::new(file))?;
        let listed = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok(Self::find(listed, genes, synonyms))
    }

    /// How many were found.
    pub(crate) fn count(&self, file: &str) -> String {
        let found = self.length - self.missing.len() - self.ambiguous.len();
        format!(
            "{found} of the {} genes in {file} are in the table",
            self.length
        )
    }

    /// What the user should know.
    pub(crate) fn remarks(&self, file: &str) -> Vec<String> {
        let mut remarks = Vec::new();
        if let Some((listed, found)) = self.by_part.first() {
            remarks.push(format!(
                "{} genes in {file} are found by a part of their name in the table, such as {listed} in {found}",
                self.by_part.len()
            ));
        }
        if !self.by_synonym.is_empty() {
            let pairs = self.by_synonym.iter();
            let pairs: Vec<String> = pairs
                .map(|(listed, found)| format!("{listed} as {found}"))
                .collect();
            remarks.push(format!(
                "{} genes in {file} are found by an older or other symbol: {}",
                pairs.len(),
                shown_up_to(MISSING_SHOWN, pairs.iter().map(String::as_str))
            ));
        }
        let names = |names: &[String]| shown_up_to(MISSING_SHOWN, names.iter().map(String::as_str));
        if !self.ambiguous.is_empty() {
            remarks.push(format!(
                "{} of the {} genes in {file} could be any of several and are not matched: {}",
                self.ambiguous.len(),
                self.length,
                names(&self.ambiguous)
            ));
        }
        if !self.missing.is_empty() {
            remarks.push(format!(
                "{} of the {} genes in {file} are not in the table: {}",
                self.missing.len(),
                self.length,
                names(&self.missing)
            ));
        }
        remarks
    }

    fn find<'a>(
        listed: impl Iterator<Item = &'a str>,
        genes: &TableGenes<'_>,
        synonyms: Option<&Synonyms>,
    ) -> Self {
        let forms = forms_of_table(genes);
        let parts = parts(&forms);
        let known = synonyms.map(|synonyms| KnownGenes::of(synonyms, genes, &forms));
        let mut list = Self::default();
        for name in listed {
            list.length += 1;
            let exact = genes.names.position(name).map(Found::One);
            let by_part = || forms_of(name).find_map(|form| parts.get(form).copied());
            let by_synonym = || forms_of(name).find_map(|form| known.as_ref()?.find(form));
            let pair = |position: usize| (name.to_string(), genes.names[position].to_string());
            if let Some(found) = exact {
                list.keep(name, found);
            } else if let Some(found) = by_part() {
                list.by_part.extend(found.position().map(pair));
                list.keep(name, found);
            } else if let Some(found) = by_synonym() {
                list.by_synonym.extend(found.position().map(pair));
                list.keep(name, found);
            } else {
                list.missing.push(name.into());
            }
        }
        list.kept.sort_unstable();
        list.kept.dedup();
        list
    }

    fn keep(&mut self, name: &str, found: Found) {
        match found {
            Found::One(position) => self.kept.push(position),
            Found::Several => self.ambiguous.push(name.into()),
        }
    }
}

/// Genes of a table that a name fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    One(usize),
    Several,
}

impl Found {
    fn position(self) -> Option<usize> {
        match self {
            Self::One(position) => Some(position),
            Self::Several => None,
        }
    }
}

/// Genes of synonyms that a table has.
struct KnownGenes<'a> {
    synonyms: &'a Synonyms,
    columns: HashMap<usize, Found>,
}

impl<'a> KnownGenes<'a> {
    fn of(synonyms: &'a Synonyms, genes: &TableGenes<'_>, forms: &[Vec<&str>]) -> Self {
        let in_table: HashSet<&str> = forms.iter().flatten().copied().collect();
        let mut columns = HashMap::new();
        for (position, forms) in forms.iter().enumerate().take(genes.names.len()) {
            let mut meant = forms.iter();
            let gene = meant.find_map(|form| synonyms.gene_of_table(form, &in_table));
            if let Some(gene) = gene {
                enter(&mut columns, gene, position);
            }
        }
        Self { synonyms, columns }
    }

    /// Where the gene that a listed name means stands.
    fn find(&self, name: &str) -> Option<Found> {
        match self.synonyms.genes(name) {
            [] => None,
            [gene] => self.columns.get(gene).copied(),
            several => several
                .iter()
                .any(|gene| self.columns.contains_key(gene))
                .then_some(Found::Several),
        }
    }
}

/// Each gene's name in the table, the parts of it, and its description.
fn forms_of_table<'a>(genes: &TableGenes<'a>) -> Vec<Vec<&'a str>> {
    let of_gene = |gene: &'a str| {
        let description = genes.descriptions.get(gene).copied();
        forms_of(gene).chain(description).collect()
    };
    genes.names.iter().map(of_gene).collect()
}

/// A name and its parts: the symbol before `|`, the id before its version.
fn forms_of(name: &str) -> impl Iterator<Item = &str> {
    let symbol = name.split_once('|').map(|(symbol, _)| symbol);
    let versioned = name
        .rsplit_once('.')
        .filter(|(id, version)| is_accession(id) && version.bytes().all(|b| b.is_ascii_digit()));
    [Some(name), symbol, versioned.map(|(id, _)| id)]
        .into_iter()
        .flatten()
}

/// An id of Ensembl (`ENSG00000141510`) or RefSeq (`NM_000546`), which have versions; the names
/// of clones (`RP11-206L10.2`) look alike and are other genes.
fn is_accession(id: &str) -> bool {
    let number = match id.strip_prefix("ENS") {
        Some(rest) => Some(rest.trim_start_matches(|c: char| c.is_ascii_uppercase())),
        None => id
            .split_once('_')
            .filter(|(kind, _)| kind.len() == 2)
            .map(|(_, number)| number),
    };
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Where the gene with a part of a name stands.
fn parts<'a>(forms: &[Vec<&'a str>]) -> HashMap<&'a str, Found> {
    let mut parts = HashMap::new();
    for (position, forms) in forms.iter().enumerate() {
        for part in forms {
            enter(&mut parts, *part, position);
        }
    }
    parts
}

fn enter<K: std::hash::Hash + Eq>(places: &mut HashMap<K, Found>, key: K, position: usize) {
    places
        .entry(key)
        .and_modify(|found| {
            if *found != Found::One(position) {
                *found = Found::Several;
            }
        })
        .or_insert(Found::One(position));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(listed: &[&str], table: &[&str], synonyms: Option<&Synonyms>) -> GeneList {
        let names = table.iter().map(|name| name.to_string()).collect();
        let names = Names::new("gene", names).unwrap();
        let genes = TableGenes {
            names: &names,
            descriptions: HashMap::from([("ENSG00000135679.21", "MDM2")]),
        };
        GeneList::find(listed.iter().copied(), &genes, synonyms)
    }

    #[test]
    fn genes_are_found_by_name_symbol_or_id_where_only_one_can_be_meant() {
        let table = ["TP53|7157", "ENSG00000141510.16", "?|1", "?|2", "MDM2"];
        let list = found(
            &["MDM2", "TP53", "ENSG00000141510", "?", "TP53"],
            &table,
            None,
        );
        assert_eq!(list.kept, [0, 1, 4]);
        assert_eq!(list.ambiguous, ["?"]);
        assert_eq!(list.length, 5);
        assert!(list.remarks("l.txt")[0].contains("TP53 in TP53|7157"));
        assert!(list.count("l.txt").starts_with("4 of the 5 genes"));
    }

    #[test]
    fn what_the_list_says_more_than_the_table_is_left_out_and_descriptions_count() {
        let table = [
            "ENSG00000141510",
            "ENSG00000135679.21",
            "EGFR",
            "RP11-206L10.9",
        ];
        let listed = ["ENSG00000141510.7", "EGFR|1956", "MDM2", "RP11-206L10.2"];
        let list = found(&listed, &table, None);
        assert_eq!(list.kept, [0, 1, 2]);
        assert_eq!(list.missing, ["RP11-206L10.2"]);
    }
}

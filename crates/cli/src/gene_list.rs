//! A list of genes to keep.

use std::collections::HashMap;
use std::path::Path;

use imputome_core::Names;

use crate::failure::Result;
use crate::reading::shown;

/// A list of genes, found in a table.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct GeneList {
    /// Columns of the genes found, in the order of the table.
    pub(crate) kept: Vec<usize>,
    /// Names that the table does not have.
    pub(crate) missing: Vec<String>,
    /// Names on the list.
    pub(crate) length: usize,
    /// Names found by a part of the table's name: as listed, as in the table.
    by_part: Vec<(String, String)>,
}

impl GeneList {
    /// Reads a list, one name a line, and finds its genes in a table.
    ///
    /// A name that the table does not have is looked for among the symbols of names such as
    /// `TP53|7157` (TCGA) and the ids without version of names such as `ENSG00000141510.16`
    /// (GTEx), where one gene alone has it.
    pub(crate) fn read(file: &str, genes: &Names) -> Result<Self> {
        let text = imputome_io::read_text(Path::new(file))?;
        let listed = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Ok(Self::find(listed, genes))
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
        if !self.missing.is_empty() {
            remarks.push(format!(
                "{} of the {} genes in {file} are not in the table: {}",
                self.missing.len(),
                self.length,
                shown(self.missing.iter().map(String::as_str))
            ));
        }
        remarks
    }

    fn find<'a>(listed: impl Iterator<Item = &'a str>, genes: &Names) -> Self {
        let parts = parts(genes);
        let mut list = Self::default();
        for name in listed {
            list.length += 1;
            let part = || parts.get(name).copied().flatten();
            match genes.position(name) {
                Some(position) => list.kept.push(position),
                None => match part() {
                    Some(position) => {
                        list.kept.push(position);
                        list.by_part.push((name.into(), genes[position].into()));
                    }
                    None => list.missing.push(name.into()),
                },
            }
        }
        list.kept.sort_unstable();
        list.kept.dedup();
        list
    }
}

/// Where the gene with a symbol or an id without version stands; nothing where several have it.
fn parts(genes: &Names) -> HashMap<&str, Option<usize>> {
    let mut parts = HashMap::new();
    for (position, gene) in genes.iter().enumerate() {
        let symbol = gene.split_once('|').map(|(symbol, _)| symbol);
        let versioned = gene.rsplit_once('.');
        let id = versioned.filter(|(_, v)| v.bytes().all(|b| b.is_ascii_digit()));
        for part in [symbol, id.map(|(id, _)| id)].into_iter().flatten() {
            parts
                .entry(part)
                .and_modify(|place| *place = None)
                .or_insert(Some(position));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genes_are_found_by_name_symbol_or_id_where_only_one_can_be_meant() {
        let names = ["TP53|7157", "ENSG00000141510.16", "?|1", "?|2", "MDM2"];
        let genes = Names::new("gene", names.map(String::from).to_vec()).unwrap();
        let listed = ["MDM2", "TP53", "ENSG00000141510", "?", "TP53"];
        let list = GeneList::find(listed.into_iter(), &genes);
        assert_eq!(list.kept, [0, 1, 4]);
        assert_eq!(list.missing, ["?"]);
        assert_eq!(list.length, 5);
        assert!(list.remarks("l.txt")[0].contains("TP53 in TP53|7157"));
    }
}

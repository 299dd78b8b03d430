//! Older and other symbols of genes.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use crate::failure::{Failure, Result};

/// Columns of HGNC's complete set: the current symbol, its id, and lists of older and of other
/// symbols.
const CURRENT: &str = "symbol";
const ID: &str = "ensembl_gene_id";
const OLDER: &str = "prev_symbol";
const OTHER: &str = "alias_symbol";

/// What separates the symbols of a list there.
const SEPARATOR: char = '|';

/// Genes and every name that each is known by.
#[derive(Debug, Default)]
pub(crate) struct Synonyms {
    /// Current symbol of each gene.
    symbols: Vec<String>,
    /// Genes by current symbol or id.
    current: HashMap<String, usize>,
    /// Genes by older symbol.
    older: HashMap<String, Vec<usize>>,
    /// Genes by other symbol.
    other: HashMap<String, Vec<usize>>,
}

impl Synonyms {
    /// Reads HGNC's complete set (columns `symbol`, `prev_symbol`, `alias_symbol`), or two
    /// columns without header, an older or other symbol and the current one.
    pub(crate) fn read(file: &str) -> Result<Self> {
        let text = imputome_io::read_text(Path::new(file))?;
        let synonyms = Self::parse(file, &text)?;
        if synonyms.older.is_empty() && synonyms.other.is_empty() {
            return Err(
                Failure::input(format!("{file}: no older or other symbol in it")).hint(FORMS),
            );
        }
        Ok(synonyms)
    }

    fn parse(file: &str, text: &str) -> Result<Self> {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
        let mut lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        let mut synonyms = Self::default();
        let Some((number, first)) = lines.next() else {
            return Ok(synonyms);
        };
        let header: Vec<&str> = first.split('\t').map(field).collect();
        let has = |name| header.contains(&name);
        if has(CURRENT) && (has(OLDER) || has(OTHER)) {
            for (number, line) in lines {
                let fields: Vec<&str> = line.split('\t').map(field).collect();
                expect_fields(file, number, header.len(), fields.len())?;
                synonyms.add_row(&header, &fields);
            }
            return Ok(synonyms);
        }
        for (number, line) in std::iter::once((number, first)).chain(lines) {
            let fields: Vec<&str> = line.split('\t').map(field).collect();
            expect_fields(file, number, 2, fields.len())?;
            synonyms.add_pair(fields[0], fields[1]);
        }
        Ok(synonyms)
    }

    fn add_row(&mut self, header: &[&str], fields: &[&str]) {
        let of = |name| {
            let column = header.iter().position(|column| *column == name);
            column.map_or("", |column| fields[column])
        };
        if of(CURRENT).is_empty() {
            return;
        }
        let gene = self.gene(of(CURRENT));
        if !of(ID).is_empty() {
            self.current.entry(of(ID).into()).or_insert(gene);
        }
        of(OLDER)
            .split(SEPARATOR)
            .for_each(|name| note(&mut self.older, name, gene));
        of(OTHER)
            .split(SEPARATOR)
            .for_each(|name| note(&mut self.other, name, gene));
    }

    fn add_pair(&mut self, older: &str, current: &str) {
        if !current.is_empty() {
            let gene = self.gene(current);
            note(&mut self.older, older, gene);
        }
    }

    fn gene(&mut self, symbol: &str) -> usize {
        let next = self.symbols.len();
        let gene = *self.current.entry(symbol.into()).or_insert(next);
        if gene == next {
            self.symbols.push(symbol.into());
        }
        gene
    }

    /// The genes that a name can mean: by current symbol before older ones before others.
    pub(super) fn genes(&self, name: &str) -> &[usize] {
        if let Some(gene) = self.current.get(name) {
            return std::slice::from_ref(gene);
        }
        let lists = [&self.older, &self.other].into_iter();
        let mut found = lists.filter_map(|list| list.get(name));
        found.next().map_or(&[], Vec::as_slice)
    }

    /// The gene that a name of a table means: none that the table names by its current symbol.
    pub(super) fn gene_of_table(&self, name: &str, in_table: &HashSet<&str>) -> Option<usize> {
        let elsewhere = |gene: &usize| {
            let symbol = self.symbols[*gene].as_str();
            symbol != name && in_table.contains(symbol) && !self.current.contains_key(name)
        };
        let mut genes = self.genes(name).iter().filter(|gene| !elsewhere(gene));
        let gene = genes.next();
        gene.copied().filter(|_| genes.next().is_none())
    }
}

/// What a file of synonyms is.
const FORMS: &str = "give HGNC's complete set (a header with symbol, prev_symbol and alias_symbol), or lines of an older symbol, a tab and the current one";

fn expect_fields(file: &str, line: usize, expected: usize, found: usize) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    Err(Failure::input(format!(
        "{file}: line {line}: expected {expected} fields separated by tabs, found {found}"
    ))
    .hint(FORMS))
}

/// HGNC quotes fields that hold a list.
fn field(text: &str) -> &str {
    text.trim().trim_matches('"').trim()
}

fn note(list: &mut HashMap<String, Vec<usize>>, name: &str, gene: usize) {
    let name = name.trim();
    if name.is_empty() {
        return;
    }
    let genes = list.entry(name.into()).or_default();
    if !genes.contains(&gene) {
        genes.push(gene);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Synonyms {
        Synonyms::parse("s.tsv", text).unwrap()
    }

    const HGNC: &str = "hgnc_id\tsymbol\talias_symbol\tprev_symbol\tensembl_gene_id\n\
        1\tTUBB4A\t\"DYT4|beta-5\"\tTUBB4\tENSG00000104833\n\
        2\tTUBB3\t\"beta-4|TUBB4\"\t\t\n\
        3\tTUBB4B\t\tTUBB2C\t\n\
        4\tDYT4\t\t\t\n";

    #[test]
    fn current_symbols_go_before_older_ones_and_these_before_others() {
        let synonyms = parsed(HGNC);
        assert_eq!(synonyms.genes("TUBB4"), [0]);
        assert_eq!(synonyms.genes("beta-4"), [1]);
        assert_eq!(synonyms.genes("DYT4"), [3]);
        assert_eq!(synonyms.genes("ENSG00000104833"), [0]);
        assert!(synonyms.genes("TP53").is_empty());
    }

    #[test]
    fn a_name_of_a_table_is_no_gene_that_the_table_names_itself() {
        let synonyms = parsed("X\tA\nX\tB\n");
        assert_eq!(synonyms.genes("X"), [0, 1]);
        assert_eq!(synonyms.gene_of_table("X", &HashSet::from(["X"])), None);
        assert_eq!(
            synonyms.gene_of_table("X", &HashSet::from(["X", "A"])),
            Some(1)
        );
    }

    #[test]
    fn lines_of_another_length_are_refused_with_their_place() {
        for text in ["A\tB\nC\n", "symbol\tprev_symbol\nA\tB\tC\n", "A\tB\tC\n"] {
            let error = Synonyms::parse("s.tsv", text).expect_err("ragged");
            assert!(format!("{error:?}").contains("s.tsv: line"), "{error:?}");
        }
    }
}

//! Whether the lines of a table are samples or genes.

use std::collections::HashSet;

use crate::preamble::{GENE_HEADERS, SAMPLE_HEADERS};
use crate::{Format, Orientation, Rows};

/// Names looked at on each side; ours, enough to tell and quick on a million cells.
const LOOKED_AT: usize = 1000;

/// What the decision rests on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence<'a> {
    /// The kind of table.
    pub(crate) format: Format,
    /// Header of the line names.
    pub(crate) index_header: Option<&'a str>,
    /// Names of the lines.
    pub(crate) lines: &'a [String],
    /// Names of the columns.
    pub(crate) columns: &'a [String],
    /// Fields of the covariate table, where sample names are among.
    pub(crate) known: Option<&'a HashSet<&'a str>>,
}

/// What the lines are, and why.
pub(crate) fn decide(rows: Rows, evidence: &Evidence<'_>) -> (Orientation, String) {
    match rows {
        Rows::Samples => return (Orientation::Samples, "as asked for".into()),
        Rows::Genes => return (Orientation::Genes, "as asked for".into()),
        Rows::Auto => {}
    }
    if matches!(evidence.format, Format::Gct12 | Format::Gct13) {
        return (Orientation::Genes, "as always in GCT".into());
    }
    by_covariates(evidence)
        .or_else(|| {
            by_names(
                evidence,
                is_sample_name,
                true,
                "sample names of GTEx, TCGA or a read archive",
            )
        })
        .or_else(|| {
            by_names(
                evidence,
                is_gene_id,
                false,
                "Ensembl or SYMBOL|ENTREZ gene ids",
            )
        })
        .or_else(|| by_header(evidence))
        .or_else(|| {
            by_names(
                evidence,
                is_symbol,
                false,
                "names that look like gene symbols",
            )
        })
        .unwrap_or_else(|| by_shape(evidence))
}

fn by_covariates(evidence: &Evidence<'_>) -> Option<(Orientation, String)> {
    let known = evidence.known?;
    let share = |names: &[String]| share_of(names, |name| known.contains(name));
    let why = |found: &str| format!("the covariate table knows the names of the {found}");
    let (lines, columns) = (share(evidence.lines), share(evidence.columns));
    if lines > columns {
        Some((Orientation::Samples, why("lines")))
    } else if columns > lines {
        Some((Orientation::Genes, why("columns")))
    } else {
        None
    }
}

/// Decides when names of a kind are the majority on one side only.
fn by_names(
    evidence: &Evidence<'_>,
    is_kind: fn(&str) -> bool,
    kind_is_sample: bool,
    kind: &str,
) -> Option<(Orientation, String)> {
    let lines = share_of(evidence.lines, is_kind) > 0.5;
    let columns = share_of(evidence.columns, is_kind) > 0.5;
    let side = match (lines, columns) {
        (true, false) => "lines",
        (false, true) => "columns",
        _ => return None,
    };
    let orientation = if lines == kind_is_sample {
        Orientation::Samples
    } else {
        Orientation::Genes
    };
    Some((orientation, format!("the {side} have {kind}")))
}

fn by_header(evidence: &Evidence<'_>) -> Option<(Orientation, String)> {
    let header = evidence.index_header?;
    let lower = header.to_ascii_lowercase();
    let why = format!("the header of the first column is {header:?}");
    if SAMPLE_HEADERS.contains(&lower.as_str()) {
        Some((Orientation::Samples, why))
    } else if GENE_HEADERS.contains(&lower.as_str()) {
        Some((Orientation::Genes, why))
    } else {
        None
    }
}

fn by_shape(evidence: &Evidence<'_>) -> (Orientation, String) {
    let (lines, columns) = (evidence.lines.len(), evidence.columns.len());
    let doubt = "names do not tell; say --rows samples or --rows genes if this is wrong";
    if lines > 2 * columns {
        (
            Orientation::Genes,
            format!("there are many more lines ({lines}) than columns ({columns}) and {doubt}"),
        )
    } else {
        (
            Orientation::Samples,
            format!("there are {lines} lines and {columns} columns and {doubt}"),
        )
    }
}

fn share_of(names: &[String], is_kind: impl Fn(&str) -> bool) -> f64 {
    let looked_at = names.len().min(LOOKED_AT);
    let kind = names[..looked_at]
        .iter()
        .filter(|name| is_kind(name))
        .count();
    kind as f64 / looked_at.max(1) as f64
}

fn is_sample_name(name: &str) -> bool {
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.len() >= 3 && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    name.starts_with("GTEX-")
        || name.starts_with("TCGA-")
        || name.starts_with("TARGET-")
        || ["GSM", "SRR", "ERR", "DRR", "SRX", "ERX", "SAMN", "SAMEA"]
            .iter()
            .any(|p| numbered(p))
}

/// Ensembl ids (`ENSG00000141510.16`, `ENSMUSG...`) and `TP53|7157`.
fn is_gene_id(name: &str) -> bool {
    let ensembl = name.strip_prefix("ENS").is_some_and(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_uppercase());
        rest.len() >= 9 && rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    });
    let entrez = name
        .split_once('|')
        .is_some_and(|(_, id)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
    ensembl || entrez
}

/// Human symbols (`TP53`, `HLA-A`) and mouse symbols (`Trp53`): a letter first, at least two
/// more characters, no more than 14, and nothing but letters, digits, `-` and `.`.
fn is_symbol(name: &str) -> bool {
    let bytes = name.as_bytes();
    (3..=14).contains(&bytes.len())
        && bytes[0].is_ascii_uppercase()
        && bytes[1].is_ascii_alphanumeric()
        && bytes.iter().filter(|b| b.is_ascii_alphabetic()).count() >= 2
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|n| n.to_string()).collect()
    }

    fn decided(header: &str, lines: &[&str], columns: &[&str]) -> Orientation {
        let (lines, columns) = (names(lines), names(columns));
        let evidence = Evidence {
            format: Format::Delimited(crate::Delimiter::Tab),
            index_header: Some(header),
            lines: &lines,
            columns: &columns,
            known: None,
        };
        decide(Rows::Auto, &evidence).0
    }

    #[test]
    fn names_of_samples_and_genes_tell_the_orientation() {
        let gtex = ["GTEX-1117F-0226-SM-5GZZ7", "GTEX-111CU-1826-SM-5GZYN"];
        assert_eq!(decided("", &gtex, &["a", "b"]), Orientation::Samples);
        assert_eq!(decided("", &["a", "b"], &gtex), Orientation::Genes);
        assert_eq!(
            decided("", &["ENSG00000141510.16"], &["s1"]),
            Orientation::Genes
        );
        assert_eq!(decided("", &["s1"], &["TP53|7157"]), Orientation::Samples);
        assert_eq!(
            decided("", &["Trp53", "Actb"], &["cell_1", "cell_2"]),
            Orientation::Genes
        );
    }

    #[test]
    fn the_header_tells_where_names_do_not() {
        assert_eq!(
            decided("gene_id", &["gene1"], &["cell1", "cell2"]),
            Orientation::Genes
        );
        assert_eq!(
            decided("cell_id", &["c1", "c2", "c3"], &["x"]),
            Orientation::Samples
        );
    }

    #[test]
    fn the_shape_tells_last() {
        let lines = ["1", "2", "3", "4", "5"];
        assert_eq!(decided("", &lines, &["6", "7"]), Orientation::Genes);
        assert_eq!(decided("", &lines, &["6", "7", "8"]), Orientation::Samples);
    }
}

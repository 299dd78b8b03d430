//! GTEx's normalized expression: one tissue, genes in lines after their place in the genome.
//!
//! `*.v8.normalized_expression.bed.gz` of the GTEx portal: a header `#chr start end gene_id`
//! and donors, then a line per gene.

use crate::lines::Lines;
use crate::number::{Field, parse};
use crate::{Decimal, Error, Result, Source};

/// Columns before the donors.
const LEADING: [&str; 4] = ["#chr", "start", "end", "gene_id"];

/// Expression of one tissue.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpressionBed {
    /// Names of the genes, one per line.
    pub genes: Vec<String>,
    /// Names of the donors, one per column.
    pub donors: Vec<String>,
    /// Line by line, shape `[genes, donors]`; not a number where there is a gap.
    pub values: Vec<f32>,
}

/// Reads the normalized expression of a tissue. Refused, with file and line, when it is none.
pub fn read_expression_bed(source: &Source) -> Result<ExpressionBed> {
    let mut lines = Lines::open(source)?;
    let header = lines.take_line()?.unwrap_or_default();
    let fields = texts(&header);
    if fields.len() <= LEADING.len() || fields[..LEADING.len()] != LEADING {
        let found = String::from_utf8_lossy(&header[..header.len().min(40)]).into_owned();
        return Err(refusal(
            &lines,
            "a header #chr, start, end, gene_id and donors".into(),
            found,
        ));
    }
    let mut bed = ExpressionBed {
        genes: Vec::new(),
        donors: fields[LEADING.len()..].to_vec(),
        values: Vec::new(),
    };
    while let Some(line) = lines.take_line()? {
        let mut fields = line.split(|byte| *byte == b'\t');
        let gene = fields.nth(LEADING.len() - 1).unwrap_or_default();
        let before = bed.values.len();
        for field in fields {
            bed.values.push(match parse(field, Decimal::Point) {
                Ok(Field::Gap) => f32::NAN,
                Ok(Field::Value(value)) => value,
                Err(_) => {
                    let found = format!("{:?}", String::from_utf8_lossy(field));
                    return Err(refusal(&lines, "a number".into(), found));
                }
            });
        }
        let found = bed.values.len() - before;
        if found != bed.donors.len() {
            let expected = format!("{} values", bed.donors.len());
            return Err(refusal(&lines, expected, found.to_string()));
        }
        bed.genes.push(String::from_utf8_lossy(gene).into_owned());
    }
    Ok(bed)
}

fn texts(line: &[u8]) -> Vec<String> {
    let fields = line.split(|byte| *byte == b'\t');
    fields
        .map(|field| String::from_utf8_lossy(field).into_owned())
        .collect()
}

fn refusal(lines: &Lines, expected: String, found: String) -> Error {
    Error::Content {
        file: lines.file().into(),
        place: format!(", line {}", lines.number()),
        expected,
        found,
        advice: "give the file as the GTEx portal has it".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Result<ExpressionBed> {
        read_expression_bed(&Source::Memory {
            name: "Lung.bed".into(),
            bytes: text.as_bytes().into(),
        })
    }

    #[test]
    fn genes_donors_and_values_are_read_without_their_places() {
        let bed = read("#chr\tstart\tend\tgene_id\tGTEX-A\tGTEX-B\nchr1\t1\t2\tENSG1.1\t0.5\t-1\nchr1\t3\t4\tENSG2.1\tNA\t2\n").unwrap();
        assert_eq!(bed.genes, ["ENSG1.1", "ENSG2.1"]);
        assert_eq!(bed.donors, ["GTEX-A", "GTEX-B"]);
        assert_eq!(bed.values[..2], [0.5, -1.0]);
        assert!(bed.values[2].is_nan());
    }

    #[test]
    fn a_short_line_and_another_header_are_refused_with_their_line() {
        let short = read("#chr\tstart\tend\tgene_id\tGTEX-A\tGTEX-B\nchr1\t1\t2\tENSG1.1\t0.5\n");
        assert!(short.unwrap_err().to_string().contains("line 2"));
        assert!(read("gene\tA\nENSG1\t1\n").is_err());
    }
}

//! Features of a 10x file that are genes, and entries of those alone.

use imputome_core::SparseRows;

use super::file::Opened;
use super::options::Features;
use super::refusal;
use crate::Result;

/// The type of a feature that is a gene, in files of 10x Genomics.
const GENE_EXPRESSION: &str = "Gene Expression";

/// Leaves out features that are no genes; where the others go, when any was left out.
pub(super) fn take_genes(
    name: &str,
    opened: &mut Opened,
    features: Features,
) -> Result<Option<Vec<u32>>> {
    let Some(types) = opened.types.take() else {
        return Ok(None);
    };
    if types.len() != opened.genes.len() {
        let expected = format!("a type for each of {} features", opened.genes.len());
        let found = types.len().to_string();
        return Err(refusal::content(
            name,
            "feature types",
            expected,
            found,
            refusal::DAMAGED,
        ));
    }
    if features == Features::All || types.iter().all(|kind| kind == GENE_EXPRESSION) {
        return Ok(None);
    }
    let (places, note) = places(&types);
    let keep = |names: &mut Vec<String>| {
        let mut place = places.iter();
        names.retain(|_| place.next().is_some_and(|place| *place != u32::MAX));
    };
    keep(&mut opened.genes);
    opened.identifiers.as_mut().map(keep);
    opened.notes.push(note);
    Ok(Some(places))
}

/// Where each feature that is a gene goes, and a note about the others.
fn places(types: &[String]) -> (Vec<u32>, String) {
    let mut places = vec![u32::MAX; types.len()];
    let mut next = 0;
    let mut others: Vec<(&str, usize)> = Vec::new();
    for (place, kind) in places.iter_mut().zip(types) {
        if kind == GENE_EXPRESSION {
            *place = next;
            next += 1;
        } else if let Some((_, n)) = others.iter_mut().find(|(other, _)| other == kind) {
            *n += 1;
        } else {
            others.push((kind, 1));
        }
    }
    let others = others.iter().map(|(kind, n)| format!("{n} of {kind}"));
    let others: Vec<String> = others.collect();
    let note = format!(
        "{next} features of type {GENE_EXPRESSION} are read, {} left out",
        others.join(", ")
    );
    (places, note)
}

/// The entries of genes that have a place.
pub(super) fn taken(rows: &SparseRows, places: &[u32]) -> SparseRows {
    let mut kept = SparseRows {
        starts: vec![0],
        ..SparseRows::default()
    };
    for line in rows.starts.windows(2) {
        for entry in line[0]..line[1] {
            let place = places[rows.columns[entry] as usize];
            if place != u32::MAX {
                kept.columns.push(place);
                kept.values.push(rows.values[entry]);
            }
        }
        kept.starts.push(kept.columns.len());
    }
    kept
}

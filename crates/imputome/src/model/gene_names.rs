//! Matching genes by name, and Ensembl ids across annotation versions.

use std::collections::HashMap;

use imputome_core::Names;

/// Column of each gene of the model: by its name, else by its Ensembl id without version where
/// that names one column only.
pub(super) fn columns_by_name(model: &[String], table: &Names) -> Vec<Option<usize>> {
    let mut by_id: HashMap<&str, Option<usize>> = HashMap::new();
    for (column, gene) in table.iter().enumerate() {
        if let Some(id) = without_version(gene) {
            by_id
                .entry(id)
                .and_modify(|c| *c = None)
                .or_insert(Some(column));
        }
    }
    let by_version = |gene: &str| by_id.get(without_version(gene)?).copied().flatten();
    let column = |gene: &String| table.position(gene).or_else(|| by_version(gene));
    model.iter().map(column).collect()
}

/// An Ensembl id (`ENSG00000141510.17`, and other species' such as `ENSMUSG...`) without its
/// version; nothing for other names.
fn without_version(gene: &str) -> Option<&str> {
    let id = gene.split_once('.').map_or(gene, |(id, _)| id);
    let digits = id
        .strip_prefix("ENS")?
        .trim_start_matches(|c: char| c.is_ascii_uppercase());
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(id)
}

//! A new h5ad: names of cells and genes, and room for the rest.

use std::path::Path;

use hdf5_pure::{AttrValue, FileBuilder};

use imputome_core::Names;

use super::encoding::{dict, encoded, text, texts};
use super::target::root_attributes;

/// The column of the names of rows.
const INDEX: &str = "_index";

/// Names of a new h5ad.
#[derive(Debug)]
pub(super) struct Skeleton<'a> {
    pub(super) cells: &'a Names,
    pub(super) genes: &'a Names,
    /// Identifiers of the genes, if names are something else.
    pub(super) identifiers: Option<&'a [String]>,
}

/// Writes an h5ad without any table.
pub(super) fn write(
    path: &Path,
    names: &Skeleton<'_>,
) -> std::result::Result<(), hdf5_pure::Error> {
    let mut file = FileBuilder::new();
    for (name, value) in root_attributes() {
        file.set_attr(name, value);
    }
    let frames = [
        ("obs", names.cells.as_slice(), None),
        ("var", names.genes.as_slice(), names.identifiers),
    ];
    for (frame, names, identifiers) in frames {
        let mut group = file.create_group(frame);
        for (name, value) in encoded("dataframe", "0.2.0") {
            group.set_attr(name, value);
        }
        group.set_attr("_index", text(INDEX));
        texts(group.create_dataset(INDEX), names);
        let mut columns = Vec::new();
        if let Some(identifiers) = identifiers {
            texts(group.create_dataset("gene_ids"), identifiers);
            columns.push("gene_ids".to_string());
        }
        group.set_attr("column-order", AttrValue::VarLenStringArray(columns));
        file.add_group(group.finish());
    }
    for name in ["layers", "obsm", "obsp", "uns", "varm", "varp"] {
        let mut group = file.create_group(name);
        for (name, value) in dict() {
            group.set_attr(name, value);
        }
        file.add_group(group.finish());
    }
    file.write(path)
}

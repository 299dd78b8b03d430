//! Adds two layers, columns and settings to every h5ad of a folder, for the round trip through
//! Python (`fixtures/cells/roundtrip.py`).
//!
//! `cargo run --release -p imputome-io --example rewrite_cells -- FOLDER RESULTS`
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use std::path::{Path, PathBuf};

use imputome_io::{
    Additions, CellFile, CellWriter, Column, ColumnValues, Error, LayerForm, OverInput, Result,
};
use serde_json::json;

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder, results] = &arguments[..] else {
        return Err(Error::Request(
            "name a folder and a folder for the results".into(),
        ));
    };
    let failed = |error: std::io::Error| Error::Request(error.to_string());
    std::fs::create_dir_all(results).map_err(failed)?;
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let place = results.join(path.file_stem().unwrap_or_default());
        let place = place.with_extension("h5ad");
        let done = sparse(&path, &place).and_then(|()| dense(&place));
        match done {
            Ok(()) => println!("{}: rewritten", path.display()),
            Err(error) => println!("{error}"),
        }
    }
    Ok(())
}

/// Twice the counts as a layer without zeros, columns and settings.
fn sparse(path: &Path, place: &Path) -> Result<()> {
    let input = CellFile::open(path)?;
    let additions = Additions {
        layer: "imputed".into(),
        form: LayerForm::Sparse,
        cell_columns: vec!["imputed_share".into()],
        gene_columns: vec!["imputed".into(), "why_not".into()],
        key: "imputome/imputed".into(),
        over_input: OverInput::Refused,
        memory_limit: None,
    };
    let mut writer = CellWriter::begin(&input, place, additions)?;
    for window in input.windows(7) {
        let window = window?;
        let doubled = window.values().iter().map(|value| 2.0 * value).collect();
        let doubled = window.with_values(doubled);
        writer.add_counts(&doubled.map_err(|error| Error::Request(error.to_string()))?)?;
    }
    let (cells, genes) = (input.cells().len(), input.genes().len());
    let share = (0..cells).map(|cell| cell as f64 / cells as f64).collect();
    let even = (0..genes)
        .map(|gene: usize| gene.is_multiple_of(2))
        .collect();
    let why = |gene: usize| {
        if gene.is_multiple_of(2) {
            ""
        } else {
            "too few cells"
        }
    };
    let column = |name: &str, values| Column {
        name: name.into(),
        values,
    };
    writer.finish(
        &[column("imputed_share", ColumnValues::Numbers(share))],
        &[
            column("imputed", ColumnValues::Flags(even)),
            column(
                "why_not",
                ColumnValues::Texts((0..genes).map(|g| why(g).into()).collect()),
            ),
        ],
        &json!({
            "method": "deepimpute",
            "settings": {"seed": 7, "dropout": 0.2, "nothing": null, "flag": true},
            "genes": ["a", "b"],
            "numbers": [1, 2.5],
        }),
    )
}

/// The same as a layer with zeros, over the file itself.
fn dense(place: &Path) -> Result<()> {
    let input = CellFile::open(place)?;
    let additions = Additions {
        layer: "imputed_dense".into(),
        form: LayerForm::Dense,
        cell_columns: Vec::new(),
        gene_columns: Vec::new(),
        key: "imputome/imputed_dense".into(),
        over_input: OverInput::Allowed,
        memory_limit: Some(1 << 30),
    };
    let mut writer = CellWriter::begin(&input, place, additions)?;
    for window in input.windows(11) {
        let window = window?;
        let table = window.table(0..window.n_cells());
        writer.add_table((2.0 * table).view())?;
    }
    writer.finish(&[], &[], &json!({}))
}

//! What is written into an h5ad, and what is refused. The round trip through Python is
//! `fixtures/cells/roundtrip.py`.

use std::path::Path;

use imputome_io::{
    Additions, CellFile, CellOptions, CellWriter, Column, ColumnValues, Element, LayerForm,
    NewCells, OverInput, Result,
};
use serde_json::json;

use super::fixture;

fn additions(form: LayerForm) -> Additions {
    Additions {
        layer: "imputed".into(),
        form,
        cell_columns: vec!["share".into()],
        gene_columns: vec!["why_not".into()],
        key: "imputome".into(),
        over_input: OverInput::Refused,
        memory_limit: None,
    }
}

fn columns(input: &CellFile) -> ([Column; 1], [Column; 1]) {
    let column = |name: &str, values| Column {
        name: name.into(),
        values,
    };
    let shares = vec![0.5; input.cells().len()];
    let reasons = vec!["none".into(); input.genes().len()];
    (
        [column("share", ColumnValues::Numbers(shares))],
        [column("why_not", ColumnValues::Texts(reasons))],
    )
}

/// Twice the counts as a layer, in windows of seven cells.
fn doubled(input: &CellFile, place: &Path, additions: Additions) -> Result<()> {
    let form = additions.form;
    let mut writer = CellWriter::begin(input, place, additions)?;
    for window in input.windows(7) {
        let window = window?;
        if form == LayerForm::Dense {
            let table = window.table(0..window.n_cells());
            writer.add_table((2.0 * table).view())?;
        } else {
            let values = window.values().iter().map(|value| 2.0 * value).collect();
            writer.add_counts(&window.with_values(values).unwrap())?;
        }
    }
    let (cells, genes) = columns(input);
    writer.finish(
        &cells,
        &genes,
        &json!({"seed": 7, "name": "x", "list": [1, 2], "none": null}),
    )
}

fn open(path: &Path, element: Element) -> CellFile {
    let options = CellOptions {
        element,
        ..CellOptions::default()
    };
    CellFile::open_with(path, &options).unwrap()
}

#[test]
fn a_layer_is_added_and_the_counts_stay() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path().join("out.h5ad");
    for name in [
        "v12_csr_gzip.h5ad",
        "v13_csc_lzf_layer.h5ad",
        "v13_dense_raw.h5ad",
    ] {
        for form in [LayerForm::Sparse, LayerForm::Dense] {
            let input = CellFile::open(&fixture(name)).unwrap();
            doubled(&input, &place, additions(form)).unwrap();
            let before = input.read().unwrap();
            let after = CellFile::open(&place).unwrap();
            assert_eq!(after.facts().element, input.facts().element);
            assert_eq!(after.read().unwrap(), before, "{name}");
            let layer = open(&place, Element::Layer("imputed".into()))
                .read()
                .unwrap();
            let wanted: Vec<f32> = before.values().iter().map(|value| 2.0 * value).collect();
            assert_eq!(layer, before.with_values(wanted).unwrap(), "{name}");
        }
    }
}

#[test]
fn other_forms_become_an_h5ad_with_their_counts() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path().join("out.h5ad");
    for name in ["ten_x_2.h5", "ten_x_3.h5", "ten_x_folder_3", "cells.loom"] {
        let input = CellFile::open(&fixture(name)).unwrap();
        doubled(&input, &place, additions(LayerForm::Sparse)).unwrap();
        let made = open(&place, Element::X);
        assert_eq!(made.read().unwrap(), input.read().unwrap(), "{name}");
        assert_eq!(made.identifiers(), input.identifiers(), "{name}");
        let layer = open(&place, Element::Layer("imputed".into()))
            .read()
            .unwrap();
        assert_eq!(layer.n_entries(), input.read().unwrap().n_entries());
    }
}

#[test]
fn the_input_is_replaced_only_when_that_is_allowed() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path().join("cells.h5ad");
    std::fs::copy(fixture("v12_csr_gzip.h5ad"), &place).unwrap();
    let input = CellFile::open(&place).unwrap();
    let error = doubled(&input, &place, additions(LayerForm::Sparse)).unwrap_err();
    assert!(error.to_string().contains("is the input"), "{error}");
    let allowed = Additions {
        over_input: OverInput::Allowed,
        ..additions(LayerForm::Sparse)
    };
    doubled(&input, &place, allowed).unwrap();
    open(&place, Element::Layer("imputed".into()));
}

#[test]
fn names_that_are_taken_are_refused_before_any_work() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path().join("out.h5ad");
    let input = CellFile::open(&fixture("v12_csc_lzf_layer.h5ad")).unwrap();
    let refused = |change: fn(&mut Additions)| {
        let mut additions = additions(LayerForm::Sparse);
        change(&mut additions);
        CellWriter::begin(&input, &place, additions)
            .unwrap_err()
            .to_string()
    };
    assert!(refused(|a| a.layer = "counts".into()).contains("layers/counts is there already"));
    assert!(refused(|a| a.key = "log1p".into()).contains("uns/log1p is there already"));
    let error = refused(|a| a.gene_columns = vec!["gene_ids".into()]);
    assert!(error.contains("var/gene_ids is there already"), "{error}");
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[test]
fn an_output_that_is_not_finished_leaves_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path().join("out.h5ad");
    let input = CellFile::open(&fixture("v12_csr_gzip.h5ad")).unwrap();
    let writer = CellWriter::begin(&input, &place, additions(LayerForm::Sparse)).unwrap();
    let (cells, genes) = columns(&input);
    let error = writer.finish(&cells, &genes, &json!({})).unwrap_err();
    assert!(
        error.to_string().contains("expected 30, found 0"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
}

#[test]
fn a_layer_that_would_not_fit_into_memory_is_refused() {
    let input = CellFile::open(&fixture("v12_csr_gzip.h5ad")).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let limited = Additions {
        memory_limit: Some(1 << 12),
        ..additions(LayerForm::Dense)
    };
    let output = scratch.path().join("out.h5ad");
    let error = CellWriter::begin(&input, &output, limited).unwrap_err();
    assert!(error.to_string().contains("--memory-limit"), "{error}");
    // The file itself is larger than that, and need not be held.
    let limited = Additions {
        memory_limit: Some(1 << 12),
        ..additions(LayerForm::Sparse)
    };
    assert!(CellWriter::begin(&input, &output, limited).is_ok());
}

#[test]
fn a_new_file_holds_what_came_window_by_window() {
    let input = CellFile::open(&fixture("ten_x_3.h5")).unwrap();
    let whole = input.read().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("new.h5ad");
    let mut file = NewCells::begin(&path, input.cells(), input.genes(), &["again"]).unwrap();
    for window in input.windows(7) {
        let window = window.unwrap();
        file.add(&window, &[&window]).unwrap();
    }
    let column = Column {
        name: "kind".into(),
        values: ColumnValues::Texts(vec!["a".into(); whole.n_cells()]),
    };
    file.finish(&[column], &[], ("made", &json!({"seed": 3})))
        .unwrap();
    assert_eq!(CellFile::open(&path).unwrap().read().unwrap(), whole);
    let options = CellOptions {
        element: Element::from_argument("again"),
        ..CellOptions::default()
    };
    let layer = CellFile::open_with(&path, &options).unwrap();
    assert_eq!(layer.read().unwrap(), whole);
}

#[test]
fn a_new_file_without_all_its_cells_is_refused_and_leaves_nothing() {
    let input = CellFile::open(&fixture("ten_x_3.h5")).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("new.h5ad");
    let begin = || NewCells::begin(&path, input.cells(), input.genes(), &["again"]).unwrap();
    let window = input.windows(7).next().unwrap().unwrap();
    let mut file = begin();
    let error = file.add(&window, &[]).unwrap_err().to_string();
    assert!(error.contains("layers: expected 1, found 0"), "{error}");
    file.add(&window, &[&window]).unwrap();
    let error = file.finish(&[], &[], ("made", &json!({}))).unwrap_err();
    assert!(
        error.to_string().contains("cells: expected 30, found 7"),
        "{error}"
    );
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
}

//! Files of single cells as a user meets them.

use std::path::Path;

use crate::folder::Folder;

/// A file of `fixtures/cells`.
fn fixture(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cells");
    fixtures.join(name).display().to_string()
}

#[test]
fn inspect_tells_what_is_in_a_file_of_cells() {
    let folder = Folder::new();
    for name in [
        "v13_csr_gzip.h5ad",
        "ten_x_3.h5",
        "ten_x_folder_3",
        "cells.loom",
    ] {
        let text = folder.succeed(&["inspect", &fixture(name)]).stdout;
        for part in ["30 (cell_00", "20 (G0, G1", "raw counts", "cell totals"] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}

#[test]
fn inspect_looks_at_the_layer_asked_for() {
    let folder = Folder::new();
    let file = fixture("v12_dense_raw.h5ad");
    let scale = |more: &[&str]| {
        let mut arguments = vec!["inspect", &file, "--json"];
        arguments.extend(more);
        let json = folder.succeed(&arguments).stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        json[0]["scale"].as_str().unwrap().to_string()
    };
    assert_eq!(scale(&[]), "counts");
    assert_eq!(scale(&["--layer", "X"]), "standardized");
    assert_eq!(scale(&["--layer", "logged"]), "log");
    folder.fail(
        3,
        &["layers/logged"],
        &["inspect", &file, "--layer", "none"],
    );
}

#[test]
fn a_file_of_cells_cut_off_is_refused_in_words() {
    let folder = Folder::new();
    let whole = std::fs::read(fixture("v12_csr_gzip.h5ad")).unwrap();
    std::fs::write(folder.path("cut.h5ad"), &whole[..whole.len() / 2]).unwrap();
    folder.fail(3, &["cut.h5ad", "damaged"], &["inspect", "cut.h5ad"]);
}

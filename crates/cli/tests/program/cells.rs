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

/// Settings that train in no time on twenty genes.
const QUICK: &str = "deepimpute:epochs=3:hidden=8:targets=10:dispersion=0";

#[test]
fn a_result_is_a_new_layer_and_its_run_can_be_repeated() {
    let folder = Folder::new();
    let input = fixture("v13_csr_gzip.h5ad");
    let impute = ["impute", &input, "-o", "out.h5ad", "--method", QUICK];
    let said = folder.succeed(&impute).stderr;
    assert!(said.contains("zeros filled in"), "{said}");
    assert!(said.contains("1 cells hold no counts"), "{said}");
    let text = folder.succeed(&["inspect", "out.h5ad"]).stdout;
    assert!(
        text.contains("imputed") && text.contains("raw counts"),
        "{text}"
    );
    let first = folder.bytes("out.h5ad");
    folder.succeed(&["impute", "--plan", "out.h5ad.run.toml", "-o", "again.h5ad"]);
    // HDF5 keeps no times here; only the name of the output differs, and it is not in the file.
    assert_eq!(first, folder.bytes("again.h5ad"));
    folder.fail(
        2,
        &["imputed"],
        &["impute", "out.h5ad", "-o", "more.h5ad", "--method", QUICK],
    );
}

#[test]
fn a_model_of_cells_serves_other_forms_of_the_same_cells() {
    let folder = Folder::new();
    let input = fixture("v13_csr_gzip.h5ad");
    folder.succeed(&["fit", &input, "-o", "m.safetensors", "--method", QUICK]);
    let from_folder = fixture("ten_x_folder_3");
    let impute = [
        "impute",
        &from_folder,
        "-o",
        "out.h5ad",
        "--model",
        "m.safetensors",
    ];
    let said = folder.succeed(&impute).stderr;
    assert!(said.contains("zeros filled in"), "{said}");
    folder.succeed(&["inspect", "out.h5ad", "--layer", "imputed"]);
}

#[test]
fn what_makes_no_sense_for_cells_is_refused_before_any_work() {
    let folder = Folder::new();
    let input = fixture("v12_csc_lzf_layer.h5ad");
    let impute = |more: &[&'static str]| -> Vec<String> {
        let mut all = vec![
            "impute".to_owned(),
            input.clone(),
            "-o".into(),
            "out.h5ad".into(),
        ];
        all.extend(more.iter().map(|word| (*word).to_owned()));
        all
    };
    for (code, part, more) in [
        (2, "--spread", &["--spread", "s.tsv"][..]),
        (2, "--rows", &["--rows", "genes"]),
        (2, "does not take files of cells", &["--method", "knn"]),
    ] {
        let arguments = impute(more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        folder.fail(code, &[part], &arguments);
    }
    folder.fail(
        2,
        &["out.tsv does not end in .h5ad"],
        &["impute", &input, "-o", "out.tsv"],
    );
    folder.write("table.tsv", "sample\tA\tB\nS1\t1.5\t2\nS2\t3\t\n");
    let table = ["impute", "table.tsv", "-o", "t.tsv", "--policy", "max"];
    folder.fail(2, &["files of cells"], &table);
    assert_eq!(folder.names(), ["table.tsv"]);
}

#[test]
fn logarithms_are_refused_where_counts_are_asked_for() {
    let folder = Folder::new();
    let input = fixture("v12_csc_lzf_layer.h5ad");
    let impute = [
        "impute", &input, "-o", "out.h5ad", "--layer", "X", "--method", QUICK,
    ];
    let answer = folder.run(&impute);
    assert!(matches!(answer.code, Some(3 | 4)), "{}", answer.stderr);
    assert!(answer.stderr.contains("log"), "{}", answer.stderr);
    assert!(folder.names().is_empty());
}

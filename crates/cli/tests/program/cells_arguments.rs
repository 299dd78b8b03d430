//! What is asked of cells is done or refused in words; nothing is ignored.

use std::path::Path;

use crate::folder::Folder;
use crate::tables::{covariates, table};

/// A file of `fixtures/cells`.
fn fixture(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cells");
    fixtures.join(name).display().to_string()
}

/// Settings that train in no time on twenty genes.
const QUICK: &str = "deepimpute:epochs=3:hidden=8:targets=10:dispersion=0";

/// Runs a line that must fail with `code` and say each of `parts`; CELLS stands for a file of cells.
fn fail(folder: &Folder, code: i32, parts: &[&str], line: &str) {
    let line = line.replace("CELLS", &fixture("v13_csr_gzip.h5ad"));
    let words: Vec<&str> = line.split(' ').collect();
    folder.fail(code, parts, &words);
}

#[test]
fn a_layer_of_a_form_that_has_none_is_refused() {
    let folder = Folder::new();
    for form in ["ten_x_folder_3", "ten_x_3.h5", "cells.loom"] {
        let file = fixture(form);
        for line in [
            "impute FILE -o o.h5ad",
            "fit FILE -o m.st",
            "evaluate FILE -o s",
            "inspect FILE",
            "convert FILE o.tsv",
            "simulate cells -o o.h5ad --like FILE",
        ] {
            let line = format!("{} --layer nope", line.replace("FILE", &file));
            fail(&folder, 2, &["no layers", "nope", "--layer"], &line);
        }
    }
    assert!(folder.names().is_empty());
}

#[test]
fn every_option_of_tables_is_refused_on_cells() {
    let folder = Folder::new();
    folder.write("c.tsv", covariates(12));
    for (commands, options) in [
        (
            &[
                "impute CELLS -o o.h5ad",
                "fit CELLS -o m.st",
                "evaluate CELLS -o s",
            ][..],
            &["--normalize log1p", "--within tissue"][..],
        ),
        (
            &["impute CELLS -o o.h5ad", "fit CELLS -o m.st"],
            &[
                "--start a.st",
                "--source t.tsv",
                "--source t.tsv --source-companion b.tsv",
                "--source t.tsv --source-rows genes",
                "--source t.tsv --source-decimal ,",
                "--source t.tsv --source-scale log",
                "--companion-quantiles own",
            ],
        ),
        (
            &["impute CELLS -o o.h5ad"],
            &["--spread s.tsv", "--draws 2", "--add-genes"],
        ),
        (
            &["fit CELLS -o m.st"],
            &["--resume", "--checkpoint-every 5"],
        ),
        (
            &[
                "impute CELLS -o o.h5ad",
                "fit CELLS -o m.st",
                "evaluate CELLS -o s",
                "inspect CELLS",
            ],
            &[
                "--companion b.tsv",
                "--covariates c.tsv",
                "--covariates c.tsv --categorical tissue",
                "--covariates c.tsv --numeric age",
                "--group none",
            ],
        ),
        (
            &[
                "impute CELLS -o o.h5ad",
                "fit CELLS -o m.st",
                "evaluate CELLS -o s",
                "inspect CELLS",
                "convert CELLS o.tsv",
            ],
            &[
                "--rows samples",
                "--rows auto",
                "--delimiter tab",
                "--decimal .",
                "--scale counts",
                "--zeros gaps",
                "--genes c.tsv",
                "--synonyms c.tsv",
            ],
        ),
        (
            &["convert CELLS o.tsv"],
            &["--to-rows samples", "--transform log2p1"],
        ),
        (
            &["evaluate CELLS -o s"],
            &[
                "--scenario in-place",
                "--protocol strict",
                "--test-share 0.2",
                "--score-on original",
            ],
        ),
    ] {
        for command in commands {
            for option in options {
                let named = option.split(' ').next().unwrap_or_default();
                let line = format!("{command} {option}");
                fail(&folder, 2, &[named, "no effect on a file of cells"], &line);
            }
        }
    }
    assert_eq!(folder.names(), ["c.tsv"]);
}

#[test]
fn every_option_of_cells_is_refused_on_tables() {
    let folder = Folder::new();
    folder.write("t.tsv", table(12, 6));
    for line in [
        "impute t.tsv -o o.tsv --layer X",
        "impute t.tsv -o o.tsv --policy restore",
        "impute t.tsv -o o.tsv --into other",
        "fit t.tsv -o m.st --method mean --layer X",
        "evaluate t.tsv -o s --layer X",
        "evaluate t.tsv -o s --mask thinning",
        "inspect t.tsv --layer X",
        "convert t.tsv o.tsv --layer X",
    ] {
        fail(&folder, 2, &["for files of cells", "t.tsv"], line);
    }
    for line in [
        "fit CELLS -o m.st --policy max",
        "fit CELLS -o m.st --into other",
        "evaluate CELLS -o s --into other",
    ] {
        fail(&folder, 2, &["unexpected argument"], line);
    }
    assert_eq!(folder.names(), ["t.tsv"]);
}

#[test]
fn a_plan_is_held_to_the_same() {
    let folder = Folder::new();
    let input = fixture("v13_csr_gzip.h5ad");
    for (plan, part) in [
        ("[normalization]\nwithin = 'tissue'\n", "--within"),
        ("[reading]\nrows = 'genes'\n", "--rows"),
        ("[samples]\ngroup = 'none'\n", "--group"),
        ("[cells]\npolicy = 'some'\n", "policy"),
        ("model = 'm.st'\nmethod = 'deepimpute'\n", "names a model"),
        ("[record]\nprogram = 'imputome'\nmood = 'good'\n", "mood"),
        (
            "[[record.inputs]]\nfile = 'a'\nsha256 = 'b'\nsize = 3\n",
            "size",
        ),
    ] {
        folder.write(
            "p.toml",
            format!("input = '{input}'\noutput = 'o.h5ad'\n{plan}"),
        );
        fail(&folder, 2, &[part], "impute --plan p.toml");
    }
    folder.write(
        "p.toml",
        format!("input = '{input}'\noutput = 'm.st'\n[cells]\npolicy = 'max'\n"),
    );
    fail(&folder, 2, &["policy"], "fit --plan p.toml");
    assert_eq!(folder.names(), ["p.toml"]);
}

#[test]
fn a_name_that_no_layer_can_have_is_refused_before_any_work() {
    let folder = Folder::new();
    for (name, part) in [
        ("a/b", "slash"),
        ("X", "--layer"),
        ("raw", "--layer"),
        (".", "place"),
        ("..", "place"),
    ] {
        let line = format!("impute CELLS -o o.h5ad --into {name}");
        fail(
            &folder,
            2,
            &["cannot name a layer", part, "--into imputed"],
            &line,
        );
    }
    let input = fixture("v13_csr_gzip.h5ad");
    let empty = ["impute", &input, "-o", "o.h5ad", "--into", ""];
    folder.fail(2, &["it is empty"], &empty);
    assert!(folder.names().is_empty());
}

#[test]
fn text_under_the_name_of_a_file_of_cells_is_told() {
    let folder = Folder::new();
    folder.write("t.h5ad", table(12, 6));
    for line in [
        "inspect t.h5ad",
        "impute t.h5ad -o o.tsv",
        "fit t.h5ad -o m.st --method mean",
        "evaluate t.h5ad -o s",
        "convert t.h5ad o.tsv",
        "simulate cells -o o.h5ad --like t.h5ad",
    ] {
        fail(&folder, 3, &["t.h5ad", "no HDF5", "table.tsv"], line);
    }
    std::fs::create_dir(folder.path("empty")).unwrap();
    for line in ["inspect empty", "impute empty -o o.h5ad"] {
        fail(&folder, 3, &["empty", "without matrix.mtx"], line);
    }
    assert_eq!(folder.names(), ["empty", "t.h5ad"]);
}

#[test]
fn a_model_of_the_other_kind_is_told_by_what_it_was_learned_from() {
    let folder = Folder::new();
    let input = fixture("v13_csr_gzip.h5ad");
    folder.write("t.tsv", table(12, 6));
    folder.succeed(&["fit", &input, "-o", "cells.st", "--method", QUICK]);
    folder.succeed(&["fit", "t.tsv", "-o", "table.st", "--method", "mean"]);
    let parts = [
        "cells.st",
        "learned from counts of single cells",
        "imputome convert",
    ];
    fail(&folder, 2, &parts, "impute t.tsv -o o.tsv --model cells.st");
    let parts = ["table.st", "learned from a table", "imputome fit"];
    fail(
        &folder,
        2,
        &parts,
        "impute CELLS -o o.h5ad --model table.st",
    );
    for model in ["@cells.st", "deepimpute@cells.st", "@table.st"] {
        let line = format!("evaluate CELLS -o s --methods {model}");
        fail(&folder, 2, &[model, "models learned before"], &line);
    }
    assert!(!folder.path("o.tsv").exists() && !folder.path("o.h5ad").exists());
}

#[test]
fn names_nearly_right_are_answered_with_the_name_that_was_meant() {
    let folder = Folder::new();
    folder.write("t.tsv", table(12, 6));
    for (part, line) in [
        ("did you mean knn?", "impute t.tsv -o o.tsv --method knnn"),
        (
            "did you mean neighbors?",
            "impute t.tsv -o o.tsv --method knn:neighbours=3",
        ),
        (
            "did you mean published",
            "impute t.tsv -o o.tsv --method deepimpute:publshed",
        ),
        (
            "did you mean deepimpute?",
            "impute CELLS -o o.h5ad --method DeepImput",
        ),
        (
            "did you mean dispersion?",
            "impute CELLS -o o.h5ad --set dispertion=0",
        ),
        (
            "did you mean dropout?",
            "simulate cells -o o.h5ad --set dropuot=true",
        ),
        (
            "did you mean softimpute?",
            "evaluate CELLS -o s --methods soft-imput",
        ),
    ] {
        fail(&folder, 2, &[part], line);
    }
    // What cannot be used on cells is not offered for them.
    let input = fixture("v13_csr_gzip.h5ad");
    for arguments in [
        ["impute", &input, "-o", "o.h5ad", "--method", "magik"],
        ["evaluate", &input, "-o", "s", "--methods", "magik"],
    ] {
        let said = folder
            .fail(2, &["known methods: deepimpute"], &arguments)
            .stderr;
        assert!(!said.contains("ridge") && !said.contains("pmi"), "{said}");
    }
}

#[test]
fn a_simulation_is_not_like_logarithms() {
    let folder = Folder::new();
    let file = fixture("v12_dense_raw.h5ad");
    for layer in ["X", "logged"] {
        let line = format!("simulate cells -o o.h5ad --like {file} --layer {layer}");
        fail(&folder, 4, &["does not look like counts", "--layer"], &line);
    }
    // Brought to a common total.
    std::fs::create_dir(folder.path("scaled")).unwrap();
    let head = "%%MatrixMarket matrix coordinate real general\n3 2 4";
    let entries = "1 1 250.5\n2 1 749.5\n2 2 400.25\n3 2 599.75";
    folder.write("scaled/matrix.mtx", format!("{head}\n{entries}\n"));
    folder.write("scaled/genes.tsv", "E1\tA\nE2\tB\nE3\tC\n");
    folder.write("scaled/barcodes.tsv", "ONE\nTWO\n");
    let line = "simulate cells -o o.h5ad --like scaled";
    fail(&folder, 4, &["does not hold numbers of molecules"], line);
    assert_eq!(folder.names(), ["scaled"]);
}

#[test]
fn a_record_names_every_file_of_a_folder() {
    let folder = Folder::new();
    let input = fixture("ten_x_folder_3");
    let impute = ["impute", &input, "-o", "o.h5ad", "--method", QUICK];
    folder.succeed(&impute);
    let record: toml::Table = folder.read("o.h5ad.run.toml").parse().unwrap();
    let inputs = record["record"]["inputs"].as_array().unwrap();
    let files: Vec<&str> = inputs.iter().map(|i| i["file"].as_str().unwrap()).collect();
    for (file, name) in files
        .iter()
        .zip(["matrix.mtx", "features.tsv", "barcodes.tsv"])
    {
        assert!(file.contains(name), "{files:?}");
    }
    assert_eq!(files.len(), 3);
    assert!(
        inputs
            .iter()
            .all(|input| input["sha256"].as_str().unwrap().len() == 64)
    );
}

#[test]
fn a_second_result_stands_beside_the_first() {
    let folder = Folder::new();
    let input = fixture("v13_csr_gzip.h5ad");
    folder.succeed(&["impute", &input, "-o", "one.h5ad", "--method", QUICK]);
    let second = ["impute", "one.h5ad", "-o", "two.h5ad", "--method", QUICK];
    folder.fail(2, &["layers/imputed is there already", "--into"], &second);
    folder.succeed(&[&second[..], &["--into", "again", "--policy", "all"]].concat());
    let text = folder.succeed(&["inspect", "two.h5ad"]).stdout;
    assert!(
        text.contains("layers/imputed") && text.contains("layers/again"),
        "{text}"
    );
}

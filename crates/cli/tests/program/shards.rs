//! `evaluate --shard` and `merge`: parts done apart are the whole.

use crate::folder::Folder;
use crate::tables::{covariates, table};

const QUESTION: &str = "evaluate t.tsv --covariates c.tsv --methods factor,knn:neighbors=3,mean --repeats 2 --hide 0.2,0.5";

fn cohort() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(48, 10));
    folder.write("c.tsv", covariates(48));
    folder
}

fn asked<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words: Vec<&str> = QUESTION.split(' ').collect();
    [words.as_slice(), more].concat()
}

#[test]
fn shards_in_any_order_make_the_evaluation_of_one_process() {
    let folder = cohort();
    folder.succeed(&asked(&["-o", "whole"]));
    folder.succeed(&asked(&["-o", "a", "--shard", "3/3"]));
    folder.succeed(&asked(&["-o", "b", "--shard", "1/3"]));
    folder.succeed(&asked(&["-o", "a", "--shard", "2/3", "--threads", "1"]));
    let said = folder.succeed(&["merge", "a", "b"]);
    assert!(
        said.stdout.contains("in-place, 20 % hidden"),
        "{}",
        said.stdout
    );
    for file in ["scores.tsv", "per_gene.tsv", "examples.tsv", "curves.tsv"] {
        let whole = folder.bytes(&format!("whole/{file}"));
        assert_eq!(whole, folder.bytes(&format!("a/{file}")), "{file}");
    }
    assert_eq!(
        folder.bytes("whole/evaluation.json"),
        folder.bytes("a/evaluation.json")
    );
    assert!(folder.read("a/report.html").contains("knn:neighbors=3"));
}

#[test]
fn what_is_done_is_not_done_again_and_what_is_missing_is_named() {
    let folder = cohort();
    let first = asked(&["-o", "s", "--shard", "1/2"]);
    let said = folder.succeed(&first).stderr;
    assert!(said.contains("shard 1/2: 9 of the 18 fits done"), "{said}");
    folder.fail(
        3,
        &["9 of 18 fits are missing", "knn:neighbors=3 in trial 1"],
        &["merge", "s"],
    );
    std::fs::remove_file(folder.path("s/shards/0000-02.json")).unwrap();
    let said = folder.succeed(&first).stderr;
    assert!(
        said.contains("1 of the 18 fits done, 8 were there already"),
        "{said}"
    );
}

#[test]
fn shards_of_other_questions_are_kept_apart() {
    let folder = cohort();
    folder.succeed(&asked(&["-o", "s", "--shard", "1/2"]));
    let other = asked(&["-o", "s", "--shard", "2/2", "--seed", "5"]);
    folder.fail(2, &["shards of another question"], &other);
    folder.fail(2, &["such as 2/4"], &asked(&["-o", "s", "--shard", "3/2"]));
    folder.fail(
        2,
        &["--overwrite"],
        &asked(&["-o", "s", "--shard", "1/2", "--overwrite"]),
    );
    folder.fail(3, &["holds no shards"], &["merge", "nowhere"]);
}

/// Networks of few genes, quickly trained.
const METHOD_OF_CELLS: &str = "deepimpute:epochs=3:hidden=8:targets=20:dispersion=0";

#[test]
fn the_job_that_finds_all_networks_writes_the_model_of_one_process() {
    let folder = Folder::new();
    folder.succeed(&[
        "simulate", "cells", "-o", "c.h5ad", "--cells", "60", "--genes", "120",
    ]);
    let fit = |more: &[&'static str]| -> String {
        let words = ["fit", "c.h5ad", "--method", METHOD_OF_CELLS];
        folder.succeed(&[words.as_slice(), more].concat()).stderr
    };
    fit(&["-o", "whole.safetensors"]);
    let said = fit(&["-o", "m.safetensors", "--shard", "2/3"]);
    assert!(
        said.contains("shard 2/3: 2 networks trained; 2 of 6"),
        "{said}"
    );
    fit(&["-o", "m.safetensors", "--shard", "1/3", "--threads", "1"]);
    assert!(!folder.path("m.safetensors").exists());
    let again = fit(&["-o", "m.safetensors", "--shard", "1/3"]);
    assert!(again.contains("0 networks trained; 4 of 6"), "{again}");
    fit(&["-o", "m.safetensors", "--shard", "3/3"]);
    assert_eq!(
        folder.bytes("whole.safetensors"),
        folder.bytes("m.safetensors")
    );
    folder.fail(
        2,
        &["shards of another question"],
        &[
            "fit",
            "c.h5ad",
            "--method",
            METHOD_OF_CELLS,
            "-o",
            "m.safetensors",
            "--overwrite",
            "--seed",
            "1",
            "--shard",
            "1/3",
        ],
    );
}

#[test]
fn shards_are_refused_where_they_have_no_effect() {
    let folder = cohort();
    folder.fail(
        2,
        &["--shard", "learn as a whole"],
        &[
            "fit",
            "t.tsv",
            "--method",
            "mean",
            "-o",
            "m.safetensors",
            "--shard",
            "1/2",
        ],
    );
    folder.succeed(&[
        "simulate", "cells", "-o", "c.h5ad", "--cells", "30", "--genes", "20",
    ]);
    folder.fail(
        2,
        &["--shard", "imputome fit CELLS"],
        &["evaluate", "c.h5ad", "-o", "s", "--shard", "1/2"],
    );
}

//! What each command does, on tables small enough to read.

use crate::folder::{Answer, Folder};
use crate::tables::{cohort, expect_filled, fields, is_gap, rows, table, value};

#[test]
fn impute_fills_gaps_and_leaves_measured_values_as_written() {
    let folder = cohort(40, 12);
    for method in ["factor", "knn", "median", "mean"] {
        let answer = folder.succeed(&[
            "impute",
            "t.tsv",
            "-o",
            "o.tsv",
            "--method",
            method,
            "--overwrite",
        ]);
        expect_filled(&folder.read("t.tsv"), &folder.read("o.tsv"));
        assert!(answer.stderr.contains("gaps filled"), "{}", answer.stderr);
        assert!(answer.stdout.is_empty());
    }
}

#[test]
fn without_a_method_the_blend_fills_a_small_table_and_factor_a_wide_one() {
    let folder = cohort(40, 12);
    let told = folder.succeed(&["impute", "t.tsv", "-o", "o.tsv"]).stderr;
    assert!(
        told.contains("using blend, the choice for a table of 40 x 12"),
        "{told}"
    );
    expect_filled(&folder.read("t.tsv"), &folder.read("o.tsv"));
    let record = folder.read("o.tsv.run.toml");
    for part in ["method = \"blend\"", "using blend, the choice for"] {
        assert!(record.contains(part), "{part} is not in\n{record}");
    }
    let first = folder.bytes("o.tsv");
    folder.succeed(&["impute", "--plan", "o.tsv.run.toml", "--overwrite"]);
    assert_eq!(folder.bytes("o.tsv"), first);

    folder.write("wide.tsv", table(12, 2001));
    let told = folder
        .succeed(&["impute", "wide.tsv", "-o", "w.tsv"])
        .stderr;
    assert!(told.contains("using factor"), "{told}");
}

#[test]
fn a_blend_of_parts_with_settings_is_fitted_stored_and_used() {
    let folder = cohort(60, 12);
    let method = "blend:parts=factor+knn/neighbors=3:folds=2";
    let told = folder
        .succeed(&["fit", "t.tsv", "-o", "m", "--method", method])
        .stderr;
    assert!(told.contains("cross-validation error"), "{told}");
    folder.succeed(&[
        "impute", "t.tsv", "-o", "o.tsv", "--model", "m", "--spread", "s.tsv",
    ]);
    expect_filled(&folder.read("t.tsv"), &folder.read("o.tsv"));
    folder.succeed(&["impute", "t.tsv", "-o", "q.tsv", "--method", method]);
    assert_eq!(folder.bytes("o.tsv"), folder.bytes("q.tsv"));
    let first = folder.bytes("q.tsv");
    folder.succeed(&["impute", "--plan", "q.tsv.run.toml", "--overwrite"]);
    assert_eq!(folder.bytes("q.tsv"), first);
}

#[test]
fn impute_with_pmi_fills_gaps() {
    let folder = cohort(40, 12);
    folder.succeed(&[
        "impute",
        "t.tsv",
        "-o",
        "o.tsv",
        "--covariates",
        "c.tsv",
        "--method",
        "pmi:widths=16:epochs=3",
    ]);
    expect_filled(&folder.read("t.tsv"), &folder.read("o.tsv"));
}

#[test]
fn factor_comes_near_the_truth_and_says_how_far_off_it_may_be() {
    let folder = cohort(200, 20);
    let method = ["--method", "factor"];
    folder.succeed(
        &[
            &["impute", "t.tsv", "-o", "o.tsv", "--spread", "s.tsv"],
            &method[..],
        ]
        .concat(),
    );
    let (filled, spread) = (fields(&folder.read("o.tsv")), fields(&folder.read("s.tsv")));
    let (mut squares, mut variances, mut gaps) = (0.0, 0.0, 0.0);
    for s in 0..200 {
        for g in 0..20 {
            let number = |table: &[Vec<String>]| table[s + 1][g + 1].parse::<f64>().unwrap();
            if is_gap(s, g) {
                squares += (number(&filled) - value(s, g)).powi(2);
                variances += number(&spread).powi(2);
                gaps += 1.0;
            } else {
                assert_eq!(number(&spread), 0.0);
            }
        }
    }
    // Uniform noise of 0.1 has a deviation of 0.058; estimated causes add about as much again.
    assert!((squares / gaps).sqrt() < 0.15, "{squares} {gaps}");
    // Noise is taken as at least 1 % of a gene's variance, several times what it is here.
    let ratio = squares / variances;
    assert!(ratio > 0.1 && ratio < 1.5, "{ratio}");
}

#[test]
fn a_table_through_pipes_is_the_same_as_through_files() {
    let folder = cohort(20, 6);
    folder.succeed(&["impute", "t.tsv", "-o", "o.tsv", "--method", "mean"]);
    let mut command = folder.command(&["impute", "-", "-o", "-", "--method", "mean"]);
    command.stdin(std::fs::File::open(folder.path("t.tsv")).unwrap());
    let output = command.output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stdout, folder.bytes("o.tsv"));
}

#[test]
fn quiet_says_nothing() {
    let folder = cohort(20, 6);
    let answer = folder.succeed(&["impute", "t.tsv", "-o", "o.tsv", "--quiet"]);
    assert_eq!((answer.stdout.as_str(), answer.stderr.as_str()), ("", ""));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let folder = cohort(40, 12);
    for method in ["pmi:widths=16:epochs=3", "factor", "knn", "median", "mean"] {
        let mut outputs = Vec::new();
        for threads in ["1", "2"] {
            folder.succeed(&[
                "impute",
                "t.tsv",
                "-o",
                "o.tsv",
                "--covariates",
                "c.tsv",
                "--method",
                method,
                "--threads",
                threads,
                "--overwrite",
            ]);
            folder.succeed(&[
                "fit",
                "t.tsv",
                "-o",
                "m",
                "--covariates",
                "c.tsv",
                "--method",
                method,
                "--threads",
                threads,
                "--overwrite",
            ]);
            outputs.push((folder.bytes("o.tsv"), folder.bytes("m")));
        }
        assert_eq!(outputs[0], outputs[1], "{method}");
    }
}

#[test]
fn a_run_record_repeats_its_run_byte_for_byte() {
    let folder = cohort(40, 12);
    folder.succeed(&[
        "impute",
        "t.tsv",
        "-o",
        "o.tsv",
        "--covariates",
        "c.tsv",
        "--categorical",
        "tissue",
        "--method",
        "knn",
        "--set",
        "neighbors=3",
        "--seed",
        "7",
    ]);
    let first = folder.bytes("o.tsv");
    std::fs::remove_file(folder.path("o.tsv")).unwrap();
    std::fs::rename(folder.path("o.tsv.run.toml"), folder.path("plan.toml")).unwrap();
    folder.succeed(&["impute", "--plan", "plan.toml"]);
    assert_eq!(folder.bytes("o.tsv"), first);

    let plan = folder.read("o.tsv.run.toml");
    for part in ["neighbors = 3", "seed = 7", "sha256", "imputome 0."] {
        assert!(plan.contains(part), "{part} is not in\n{plan}");
    }
    folder.write("t.tsv", table(41, 12));
    let told = folder
        .succeed(&["impute", "--plan", "plan.toml", "--overwrite"])
        .stderr;
    assert!(told.contains("t.tsv has changed"), "{told}");
}

#[test]
fn a_typed_option_goes_before_the_plan() {
    let folder = cohort(20, 6);
    folder.write(
        "plan.toml",
        "input = 't.tsv'\noutput = 'o.tsv'\nmethod = 'knn'\n[settings]\nneighbors = 3\n",
    );
    folder.succeed(&[
        "impute",
        "--plan",
        "plan.toml",
        "--method",
        "mean",
        "-o",
        "other.tsv",
    ]);
    assert!(
        folder
            .read("other.tsv.run.toml")
            .contains("method = \"mean\"")
    );
    assert!(!folder.path("o.tsv").exists());
}

#[test]
fn a_model_fills_a_table_with_other_genes_in_another_order_and_an_unseen_tissue() {
    for method in ["factor", "median", "knn", "mean", "pmi:widths=16:epochs=3"] {
        let folder = cohort(40, 12);
        folder.succeed(&[
            "fit",
            "t.tsv",
            "-o",
            "m",
            "--covariates",
            "c.tsv",
            "--method",
            method,
        ]);
        // Genes 3 and 7 are absent, 20 is unknown to the model, the others are shuffled.
        let genes = [11, 0, 20, 5, 1, 10, 2, 4, 6, 8, 9];
        let new = rows(100..110, &genes);
        folder.write("new.tsv", &new);
        let mut tissues = String::from("sample_id\ttissue\tage\n");
        (100..110).for_each(|s| tissues += &format!("S{s}\tNerve\t50\n"));
        folder.write("nc.tsv", tissues);
        let told = folder
            .succeed(&[
                "impute",
                "new.tsv",
                "-o",
                "o.tsv",
                "--model",
                "m",
                "--covariates",
                "nc.tsv",
            ])
            .stderr;
        for part in ["GENE3, GENE7", "GENE20", "another order"] {
            assert!(told.contains(part), "{method}: {part} is not in\n{told}");
        }
        if ["median", "pmi:widths=16:epochs=3"].contains(&method) {
            assert!(told.contains("Nerve"), "{method}\n{told}");
        }
        let (before, after) = (fields(&new), fields(&folder.read("o.tsv")));
        assert_eq!(before[0], after[0]);
        for (old, new) in before.iter().zip(&after).skip(1) {
            for (g, (old, new)) in old.iter().zip(new).enumerate() {
                let known = before[0][g] != "GENE20";
                assert!(if old == "NA" && known {
                    new.parse::<f64>().is_ok()
                } else {
                    old == new
                });
            }
        }
    }
}

#[test]
fn genes_that_only_the_model_knows_are_added_when_asked_for() {
    let folder = cohort(40, 12);
    folder.succeed(&["fit", "t.tsv", "-o", "m", "--method", "factor"]);
    folder.write("new.tsv", rows(100..104, &[0, 1, 2, 3]));
    folder.succeed(&[
        "impute",
        "new.tsv",
        "-o",
        "o.tsv",
        "--model",
        "m",
        "--add-genes",
    ]);
    let filled = fields(&folder.read("o.tsv"));
    assert_eq!(filled[0].len(), 13);
    assert_eq!(filled[0][5], "GENE4");
    assert!(
        filled[1..]
            .iter()
            .flat_map(|row| &row[1..])
            .all(|v| v.parse::<f64>().is_ok())
    );
}

#[test]
fn a_single_sample_is_filled_by_a_model() {
    let folder = cohort(40, 12);
    folder.succeed(&["fit", "t.tsv", "-o", "m", "--method", "factor"]);
    let one = rows(100..101, &(0..12).collect::<Vec<_>>());
    folder.write("one.tsv", &one);
    folder.succeed(&[
        "impute", "one.tsv", "-o", "o.tsv", "--model", "m", "--rows", "samples",
    ]);
    expect_filled(&one, &folder.read("o.tsv"));
}

#[test]
fn inspect_tells_shape_gaps_covariates_and_what_to_do() {
    let folder = cohort(40, 12);
    let text = folder
        .succeed(&["inspect", "t.tsv", "--covariates", "c.tsv"])
        .stdout;
    for part in [
        "40",
        "12",
        "gaps",
        "tissue: 3 levels",
        "20 donors",
        "imputome ",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json = folder.succeed(&["inspect", "t.tsv", "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["samples"], 40);
}

#[test]
fn methods_are_listed_and_shown_as_text_and_json() {
    let folder = Folder::new();
    let list = folder.succeed(&["methods"]).stdout;
    let json = folder.succeed(&["methods", "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    for name in ["pmi", "factor", "knn", "median", "mean"] {
        assert!(list.contains(name));
        assert!(
            json.as_array()
                .unwrap()
                .iter()
                .any(|card| card["name"] == name)
        );
        assert!(folder.succeed(&["methods", name]).stdout.contains("source"));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    // A table larger than what a pipe holds.
    let folder = cohort(400, 60);
    let table = ["impute", "t.tsv", "-o", "-", "--method", "mean", "--quiet"];
    for arguments in [&["methods", "pmi"][..], &table] {
        let mut command = folder.command(arguments);
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        let mut child = command.spawn().unwrap();
        drop(child.stdout.take());
        let answer = Answer::of(&child.wait_with_output().unwrap());
        assert_eq!((answer.code, answer.stderr.as_str()), (Some(0), ""));
    }
}

//! What each command does, on tables small enough to read.

use crate::folder::{Answer, Folder};
use crate::tables::{covariates, expect_filled, fields, is_gap, rows, table, value};

fn cohort(samples: usize, genes: usize) -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(samples, genes));
    folder.write("c.tsv", covariates(samples));
    folder
}

#[test]
fn impute_fills_gaps_and_leaves_measured_values_as_written() {
    let folder = cohort(40, 12);
    for method in ["factor", "knn", "median", "mean"] {
        let answer = folder.succeed(&["impute", "t.tsv", "-o", "o.tsv", "--method", method]);
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
    folder.succeed(&["impute", "--plan", "o.tsv.run.toml"]);
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
    folder.succeed(&["impute", "--plan", "q.tsv.run.toml"]);
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
    let told = folder.succeed(&["impute", "--plan", "plan.toml"]).stderr;
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
fn only_listed_genes_are_kept_and_what_is_not_found_is_told() {
    let folder = cohort(20, 6);
    folder.write("genes.txt", "GENE4\nGENE1\nTP53\n");
    let told = folder
        .succeed(&[
            "impute",
            "t.tsv",
            "-o",
            "o.tsv",
            "--method",
            "mean",
            "--genes",
            "genes.txt",
        ])
        .stderr;
    assert!(told.contains("TP53"), "{told}");
    assert_eq!(
        fields(&folder.read("o.tsv"))[0],
        ["sample_id", "GENE1", "GENE4"]
    );
}

#[test]
fn zeros_are_gaps_when_asked_for() {
    let folder = Folder::new();
    folder.write("t.tsv", "id\tA\tB\nS1\t1.5\t0\nS2\t0\t2.5\nS3\t3.5\t4.5\n");
    let impute = [
        "impute", "t.tsv", "-o", "o.tsv", "--method", "mean", "--rows", "samples",
    ];
    folder.succeed(&impute);
    assert_eq!(folder.read("o.tsv"), folder.read("t.tsv"));
    folder.succeed(&[&impute[..], &["--zeros", "gaps"]].concat());
    assert_eq!(
        folder.read("o.tsv"),
        "id\tA\tB\nS1\t1.5\t3.5\nS2\t2.5\t2.5\nS3\t3.5\t4.5\n"
    );
}

#[test]
fn convert_changes_format_orientation_and_scale_but_no_value() {
    let folder = cohort(5, 4);
    folder.succeed(&[
        "convert",
        "t.tsv",
        "g.csv.gz",
        "--rows",
        "samples",
        "--to-rows",
        "genes",
    ]);
    folder.succeed(&[
        "convert",
        "g.csv.gz",
        "back.tsv",
        "--rows",
        "genes",
        "--to-rows",
        "samples",
    ]);
    assert_eq!(
        fields(&folder.read("back.tsv"))[1..],
        fields(&folder.read("t.tsv"))[1..]
    );
    folder.write("counts.tsv", "id\tA\tB\nS1\t0\t3\nS2\t7\tNA\nS3\t1\t15\n");
    folder.succeed(&[
        "convert",
        "counts.tsv",
        "log.tsv",
        "--rows",
        "samples",
        "--transform",
        "log2p1",
    ]);
    assert_eq!(
        folder.read("log.tsv"),
        "id\tA\tB\nS1\t0\t2\nS2\t3\tNA\nS3\t1\t4\n"
    );
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

#[test]
fn a_gct_stays_a_gct_with_its_descriptions() {
    let folder = Folder::new();
    let gct = "#1.2\n3\t4\nName\tDescription\tS1\tS2\tS3\tS4\nG1\tone\t1.50\t\t3\t2\nG2\ttwo\t2\t4\t\t3\nG3\tthree\t1\t5\t2.5\t4\n";
    folder.write("t.gct", gct);
    folder.succeed(&["impute", "t.gct", "-o", "o.gct", "--method", "mean"]);
    let filled = gct
        .replace("1.50\t\t", "1.50\t2.1666667\t")
        .replace("4\t\t3", "4\t3\t3");
    assert_eq!(folder.read("o.gct"), filled);
    folder.write("genes.txt", "G3\nG1\n");
    folder.succeed(&[
        "impute",
        "t.gct",
        "-o",
        "some.gct",
        "--method",
        "mean",
        "--genes",
        "genes.txt",
    ]);
    assert!(
        folder
            .read("some.gct")
            .starts_with("#1.2\n2\t4\nName\tDescription\tS1")
    );
    assert!(folder.read("some.gct").contains("G3\tthree\t1"));
}

#[test]
fn more_digits_than_single_precision_are_kept_or_their_loss_is_told() {
    let folder = Folder::new();
    let text = "id\tA\tB\nS1\t1.234567890123\t2\nS2\t\t4\nS3\t5.5\t6\n";
    folder.write("t.tsv", text);
    let impute = |output: &str| {
        folder.succeed(&[
            "impute", "t.tsv", "-o", output, "--method", "mean", "--rows", "samples",
        ])
    };
    assert!(impute("o.tsv").stderr.contains("measured values unchanged"));
    assert!(folder.read("o.tsv").contains("1.234567890123"));
    let told = impute("o.csv").stderr;
    assert!(
        !told.contains("unchanged") && told.contains("keeps every digit"),
        "{told}"
    );
}

#[test]
fn a_table_converted_to_its_own_form_keeps_the_text_of_every_field() {
    let folder = Folder::new();
    let text = "id\tA\tB\nS1\t1.234567890123\t2.50\nS2\tn/a\t+4e0\nS3\t\"5.5\"\t006\n";
    folder.write("t.tsv", text);
    folder.write("t.csv", text.replace('\t', ","));
    let convert = |arguments: &str| {
        let all = format!("convert {arguments} --rows samples");
        folder.succeed(&all.split(' ').collect::<Vec<_>>()).stderr
    };
    for (from, through, to) in [
        ("t.tsv", "packed.tsv.gz", "u.tsv"),
        ("t.csv", "packed.csv.zst", "u.csv"),
    ] {
        for told in [
            convert(&format!("{from} {through}")),
            convert(&format!("{through} {to} --to-rows samples")),
        ] {
            assert!(!told.contains("keeps every digit"), "{told}");
        }
        assert_eq!(folder.read(to), folder.read(from));
    }
    for rewritten in [
        "t.tsv o.csv",
        "t.tsv o.tsv --to-rows genes",
        "t.tsv o.tsv --transform log2p1 --scale tpm",
    ] {
        let told = convert(rewritten);
        assert!(told.contains("keeps every digit"), "{rewritten}: {told}");
    }
}

#[test]
fn what_real_tables_have_is_taken_with_a_word() {
    let folder = Folder::new();
    // A constant gene, a gene never measured, a sample without any value, one without covariates.
    let mut text = String::from("sample_id\tGENE0\tGENE1\tGENE2\tCONSTANT\tEMPTY\n");
    for s in 0..20 {
        let row: Vec<String> = (0..3).map(|g| format!("{}", value(s, g))).collect();
        let constant = if s == 3 { "" } else { "7.5" };
        text += &match s {
            5 => "S5\t\t\t\t\t\n".to_string(),
            4 => format!("S4\t\t{}\t{}\t{constant}\t\n", row[1], row[2]),
            _ => format!("S{s}\t{}\t{constant}\t\n", row.join("\t")),
        };
    }
    folder.write("t.tsv", text);
    folder.write("c.tsv", covariates(20).replace("S7\t", "X7\t"));
    for method in ["factor", "knn", "median", "mean", "pmi:widths=8:epochs=2"] {
        let told = folder
            .succeed(&[
                "impute",
                "t.tsv",
                "-o",
                "o.tsv",
                "--covariates",
                "c.tsv",
                "--rows",
                "samples",
                "--method",
                method,
            ])
            .stderr;
        for part in [
            "one value in all training samples",
            "never measured",
            "left empty",
        ] {
            assert!(told.contains(part), "{method}: {part} is not in\n{told}");
        }
        let filled = fields(&folder.read("o.tsv"));
        assert_eq!(filled[4][4], "7.5");
        assert!(filled[1..].iter().all(|row| row[5].is_empty()));
        assert!(
            filled[1..]
                .iter()
                .flat_map(|row| &row[1..5])
                .all(|v| v.parse::<f64>().is_ok())
        );
    }
}

#[test]
fn semicolons_and_decimal_commas_are_read_when_told_and_written_back() {
    let folder = Folder::new();
    folder.write("t.csv", "id;A;B\nS1;1,5;2,5\nS2;;4,5\nS3;3,5;6\n");
    folder.succeed(&[
        "impute",
        "t.csv",
        "-o",
        "o.csv",
        "--decimal",
        ",",
        "--rows",
        "samples",
        "--method",
        "mean",
    ]);
    assert_eq!(
        folder.read("o.csv"),
        "id;A;B\nS1;1,5;2,5\nS2;2,5;4,5\nS3;3,5;6\n"
    );
}

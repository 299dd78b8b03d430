//! `--normalize` and `--within`: what is filled, scored, said and refused.

use crate::folder::Folder;
use crate::tables::{covariates, expect_filled, fields, table};

const WITHIN: [&str; 4] = ["--normalize", "inverse-normal", "--within", "tissue"];

fn cohort() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(60, 10));
    folder.write("c.tsv", covariates(60));
    folder
}

/// Arguments as typed in one line, and those of a normalization within tissues.
fn typed<'a>(line: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    line.split(' ').chain(more.iter().copied()).collect()
}

#[test]
fn impute_keeps_measured_values_as_written_and_its_record_repeats_it() {
    let folder = cohort();
    for normalize in ["inverse-normal", "zscore"] {
        let line =
            "impute t.tsv -o o.tsv --covariates c.tsv --spread s.tsv --within tissue --overwrite";
        folder.succeed(&typed(line, &["--normalize", normalize]));
        expect_filled(&folder.read("t.tsv"), &folder.read("o.tsv"));
        let record = folder.read("o.tsv.run.toml");
        let table = format!("[normalization]\ntransform = \"{normalize}\"\nwithin = \"tissue\"");
        assert!(record.contains(&table), "{record}");
        folder.succeed(&typed(
            "impute --plan o.tsv.run.toml -o again.tsv --spread s2.tsv --overwrite",
            &[],
        ));
        assert_eq!(folder.bytes("again.tsv"), folder.bytes("o.tsv"));
        assert_eq!(folder.bytes("s2.tsv"), folder.bytes("s.tsv"));
    }
}

#[test]
fn none_is_what_happens_without_the_option() {
    let folder = cohort();
    folder.succeed(&typed("fit t.tsv -o m --method factor", &[]));
    folder.succeed(&typed(
        "fit t.tsv -o n --method factor --normalize none",
        &[],
    ));
    assert_eq!(folder.bytes("m"), folder.bytes("n"));
    assert!(!folder.read("n.run.toml").contains("[normalization]"));
}

#[test]
fn a_model_undoes_its_own_normalization() {
    let folder = cohort();
    let fit = "fit t.tsv -o m.safetensors --method factor --covariates c.tsv";
    folder.succeed(&typed(fit, &WITHIN));
    let impute = "impute t.tsv -o o.tsv --model m.safetensors --overwrite";
    folder.succeed(&typed(impute, &["--covariates", "c.tsv"]));
    expect_filled(&folder.read("t.tsv"), &folder.read("o.tsv"));
    folder.succeed(&typed(
        "impute t.tsv -o d.tsv --method factor --covariates c.tsv",
        &WITHIN,
    ));
    assert_eq!(folder.bytes("d.tsv"), folder.bytes("o.tsv"));
    folder.fail(3, &["\"tissue\"", "--covariates"], &typed(impute, &[]));
    folder.fail(2, &["--normalize", "--model"], &typed(impute, &WITHIN));
}

const EVALUATE: &str =
    "evaluate t.tsv -o scores --covariates c.tsv --methods factor,median --repeats 1";

#[test]
fn an_evaluation_says_on_which_scale_its_scores_stand_and_is_repeated() {
    let folder = cohort();
    let answer = folder.succeed(&typed(EVALUATE, &WITHIN));
    let words = answer
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let said = "R2 means variation within each tissue, and a median of the tissue scores about 0";
    assert!(words.contains(said), "{}", answer.stdout);
    assert!(folder.read("scores/report.html").contains(said));
    assert!(
        folder
            .read("scores/evaluation.json")
            .contains("inverse-normal")
    );
    assert!(
        folder
            .read("scores/run.toml")
            .contains("score-on = \"normalized\"")
    );
    folder.succeed(&typed("evaluate --plan scores/run.toml -o again", &[]));
    assert_eq!(
        folder.bytes("again/scores.tsv"),
        folder.bytes("scores/scores.tsv")
    );
    let original = typed(EVALUATE, &WITHIN);
    let original = [&original[..], &["--score-on", "original", "--overwrite"]].concat();
    folder.succeed(&original);
    assert_ne!(
        folder.bytes("again/scores.tsv"),
        folder.bytes("scores/scores.tsv")
    );
    let r2 = |of: &str| {
        let scores = fields(&folder.read(&format!("{of}/scores.tsv")));
        let row = scores
            .iter()
            .find(|row| row[0] == "median" && row[5] == "r2");
        row.unwrap()[6].parse::<f64>().unwrap()
    };
    // 20 samples a tissue: the median of ten scores is off by a third of their deviation.
    assert!(r2("again").abs() < 0.2, "{}", r2("again"));
}

#[test]
fn what_cannot_be_normalized_so_is_refused_before_any_work() {
    let folder = cohort();
    let impute = "impute t.tsv -o o.tsv --covariates c.tsv --method mean";
    let refused = |code, parts: &[&str], more: &[&str]| {
        folder.fail(code, parts, &typed(impute, more));
        assert!(!folder.path("o.tsv").exists());
    };
    let known = ["--within tisue", "tissue"];
    refused(2, &known, &["--normalize", "zscore", "--within", "tisue"]);
    refused(
        2,
        &known[1..],
        &["--normalize", "zscore", "--within", "age"],
    );
    refused(2, &["--within", "no effect"], &["--within", "tissue"]);
    refused(
        2,
        &["--within", "no effect"],
        &["--normalize", "log1p", "--within", "tissue"],
    );
    refused(2, &["inverse-normal"], &["--normalize", "quantile"]);
    refused(
        4,
        &["log1p", "log values"],
        &["--normalize", "log1p", "--scale", "log"],
    );
    let effect = ["--score-on", "no effect"];
    folder.fail(2, &effect, &typed(EVALUATE, &["--score-on", "original"]));
}

#[test]
fn logarithms_of_what_has_none_are_refused_with_the_place() {
    let folder = Folder::new();
    folder.write(
        "t.tsv",
        "id\tA\tB\nS1\t1\t20\nS2\t4\t-3\nS3\tNA\t30\nS4\t9\t11\n",
    );
    let line = "impute t.tsv -o o.tsv --method mean --normalize log1p --scale tpm";
    folder.fail(4, &["above -1", "-3", "\"S2\"", "\"B\""], &typed(line, &[]));
}

#[test]
fn counts_are_taken_by_methods_for_logarithms_when_they_are_normalized() {
    let folder = Folder::new();
    let mut text = String::from("id");
    (0..6).for_each(|g| text += &format!("\tG{g}"));
    for s in 0..20 {
        text += &format!("\nS{s}");
        (0..6).for_each(|g| text += &format!("\t{}", (s * 37 + g * 11) % 900));
    }
    folder.write("t.tsv", text.replacen("\t37", "\tNA", 1) + "\n");
    let line = "impute t.tsv -o o.tsv --method factor --scale counts --overwrite";
    folder.fail(4, &["--normalize log1p"], &typed(line, &[]));
    let zscore = typed(line, &["--normalize", "zscore"]);
    folder.fail(4, &["values below 0", "take log1p"], &zscore);
    for normalize in ["log1p", "inverse-normal"] {
        folder.succeed(&typed(line, &["--normalize", normalize]));
        expect_filled(&folder.read("t.tsv"), &folder.read("o.tsv"));
    }
}

#[test]
fn a_tampered_normalization_is_refused() {
    let folder = cohort();
    let fit = "fit t.tsv -o m.safetensors --method mean --covariates c.tsv";
    folder.succeed(&typed(fit, &WITHIN));
    let bytes = folder.bytes("m.safetensors");
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("normalizer.knots"));
    let at = bytes.len() - 5;
    let mut changed = bytes.clone();
    changed[at] ^= 0x40;
    folder.write("m.safetensors", changed);
    let impute = "impute t.tsv -o o.tsv --model m.safetensors --covariates c.tsv";
    folder.fail(3, &["m.safetensors"], &typed(impute, &[]));
}

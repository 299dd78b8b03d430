//! `study zhou2020`: cohorts told by their files, what is refused, and what the page says.

use std::fmt::Write;

use crate::folder::Folder;
use crate::tables::{fields, value};

const SAMPLES: usize = 44;
const GENES: usize = 24;

/// A cohort of patients numbered from `first`, every other one dead where `deaths` are known.
fn write_cohort(folder: &Folder, name: &str, first: usize, deaths: usize) {
    let place = format!("data/{name}");
    std::fs::create_dir_all(folder.path(&place)).unwrap();
    let sample = |s: usize| format!("TCGA-AA-{:04}-01", first + s);
    let (mut expression, mut sites) = (String::from("sample"), String::from("sample"));
    for g in 0..GENES {
        let _ = write!(expression, "\tGENE{g}");
        let _ = write!(sites, "\tcg{g:08}");
    }
    let mut seen = String::from("sample_id\tos_days\tos_event\n");
    for s in 0..SAMPLES {
        let _ = write!(expression, "\n{}", sample(s));
        let _ = write!(sites, "\n{}", sample(s));
        for g in 0..GENES {
            let level = value(first + s, g);
            let _ = write!(expression, "\t{level}");
            // M-values that follow the gene.
            let _ = write!(sites, "\t{:.3}", 2.0 * (level - 5.0) + 0.1 * (g % 3) as f64);
        }
        let dead = u8::from(s % 2 == 0 && s < 2 * deaths);
        let _ = writeln!(seen, "{}\t{}\t{dead}", sample(s), 100 + 37 * (s * 7 % 44));
    }
    folder.write(&format!("{place}/expression.tsv"), expression + "\n");
    folder.write(&format!("{place}/methylation.tsv"), sites + "\n");
    folder.write(&format!("{place}/samples.tsv"), seen);
}

fn study(rest: &str) -> Vec<String> {
    let line = format!("study zhou2020 --data data -o out --repeats 1 --threads 2 {rest}");
    line.split(' ').map(String::from).collect()
}

fn words(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).collect()
}

#[test]
fn a_study_goes_on_in_its_folder_and_refuses_another_one_there() {
    let folder = Folder::new();
    write_cohort(&folder, "ONE", 1000, 20);
    let asked = "--methods ridge,mean --hide 0.5";
    let answer = folder.succeed(&words(&study(asked)));
    assert!(answer.stdout.contains("ridge"), "{}", answer.stdout);
    let page = folder.read("out/report.html");
    for said in [
        "ridge errs least",
        "Genes that foretell survival",
        "C-index",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let scores = fields(&folder.read("out/scores.tsv"));
    assert!(
        scores
            .iter()
            .any(|row| row[2] == "mean" && row[5] == "rmse_table")
    );
    let again = folder.succeed(&words(&study(asked)));
    assert!(!again.stderr.contains("in-place"), "{}", again.stderr);
    let refusal = ["other data, other genes or another seed", "--overwrite"];
    folder.fail(2, &refusal, &words(&study("--seed 7")));
    folder.fail(2, &refusal, &words(&study("--most-varying 20")));
    folder.fail(
        2,
        &["no part", "run, report"],
        &words(&study("--parts table9")),
    );
}

#[test]
fn a_cohort_given_twice_is_refused() {
    let folder = Folder::new();
    write_cohort(&folder, "ONE", 1000, 20);
    write_cohort(&folder, "COPY", 1000, 20);
    let said = ["TCGA-AA-1000-01 in common", "leave one of the folders out"];
    folder.fail(3, &said, &words(&study("--methods mean")));
    assert!(!folder.path("out").exists());
}

#[test]
fn few_deaths_leave_the_studies_of_survival_out_and_are_told() {
    let folder = Folder::new();
    write_cohort(&folder, "ONE", 1000, 5);
    let answer = folder.succeed(&words(&study("--methods mean --hide 0.5")));
    let said = "5 deaths known; 44 samples have both assays";
    assert!(answer.stderr.contains(said), "{}", answer.stderr);
    let page = folder.read("out/report.html");
    assert!(page.contains("survival is not studied, for which 13 deaths must be known"));
    assert!(!page.contains("Genes that foretell survival"));
}

#[test]
fn a_trial_in_which_all_methods_fail_is_shown_with_the_reason() {
    let folder = Folder::new();
    write_cohort(&folder, "ONE", 1000, 5);
    // Four pairs are left, and eight are needed.
    let answer = folder.succeed(&words(&study("--methods tdimpute --hide 0.9")));
    assert!(
        answer.stderr.contains("warning: tdimpute"),
        "{}",
        answer.stderr
    );
    let page = folder.read("out/report.html");
    for said in ["no method gave estimates", "tdimpute (failed: "] {
        assert!(page.contains(said), "{said}");
    }
    folder.succeed(&words(&study("--methods tdimpute,mean --hide 0.5,0.9")));
    let page = folder.read("out/report.html");
    assert!(page.contains("tdimpute failed with 90 % hidden"));
}

//! `evaluate` and `report`: scores, files, failures, determinism.

use std::process::Stdio;

use crate::folder::Folder;
use crate::tables::{covariates, fields, table};

const FILES: [&str; 9] = [
    "curves.tsv",
    "evaluation.json",
    "examples.tsv",
    "figures",
    "per_gene.tsv",
    "report.html",
    "run.toml",
    "runtime.tsv",
    "scores.tsv",
];

fn cohort() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(48, 10));
    folder.write("c.tsv", covariates(48));
    folder
}

fn names(folder: &Folder, of: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path(of)).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

const EVALUATE: [&str; 12] = [
    "evaluate",
    "t.tsv",
    "-o",
    "scores",
    "--covariates",
    "c.tsv",
    "--methods",
    "factor,knn:neighbors=3,mean",
    "--repeats",
    "2",
    "--hide",
    "0.2,0.5",
];

#[test]
fn methods_are_scored_in_both_scenarios_and_everything_is_written() {
    let folder = cohort();
    let answer = folder.succeed(&EVALUATE);
    for part in [
        "in-place, 20 % hidden, 2 repeats",
        "inductive, 50 % hidden",
        "knn:neighbors=3",
        "R2",
        "peak MiB",
        "*",
    ] {
        assert!(
            answer.stdout.contains(part),
            "{part} is not in\n{}",
            answer.stdout
        );
    }
    assert_eq!(names(&folder, "scores"), FILES);
    assert!(
        names(&folder, "scores/figures")
            .iter()
            .all(|name| name.ends_with(".svg"))
    );
    let scores = fields(&folder.read("scores/scores.tsv"));
    let r2 = scores
        .iter()
        .filter(|row| row.contains(&"r2".to_string()))
        .count();
    assert_eq!(r2, 3 * 2 * 2 * 2, "methods x scenarios x shares x repeats");
    let runtime = folder.read("scores/runtime.tsv");
    assert!(!runtime.contains("NaN"), "{runtime}");
}

#[test]
fn the_same_seed_gives_the_same_scores_for_any_number_of_threads() {
    let folder = cohort();
    folder.succeed(&[&EVALUATE[..], &["--threads", "1"]].concat());
    let mut again = EVALUATE;
    again[3] = "again";
    folder.succeed(&[&again[..], &["--threads", "2"]].concat());
    for file in ["scores.tsv", "per_gene.tsv", "curves.tsv", "examples.tsv"] {
        let both = ["scores", "again"].map(|of| folder.read(&format!("{of}/{file}")));
        assert_eq!(both[0], both[1], "{file}");
    }
    folder.succeed(&["evaluate", "--plan", "scores/run.toml", "-o", "planned"]);
    assert_eq!(
        folder.read("planned/scores.tsv"),
        folder.read("scores/scores.tsv")
    );
}

#[test]
fn an_evaluation_is_not_replaced_unless_asked_for() {
    let folder = cohort();
    let evaluate = [
        "evaluate",
        "t.tsv",
        "-o",
        "scores",
        "--methods",
        "mean",
        "--repeats",
        "1",
    ];
    folder.succeed(&evaluate);
    folder.fail(2, &["--overwrite"], &evaluate);
    folder.succeed(&[&evaluate[..], &["--overwrite"]].concat());
}

#[test]
fn a_method_that_fails_costs_its_own_score_only() {
    let folder = cohort();
    let one_donor = covariates(48).replace("\tD", "\tD1\t");
    folder.write("c.tsv", one_donor.replace("donor_id", "donor_id\tnumber"));
    let answer = folder.succeed(&[
        "evaluate",
        "t.tsv",
        "-o",
        "scores",
        "--covariates",
        "c.tsv",
        "--group",
        "donor_id",
        "--methods",
        "mean,pmi",
        "--repeats",
        "1",
        "--scenario",
        "in-place",
    ]);
    assert!(
        answer.stderr.contains("pmi needs at least"),
        "{}",
        answer.stderr
    );
    assert!(
        answer.stdout.contains("pmi: pmi needs at least"),
        "{}",
        answer.stdout
    );
    let runtime = fields(&folder.read("scores/runtime.tsv"));
    assert_eq!(runtime[1].last().unwrap(), "done");
    assert!(runtime[2].last().unwrap().contains("donors"));
}

#[test]
fn an_evaluation_that_cannot_be_leaves_no_folder() {
    let folder = Folder::new();
    folder.write("t.tsv", table(3, 3));
    let evaluate = [
        "evaluate",
        "t.tsv",
        "-o",
        "scores",
        "--methods",
        "mean",
        "--rows",
        "samples",
    ];
    folder.fail(3, &["give more samples"], &evaluate);
    assert_eq!(folder.names(), ["t.tsv"]);
}

#[test]
fn an_evaluation_refused_before_any_trial_leaves_the_folders_as_they_were() {
    let folder = cohort();
    std::fs::create_dir(folder.path("made")).unwrap();
    for output in ["new/scores", "made"] {
        for (code, options) in [
            (2, "--methods mean,mean"),
            (5, "--methods mean --memory-limit 1k"),
            (2, "--methods mean --by donor"),
            (3, "--methods mean --covariates nowhere.tsv"),
        ] {
            let line = format!("evaluate t.tsv -o {output} {options}");
            folder.fail(code, &[], &line.split(' ').collect::<Vec<_>>());
        }
    }
    assert_eq!(folder.names(), ["c.tsv", "made", "t.tsv"]);
}

#[test]
fn what_a_killed_evaluation_left_goes_and_what_another_uses_stays() {
    let folder = cohort();
    let mut version = folder.command(&["--version"]);
    let mut ended = version.stdout(Stdio::null()).spawn().unwrap();
    ended.wait().unwrap();
    let stale = format!("scores/.trials-{}", ended.id());
    let used = format!("scores/.trials-{}", std::process::id());
    for left in [&stale, &used] {
        std::fs::create_dir_all(folder.path(left)).unwrap();
        folder.write(&format!("{left}/train"), "x");
    }
    folder.succeed(&[
        "evaluate",
        "t.tsv",
        "-o",
        "scores",
        "--methods",
        "mean",
        "--repeats",
        "1",
    ]);
    assert!(!folder.path(&stale).exists());
    assert!(folder.path(&used).exists());
}

#[test]
fn the_report_is_made_again_from_the_files() {
    let folder = cohort();
    folder.succeed(&[
        "evaluate",
        "t.tsv",
        "-o",
        "scores",
        "--methods",
        "mean,knn",
        "--repeats",
        "1",
    ]);
    let first = folder.read("scores/report.html");
    std::fs::remove_file(folder.path("scores/report.html")).unwrap();
    std::fs::remove_dir_all(folder.path("scores/figures")).unwrap();
    folder.succeed(&["report", "scores"]);
    assert_eq!(folder.read("scores/report.html"), first);
    assert_eq!(names(&folder, "scores"), FILES);

    folder.fail(3, &["holds no evaluation"], &["report", "nowhere"]);
    let scores = folder
        .read("scores/scores.tsv")
        .replacen("in-place", "in-place\textra", 1);
    folder.write("scores/scores.tsv", scores);
    folder.fail(3, &["scores.tsv", "line"], &["report", "scores"]);
}

//! Ctrl-C, kill -9 and --resume.

use std::io::Read;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::folder::Folder;
use crate::tables::{covariates, table};

/// A fit long enough to be interrupted, with a checkpoint whenever there can be one.
const FIT: [&str; 10] = [
    "fit",
    "t.tsv",
    "-o",
    "m",
    "--covariates",
    "c.tsv",
    "--method",
    "pmi:widths=64+64:epochs=400:patience=400",
    "--checkpoint-every",
    "0",
];

/// Waits until `done`, or panics after a minute, which only a hanging program takes.
fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn cohort() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(60, 20));
    folder.write("c.tsv", covariates(60));
    folder
}

fn start(folder: &Folder, arguments: &[&str]) -> Child {
    let mut command = folder.command(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn a_fit_killed_and_resumed_ends_with_the_bytes_of_one_never_interrupted() {
    let folder = cohort();
    folder.succeed(&[&FIT[..], &["--threads", "2"]].concat());
    let uninterrupted = folder.bytes("m");
    std::fs::remove_file(folder.path("m")).unwrap();
    assert!(!folder.path("m.checkpoint").exists());

    let mut child = start(&folder, &[&FIT[..], &["--threads", "1"]].concat());
    wait_until("no checkpoint", || folder.path("m.checkpoint").exists());
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert!(!folder.path("m").exists());

    let told = folder.succeed(&[&FIT[..], &["--resume"]].concat()).stderr;
    assert!(told.contains("going on from m.checkpoint"), "{told}");
    assert_eq!(folder.bytes("m"), uninterrupted);
    assert!(!folder.path("m.checkpoint").exists());
}

#[test]
fn a_checkpoint_of_another_fit_is_refused() {
    let folder = cohort();
    let mut child = start(&folder, &FIT);
    wait_until("no checkpoint", || folder.path("m.checkpoint").exists());
    signal(&child, "-KILL");
    child.wait().unwrap();
    let other = [&FIT[..], &["--resume", "--seed", "1"]].concat();
    folder.fail(3, &["m.checkpoint", "seed = 0", "seed = 1"], &other);
    folder.write("t.tsv", table(61, 20));
    let same = [&FIT[..], &["--resume"]].concat();
    folder.fail(3, &["m.checkpoint", "sha256 of t.tsv"], &same);
}

#[test]
fn a_checkpoint_that_is_not_gone_on_from_is_told() {
    let folder = cohort();
    let mut child = start(&folder, &FIT);
    wait_until("no checkpoint", || folder.path("m.checkpoint").exists());
    signal(&child, "-KILL");
    child.wait().unwrap();
    let anew = ["fit", "t.tsv", "-o", "m", "--method", "mean"];
    let told = folder.succeed(&anew).stderr;
    for part in ["m.checkpoint", "interrupted fit", "anew", "--resume"] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}

#[test]
fn a_resume_without_checkpoint_starts_from_the_beginning_and_says_so() {
    let folder = cohort();
    let told = folder
        .succeed(&["fit", "t.tsv", "-o", "m", "--method", "mean", "--resume"])
        .stderr;
    assert!(told.contains("from the beginning"), "{told}");
}

#[test]
fn an_interrupted_fit_leaves_no_half_file_and_ends_with_130() {
    let folder = cohort();
    let mut child = start(&folder, &FIT);
    wait_until("no checkpoint", || folder.path("m.checkpoint").exists());
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(folder.names(), ["c.tsv", "m.checkpoint", "t.tsv"]);
}

#[test]
fn an_interrupted_imputation_leaves_the_old_file() {
    let folder = cohort();
    folder.write("o.tsv", "old");
    let arguments = [
        "impute",
        "t.tsv",
        "-o",
        "o.tsv",
        "--overwrite",
        "--method",
        "pmi:widths=256+256:epochs=100000:patience=100000",
    ];
    let mut child = folder
        .command(&arguments)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever speaks listens to signals already.
    let mut word = [0];
    child
        .stderr
        .as_mut()
        .unwrap()
        .read_exact(&mut word)
        .unwrap();
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(folder.read("o.tsv"), "old");
    assert_eq!(folder.names(), ["c.tsv", "o.tsv", "t.tsv"]);
}

#[test]
fn an_interrupted_evaluation_stops_its_processes_and_leaves_nothing() {
    let folder = cohort();
    let arguments = [
        "evaluate",
        "t.tsv",
        "-o",
        "scores",
        "--methods",
        "pmi:widths=256+256:epochs=100000:patience=100000",
    ];
    let mut child = start(&folder, &arguments);
    let running = || {
        let entries = std::fs::read_dir(folder.path("scores"));
        entries.is_ok_and(|mut entries| entries.next().is_some())
    };
    wait_until("no trial", running);
    std::thread::sleep(Duration::from_millis(300));
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!running(), "temporary files were left");
}

//! What is written never takes the place of what is read, and a place that cannot be written is
//! told before any work.

use crate::folder::Folder;
use crate::tables::{covariates, table};

fn cohort() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(12, 6));
    folder.write("c.tsv", covariates(12));
    folder.write("genes.txt", "GENE0\nGENE1\nGENE2\n");
    folder
}

/// The words of a command line.
fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

#[test]
fn an_input_under_any_name_is_no_output() {
    let folder = cohort();
    std::fs::create_dir(folder.path("x")).unwrap();
    std::os::unix::fs::symlink("t.tsv", folder.path("link.tsv")).unwrap();
    std::fs::hard_link(folder.path("t.tsv"), folder.path("hard.tsv")).unwrap();
    let absolute = folder.path("t.tsv").display().to_string();
    let before = folder.bytes("t.tsv");
    for name in [
        "t.tsv",
        "./t.tsv",
        "x/../t.tsv",
        "./x/./../t.tsv",
        "link.tsv",
        "hard.tsv",
        &absolute,
    ] {
        let parts = ["is the input", "name another output"];
        folder.fail(2, &parts, &["impute", "t.tsv", "-o", name]);
        folder.fail(2, &parts, &["convert", "t.tsv", name]);
        let fit = ["fit", "t.tsv", "-o", name, "--method", "mean"];
        folder.fail(2, &parts, &fit);
        folder.fail(2, &parts, &["impute", name, "-o", "t.tsv"]);
    }
    assert_eq!(folder.bytes("t.tsv"), before);
    assert_eq!(
        folder.names(),
        ["c.tsv", "genes.txt", "hard.tsv", "link.tsv", "t.tsv", "x"]
    );
}

#[test]
fn no_file_that_is_read_is_an_output() {
    let folder = cohort();
    folder.write("p.toml", "method = 'mean'\n");
    folder.succeed(&words("fit t.tsv -o m.st --method mean"));
    folder.write("m.checkpoint", "GENE0\n");
    folder.write("o.tsv.run.toml", table(12, 6));
    std::fs::create_dir(folder.path("s")).unwrap();
    folder.write("s/scores.tsv", table(12, 6));
    let names = folder.names();
    for (part, line) in [
        (
            "covariates",
            "fit t.tsv --covariates c.tsv -o ./c.tsv --method mean",
        ),
        ("covariates", "impute t.tsv --covariates c.tsv -o ./c.tsv"),
        (
            "covariates",
            "impute t.tsv --covariates c.tsv -o o.tsv --spread c.tsv",
        ),
        ("the model", "impute t.tsv --model m.st -o m.st"),
        (
            "list of genes",
            "impute t.tsv --genes genes.txt -o ./genes.txt",
        ),
        (
            "list of genes",
            "convert t.tsv ./genes.txt --genes genes.txt",
        ),
        (
            "list of genes",
            "fit t.tsv -o m --method mean --genes ./m.checkpoint",
        ),
        ("the plan", "impute t.tsv --plan p.toml -o ./p.toml"),
        ("the plan", "fit t.tsv --plan p.toml -o ./p.toml"),
        ("the input", "impute o.tsv.run.toml -o ./o.tsv"),
        ("the input", "evaluate s/scores.tsv -o s/. --overwrite"),
    ] {
        folder.fail(2, &[part, "a file of its own"], &words(line));
    }
    assert_eq!(folder.read("s/scores.tsv"), table(12, 6));
    assert_eq!(folder.names(), names);
}

#[test]
fn two_outputs_are_two_files() {
    let folder = cohort();
    std::fs::create_dir(folder.path("out")).unwrap();
    for line in [
        "impute t.tsv -o out/q.tsv --spread out/./q.tsv",
        "impute t.tsv -o q.tsv --spread out/../q.tsv",
        "impute t.tsv -o q.tsv --spread ./q.tsv.run.toml",
        "impute t.tsv -o - --spread -",
    ] {
        folder.fail(2, &["the same file"], &words(line));
    }
    assert_eq!(folder.names(), ["c.tsv", "genes.txt", "out", "t.tsv"]);
}

#[test]
fn a_run_is_repeated_from_the_plan_beside_its_output() {
    let folder = cohort();
    folder.succeed(&words("impute t.tsv -o o.tsv --method mean"));
    let first = folder.bytes("o.tsv");
    let there = ["o.tsv is there already", "--overwrite"];
    folder.fail(2, &there, &words("impute --plan o.tsv.run.toml"));
    folder.succeed(&words("impute --plan o.tsv.run.toml --overwrite"));
    assert_eq!(folder.bytes("o.tsv"), first);
    folder.succeed(&words("fit t.tsv -o m.st --method mean"));
    folder.succeed(&words("fit --plan ./m.st.run.toml --overwrite"));
    folder.succeed(&words("evaluate t.tsv -o s --methods mean --repeats 1"));
    folder.succeed(&words("evaluate --plan s/run.toml --overwrite"));
}

#[test]
fn a_place_that_takes_no_file_is_told_before_any_work() {
    let folder = cohort();
    // Nothing would be read of it before the output is looked at.
    let input = "nowhere.tsv";
    std::fs::create_dir(folder.path("d.tsv")).unwrap();
    std::fs::create_dir(folder.path("m.checkpoint")).unwrap();
    for (code, part, line) in [
        (2, "is a file", "impute IN -o t.tsv/o.tsv"),
        (2, "is a file", "impute IN -o o.tsv --spread t.tsv/o.tsv"),
        (2, "is a file", "convert IN t.tsv/o.tsv"),
        (2, "is a file", "fit IN -o t.tsv/m --method mean"),
        (2, "is a file", "evaluate IN -o t.tsv/s"),
        (2, "is a file", "demo -o t.tsv"),
        (
            5,
            "d.tsv: cannot be written: it is a directory",
            "impute IN -o d.tsv",
        ),
        (
            5,
            "d.tsv: cannot be written: it is a directory",
            "convert IN d.tsv",
        ),
        (
            5,
            "d.tsv: cannot be written: it is a directory",
            "impute IN -o o.tsv --spread d.tsv",
        ),
        (
            5,
            "m.checkpoint: cannot be written",
            "fit IN -o m --method mean",
        ),
    ] {
        folder.fail(code, &[part], &words(&line.replace("IN", input)));
    }
    assert_eq!(
        folder.names(),
        ["c.tsv", "d.tsv", "genes.txt", "m.checkpoint", "t.tsv"]
    );
}

#[test]
fn an_output_that_is_there_is_replaced_when_that_is_asked_for() {
    let folder = cohort();
    for (output, line) in [
        ("o.tsv", "impute t.tsv -o o.tsv --method mean"),
        (
            "p.tsv",
            "impute t.tsv -o new.tsv --method factor --spread p.tsv",
        ),
        ("m.st", "fit t.tsv -o m.st --method mean"),
        ("o.csv", "convert t.tsv o.csv"),
        ("s.h5ad", "simulate cells -o s.h5ad --cells 20 --genes 20"),
    ] {
        folder.write(output, "mine");
        let parts = [&format!("{output} is there already"), "--overwrite"];
        folder.fail(2, &parts, &words(line));
        assert_eq!(folder.read(output), "mine");
        folder.succeed(&words(&format!("{line} --overwrite")));
        assert_ne!(folder.bytes(output), b"mine");
    }
}

#[test]
fn folders_of_outputs_are_made_where_there_are_none() {
    let folder = cohort();
    folder.succeed(&words("impute t.tsv -o a/b/o.tsv --method mean"));
    folder.succeed(&words("fit t.tsv -o c/m.st --method mean"));
    folder.succeed(&words("convert t.tsv d/o.csv"));
    folder.succeed(&words("simulate cells -o e/s.h5ad --cells 20 --genes 20"));
    for file in [
        "a/b/o.tsv",
        "a/b/o.tsv.run.toml",
        "c/m.st",
        "d/o.csv",
        "e/s.h5ad",
    ] {
        assert!(folder.path(file).is_file(), "{file}");
    }
    // A run that comes to nothing leaves none.
    folder.fail(
        2,
        &["neighbors"],
        &words("impute t.tsv -o f/o.tsv --method knn:k=3"),
    );
    folder.fail(
        3,
        &["nowhere.tsv"],
        &words("impute nowhere.tsv -o f/g/o.tsv"),
    );
    assert!(!folder.path("f").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_takes_no_file_is_told_before_any_work() {
    let folder = cohort();
    // Nobody makes files in /proc, not even the superuser, who passes every permission.
    for line in [
        "impute nowhere.tsv -o /proc/o.tsv",
        "impute nowhere.tsv -o o.tsv --spread /proc/o.tsv",
        "convert nowhere.tsv /proc/o.tsv",
        "fit nowhere.tsv -o /proc/m --method mean",
        "evaluate nowhere.tsv -o /proc/s",
        "demo -o /proc/s",
    ] {
        folder.fail(5, &["/proc/", "cannot be written"], &words(line));
    }
}

#[test]
fn devices_are_written_to_and_compared_with_nothing() {
    let folder = cohort();
    for name in ["one.tsv", "two.tsv"] {
        std::os::unix::fs::symlink("/dev/null", folder.path(name)).unwrap();
    }
    folder.succeed(&words("impute t.tsv -o one.tsv --spread two.tsv"));
}

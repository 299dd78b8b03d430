//! Wrong requests end with exit code 2 and say what is known; nothing typed is ever ignored.

use crate::folder::Folder;
use crate::tables::{covariates, table};

fn cohort() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(12, 6));
    folder.write("c.tsv", covariates(12));
    folder
}

#[test]
fn no_arguments_print_the_help() {
    let answer = Folder::new().succeed(&[]);
    for command in [
        "demo",
        "inspect",
        "impute",
        "fit",
        "evaluate",
        "report",
        "embeddings",
        "methods",
        "convert",
        "simulate",
    ] {
        assert!(answer.stdout.contains(command), "{command}");
    }
    assert!(!answer.stdout.contains("trial "), "{}", answer.stdout);
}

#[test]
fn the_version_is_told() {
    let answer = Folder::new().succeed(&["--version"]);
    assert_eq!(
        answer.stdout,
        format!("imputome {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn every_command_has_help_with_an_example_and_the_common_options() {
    for command in [
        "demo",
        "inspect",
        "impute",
        "fit",
        "evaluate",
        "report",
        "embeddings",
        "methods",
        "convert",
        "simulate",
    ] {
        let help = Folder::new().succeed(&[command, "--help"]).stdout;
        for part in [
            "Example",
            "--threads",
            "--seed",
            "--quiet",
            "--memory-limit",
        ] {
            assert!(help.contains(part), "{command}: {part}");
        }
    }
}

#[test]
fn unknown_methods_presets_and_settings_are_answered_with_the_known_ones() {
    let folder = cohort();
    let impute = |spec: &str, part: &str| {
        folder.fail(
            2,
            &[part],
            &["impute", "t.tsv", "-o", "o.tsv", "--method", spec],
        );
    };
    impute("knnn", "known methods: ");
    impute("knn:neighbours=3", "it knows neighbors");
    impute("pmi:publish", "published");
    impute("knn:neighbors=0", "a whole number of at least 1");
    impute("blend:parts=factor+knnn", "known methods: ");
    impute("blend:parts=blend", "other methods than blend itself");
    let set = [
        "impute", "t.tsv", "-o", "o.tsv", "--method", "knn", "--set", "k=3",
    ];
    folder.fail(2, &["it knows neighbors"], &set);
    folder.fail(2, &["known methods: "], &["methods", "magik"]);
    let methods = ["evaluate", "t.tsv", "-o", "d", "--methods", "mean,magik"];
    folder.fail(2, &["magik"], &methods);
}

#[test]
fn a_setting_with_two_values_is_refused() {
    let folder = cohort();
    let fail = |line: &str| {
        let arguments: Vec<&str> = line.split(' ').collect();
        folder.fail(2, &["neighbors", "two values, 5 and 7"], &arguments);
    };
    fail("impute t.tsv -o o.tsv --method knn:neighbors=5 --set neighbors=7");
    fail("impute t.tsv -o o.tsv --method knn:neighbors=5:neighbors=7");
    fail("fit t.tsv -o m --method knn:neighbors=5 --set neighbors=7");
    fail("evaluate t.tsv -o d --methods mean,knn:neighbors=5:neighbors=7");
    // What is typed goes before a plan.
    folder.write("p.toml", "input = 't.tsv'\nmethod = 'knn:neighbors=5'\n");
    let typed = [
        "impute",
        "--plan",
        "p.toml",
        "-o",
        "o.tsv",
        "--set",
        "neighbors=7",
    ];
    folder.succeed(&typed);
    assert!(folder.read("o.tsv.run.toml").contains("neighbors = 7"));
}

#[test]
fn the_scenarios_that_help_names_are_taken() {
    let folder = cohort();
    let help = folder.succeed(&["evaluate", "--help"]).stdout;
    assert!(help.contains("default: in-place,inductive"), "{help}");
    assert!(!help.contains("both (the default)"), "{help}");
    let both = "evaluate t.tsv -o d --methods mean --repeats 1 --scenario in-place,inductive";
    folder.succeed(&both.split(' ').collect::<Vec<_>>());
}

#[test]
fn an_option_without_effect_is_refused() {
    let folder = cohort();
    folder.succeed(&["fit", "t.tsv", "-o", "m.safetensors", "--method", "mean"]);
    let impute = |more: &[&str], parts: &[&str]| {
        folder.fail(
            2,
            parts,
            &[&["impute", "t.tsv", "-o", "o.tsv"], more].concat(),
        );
    };
    impute(&["--add-genes"], &["--add-genes", "--model"]);
    impute(&["--set", "factors=3"], &["--set", "--method"]);
    impute(
        &["--method", "mean", "--spread", "s.tsv"],
        &["--spread", "factor"],
    );
    impute(&["--categorical", "tissue"], &["--covariates"]);
    impute(&["--group", "donor_id"], &["--covariates"]);
    let model = ["--model", "m.safetensors"];
    impute(&[&model[..], &["--method", "mean"]].concat(), &["--method"]);
    impute(&[&model[..], &["--set", "a=1"]].concat(), &["--set"]);
    impute(&[&model[..], &["--group", "none"]].concat(), &["--group"]);
    impute(
        &[&model[..], &["--covariates", "c.tsv"]].concat(),
        &["--covariates"],
    );
    let held_back = [
        "evaluate",
        "t.tsv",
        "-o",
        "d",
        "--scenario",
        "in-place",
        "--test-share",
        "0.3",
    ];
    folder.fail(2, &["--test-share"], &held_back);
    folder.fail(
        2,
        &["--scale"],
        &["convert", "t.tsv", "o.csv", "--scale", "log"],
    );
    assert!(!folder.path("o.tsv").exists());
}

#[test]
fn what_is_missing_is_named() {
    let folder = cohort();
    folder.fail(2, &["INPUT"], &["impute"]);
    folder.fail(2, &["-o OUTPUT"], &["impute", "t.tsv"]);
    folder.fail(2, &["--method"], &["fit", "t.tsv", "-o", "m.safetensors"]);
    folder.fail(2, &["-o DIR"], &["evaluate", "t.tsv"]);
}

#[test]
fn outputs_that_cannot_be_are_refused_before_any_work() {
    let folder = cohort();
    folder.fail(2, &["is a file"], &["impute", "t.tsv", "-o", "c.tsv/o.tsv"]);
    folder.fail(2, &["o.xlsx"], &["impute", "t.tsv", "-o", "o.xlsx"]);
    folder.fail(2, &["is the input"], &["impute", "t.tsv", "-o", "t.tsv"]);
    folder.fail(
        2,
        &["stdout"],
        &["fit", "t.tsv", "-o", "-", "--method", "mean"],
    );
}

#[test]
fn shares_that_hide_nothing_or_all_are_refused() {
    let folder = cohort();
    for hide in ["0", "1", "1.5", "50", "nan", "abc", "half"] {
        let arguments = [
            "evaluate",
            "t.tsv",
            "-o",
            "d",
            "--methods",
            "mean",
            "--hide",
            hide,
        ];
        let parts = ["a share between 0 and 1, such as 0.5", hide];
        folder.fail(2, &parts, &arguments);
    }
    let twice = ["evaluate", "t.tsv", "-o", "d", "--methods", "mean,mean"];
    folder.fail(2, &["twice"], &twice);
}

#[test]
fn an_unknown_key_of_a_plan_is_answered_with_the_known_ones() {
    let folder = cohort();
    folder.write(
        "plan.toml",
        "input = 't.tsv'\noutput = 'o.tsv'\nmethods = 'mean'\n",
    );
    folder.fail(
        2,
        &["plan.toml", "methods", "method"],
        &["impute", "--plan", "plan.toml"],
    );
    folder.write("plan.toml", "command = 'fit'\n");
    folder.fail(2, &["imputome fit"], &["impute", "--plan", "plan.toml"]);
}

#[test]
fn a_demo_of_another_name_is_answered_with_those_there_are() {
    let folder = Folder::new();
    let all = ["demo bulk", "demo methylation", "demo cells"];
    folder.fail(2, &all, &["demo", "plants"]);
}

#[test]
fn values_on_a_scale_that_the_method_does_not_take_are_refused_by_policy() {
    let folder = Folder::new();
    let counts = "id\tA\tB\tC\nS1\t0\t15\t2000\nS2\t3\t180\t999\nS3\t1\t77\tNA\n";
    folder.write("counts.tsv", counts);
    let arguments = [
        "impute",
        "counts.tsv",
        "-o",
        "o.tsv",
        "--method",
        "factor",
        "--rows",
        "samples",
        "--scale",
        "counts",
    ];
    folder.fail(4, &["counts", "log2p1"], &arguments);
}

#[test]
fn a_memory_limit_is_kept_with_the_number_needed() {
    let folder = cohort();
    let arguments = ["impute", "t.tsv", "-o", "o.tsv", "--memory-limit", "1k"];
    folder.fail(5, &["MiB", "limit"], &arguments);
    folder.fail(
        2,
        &["800M"],
        &["impute", "t.tsv", "-o", "o.tsv", "--memory-limit", "much"],
    );
    assert!(!folder.path("o.tsv").exists());
}

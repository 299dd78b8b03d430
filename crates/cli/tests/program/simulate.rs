//! `imputome simulate` as a user meets it.

use crate::folder::Folder;

/// Few cells and genes, a dozen molecules for each gene.
const SMALL: [&str; 9] = [
    "simulate",
    "cells",
    "--cells",
    "60",
    "--genes",
    "40",
    "--set",
    "library_location=6",
    "-o",
];

fn small<'a>(output: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    SMALL
        .iter()
        .copied()
        .chain([output])
        .chain(more.iter().copied())
        .collect()
}

#[test]
fn simulated_cells_are_a_file_that_other_commands_read() {
    let folder = Folder::new();
    let said = folder
        .succeed(&small("sim.h5ad", &["--preset", "deepimpute"]))
        .stderr;
    assert!(
        said.contains("60 cells x 40 genes") && said.contains("5 groups of"),
        "{said}"
    );
    let text = folder.succeed(&["inspect", "sim.h5ad"]).stdout;
    for part in ["60 (Cell1", "40 (Gene1", "truth", "raw counts"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let entries = |layer: &str| {
        let json = folder
            .succeed(&["inspect", "sim.h5ad", "--json", "--layer", layer])
            .stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        json[0]["entries"].as_u64().unwrap()
    };
    assert!(entries("X") < entries("truth"));
    folder.succeed(&[
        "impute",
        "sim.h5ad",
        "-o",
        "out.h5ad",
        "--method",
        "deepimpute:epochs=2:hidden=4:targets=10:dispersion=0",
    ]);
}

#[test]
fn a_simulation_is_repeated_from_its_record_by_any_number_of_threads() {
    let folder = Folder::new();
    folder.succeed(&small(
        "one.h5ad",
        &["--seed", "3", "--threads", "1", "--preset", "deepimpute"],
    ));
    folder.succeed(&[
        "simulate",
        "--plan",
        "one.h5ad.run.toml",
        "-o",
        "two.h5ad",
        "--threads",
        "2",
    ]);
    assert_eq!(folder.bytes("one.h5ad"), folder.bytes("two.h5ad"));
    folder.succeed(&small(
        "other.h5ad",
        &["--seed", "4", "--preset", "deepimpute"],
    ));
    assert_ne!(folder.bytes("one.h5ad"), folder.bytes("other.h5ad"));
}

#[test]
fn cells_like_those_of_a_file_say_what_was_found() {
    let folder = Folder::new();
    folder.succeed(&small("sim.h5ad", &[]));
    let like = [
        "simulate",
        "cells",
        "--like",
        "sim.h5ad",
        "-o",
        "alike.h5ad",
    ];
    let said = folder.succeed(&like).stderr;
    for part in [
        "library sizes: ",
        "gene means: gamma",
        "variation: ",
        "missed molecules: ",
        "60 cells x 38 genes",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let again = [
        "simulate",
        "--plan",
        "alike.h5ad.run.toml",
        "-o",
        "again.h5ad",
    ];
    folder.succeed(&again);
    assert_eq!(folder.bytes("alike.h5ad"), folder.bytes("again.h5ad"));
}

#[test]
fn fewer_genes_than_in_a_file_hold_fewer_molecules() {
    let folder = Folder::new();
    folder.succeed(&small("sim.h5ad", &[]));
    let molecules = |genes: &'static str| -> f64 {
        let like = ["simulate", "cells", "--like", "sim.h5ad", "--genes", genes];
        let output = format!("{genes}.h5ad");
        let said = folder.succeed(&[&like[..], &["-o", &output]].concat());
        let said = said.stderr;
        let before = said.split(" molecules in a typical cell").next().unwrap();
        before.rsplit(' ').next().unwrap().parse().unwrap()
    };
    // Both are rounded to a molecule.
    let share = molecules("10") / molecules("20");
    assert!((share - 0.5).abs() < 0.01, "{share}");
}

#[test]
fn a_run_that_passes_its_memory_limit_leaves_nothing() {
    let folder = Folder::new();
    let cells = ["simulate", "cells", "-o", "sim.h5ad", "--cells", "20000"];
    let limit = ["--memory-limit", "40M"];
    folder.fail(
        5,
        &["more than the limit of 40 MiB"],
        &[&cells[..], &limit].concat(),
    );
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

#[test]
fn what_makes_no_cells_is_refused_in_words() {
    let folder = Folder::new();
    for (code, part, arguments) in [
        (2, "h5ad cannot be written to stdout", small("-", &[])),
        (2, "as h5ad alone", small("sim.tsv", &[])),
        (
            2,
            "add up to 1",
            small("sim.h5ad", &["--set", "groups=0.5+0.6"]),
        ),
        (
            2,
            "dropout_midpoint",
            small("sim.h5ad", &["--set", "dropouts=true"]),
        ),
        (2, "not the same", small("sim.h5ad", &["--set", "genes=50"])),
        (
            2,
            "at least 0",
            small("sim.h5ad", &["--set", "library_scale=-1"]),
        ),
        (
            2,
            "possible values: default, deepimpute",
            small("sim.h5ad", &["--preset", "other"]),
        ),
        (
            2,
            "cannot be used with",
            small("sim.h5ad", &["--preset", "default", "--like", "a"]),
        ),
        (
            2,
            "0 is not in 1..",
            vec!["simulate", "cells", "--cells", "0", "-o", "sim.h5ad"],
        ),
        (2, "what to simulate", vec!["simulate", "-o", "sim.h5ad"]),
        (2, "-o OUTPUT", vec!["simulate", "cells"]),
        (3, "none.h5ad", small("sim.h5ad", &["--like", "none.h5ad"])),
    ] {
        folder.fail(code, &[part], &arguments);
    }
    folder.write("table.tsv", "sample\tA\tB\nS1\t1\t2\n");
    folder.fail(
        3,
        &["not a file of cells"],
        &small("sim.h5ad", &["--like", "table.tsv"]),
    );
    assert_eq!(folder.names(), ["table.tsv"]);
}

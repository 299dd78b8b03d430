//! Methods for single cells judged, as a user meets it.

use std::fmt::Write;
use std::path::Path;

use imputome::core::{Counts, Run};
use imputome::simulate::{Splatter, SplatterSettings};

use crate::folder::Folder;

/// A file of `fixtures/cells`.
fn fixture(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cells");
    fixtures.join(name).display().to_string()
}

/// Writes counts as the folder of 10x Genomics `name`; `count` gives each entry.
fn write_cells(
    folder: &Folder,
    name: &str,
    (cells, genes): (usize, usize),
    count: impl Fn(usize, usize) -> u32,
) {
    std::fs::create_dir(folder.path(name)).unwrap();
    let mut entries = String::new();
    let mut stored = 0;
    for cell in 0..cells {
        for gene in 0..genes {
            if count(cell, gene) > 0 {
                stored += 1;
                let line = (gene + 1, cell + 1, count(cell, gene));
                writeln!(entries, "{} {} {}", line.0, line.1, line.2).unwrap();
            }
        }
    }
    let head = "%%MatrixMarket matrix coordinate integer general";
    let matrix = format!("{head}\n{genes} {cells} {stored}\n{entries}");
    folder.write(&format!("{name}/matrix.mtx"), matrix);
    let lines = |kind: &str, n: usize| (0..n).map(|i| format!("{kind}{i}\n")).collect::<String>();
    let features: String = (0..genes).map(|g| format!("ENSG{g}\tG{g}\n")).collect();
    folder.write(&format!("{name}/genes.tsv"), features);
    folder.write(&format!("{name}/barcodes.tsv"), lines("CELL", cells));
}

/// Two kinds of simulated cells, as the folder `cells`.
fn write_simulated(folder: &Folder) {
    let run = Run::new(5, 1).unwrap();
    let settings = SplatterSettings {
        genes: 200,
        groups: vec![0.5, 0.5],
        ..SplatterSettings::default()
    };
    let simulated = Splatter::new(settings, &run).unwrap();
    let counts: Counts = simulated.cells(0..150).unwrap().observed;
    let size = (counts.n_cells(), counts.n_genes());
    write_cells(folder, "cells", size, |cell, gene| {
        counts.get(cell, gene) as u32
    });
}

/// The value of one line of `scores.tsv`.
fn score(folder: &Folder, file: &str, line: [&str; 3]) -> f64 {
    let text = folder.read(file);
    let start = format!("{}\t{}\t{}\t", line[0], line[1], line[2]);
    let found = text.lines().find_map(|line| line.strip_prefix(&start));
    found
        .unwrap_or_else(|| panic!("{start} is not in\n{text}"))
        .parse()
        .unwrap()
}

/// Networks that train in no time.
const QUICK: &str = "deepimpute:epochs=2:hidden=8:targets=100:directions=4";

#[test]
fn scores_are_those_computed_by_hand() {
    let folder = Folder::new();
    // Every count of gene g is g + 1, so that the mean of the non-zeros is each hidden count.
    let count = |cell: usize, gene: usize| match (cell + gene) % 3 {
        0 => 0,
        _ => gene as u32 + 1,
    };
    write_cells(&folder, "cells", (30, 12), count);
    let line =
        "evaluate cells -o scores --methods mean,nonzero-mean --mask even --hide 0.2 --repeats 2";
    let said = folder.succeed(&line.split(' ').collect::<Vec<_>>());
    assert!(said.stdout.contains("nonzero-mean"), "{}", said.stdout);
    assert!(said.stdout.contains("flatter"), "{}", said.stdout);
    // Zeros, as many of each gene, are filled with ln(1 + count) = ln 2 to ln 13.
    let at_zeros = (2..=13).map(|x| f64::from(x).ln().powi(2)).sum::<f64>() / 12.0;
    for method in ["nonzero-mean", "mean"] {
        for repeat in ["1", "2"] {
            let found = |metric| score(&folder, "scores/scores.tsv", [method, repeat, metric]);
            // Means are f32.
            assert!(found("mse") < 1e-10);
            assert!((found("pearson") - 1.0).abs() < 1e-6);
            assert!((found("zero_error") - at_zeros).abs() < 1e-5);
        }
    }
    let page = folder.read("scores/report.html");
    let hidden = "48 of the 240 counts that are not zero were hidden in each repeat (20.0 %)";
    assert!(
        said.stderr.contains(hidden) && page.contains(hidden),
        "{}",
        said.stderr
    );
    assert!(
        page.contains("48 of 48") || page.contains("96 of 96"),
        "a fifth of 240, twice"
    );
}

#[test]
fn the_same_bytes_come_of_any_number_of_threads_and_of_the_plan() {
    let folder = Folder::new();
    write_simulated(&folder);
    let evaluate = |more: &[&'static str]| {
        let methods = format!("{QUICK},svd:rank=2");
        let first = ["evaluate", "cells", "--methods", &methods, "--repeats", "2"];
        folder.succeed(&[&first, more].concat());
    };
    evaluate(&["-o", "one", "--threads", "1"]);
    evaluate(&["-o", "two", "--threads", "2"]);
    folder.succeed(&["evaluate", "--plan", "one/run.toml", "-o", "three"]);
    let mut files = vec!["scores.tsv", "genes.tsv", "cells.tsv", "evaluation.json"];
    files.extend([
        "figures/scores_by_method.svg",
        "figures/estimated_against_hidden.svg",
        "figures/cells_before_and_after.svg",
    ]);
    for file in files {
        let bytes = |of: &str| folder.bytes(&format!("{of}/{file}"));
        assert_eq!(bytes("one"), bytes("two"), "{file}");
        assert_eq!(bytes("one"), bytes("three"), "{file}");
    }
    let page = folder.bytes("one/report.html");
    folder.succeed(&["report", "one"]);
    assert_eq!(page, folder.bytes("one/report.html"));
    let record = folder.read("one/run.toml");
    folder.write(
        "one/run.toml",
        record.replace("[record]", "[record]\nmood = 'good'"),
    );
    folder.fail(3, &["one/run.toml", "mood"], &["report", "one"]);
    folder.write("one/run.toml", record);
    let one = ["evaluate", "cells", "-o", "one"];
    folder.fail(2, &["holds an evaluation already", "--overwrite"], &one);
}

#[test]
fn molecules_put_aside_are_judged_too() {
    let folder = Folder::new();
    write_simulated(&folder);
    let line =
        "evaluate cells -o scores --methods nonzero-mean --mask thinning --hide 0.3 --repeats 1";
    let said = folder.succeed(&line.split(' ').collect::<Vec<_>>());
    assert!(said.stdout.contains("Poisson loss"), "{}", said.stdout);
    let found = |metric| score(&folder, "scores/scores.tsv", ["nonzero-mean", "1", metric]);
    assert!(found("poisson_loss").is_finite() && found("mse") > 0.0);
}

#[test]
fn a_column_of_labels_is_found_or_those_there_are_are_named() {
    let folder = Folder::new();
    let input = fixture("v13_csr_gzip.h5ad");
    let line = "--methods nonzero-mean --hide 5 --repeats 1 -o scores --by";
    let mut evaluate = vec!["evaluate", &input];
    evaluate.extend(line.split(' '));
    let with = |by: &'static str| [evaluate.as_slice(), &[by]].concat();
    folder.fail(3, &["cell_type", "kind, order"], &with("cell_type"));
    // Twenty genes are too few for a map, which is told and ends nothing.
    let said = folder.succeed(&with("kind")).stderr;
    assert!(said.contains("no map of the cells was made"), "{said}");
    assert!(
        folder
            .read("scores/report.html")
            .contains("No map could be made")
    );
}

#[test]
fn results_do_not_go_into_the_folder_of_the_counts() {
    let folder = Folder::new();
    write_cells(&folder, "cells", (30, 12), |cell, gene| {
        (cell + gene) as u32 % 4
    });
    let genes = folder.bytes("cells/genes.tsv");
    for output in ["cells", "cells/scores", "./cells/../cells"] {
        let evaluate = ["evaluate", "cells", "-o", output, "--overwrite"];
        folder.fail(2, &["is the folder of the counts"], &evaluate);
    }
    assert_eq!(genes, folder.bytes("cells/genes.tsv"));
}

#[test]
fn shares_beyond_one_half_are_refused() {
    let folder = Folder::new();
    write_cells(&folder, "cells", (30, 12), |cell, gene| {
        (cell + gene) as u32 % 4
    });
    for mask in ["even", "thinning"] {
        let evaluate = [
            "evaluate", "cells", "-o", "s", "--mask", mask, "--hide", "0.9",
        ];
        folder.fail(4, &["more than half"], &evaluate);
    }
}

#[test]
fn labels_that_part_the_cells_into_no_kinds_are_refused() {
    let folder = Folder::new();
    folder.succeed(&[
        "simulate", "cells", "-o", "sim.h5ad", "--cells", "60", "--genes", "40",
    ]);
    let evaluate = |by| ["evaluate", "sim.h5ad", "-o", "scores", "--by", by];
    folder.fail(2, &["all cells are \"Group1\""], &evaluate("group"));
    folder.fail(2, &["look like measurements"], &evaluate("library_size"));
}

#[test]
fn what_makes_no_sense_for_cells_is_refused_in_words() {
    let folder = Folder::new();
    write_simulated(&folder);
    write_cells(&folder, "two", (2, 12), |_, gene| gene as u32);
    folder.write("table.tsv", "sample\tA\tB\nS1\t1.5\t2\nS2\t3\t4\n");
    for (code, part, line) in [
        (2, "--scenario: no effect", "cells --scenario in-place"),
        (2, "--group", "cells --group none"),
        (2, "--rows", "cells --rows genes"),
        (2, "--normalize", "cells --normalize log1p"),
        (2, "--mask profile is for tables", "cells --mask profile"),
        (2, "unheard-of", "cells --mask unheard-of"),
        (2, "whole number", "cells --hide 0.1"),
        (2, "share between 0 and 1", "cells --mask even --hide 10"),
        (2, "one number", "cells --hide 10,20"),
        (4, "hide at most", "cells --hide 100000"),
        (4, "hide at most", "cells --mask program --hide 5000"),
        (2, "cannot fill counts of cells", "cells --methods ridge"),
        (2, "twice", "cells --methods nonzero-mean,nonzero-mean"),
        (3, "other forms have none", "cells --by cell_type"),
        (3, "10 cells", "two --hide 1"),
        (4, "hide at most 1 here", "two"),
        (2, "for files of cells", "table.tsv --mask dropout"),
        (2, "for files of cells", "table.tsv --layer counts"),
    ] {
        let mut arguments = vec!["evaluate", "-o", "scores"];
        arguments.extend(line.split(' '));
        folder.fail(code, &[part], &arguments);
    }
    assert_eq!(folder.names(), ["cells", "table.tsv", "two"]);
}

#[test]
fn logarithms_are_no_counts() {
    let folder = Folder::new();
    let input = fixture("v12_csc_lzf_layer.h5ad");
    let evaluate = ["evaluate", &input, "-o", "scores", "--layer", "X"];
    folder.fail(4, &["does not look like counts", "--layer"], &evaluate);
}

//! `study arisdakessian2019`: the simulation alone, a pair of cells and FISH made up, what is
//! finished and what is refused.

use std::fmt::Write;

use crate::folder::Folder;

fn study(rest: &str) -> Vec<String> {
    let line = format!(
        "study arisdakessian2019 --data data -o out --simulated 150x200 --repeats 1 --threads 2 {rest}"
    );
    line.split(' ').map(String::from).collect()
}

fn words(line: &[String]) -> Vec<&str> {
    line.iter().map(String::as_str).collect()
}

fn empty() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("data")).unwrap();
    folder
}

const QUICK: &str = "--methods raw,nonzero-mean,deepimpute:dispersion=0.5:epochs=3";

#[test]
fn a_simulation_ends_in_a_page_and_is_not_run_again() {
    let folder = empty();
    let parts = format!("--parts accuracy,clustering,expression,training,truth {QUICK}");
    let answer = folder.succeed(&words(&study(&parts)));
    for said in ["nonzero-mean", "Error at zeros", "ROC-AUC", "all zeros"] {
        assert!(answer.stdout.contains(said), "{said}: {}", answer.stdout);
    }
    assert!(
        answer
            .stderr
            .contains("accuracy, simulation, repeat 0: raw")
    );
    assert!(
        answer
            .stderr
            .contains("left out; the folder lacks sc_mixology")
    );
    let page = folder.read("out/report.html");
    for said in [
        "part-accuracy",
        "figure-map_simulation",
        "figure-training",
        "0.893",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let tidy = folder.read("out/accuracy.tsv");
    assert!(tidy.starts_with("data\tmethod\trepeat\tsetting\tmetric\tvalue\n"));

    let again = folder.succeed(&words(&study(&parts)));
    assert!(!again.stderr.contains("repeat 0"), "{}", again.stderr);
    assert_eq!(again.stdout, answer.stdout);
    assert_eq!(folder.read("out/accuracy.tsv"), tidy);
}

#[test]
fn numbers_do_not_depend_on_threads() {
    let (one, two) = (empty(), empty());
    let asked = format!("--parts clustering,expression {QUICK}");
    let mut line = study(&asked);
    one.succeed(&words(&line));
    let threads = line.iter().position(|word| word == "--threads").unwrap();
    line[threads + 1] = "1".into();
    two.succeed(&words(&line));
    for file in ["out/clustering.tsv", "out/expression.tsv"] {
        assert_eq!(one.read(file), two.read(file));
    }
}

#[test]
fn time_is_measured_in_processes_of_their_own() {
    let folder = empty();
    let asked =
        "--parts speed --sizes 40,60,80 --methods deepimpute:epochs=1:targets=2000:hidden=4";
    let answer = folder.succeed(&words(&study(asked)));
    assert!(
        answer.stdout.contains("peak memory, MiB"),
        "{}",
        answer.stdout
    );
    let found = folder.read("out/speed.tsv");
    let measured = |metric: &str| found.lines().filter(|line| line.contains(metric)).count();
    assert_eq!(
        (measured("\tfit_seconds\t"), measured("\tfailed\t")),
        (3, 0),
        "{found}"
    );
}

/// 60 cells of GAPDH, three genes that vary and one that does not, and 50 others under a microscope.
fn write_fish(folder: &Folder) {
    let genes = ["GAPDH", "LMNA", "MITF", "VGF", "FLAT"];
    let count = |cell: usize, gene: usize| match gene {
        0 => 20 + (cell * 7) % 11,
        4 => 1,
        gene => (cell * (gene + 2) * 5 + cell / 3) % (7 + 4 * gene),
    };
    let mut cells = String::from("gene_id");
    (0..60).for_each(|cell| write!(cells, "\tC{cell}").unwrap());
    for (gene, name) in genes.iter().enumerate() {
        write!(cells, "\n{name}").unwrap();
        for cell in 0..60 {
            let seen = count(cell, gene) * usize::from(gene == 0 || (cell + gene) % 3 > 0);
            write!(cells, "\t{seen}").unwrap();
        }
    }
    let mut fish = format!("cell\t{}", genes.join("\t"));
    for cell in 0..50 {
        write!(fish, "\nF{cell}").unwrap();
        for gene in 0..genes.len() {
            write!(fish, "\t{}", 3 * count(cell + 5, gene)).unwrap();
        }
    }
    folder.write("data/GSE99330_dropseq.txt", cells + "\n");
    folder.write("data/fishSubset.txt", fish + "\n");
}

#[test]
fn cells_are_compared_with_fish_where_both_are_there() {
    let folder = empty();
    let left_out = folder.succeed(&words(&study("--parts fish --methods raw")));
    assert!(
        left_out.stderr.contains("fish: Left out"),
        "{}",
        left_out.stderr
    );
    assert!(
        folder
            .read("out/report.html")
            .contains("Left out: the folder has no file")
    );
    write_fish(&folder);
    let answer = folder.succeed(&words(&study("--parts fish --methods raw,nonzero-mean")));
    for said in ["Pearson of Gini coefficients", "LMNA", "MITF", "0.984"] {
        assert!(answer.stdout.contains(said), "{said}: {}", answer.stdout);
    }
    assert!(!folder.read("out/fish.tsv").contains("FLAT"));
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = empty();
    for (asked, said) in [
        ("--parts figure2", "there are accuracy"),
        ("--methods knn", "does not take counts of cells"),
        ("--hide 0.5", "no effect"),
    ] {
        folder.fail(2, &[said], &words(&study(asked)));
    }
    let line = "study zhou2020 --data data -o out --sizes 100";
    folder.fail(2, &["no simulation"], &line.split(' ').collect::<Vec<_>>());
    folder.succeed(&words(&study("--parts report")));
    folder.fail(
        2,
        &["another seed"],
        &words(&study("--parts report --seed 7")),
    );
}

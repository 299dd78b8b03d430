//! Counts of cells as tables and back.

use std::path::Path;

use crate::folder::Folder;

/// A file of `fixtures/cells`.
fn fixture(name: &str) -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cells");
    fixtures.join(name).display().to_string()
}

#[test]
fn cells_become_a_table_and_the_table_the_same_cells() {
    let folder = Folder::new();
    let input = fixture("v13_csr_gzip.h5ad");
    folder.succeed(&["convert", &input, "-o", "counts.tsv.gz"]);
    folder.succeed(&["convert", &input, "counts.csv", "--threads", "1"]);
    let csv = folder.read("counts.csv");
    assert_eq!(csv.lines().count(), 31);
    assert!(csv.lines().all(|line| line.split(',').count() == 21));
    for (table, cells) in [("counts.tsv.gz", "a.h5ad"), ("counts.csv", "b.h5ad")] {
        let back = ["convert", table, cells, "--rows", "samples"];
        let said = folder.succeed(&back).stderr;
        assert!(said.contains("30 cells x 20 genes written"), "{said}");
        folder.succeed(&["convert", cells, &format!("{cells}.csv")]);
        assert_eq!(folder.read(&format!("{cells}.csv")), csv);
    }
}

#[test]
fn a_folder_becomes_an_h5ad_that_keeps_identifiers() {
    let folder = Folder::new();
    for form in ["ten_x_folder_3", "ten_x_3.h5", "cells.loom"] {
        let input = fixture(form);
        let (cells, table) = (format!("{form}.h5ad"), format!("{form}.csv"));
        folder.succeed(&["convert", &input, &cells]);
        let said = folder.succeed(&["inspect", &cells]).stdout;
        for part in ["30 (cell_00", "20 (G0, G1", "raw counts"] {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
        folder.succeed(&["convert", &input, &table]);
        folder.succeed(&["convert", &cells, "again.csv", "--overwrite"]);
        assert_eq!(folder.read("again.csv"), folder.read(&table));
    }
}

#[test]
fn what_is_no_count_is_no_cell() {
    let folder = Folder::new();
    for (name, value, found) in [
        ("half.tsv", "0.5", "found 0.5"),
        ("below.tsv", "-1", "found -1"),
        ("gap.tsv", "", "found a gap"),
    ] {
        folder.write(name, format!("cell\tA\tB\nC1\t3\t0\nC2\t{value}\t1\n"));
        let convert = ["convert", name, "o.h5ad", "--rows", "samples"];
        let parts = [name, "\"C2\"", "\"A\"", "expected a count", found];
        folder.fail(3, &parts, &convert);
    }
    folder.write("t.tsv", "cell\tA\tB\nC1\t3\t0\nC2\t2\t1\n");
    let h5ad = fixture("v13_csr_gzip.h5ad");
    for (part, arguments) in [
        ("an h5ad already", ["convert", &h5ad, "o.h5ad", "--quiet"]),
        (".tsv or .csv", ["convert", &h5ad, "o.gct", "--quiet"]),
        ("o.xlsx", ["convert", &h5ad, "o.xlsx", "--quiet"]),
        (
            "--transform",
            ["convert", "t.tsv", "o.h5ad", "--transform=log2p1"],
        ),
        (
            "--to-rows",
            ["convert", "t.tsv", "o.h5ad", "--to-rows=genes"],
        ),
        ("--scale", ["convert", "t.tsv", "o.h5ad", "--scale=counts"]),
    ] {
        folder.fail(2, &[part], &arguments);
    }
    folder.fail(2, &["OUTPUT"], &["convert", "t.tsv"]);
    assert_eq!(
        folder.names(),
        ["below.tsv", "gap.tsv", "half.tsv", "t.tsv"]
    );
}

/// Counts of cells in text, a line for each gene, seven zeros of ten.
fn text_of_counts() -> String {
    let mut text = String::from("gene");
    (0..40).for_each(|cell| text += &format!("\tCELL{cell}"));
    for gene in 0..60 {
        text += &format!("\nGENE{gene}");
        for cell in 0..40 {
            let count = match (7 * cell + 3 * gene) % 10 {
                0..7 => 0,
                rest => (rest - 6) * (1 + gene % 4),
            };
            text += &format!("\t{count}");
        }
    }
    text + "\n"
}

#[test]
fn counts_of_cells_in_text_are_told_by_their_zeros() {
    let folder = Folder::new();
    folder.write("t.tsv", text_of_counts());
    let text = folder
        .succeed(&["inspect", "t.tsv", "--rows", "genes"])
        .stdout;
    assert_eq!(text.matches("\nadvice").count(), 1, "{text}");
    for part in [
        "counts of single cells (70 % zeros)",
        "imputome convert t.tsv CELLS.h5ad",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    for method in ["deepimpute", "nonzero-mean"] {
        let impute = [
            "impute", "t.tsv", "-o", "o.tsv", "--rows", "genes", "--method", method,
        ];
        let parts = ["t.tsv has no", "imputome convert t.tsv CELLS.h5ad"];
        folder.fail(4, &parts, &impute);
    }
    for line in [
        "impute t.tsv -o o.tsv --rows genes --method mean",
        "fit t.tsv -o m.st --rows genes --method mean",
        "evaluate t.tsv -o s --rows genes --methods mean --repeats 1",
    ] {
        let said = folder.succeed(&line.split(' ').collect::<Vec<_>>()).stderr;
        assert!(said.contains("looks like counts of single cells"), "{said}");
    }
    folder.succeed(&["convert", "t.tsv", "c.h5ad", "--rows", "genes"]);
    let method = "deepimpute:epochs=3:hidden=8:targets=20:dispersion=0";
    let said = folder
        .succeed(&["impute", "c.h5ad", "-o", "o.h5ad", "--method", method])
        .stderr;
    assert!(said.contains("zeros filled in"), "{said}");
}

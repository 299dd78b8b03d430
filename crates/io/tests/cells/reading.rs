//! Every form of file that holds cells gives the same table.

use imputome_core::{Counts, Scale};
use imputome_io::{CellFile, CellForm, CellOptions, Element, Features, GeneNames};

use super::fixture;

/// The table that every file holds, from its text.
fn truth() -> (Vec<String>, Vec<String>, Vec<Vec<f32>>) {
    let text = std::fs::read_to_string(fixture("table.tsv")).unwrap();
    let mut lines = text.lines();
    let genes = lines
        .next()
        .unwrap()
        .split('\t')
        .skip(1)
        .map(String::from)
        .collect();
    let (mut cells, mut rows) = (Vec::new(), Vec::new());
    for line in lines {
        let (cell, values) = line.split_once('\t').unwrap();
        cells.push(cell.to_string());
        rows.push(
            values
                .split('\t')
                .map(|value| value.parse().unwrap())
                .collect(),
        );
    }
    (cells, genes, rows)
}

fn is_true(counts: &Counts, first: usize) {
    let (cells, genes, rows) = truth();
    assert_eq!(counts.genes().as_slice(), genes);
    assert_eq!(
        counts.cells().as_slice(),
        &cells[first..first + counts.n_cells()]
    );
    let table = counts.table(0..counts.n_cells());
    for (row, truth) in table.rows().into_iter().zip(&rows[first..]) {
        assert_eq!(row.to_vec(), *truth);
    }
}

/// Every file, and the table that holds the counts.
const FILES: [(&str, &str); 10] = [
    ("v12_csr_gzip.h5ad", "X"),
    ("v13_csr_gzip.h5ad", "X"),
    ("v12_csc_lzf_layer.h5ad", "layers/counts"),
    ("v13_csc_lzf_layer.h5ad", "layers/counts"),
    ("v12_dense_raw.h5ad", "raw/X"),
    ("v13_dense_raw.h5ad", "raw/X"),
    ("ten_x_2.h5", "hg19"),
    ("ten_x_3.h5", "matrix"),
    ("ten_x_folder_2", "matrix"),
    ("ten_x_folder_3", "matrix"),
];

#[test]
fn every_form_gives_the_same_counts_whole() {
    for (name, element) in FILES {
        let file = CellFile::open(&fixture(name)).unwrap();
        assert_eq!(file.facts().element, element, "{name}");
        assert_eq!(file.facts().scale, Scale::Counts, "{name}");
        is_true(&file.read().unwrap(), 0);
    }
    is_true(
        &CellFile::open(&fixture("cells.loom"))
            .unwrap()
            .read()
            .unwrap(),
        0,
    );
}

#[test]
fn every_form_gives_the_same_counts_by_windows() {
    for turning_bytes in [1 << 30, 400] {
        let options = CellOptions {
            turning_bytes,
            ..CellOptions::default()
        };
        let names = FILES.map(|(name, _)| name);
        for name in names.into_iter().chain(["cells.loom"]) {
            let file = CellFile::open_with(&fixture(name), &options).unwrap();
            let mut first = 0;
            for window in file.windows(7) {
                let window = window.unwrap();
                is_true(&window, first);
                first += window.n_cells();
            }
            assert_eq!(first, 30, "{name}");
        }
    }
}

#[test]
fn another_table_is_read_when_asked_for() {
    let open = |name: &str, element| {
        let options = CellOptions {
            element,
            ..CellOptions::default()
        };
        CellFile::open_with(&fixture(name), &options)
    };
    let csc = open("v12_csc_lzf_layer.h5ad", Element::X).unwrap();
    assert_eq!(csc.facts().scale, Scale::Log);
    assert_eq!(csc.facts().elements.len(), 2);
    let dense = open("v13_dense_raw.h5ad", Element::X).unwrap();
    assert_eq!(dense.facts().scale, Scale::Standardized);
    let error = open("v13_dense_raw.h5ad", Element::Layer("none".into())).unwrap_err();
    assert!(
        error.to_string().contains("X, layers/logged, raw/X"),
        "{error}"
    );
}

#[test]
fn antibodies_are_left_out_unless_asked_for() {
    let file = CellFile::open(&fixture("ten_x_3.h5")).unwrap();
    assert_eq!(file.facts().form, CellForm::TenX);
    assert!(
        file.facts()
            .notes
            .iter()
            .any(|note| note.contains("3 of Antibody Capture left out"))
    );
    let options = CellOptions {
        features: Features::All,
        gene_names: GeneNames::Identifiers,
        ..CellOptions::default()
    };
    let all = CellFile::open_with(&fixture("ten_x_3.h5"), &options).unwrap();
    assert_eq!(all.genes().len(), 23);
    assert_eq!(&all.genes()[7], "ENSG00007");
    assert_eq!(all.identifiers().unwrap()[7], "G2");
}

#[test]
fn repeated_symbols_are_numbered_and_told() {
    let file = CellFile::open(&fixture("ten_x_folder_2")).unwrap();
    assert_eq!(&file.genes()[9], "G2-2");
    assert!(
        file.facts().notes[0].contains("G2"),
        "{:?}",
        file.facts().notes
    );
}

#[test]
fn columns_of_text_on_cells_are_read_with_what_is_missing() {
    for name in ["v12_csr_gzip.h5ad", "v13_csr_gzip.h5ad"] {
        let file = CellFile::open(&fixture(name)).unwrap();
        let first = |column: &str| file.labels(column).unwrap().unwrap()[..4].join(" ");
        assert_eq!(first("kind"), "a b NA a");
        assert_eq!(first("text"), "t0 t1 t2 t3");
        assert_eq!(first("whole"), "1 NA 3 1");
        assert_eq!(file.labels("unheard-of").unwrap(), None);
    }
    let loom = CellFile::open(&fixture("cells.loom")).unwrap();
    assert_eq!(loom.labels("kind").unwrap(), None);
}

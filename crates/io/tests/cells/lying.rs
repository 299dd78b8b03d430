//! Files whose parts contradict one another are refused with the place and what was expected.

use std::path::Path;

use hdf5_pure::FileBuilder;
use imputome_io::CellFile;

/// The arrays of two cells and three genes, as Cell Ranger 3 stores them.
struct TenX {
    starts: Vec<i64>,
    genes: Vec<i64>,
    counts: Vec<i32>,
    shape: [i32; 2],
}

impl TenX {
    fn honest() -> Self {
        Self {
            starts: vec![0, 2, 3],
            genes: vec![0, 2, 1],
            counts: vec![5, 1, 7],
            shape: [3, 2],
        }
    }

    fn write(&self, path: &Path) {
        let mut file = FileBuilder::new();
        let mut matrix = file.create_group("matrix");
        matrix.create_dataset("indptr").with_i64_data(&self.starts);
        matrix.create_dataset("indices").with_i64_data(&self.genes);
        matrix.create_dataset("data").with_i32_data(&self.counts);
        matrix.create_dataset("shape").with_i32_data(&self.shape);
        matrix
            .create_dataset("barcodes")
            .with_vlen_strings(&["A", "B"]);
        let mut features = matrix.create_group("features");
        let names = ["x", "y", "z"];
        features.create_dataset("id").with_vlen_strings(&names);
        features.create_dataset("name").with_vlen_strings(&names);
        matrix.add_group(features.finish());
        file.add_group(matrix.finish());
        file.write(path).unwrap();
    }
}

/// What is said of a file with one lie.
fn said(lie: impl FnOnce(&mut TenX)) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("lying.h5");
    let mut file = TenX::honest();
    lie(&mut file);
    file.write(&path);
    let read = CellFile::open(&path).and_then(|file| file.read());
    read.unwrap_err().to_string()
}

#[test]
fn an_honest_file_is_read() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("honest.h5");
    TenX::honest().write(&path);
    let counts = CellFile::open(&path).unwrap().read().unwrap();
    assert_eq!((counts.get(0, 2), counts.get(1, 1)), (1.0, 7.0));
}

#[test]
fn starts_that_do_not_ascend_to_the_number_of_entries_are_refused() {
    assert!(said(|file| file.starts = vec![0, 3, 2]).contains("2 at position 2 after 3"));
    assert!(said(|file| file.starts = vec![1, 2, 3]).contains("matrix/indptr"));
    assert!(said(|file| file.starts = vec![0, 2, 2]).contains("a last start of 3"));
    assert!(said(|file| file.starts = vec![0, 2, i64::MAX]).contains("ascend from 0 to 3"));
    assert!(said(|file| file.starts = vec![0, -1, 3]).contains("-1 at position 1"));
    assert!(said(|file| file.starts = vec![0, 3]).contains("3 elements, one more than lines"));
}

#[test]
fn positions_outside_and_arrays_of_other_lengths_are_refused() {
    assert!(said(|file| file.genes[1] = 3).contains("below 3"));
    assert!(said(|file| file.genes[1] = -1).contains("found -1"));
    assert!(said(|file| file.genes[1] = 1 << 40).contains("below 3"));
    assert!(said(|file| file.genes[1] = 0).contains("one entry"));
    assert!(said(|file| file.counts.truncate(2)).contains("as many elements as data has, 2"));
    assert!(said(|file| file.shape = [3, 2_000_000_000]).contains("[3, 2], the numbers of"));
}

/// What is said of a folder with this matrix of two genes and two cells.
fn said_of_matrix(matrix: &str) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(scratch.path().join(name), text).unwrap();
    write("matrix.mtx", matrix);
    write("genes.tsv", "i\tx\nj\ty\n");
    write("barcodes.tsv", "A\nB\n");
    let read = CellFile::open(scratch.path()).and_then(|file| file.read());
    read.unwrap_err().to_string()
}

#[test]
fn a_matrix_in_text_that_lies_is_refused_with_its_line() {
    let banner = "%%MatrixMarket matrix coordinate integer general\n";
    let said = |rest: &str| said_of_matrix(&format!("{banner}{rest}"));
    assert!(said("2 2 2\n1 1 4\n").contains("line 3: expected 1 entries more"));
    assert!(said("2 2 1\n1 1 4\n2 2 4\n").contains("found a further entry"));
    assert!(said("2 2 1\n0 1 4\n").contains("line 3: expected a gene from 1 to 2"));
    assert!(said("2 2 1\n1 3 4\n").contains("found 1 and 3"));
    assert!(said("2 2 1\n1 1 x\n").contains("a row, a column and a value"));
    assert!(said("2 2 1\n1 1 nan\n").contains("a finite number"));
    assert!(said("2 2 2\n1 1 4\n1 1 5\n").contains("one entry"));
    assert!(said("2 9 1\n1 1 4\n").contains("found 2 and 9"));
    assert!(said("2 2 99999999999999\n1 1 4\n").contains("entries more"));
    let pattern = "%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 1\n";
    assert!(said_of_matrix(pattern).contains("integer or real, general"));
    assert!(said_of_matrix("").contains("integer or real, general"));
}

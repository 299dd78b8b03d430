//! Files of cells that were cut off or changed end in plain errors or in a table, never in a
//! panic.
//!
//! `IMPUTOME_DAMAGES=N` tries N damages of every file instead of a few, as for a night.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use imputome_io::{CellFile, CellOptions};

use super::fixture;

/// Damages of every kind tried on every file; ours, a few seconds for all of them.
const DAMAGES: usize = 60;

fn damages() -> usize {
    std::env::var("IMPUTOME_DAMAGES")
        .ok()
        .and_then(|number| number.parse().ok())
        .unwrap_or(DAMAGES)
}

/// Numbers that are the same in every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

fn read_everything(path: &Path) {
    let options = CellOptions {
        turning_bytes: 1 << 10,
        ..CellOptions::default()
    };
    if let Ok(file) = CellFile::open_with(path, &options) {
        for window in file.windows(7) {
            if let Err(error) = window {
                assert!(!error.to_string().is_empty());
            }
        }
        let _ = file.read();
    }
}

/// Tries damaged forms of the file `part` of a folder or of a lone file.
fn survives(name: &str, part: Option<&str>) {
    let scratch = tempfile::tempdir().unwrap();
    let whole = scratch.path().join(name);
    if part.is_some() {
        std::fs::create_dir(&whole).unwrap();
        for entry in std::fs::read_dir(fixture(name)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), whole.join(entry.file_name())).unwrap();
        }
    }
    let target = part.map_or(whole.clone(), |part| whole.join(part));
    let source = part.map_or(fixture(name), |part| fixture(name).join(part));
    let bytes = std::fs::read(source).unwrap();
    let mut chance = Chance(bytes.len() as u64);
    for number in 0..damages() {
        let mut damaged = bytes.clone();
        match number % 4 {
            0 => damaged.truncate(bytes.len() * number / damages()),
            1 => damaged[chance.below(bytes.len())] ^= 1 << chance.below(8),
            2 => damaged[chance.below(bytes.len())] = [0, 0xff, 0x7f, 0x80][chance.below(4)],
            _ => {
                let at = chance.below(bytes.len());
                let length = (1 + chance.below(16)).min(bytes.len() - at);
                damaged[at..at + length].fill(0xff);
            }
        }
        std::fs::write(&target, &damaged).unwrap();
        let survived = catch_unwind(AssertUnwindSafe(|| read_everything(&whole)));
        assert!(survived.is_ok(), "{name}, damage {number}");
    }
}

#[test]
fn damaged_h5ad_of_compressed_rows_ends_in_plain_errors() {
    survives("v12_csr_gzip.h5ad", None);
    survives("v13_csr_gzip.h5ad", None);
}

#[test]
fn damaged_h5ad_of_columns_and_layers_ends_in_plain_errors() {
    survives("v12_csc_lzf_layer.h5ad", None);
    survives("v13_dense_raw.h5ad", None);
}

#[test]
fn damaged_h5_of_10x_ends_in_plain_errors() {
    survives("ten_x_2.h5", None);
    survives("ten_x_3.h5", None);
}

#[test]
fn damaged_loom_ends_in_plain_errors() {
    survives("cells.loom", None);
}

#[test]
fn a_matrix_of_more_lines_than_names_is_refused_at_once() {
    // Found by the example fuzz_readers: no cells, and 144115188075855892 genes.
    let error = CellFile::open(&fixture("damaged.loom")).unwrap_err();
    assert!(error.to_string().contains("144115188075855892"), "{error}");
}

#[test]
fn damaged_folders_of_10x_end_in_plain_errors() {
    for part in ["matrix.mtx.gz", "features.tsv.gz", "barcodes.tsv.gz"] {
        survives("ten_x_folder_3", Some(part));
    }
    for part in ["matrix.mtx", "genes.tsv", "barcodes.tsv"] {
        survives("ten_x_folder_2", Some(part));
    }
}

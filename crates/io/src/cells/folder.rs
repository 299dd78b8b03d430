//! Folders of 10x Genomics: a matrix in text, its genes and its barcodes.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::facts::{CellForm, ElementFact};
use super::file::{Lines, Opened};
use super::matrix_market::{MatrixMarket, Sides};
use super::refusal;
use crate::compression::{open as open_source, unreadable};
use crate::{Error, Result, Source};

/// Names of the matrix, after a prefix that archives such as GEO put before them.
const MATRIX: [&str; 2] = ["matrix.mtx", "matrix.mtx.gz"];
/// Names of the features, Cell Ranger 3 before Cell Ranger 2.
const FEATURES: [&str; 4] = [
    "features.tsv.gz",
    "features.tsv",
    "genes.tsv.gz",
    "genes.tsv",
];
/// Names of the barcodes.
const BARCODES: [&str; 2] = ["barcodes.tsv.gz", "barcodes.tsv"];
/// Longest line of names that is read; ours, far above any name.
const LONGEST_LINE: u64 = 1 << 16;

/// True for a file named as a matrix is.
pub(super) fn is_matrix(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| MATRIX.iter().any(|end| name.ends_with(end)))
}

/// True for a folder with a matrix in it.
pub(super) fn is_folder(path: &Path) -> bool {
    matrices(path).is_ok_and(|found| !found.is_empty())
}

/// Opens a folder, or the folder around a matrix that was named.
pub(super) fn open(path: &Path) -> Result<Opened> {
    let matrix = match path.is_dir() {
        true => only_matrix(path)?,
        false => path.to_path_buf(),
    };
    let features_path = beside(&matrix, &FEATURES)?;
    let barcodes_path = beside(&matrix, &BARCODES)?;
    let features = columns(&features_path)?;
    let mut barcodes = columns(&barcodes_path)?;
    let sides = Sides {
        genes: features.first().map_or(0, Vec::len),
        cells: barcodes.first().map_or(0, Vec::len),
    };
    let market = MatrixMarket::open(&matrix, sides)?;
    let transposed = market.is_transposed();
    let mut opened = Opened::new(CellForm::TenXFolder, "matrix", Lines::Text(market));
    opened
        .elements
        .push(ElementFact::of("matrix", "text, entry by entry"));
    if transposed {
        opened
            .notes
            .push("the matrix has cells in rows, genes in columns".into());
    }
    let mut features = features.into_iter();
    let identifiers = features.next().unwrap_or_default();
    match features.next() {
        Some(names) => {
            opened.genes = names;
            opened.identifiers = Some(identifiers);
        }
        None => opened.genes = identifiers,
    }
    opened.types = features.next();
    opened.files = vec![matrix, features_path, barcodes_path];
    if !barcodes.is_empty() {
        opened.cells = barcodes.swap_remove(0);
    }
    Ok(opened)
}

fn matrices(folder: &Path) -> Result<Vec<PathBuf>> {
    let name = folder.display().to_string();
    let entries = std::fs::read_dir(folder).map_err(|error| unreadable(&name, &error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(&name, &error))?.path();
        if is_matrix(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn only_matrix(folder: &Path) -> Result<PathBuf> {
    let mut found = matrices(folder)?;
    // Both forms of the one matrix: the one without compression is as good.
    if found.len() == 2 && found[1] == found[0].with_extension("mtx.gz") {
        found.truncate(1);
    }
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        n => Err(refusal::content(
            &folder.display().to_string(),
            "",
            "a folder with one matrix.mtx or matrix.mtx.gz",
            format!("{n} of them"),
            "name the folder that Cell Ranger wrote, or one matrix in it",
        )),
    }
}

/// The file of one of these names beside the matrix, with the matrix's prefix.
fn beside(matrix: &Path, names: &[&str]) -> Result<PathBuf> {
    let name = matrix.file_name().unwrap_or_default().to_string_lossy();
    let prefix = name.rfind("matrix.mtx").map_or("", |start| &name[..start]);
    let found = names
        .iter()
        .map(|end| matrix.with_file_name(format!("{prefix}{end}")))
        .find(|path| path.is_file());
    found.ok_or_else(|| {
        refusal::content(
            &matrix.display().to_string(),
            "",
            format!(
                "one of {prefix}{} beside it",
                names.join(&format!(", {prefix}"))
            ),
            "none",
            "put the files that Cell Ranger wrote into one folder",
        )
    })
}

/// The columns of a table without a header, each as long as the file has lines.
fn columns(path: &Path) -> Result<Vec<Vec<String>>> {
    let file = path.display().to_string();
    let mut reader = BufReader::new(open_source(&Source::Path(path.into()))?.reader);
    let mut columns: Vec<Vec<String>> = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let limited = (&mut reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line);
        if limited.map_err(|error| cut_off(&file, &error))? == 0 {
            break;
        }
        let place = format!("line {number}");
        let refused = |expected: String, found: String| {
            refusal::content(&file, &place, expected, found, refusal::DAMAGED)
        };
        if line.len() as u64 == LONGEST_LINE {
            return Err(refused(
                "a line of names".into(),
                format!("{LONGEST_LINE} bytes or more"),
            ));
        }
        let text = std::str::from_utf8(&line)
            .map_err(|_| refused("text in UTF-8".into(), "other bytes".into()))?;
        let fields: Vec<&str> = text.trim_end_matches(['\n', '\r']).split('\t').collect();
        if number == 1 {
            columns.resize_with(fields.len(), Vec::new);
        }
        if fields.len() != columns.len() {
            let expected = format!("{} fields as in line 1", columns.len());
            return Err(refused(expected, fields.len().to_string()));
        }
        for (column, field) in columns.iter_mut().zip(fields) {
            column.push(field.into());
        }
    }
    Ok(columns)
}

/// The refusal of compressed text that does not go on.
pub(super) fn cut_off(file: &str, error: &std::io::Error) -> Error {
    Error::Unreadable {
        file: file.into(),
        reason: error.to_string(),
        advice: refusal::DAMAGED.into(),
    }
}

//! Data sets in a folder, told by their names, and the simulation.

use std::path::{Path, PathBuf};

use imputome::simulate::{Splatter, SplatterSettings};
use imputome_core::{Counts, Run};
use imputome_io::{CellFile, ReadOptions, Rows, Source};

use crate::failure::{Failure, Result};

use super::learned::counts_of;

/// The simulation's name in tables.
pub(super) const SIMULATION: &str = "simulation";

/// Cells and genes of the paper's simulation.
pub(super) const SIMULATED: (usize, usize) = (2000, 4000);

/// Files of the public sets that the study was measured on: name, file, column of kinds of cells.
const PUBLIC: [(&str, &str); 3] = [
    ("sc_pbmc3k", "sc_pbmc3k/pbmc3k_qc.h5ad"),
    ("sc_zeisel", "sc_zeisel/counts.h5ad"),
    ("sc_cbmc", "sc_cbmc/counts.h5ad"),
];

/// How names of the paper's own sets begin, and what they are called here.
const PAPERS: [(&str, &str); 6] = [
    ("jurkat", "Jurkat"),
    ("293t", "293T"),
    ("neuron9k", "neuron9k"),
    ("neuron_9k", "neuron9k"),
    ("gse67602", "GSE67602"),
    ("gse102827", "GSE102827"),
];

/// Columns of an h5ad that name kinds of cells, the likeliest first.
const KINDS: [&str; 3] = ["cell_type", "celltype", "maintype"];

/// How deep below the folder a set of files may lie, as Cell Ranger's archives have it.
const DEPTH: usize = 4;

/// A data set of the study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DataSet {
    pub(super) name: String,
    from: From,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum From {
    Simulation { cells: usize, genes: usize },
    Cells(PathBuf),
    Text(PathBuf),
}

/// Cells with what is known of them.
#[derive(Clone, Debug)]
pub(super) struct CellTable {
    pub(super) counts: Counts,
    pub(super) kinds: Option<Kinds>,
    pub(super) truth: Option<Truth>,
}

/// Kinds of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kinds {
    /// By the alphabet.
    pub(super) names: Vec<String>,
    /// Of each cell the position of its kind, nothing where it is not known.
    pub(super) of_cell: Vec<Option<usize>>,
}

/// What a simulation knows.
#[derive(Clone, Debug)]
pub(super) struct Truth {
    /// Counts before molecules were missed.
    pub(super) counts: Counts,
    /// For each group, whether it expresses each gene differently.
    pub(super) different: Vec<Vec<bool>>,
}

/// The sets in a folder, the simulation first.
pub(super) fn recognize(folder: &Path, simulated: (usize, usize)) -> Result<Vec<DataSet>> {
    if !folder.is_dir() {
        return Err(
            Failure::input(format!("{}: no such folder", folder.display()))
                .hint("any folder will do for the simulation alone"),
        );
    }
    let (cells, genes) = simulated;
    let mut found = vec![DataSet {
        name: SIMULATION.into(),
        from: From::Simulation { cells, genes },
    }];
    for (name, file) in PUBLIC {
        let path = folder.join(file);
        if path.is_file() {
            found.push(DataSet {
                name: name.into(),
                from: From::Cells(path),
            });
        }
    }
    for path in entries(folder) {
        if let Some(set) = of_the_paper(&path)?
            && !found.iter().any(|other| other.name == set.name)
        {
            found.push(set);
        }
    }
    Ok(found)
}

fn of_the_paper(path: &Path) -> Result<Option<DataSet>> {
    let begins = file_name(path).to_lowercase();
    let known = PAPERS.iter().find(|(start, _)| begins.starts_with(start));
    let Some((_, name)) = known else {
        return Ok(None);
    };
    let from = match cells_below(path, DEPTH)? {
        Some(cells) => From::Cells(cells),
        None if is_text(path) => From::Text(path.to_path_buf()),
        None => return Ok(None),
    };
    Ok(Some(DataSet {
        name: (*name).into(),
        from,
    }))
}

/// The first file or folder of cells at a path or below it.
fn cells_below(path: &Path, depth: usize) -> Result<Option<PathBuf>> {
    if CellFile::recognizes(path)? {
        return Ok(Some(path.to_path_buf()));
    }
    if depth == 0 || !path.is_dir() {
        return Ok(None);
    }
    for path in entries(path) {
        if let Some(found) = cells_below(&path, depth - 1)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// True for a table of text by its name, genes in lines.
pub(super) fn is_text(path: &Path) -> bool {
    let name = file_name(path).to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    path.is_file()
        && [".csv", ".tsv", ".txt"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// Entries of a folder by the alphabet.
pub(super) fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The last part of a path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Counts in a table of text, genes in lines and cells in columns.
pub(super) fn read_counts(path: &Path) -> Result<Counts> {
    let options = ReadOptions {
        rows: Rows::Genes,
        ..ReadOptions::default()
    };
    let source = Source::from_argument(&path.display().to_string());
    counts_of(&imputome_io::read_table(&source, &options)?.dataset)
}

impl DataSet {
    /// True for the simulation, which is another one in each repeat.
    pub(super) fn is_simulation(&self) -> bool {
        matches!(self.from, From::Simulation { .. })
    }

    /// Where it is from, in words.
    pub(super) fn in_words(&self) -> String {
        match &self.from {
            From::Simulation { cells, genes } => {
                format!("{}: {cells} cells, {genes} genes (Splatter)", self.name)
            }
            From::Cells(path) | From::Text(path) => format!("{}: {}", self.name, path.display()),
        }
    }

    /// The cells of a repeat.
    pub(super) fn read(&self, run: &Run) -> Result<CellTable> {
        match &self.from {
            From::Simulation { cells, genes } => simulated((*cells, *genes), run),
            From::Text(path) => Ok(CellTable {
                counts: read_counts(path)?,
                kinds: None,
                truth: None,
            }),
            From::Cells(path) => {
                let file = CellFile::open(path)?;
                let mut kinds = None;
                for column in KINDS {
                    if kinds.is_none() {
                        kinds = file.labels(column)?.map(Kinds::of);
                    }
                }
                Ok(CellTable {
                    counts: file.read()?,
                    kinds,
                    truth: None,
                })
            }
        }
    }
}

/// The paper's simulation, of other cells for every seed.
pub(super) fn simulated((cells, genes): (usize, usize), run: &Run) -> Result<CellTable> {
    let paper = SplatterSettings::deepimpute();
    let settings = SplatterSettings {
        // As many molecules for each gene as in the paper's table.
        library_location: paper.library_location + (genes as f64 / paper.genes as f64).ln(),
        genes,
        ..paper
    };
    let groups = settings.groups.len();
    let population = Splatter::new(settings, run)?;
    let simulated = population.cells(0..cells)?;
    let truth = population.genes();
    Ok(CellTable {
        counts: simulated.observed,
        kinds: Some(Kinds {
            names: (1..=groups).map(|group| format!("Group{group}")).collect(),
            of_cell: simulated.groups.into_iter().map(Some).collect(),
        }),
        truth: Some(Truth {
            counts: simulated.truth,
            different: (0..groups).map(|group| truth.different_in(group)).collect(),
        }),
    })
}

impl Kinds {
    /// Of names of kinds, cell by cell; empty ones and `NA` are not known.
    pub(super) fn of(labels: Vec<String>) -> Self {
        let known = |label: &&String| !label.is_empty() && *label != "NA";
        let mut names: Vec<String> = labels.iter().filter(known).cloned().collect();
        names.sort();
        names.dedup();
        let of_cell = labels.iter().map(|label| names.binary_search(label).ok());
        Self {
            of_cell: of_cell.collect(),
            names,
        }
    }

    /// Cells whose kind is known, and those kinds.
    pub(super) fn known(&self) -> (Vec<usize>, Vec<usize>) {
        let known = self.of_cell.iter().enumerate();
        known
            .filter_map(|(cell, kind)| Some((cell, (*kind)?)))
            .unzip()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_sets_are_told_by_how_their_names_begin() {
        let folder = tempfile::tempdir().unwrap();
        let matrix = folder.path().join("jurkat_filtered/hg19");
        std::fs::create_dir_all(&matrix).unwrap();
        for name in ["matrix.mtx", "genes.tsv", "barcodes.tsv"] {
            std::fs::write(matrix.join(name), "").unwrap();
        }
        std::fs::write(folder.path().join("GSE67602_expression.txt.gz"), "").unwrap();
        std::fs::write(folder.path().join("other.csv"), "").unwrap();
        let found = recognize(folder.path(), (10, 10)).unwrap();
        let names: Vec<&str> = found.iter().map(|set| set.name.as_str()).collect();
        assert_eq!(names, [SIMULATION, "GSE67602", "Jurkat"]);
        assert!(recognize(&folder.path().join("none"), (10, 10)).is_err());
    }

    #[test]
    fn kinds_that_are_missing_are_not_known() {
        let labels = ["B", "", "A", "NA", "B"].map(String::from);
        let kinds = Kinds::of(labels.into());
        assert_eq!(kinds.names, ["A", "B"]);
        assert_eq!(kinds.known(), (vec![0, 2, 4], vec![1, 0, 1]));
    }
}

//! A file of cells, opened: what is in it, whole or by windows.

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::entries::Entries;
use super::facts::{CellFacts, CellForm, ElementFact};
use super::features::{take_genes, taken};
use super::folder;
use super::h5ad;
use super::hdf5::{Hdf5, is_hdf5};
use super::labels;
use super::loom;
use super::matrix_market::MatrixMarket;
use super::names::unique;
use super::options::{CellOptions, Element, GeneNames};
use super::refusal;
use super::ten_x;
use super::windows::Windows;
use crate::{Error, Result};
use imputome_core::{Counts, Names, Scale, SparseRows};

/// A file of cells, ready to be read.
#[derive(Debug)]
pub struct CellFile {
    path: PathBuf,
    facts: CellFacts,
    cells: Names,
    genes: Names,
    identifiers: Option<Vec<String>>,
    lines: Lines,
    /// For each gene of the file its place among `genes`, `u32::MAX` for one left out.
    places: Option<Vec<u32>>,
    turning_bytes: u64,
    files: Vec<PathBuf>,
}

/// Where the entries of a file stand.
#[derive(Debug)]
pub(super) enum Lines {
    /// A line for each cell.
    Cells(Entries),
    /// A line for each gene.
    Genes(Entries),
    /// Text, in any order.
    Text(MatrixMarket),
}

/// What a reader of one form found.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) form: CellForm,
    pub(super) elements: Vec<ElementFact>,
    pub(super) element: String,
    pub(super) cells: Vec<String>,
    pub(super) genes: Vec<String>,
    pub(super) identifiers: Option<Vec<String>>,
    pub(super) types: Option<Vec<String>>,
    pub(super) lines: Lines,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<String>,
    /// Files that it is read from, where they are others than the one named.
    pub(super) files: Vec<PathBuf>,
}

impl Opened {
    /// A table without names yet.
    pub(super) fn new(form: CellForm, element: &str, lines: Lines) -> Self {
        Self {
            form,
            elements: Vec::new(),
            element: element.into(),
            cells: Vec::new(),
            genes: Vec::new(),
            identifiers: None,
            types: None,
            lines,
            notes: Vec::new(),
            warnings: Vec::new(),
            files: Vec::new(),
        }
    }

    /// Calls genes by their identifiers.
    fn swap_names(&mut self) {
        match self.identifiers.as_mut() {
            Some(identifiers) => std::mem::swap(identifiers, &mut self.genes),
            None => self
                .notes
                .push("genes have one name only, which is taken".into()),
        }
    }

    /// What a part of the values suggests; kept with the table it is of.
    fn look(&mut self) -> Result<(Scale, String)> {
        let (scale, reason) = match &self.lines {
            Lines::Cells(entries) | Lines::Genes(entries) => entries.look()?.scale(),
            Lines::Text(matrix) => matrix.look()?.scale(),
        };
        for element in self.elements.iter_mut().filter(|e| e.name == self.element) {
            element.scale = Some(scale);
            element.scale_reason.clone_from(&reason);
        }
        Ok((scale, reason))
    }
}

impl CellFile {
    /// Opens a file or folder of cells; everything is decided from its content and told.
    ///
    /// Refused when it is none, when its parts contradict one another, or when it is stored in a
    /// way that cannot be undone, which is named.
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, &CellOptions::default())
    }

    /// Opens a file or folder of cells as asked; refused as by [`CellFile::open`].
    pub fn open_with(path: &Path, options: &CellOptions) -> Result<Self> {
        let opened = if path.is_dir() || folder::is_matrix(path) {
            folder::open(path)?
        } else {
            open_hdf5(path, options)?
        };
        expect_table(path, &opened, &options.element)?;
        Self::settle(path, opened, options)
    }

    /// True when `path` is a file or folder that [`CellFile::open`] takes by its first bytes or
    /// its names; the content is not checked.
    pub fn recognizes(path: &Path) -> Result<bool> {
        if path.is_dir() {
            return Ok(folder::is_folder(path));
        }
        if !path.is_file() {
            return Ok(false);
        }
        Ok(folder::is_matrix(path) || is_hdf5(path)?)
    }

    /// What was found and decided.
    pub fn facts(&self) -> &CellFacts {
        &self.facts
    }

    /// The files that it is read from: of a folder its matrix, features and barcodes.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// Names of the cells, in the order of the file.
    pub fn cells(&self) -> &Names {
        &self.cells
    }

    /// Names of the genes that are read, in the order of the file.
    pub fn genes(&self) -> &Names {
        &self.genes
    }

    /// The other names of the genes, `[genes]`, where the file has two.
    pub fn identifiers(&self) -> Option<&[String]> {
        self.identifiers.as_deref()
    }

    /// A column of text that an h5ad has on its cells (`obs`), such as their kinds, `[cells]`; `NA` where
    /// it is missing. Nothing when there is no such column or the file is of another form.
    ///
    /// Refused: a column that is not text, categories or whole numbers, or of another length.
    pub fn labels(&self, column: &str) -> Result<Option<Vec<String>>> {
        labels::labels(&self.path, column, self.cells.len())
    }

    /// Names of the columns that an h5ad has on its cells (`obs`), sorted; none in other forms.
    pub fn label_columns(&self) -> Result<Vec<String>> {
        labels::columns(&self.path)
    }

    /// Number of entries that are stored, those of features left out among them; in a table
    /// stored with its zeros, the zeros too.
    pub fn n_entries(&self) -> u64 {
        match &self.lines {
            Lines::Cells(entries) | Lines::Genes(entries) => {
                entries.n_entries(&(0..entries.n_lines()))
            }
            Lines::Text(matrix) => matrix.n_entries(),
        }
    }

    /// The whole table. Its entries take eight bytes each.
    pub fn read(&self) -> Result<Counts> {
        let mut windows = Windows::new(self, self.cells.len().max(1));
        windows.next().unwrap_or_else(|| {
            self.counts(
                0..0,
                SparseRows {
                    starts: vec![0],
                    ..SparseRows::default()
                },
            )
        })
    }

    /// The table by windows of `cells_at_once` cells (at least one), in the order of the file; the
    /// last may be smaller.
    ///
    /// Memory is that of a window. A table stored by genes is gone through once more for every
    /// [`CellOptions::turning_bytes`] of its entries, and of a matrix in text larger than that the
    /// entries must stand cell after cell.
    pub fn windows(&self, cells_at_once: usize) -> Windows<'_> {
        Windows::new(self, cells_at_once.max(1))
    }

    /// How many cells of a mean number of entries fit into `bytes`, at least one.
    pub fn cells_within(&self, bytes: u64) -> usize {
        // A column of four bytes and a value of four, and once more while they are checked.
        let of_a_cell = 16 * (self.n_entries() / self.cells.len().max(1) as u64 + 1);
        (bytes / of_a_cell).clamp(1, self.cells.len().max(1) as u64) as usize
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    pub(super) fn turning_bytes(&self) -> u64 {
        self.turning_bytes
    }

    /// Rows of the file as a table of the genes that are read.
    pub(super) fn counts(&self, cells: Range<usize>, mut rows: SparseRows) -> Result<Counts> {
        if let Some(places) = &self.places {
            rows = taken(&rows, places);
        }
        let positions: Vec<usize> = cells.collect();
        Counts::new(self.cells.select(&positions), self.genes.clone(), rows)
            .map_err(|error| refusal::dataset(&self.facts.name, error))
    }

    fn settle(path: &Path, opened: Opened, options: &CellOptions) -> Result<Self> {
        let name = path.display().to_string();
        let mut opened = opened;
        let places = take_genes(&name, &mut opened, options.features)?;
        if options.gene_names == GeneNames::Identifiers {
            opened.swap_names();
        }
        let (scale, scale_reason) = opened.look()?;
        let (cells, cells_note) = unique(&name, "cell", opened.cells)?;
        let (genes, genes_note) = unique(&name, "gene", opened.genes)?;
        opened.notes.extend(genes_note);
        if matches!(opened.lines, Lines::Genes(_)) {
            opened.notes.push(format!(
                "{} is stored by genes: it is turned into rows of cells, {} MiB of entries at a time",
                opened.element,
                options.turning_bytes >> 20
            ));
        }
        opened.warnings.extend(cells_note);
        if opened.files.is_empty() {
            opened.files.push(path.into());
        }
        Ok(Self {
            path: path.into(),
            files: opened.files,
            facts: CellFacts {
                name,
                form: opened.form,
                elements: opened.elements,
                element: opened.element,
                scale,
                scale_reason,
                notes: opened.notes,
                warnings: opened.warnings,
            },
            cells,
            genes,
            identifiers: opened.identifiers,
            lines: opened.lines,
            places,
            turning_bytes: options.turning_bytes,
        })
    }
}

/// Refuses a table asked for of a form that has a single one.
fn expect_table(path: &Path, opened: &Opened, asked: &Element) -> Result<()> {
    let asked = asked.name();
    // Of an old 10x file the element is a genome, which is asked for by its name.
    let there = asked.is_none_or(|asked| asked == opened.element);
    let (Some(asked), false) = (asked, there || opened.form == CellForm::H5ad) else {
        return Ok(());
    };
    Err(Error::Request(format!(
        "{}: a {} has one table and no layers, and the table {asked} is asked for; leave --layer out",
        path.display(),
        opened.form.name()
    )))
}

fn open_hdf5(path: &Path, options: &CellOptions) -> Result<Opened> {
    if !is_hdf5(path)? {
        return Err(refusal::content(
            &path.display().to_string(),
            "",
            "an h5ad, 10x h5 or loom file, or a folder with matrix.mtx",
            "a file of another kind, or one cut off at its beginning",
            "name a file of cells; tables in text are read by the other commands",
        ));
    }
    let file = Hdf5::open(path)?;
    let (groups, arrays) = file.children("/")?;
    let has = |names: &[String], name: &str| names.iter().any(|found| found == name);
    if has(&groups, "matrix") {
        return ten_x::open(&file);
    }
    if has(&arrays, "matrix") && has(&groups, "row_attrs") {
        return loom::open(&file);
    }
    let either = |name: &str| has(&groups, name) || has(&arrays, name);
    if either("obs") && either("var") {
        return h5ad::open(&file, &groups, options);
    }
    let genomes = ten_x::genomes(&file, &groups)?;
    if !genomes.is_empty() {
        return ten_x::open_old(&file, &genomes, options);
    }
    Err(file.refused(
        "",
        "the groups of h5ad (obs, var), 10x h5 (matrix) or loom (matrix, row_attrs)",
        format!("groups {groups:?} and arrays {arrays:?}"),
    ))
}

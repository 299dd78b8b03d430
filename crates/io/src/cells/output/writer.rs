//! Writes a result, window after window, into an h5ad that keeps everything it had.

use std::path::Path;

use imputome_core::{Counts, SparseRows};
use ndarray::ArrayView2;
use serde_json::Value;

use super::additions::{Additions, Column, LayerForm, OverInput};
use super::checks::{check_frames, check_memory, is_same, require_room, var_names};
use super::layer::{Layer, rows_of};
use super::skeleton::{self, Skeleton};
use super::superblock;
use super::target::Target;
use crate::cells::facts::CellForm;
use crate::cells::file::CellFile;
use crate::output::Beside;
use crate::{Error, Result};

/// Entries of counts that are copied at once into a new file; ours, 64 MiB of them.
const COPIED_BYTES: u64 = 1 << 26;

/// An h5ad on its way: the input's content, and a layer that grows window by window.
///
/// It is written beside its place and takes it in [`CellWriter::finish`]; dropped before, nothing
/// is left of it.
#[derive(Debug)]
pub struct CellWriter {
    target: Target,
    layer: Layer,
    additions: Additions,
    shape: [usize; 2],
    /// For each gene of the input its column in the layer, `u32::MAX` for one without.
    places: Option<Vec<u32>>,
    notes: Vec<String>,
}

impl CellWriter {
    /// Begins an output. Of an h5ad everything is kept, to the byte; of another form a new h5ad is
    /// made, with the counts in `X`.
    ///
    /// Refused, before anything is written: a target that is the input, unless allowed; a name
    /// that is taken; a file that cannot be added to, with the reason; more memory than the limit.
    pub fn begin(input: &CellFile, target: &Path, additions: Additions) -> Result<Self> {
        if additions.over_input == OverInput::Refused && is_same(input.path(), target) {
            return Err(Error::Request(format!(
                "{} is the input: name another output, or allow it to be replaced",
                target.display()
            )));
        }
        Self::expect_room(input, &additions)?;
        let (target, genes, notes) = match input.facts().form {
            CellForm::H5ad => {
                check_frames(input, &additions)?;
                let (genes, note) = var_names(input)?;
                check_memory(input, genes.len(), &additions)?;
                let target = Target::new(target, |beside| {
                    beside.copy_from(input.path())?;
                    superblock::renew(beside.path())
                })?;
                (target, genes, Vec::from_iter(note))
            }
            form => {
                check_memory(input, input.genes().len(), &additions)?;
                let target = create(input, target)?;
                let note = format!("a new h5ad is made of the {}, counts in X", form.name());
                (target, input.genes().clone(), vec![note])
            }
        };
        let shape = [input.cells().len(), genes.len()];
        let places = (genes != *input.genes()).then(|| {
            let place = |gene: &str| genes.position(gene).map_or(u32::MAX, |place| place as u32);
            input.genes().iter().map(place).collect()
        });
        let layer = make_room(&target, &additions, shape)?;
        Ok(Self {
            target,
            layer,
            additions,
            shape,
            places,
            notes,
        })
    }

    /// Refuses additions whose names are none or that the input has already, before anything is done.
    pub fn expect_room(input: &CellFile, additions: &Additions) -> Result<()> {
        require_room(input, additions)
    }

    /// What was decided.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Adds the next cells of the layer, shape `[cells, genes of the input]`.
    pub fn add_table(&mut self, window: ArrayView2<'_, f32>) -> Result<()> {
        let mut rows = SparseRows {
            starts: vec![0],
            ..SparseRows::default()
        };
        for row in window.rows() {
            for (column, &value) in row.iter().enumerate().filter(|&(_, &value)| value != 0.0) {
                rows.columns.push(column as u32);
                rows.values.push(value);
            }
            rows.starts.push(rows.columns.len());
        }
        self.add(rows)
    }

    /// Adds the next cells of the layer, genes as in the input.
    pub fn add_counts(&mut self, window: &Counts) -> Result<()> {
        self.add(rows_of(window))
    }

    /// Adds the columns and settings; the file takes its place.
    ///
    /// Refused when cells are missing, or when a column was not named at the beginning or has
    /// another length.
    pub fn finish(
        self,
        cell_columns: &[Column],
        gene_columns: &[Column],
        settings: &Value,
    ) -> Result<()> {
        let [cells, genes] = self.shape;
        if self.layer.n_rows() != cells {
            return Err(self.wrong("cells of the layer", cells, self.layer.n_rows()));
        }
        self.add_columns("obs", cells, cell_columns, &self.additions.cell_columns)?;
        let gene_columns = self.placed(gene_columns, genes)?;
        self.add_columns("var", genes, &gene_columns, &self.additions.gene_columns)?;
        self.target.add_settings(&self.additions.key, settings)?;
        self.layer.end(&self.target)?;
        self.target.commit()?;
        self.target.take_place()
    }

    fn add(&mut self, mut rows: SparseRows) -> Result<()> {
        if let Some(places) = &self.places {
            rows = crate::cells::features::taken(&rows, places);
        }
        self.layer.add(&self.target, &rows)
    }

    fn add_columns(
        &self,
        frame: &str,
        length: usize,
        columns: &[Column],
        named: &[String],
    ) -> Result<()> {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        if names != named {
            return Err(Error::Request(format!(
                "columns {names:?} of {frame} where {named:?} were named at the beginning"
            )));
        }
        for column in columns {
            if column.values.len() != length {
                return Err(self.wrong(&column.name, length, column.values.len()));
            }
            self.target.add_column(frame, column)?;
        }
        match names.is_empty() {
            true => Ok(()),
            false => self.target.name_columns(frame, names),
        }
    }

    /// Columns of the genes of the input, put to the genes of the file.
    fn placed(&self, columns: &[Column], genes: usize) -> Result<Vec<Column>> {
        let Some(places) = &self.places else {
            return Ok(columns.to_vec());
        };
        let mut from = vec![usize::MAX; genes];
        for (gene, &place) in places.iter().enumerate().filter(|(_, p)| **p != u32::MAX) {
            from[place as usize] = gene;
        }
        columns
            .iter()
            .map(|column| match column.values.len() == places.len() {
                true => Ok(column.placed(&from)),
                false => Err(self.wrong(&column.name, places.len(), column.values.len())),
            })
            .collect()
    }

    fn wrong(&self, what: &str, expected: usize, found: usize) -> Error {
        Error::Request(format!(
            "{}: {what}: expected {expected}, found {found}",
            self.target.name()
        ))
    }
}

/// Makes room for what will be added, so that a refusal comes before the work.
fn make_room(target: &Target, additions: &Additions, shape: [usize; 2]) -> Result<Layer> {
    target.require_dict("layers")?;
    target.require_dict("uns")?;
    let parents = target.require_parents(&additions.key)?;
    target.commit()?;
    // What the end will add to is rewritten once as it is.
    target.try_frame("obs", &additions.cell_columns)?;
    target.try_frame("var", &additions.gene_columns)?;
    target.try_group("uns")?;
    parents
        .iter()
        .try_for_each(|parent| target.try_group(parent))?;
    let path = format!("layers/{}", additions.layer);
    let layer = Layer::begin(target, &path, shape, additions.form)?;
    target.commit()?;
    Ok(layer)
}

/// A new h5ad beside its place, with the counts in `X`.
fn create(input: &CellFile, place: &Path) -> Result<Target> {
    let target = Target::new(place, |beside: &mut Beside| {
        let names = Skeleton {
            cells: input.cells(),
            genes: input.genes(),
            identifiers: input.identifiers(),
        };
        skeleton::write(beside.path(), &names)
            .map_err(|error| std::io::Error::other(error.to_string()))
    })?;
    let shape = [input.cells().len(), input.genes().len()];
    let mut layer = Layer::begin(&target, "X", shape, LayerForm::Sparse)?;
    for window in input.windows(input.cells_within(COPIED_BYTES)) {
        layer.add(&target, &rows_of(&window?))?;
    }
    layer.end(&target)?;
    target.commit()?;
    Ok(target)
}

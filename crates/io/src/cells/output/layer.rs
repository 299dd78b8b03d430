//! A table on its way into a file, as it comes.

use hdf5_pure::{AttrValue, MaxExtent, make_f32_type, make_i32_type};
use imputome_core::{Counts, SparseRows};

use super::additions::LayerForm;
use super::encoding::encoded;
use super::target::Target;
use crate::Result;

/// Elements of a chunk. Never above 65,535: hdf5-pure 0.47 writes larger ones in a form that
/// HDF5 2.0, and so h5py 3.16, refuses.
const CHUNK: usize = 1 << 15;
/// Entries held before they are written; ours, 16 MiB of them.
const HELD: usize = 1 << 21;
/// Effort of gzip. Of a layer of 1,000 imputed cells the least takes 0.23 s and 6.5 MB, h5py's default of 4 takes 0.33 s and
/// 6.3 MB; estimates have digits that no effort makes shorter.
const EFFORT: u32 = 1;

/// A table that is being written.
#[derive(Debug)]
pub(super) struct Layer {
    path: String,
    shape: [usize; 2],
    form: LayerForm,
    /// Where each row's entries begin, one more than rows are there.
    starts: Vec<u64>,
    columns: Vec<u32>,
    /// Values of entries, or of all places of a table with its zeros.
    values: Vec<f32>,
    n_rows: usize,
}

impl Layer {
    /// Makes room for a table at a path.
    pub(super) fn begin(
        target: &Target,
        path: &str,
        shape: [usize; 2],
        form: LayerForm,
    ) -> Result<Self> {
        if form == LayerForm::Sparse {
            let [rows, columns] = shape.map(|length| length as i64);
            let attributes = encoded("csr_matrix", "0.1.0").into_iter();
            let attributes =
                attributes.chain([("shape", AttrValue::I64Array(vec![rows, columns]))]);
            target.add_group(path, attributes, |group| {
                for (name, kind) in [("data", make_f32_type()), ("indices", make_i32_type())] {
                    group.create_dataset(name, |array| {
                        array
                            .with_dtype(kind)
                            .with_shape(&[0])
                            .with_maxshape(&[MaxExtent::Unlimited])
                            .with_chunks(&[CHUNK as u64])
                            .with_shuffle()
                            .with_deflate(EFFORT);
                    });
                }
            })?;
            target.commit()?;
        }
        Ok(Self {
            path: path.into(),
            shape,
            form,
            starts: vec![0],
            columns: Vec::new(),
            values: Vec::new(),
            n_rows: 0,
        })
    }

    /// Number of rows that have been added.
    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Adds rows behind those that are there.
    pub(super) fn add(&mut self, target: &Target, rows: &SparseRows) -> Result<()> {
        self.n_rows += rows.starts.len() - 1;
        match self.form {
            LayerForm::Sparse => {
                let first = self.starts[self.starts.len() - 1];
                let starts = rows.starts[1..].iter();
                self.starts
                    .extend(starts.map(|&start| first + start as u64));
                self.columns.extend_from_slice(&rows.columns);
                self.values.extend_from_slice(&rows.values);
                match self.columns.len() >= HELD {
                    true => self.write(target, self.columns.len() / CHUNK * CHUNK),
                    false => Ok(()),
                }
            }
            LayerForm::Dense => {
                for bounds in rows.starts.windows(2) {
                    let row = self.values.len();
                    self.values.resize(row + self.shape[1], 0.0);
                    for entry in bounds[0]..bounds[1] {
                        self.values[row + rows.columns[entry] as usize] = rows.values[entry];
                    }
                }
                Ok(())
            }
        }
    }

    /// Writes what is left.
    pub(super) fn end(mut self, target: &Target) -> Result<()> {
        match self.form {
            LayerForm::Sparse => {
                self.write(target, self.columns.len())?;
                let starts = format!("{}/indptr", self.path);
                // SciPy wants positions and starts of one width where they fit.
                let narrow: Option<Vec<i32>> = self
                    .starts
                    .iter()
                    .map(|&start| i32::try_from(start).ok())
                    .collect();
                target.add_array(&starts, |array| {
                    match narrow {
                        Some(narrow) => array.with_i32_data(&narrow),
                        None => {
                            let wide: Vec<i64> = self.starts.iter().map(|&s| s as i64).collect();
                            array.with_i64_data(&wide)
                        }
                    };
                    packed(array, &[self.starts.len()]);
                })
            }
            LayerForm::Dense => {
                let values = std::mem::take(&mut self.values);
                let shape = self.shape;
                target.add_array(&self.path, |array| {
                    array
                        .with_f32_data(&values)
                        .with_shape(&shape.map(|length| length as u64));
                    packed(array, &shape);
                    for (name, value) in encoded("array", "0.2.0") {
                        array.set_attr(name, value);
                    }
                })
            }
        }
    }

    /// Writes the first of the entries that are held.
    fn write(&mut self, target: &Target, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let columns = self.columns.drain(..count);
        let bytes = little_endian(columns.map(|column| (column as i32).to_le_bytes()));
        target.append(&format!("{}/indices", self.path), &bytes)?;
        let bytes = little_endian(self.values.drain(..count).map(f32::to_le_bytes));
        target.append(&format!("{}/data", self.path), &bytes)?;
        target.commit()
    }
}

/// Numbers as they stand in a file.
fn little_endian(numbers: impl ExactSizeIterator<Item = [u8; 4]>) -> Vec<u8> {
    let mut bytes = vec![0; 4 * numbers.len()];
    for (place, number) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(numbers) {
        *place = number;
    }
    bytes
}

/// The rows of a window.
pub(super) fn rows_of(window: &Counts) -> SparseRows {
    let mut rows = SparseRows {
        starts: vec![0],
        columns: Vec::with_capacity(window.n_entries()),
        values: window.values().to_vec(),
    };
    for cell in 0..window.n_cells() {
        rows.columns.extend_from_slice(window.row(cell).0);
        rows.starts.push(rows.columns.len());
    }
    rows
}

/// Compresses an array in chunks of at most a cell's worth of elements each.
fn packed(array: &mut hdf5_pure::DatasetBuilder, shape: &[usize]) {
    let mut room = CHUNK;
    let mut chunks: Vec<u64> = Vec::new();
    for &length in shape.iter().rev() {
        let chunk = length.clamp(1, room.max(1));
        room /= chunk;
        chunks.push(chunk as u64);
    }
    chunks.reverse();
    if shape.iter().all(|&length| length > 0) {
        array
            .with_chunks(&chunks)
            .with_shuffle()
            .with_deflate(EFFORT);
    }
}

//! A folder of raw tables of single cells.

use std::path::Path;

use imputome::core::{Counts, Names, SparseRows};
use ndarray::{Array2, ShapeBuilder};

use crate::Outcome;

/// Counts, what is hidden of them, and what was expected where that is known.
pub(crate) struct Cells {
    /// `[cells, genes]`.
    pub(crate) counts: Array2<f32>,
    /// Same shape.
    pub(crate) hidden: Array2<bool>,
    /// Same shape.
    pub(crate) expected: Option<Array2<f32>>,
}

impl Cells {
    /// The counts with zeros where they are hidden.
    pub(crate) fn shown(&self) -> Array2<f32> {
        let mut shown = self.counts.clone();
        ndarray::Zip::from(&mut shown)
            .and(&self.hidden)
            .for_each(|count, &hidden| {
                if hidden {
                    *count = 0.0;
                }
            });
        shown
    }

    /// Made-up names of cells and genes.
    pub(crate) fn names(&self) -> Outcome<(Names, Names)> {
        let (cells, genes) = self.counts.dim();
        let named = |kind: &'static str, n: usize| {
            Names::new(kind, (0..n).map(|i| format!("{kind}{i:05}")).collect())
        };
        Ok((named("cell", cells)?, named("gene", genes)?))
    }
}

/// The tables of a folder.
pub(crate) fn read(folder: &Path) -> Outcome<Cells> {
    let (mut counts, mut hidden, mut expected) = (None, None, None);
    for line in std::fs::read_to_string(folder.join("shapes.txt"))?.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, rows, columns] = words.as_slice() else {
            continue;
        };
        let place = match *name {
            "C" => &mut counts,
            "mask" => &mut hidden,
            "mu" => &mut expected,
            _ => continue,
        };
        let shape = (rows.parse::<usize>()?, columns.parse::<usize>()?);
        let bytes = std::fs::read(folder.join(format!("{name}.f64")))?;
        let numbers = bytes.as_chunks::<8>().0.iter();
        let numbers = numbers.map(|b| f64::from_le_bytes(*b) as f32).collect();
        let table = Array2::from_shape_vec(shape.f(), numbers)?;
        *place = Some(table.as_standard_layout().into_owned());
    }
    Ok(Cells {
        counts: counts.ok_or("no table C")?,
        hidden: hidden.ok_or("no table mask")?.mapv(|v: f32| v != 0.0),
        expected,
    })
}

/// A table of as many copies of its cells.
pub(crate) fn copied(counts: &Counts, copies: usize) -> Outcome<Counts> {
    let mut rows = SparseRows {
        starts: vec![0],
        ..SparseRows::default()
    };
    let mut cells = Vec::new();
    for copy in 0..copies {
        for (cell, name) in counts.cells().iter().enumerate() {
            let (columns, values) = counts.row(cell);
            rows.columns.extend_from_slice(columns);
            rows.values.extend_from_slice(values);
            rows.starts.push(rows.columns.len());
            cells.push(format!("{name}-{copy}"));
        }
    }
    Ok(Counts::new(
        Names::new("cell", cells)?,
        counts.genes().clone(),
        rows,
    )?)
}

//! Molecules spiked into every cell in known numbers: log counts should follow log numbers, and be
//! the same in every cell.

use std::path::Path;

use imputome_core::{Counts, Names, SparseRows};

use crate::failure::{Failure, Result};

use super::fish::pearson;
use super::learned::{Learned, varying};
use super::rows::Unit;
use super::sources::read_counts;
use super::study::Work;
use super::truth::TextColumns;

/// Numbers of molecules in every cell, by the name of the spike-in.
#[derive(Clone, Debug)]
pub(super) struct SpikeIns {
    names: Vec<String>,
    molecules: Vec<f64>,
}

/// Genes and spike-ins of the same cells in one table.
pub(super) fn joined(genes: &Path, spikes: &Path) -> Result<Counts> {
    let (genes, spikes) = (read_counts(genes)?, read_counts(spikes)?);
    if genes.cells() != spikes.cells() {
        return Err(Failure::input(
            "sc_zeisel_ercc: genes and spike-ins do not name the same cells in the same order",
        ));
    }
    let mut names: Vec<String> = genes.genes().as_slice().to_vec();
    names.extend(spikes.genes().iter().map(String::from));
    let mut rows = SparseRows {
        starts: vec![0],
        ..SparseRows::default()
    };
    for cell in 0..genes.n_cells() {
        for (table, first) in [(&genes, 0), (&spikes, genes.n_genes() as u32)] {
            let (columns, values) = table.row(cell);
            rows.columns
                .extend(columns.iter().map(|column| first + column));
            rows.values.extend_from_slice(values);
        }
        rows.starts.push(rows.columns.len());
    }
    Ok(Counts::new(
        genes.cells().clone(),
        Names::new("gene", names)?,
        rows,
    )?)
}

impl SpikeIns {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let table = TextColumns::read(file)?;
        Ok(Self {
            names: table
                .column("spike_id")?
                .into_iter()
                .map(String::from)
                .collect(),
            molecules: table.numbers("molecules_per_cell")?,
        })
    }

    pub(super) fn judge(&self, work: &Work, unit: &mut Unit) -> Result<()> {
        let counts = &work.table.counts;
        let known = self.names.iter().zip(&self.molecules);
        let (columns, truth): (Vec<usize>, Vec<f64>) = known
            .filter_map(|(name, molecules)| Some((counts.genes().position(name)?, molecules.ln())))
            .unzip();
        let learned = Learned::of(work.entrant, counts, work.run)?;
        let filled = learned.filled(counts, work.run)?;
        let logs: Vec<Vec<f64>> = filled
            .rows()
            .into_iter()
            .map(|cell| {
                columns
                    .iter()
                    .map(|&at| f64::from(cell[at]).ln_1p())
                    .collect()
            })
            .collect();
        let of_cell: Vec<f64> = logs
            .iter()
            .map(|cell| pearson(cell, &truth).powi(2))
            .collect();
        let cells = logs.len() as f64;
        let means: Vec<f64> = (0..columns.len())
            .map(|spike| logs.iter().map(|cell| cell[spike]).sum::<f64>() / cells)
            .collect();
        let spreads = means.iter().enumerate().map(|(spike, mean)| {
            let squares = logs.iter().map(|cell| (cell[spike] - mean).powi(2));
            (squares.sum::<f64>() / cells).sqrt()
        });
        unit.add("", "r2_cell", of_cell.iter().sum::<f64>() / cells);
        unit.add("", "r2_means", pearson(&means, &truth).powi(2));
        unit.add("", "spread", spreads.sum::<f64>() / columns.len() as f64);
        // How much of a spike-in a cell has that holds less than one molecule of it.
        let rare: Vec<usize> = (0..columns.len()).filter(|&s| truth[s] < 0.0).collect();
        let seen = rare.iter().map(|&spike| means[spike]).sum::<f64>();
        unit.add("", "rare", seen / rare.len() as f64);
        let imputed = varying(counts);
        let spikes = columns
            .iter()
            .filter(|column| imputed.binary_search(column).is_ok());
        unit.add("", "spikes_imputed", spikes.count() as f64);
        Ok(())
    }
}

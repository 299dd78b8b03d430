//! Figures 4 and 5a, b: do known kinds of cells come out as groups, and stand apart?

use imputome_core::Run;
use imputome_evaluate::cells::{CellMap, CellMapSettings, cell_map};
use imputome_evaluate::downstream::{
    Normalization, adjusted_mutual_information, adjusted_rand_index, fowlkes_mallows_index,
    normalized_mutual_information, silhouette,
};
use ndarray::{Array2, Axis};

use crate::failure::{Failure, Result};

use super::learned::Learned;
use super::parts::Part;
use super::rows::Unit;
use super::sources::Kinds;
use super::study::{Study, Work, beside};

/// The file of a map, beside the numbers of a method.
pub(super) const MAP: &str = "-map.tsv";

/// Runs what is not finished.
pub(super) fn run(study: &Study) -> Result<()> {
    let entrants: Vec<_> = study.entrants.iter().collect();
    for set in &study.data {
        study.on_data(Part::Clustering, set, &entrants, judge)?;
    }
    Ok(())
}

fn judge(work: &Work, unit: &mut Unit) -> Result<()> {
    let kinds = work.table.kinds.as_ref().ok_or_else(|| {
        Failure::input("kinds of its cells are not known: an h5ad has them in obs/cell_type")
    })?;
    let counts = &work.table.counts;
    let learned = Learned::of(work.entrant, counts, work.run)?;
    let filled = learned.filled(counts, work.run)?;
    let map = cell_map(filled.view(), &CellMapSettings::default(), work.run)?;
    scored(&map, kinds, work.run, unit)?;
    unit.add("", "genes", map.genes.len() as f64);
    if work.repeat == 0 {
        let text = as_text(&map, kinds);
        imputome_io::write_bytes(&beside(&work.place, MAP), text.as_bytes())?;
    }
    Ok(())
}

fn scored(map: &CellMap, kinds: &Kinds, run: &Run, unit: &mut Unit) -> Result<()> {
    let (cells, kinds) = kinds.known();
    let groups: Vec<usize> = cells.iter().map(|&cell| map.groups.labels[cell]).collect();
    unit.add("", "ari", adjusted_rand_index(&kinds, &groups));
    unit.add("", "ami", adjusted_mutual_information(&kinds, &groups));
    let mean = Normalization::ArithmeticMean;
    unit.add(
        "",
        "nmi",
        normalized_mutual_information(&kinds, &groups, mean),
    );
    unit.add("", "fmi", fowlkes_mallows_index(&kinds, &groups));
    let width = |points: &Array2<f32>| -> Result<f64> {
        let points = points.select(Axis(0), &cells);
        let widths = silhouette(points.view(), &kinds, run)?;
        Ok(widths.iter().sum::<f64>() / widths.len() as f64)
    };
    unit.add("", "silhouette_map", width(&map.places)?);
    unit.add("", "silhouette_components", width(&map.components)?);
    let most = map.groups.labels.iter().max().map_or(0, |last| last + 1);
    unit.add("", "groups", most as f64);
    unit.add("", "modularity", map.groups.modularity);
    Ok(())
}

/// Kind, group and place of each cell whose kind is known.
fn as_text(map: &CellMap, kinds: &Kinds) -> String {
    let mut text = String::from("kind\tgroup\tx\ty\n");
    for (cell, kind) in kinds.of_cell.iter().enumerate() {
        if let Some(kind) = kind {
            text += &format!(
                "{}\t{}\t{}\t{}\n",
                kinds.names[*kind],
                map.groups.labels[cell],
                map.places[(cell, 0)],
                map.places[(cell, 1)]
            );
        }
    }
    text
}

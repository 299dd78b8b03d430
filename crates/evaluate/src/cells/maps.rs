//! Cells on a map and in groups, as counted and as imputed.

use std::collections::BTreeSet;

use imputome_core::{Counts, Error, Names, Result, Run, SparseRows};
use serde::{Deserialize, Serialize};

use super::contest::CellContest;
use super::trial::{CellEstimator, CellWindow, columns_of, common_genes, windows};
use super::{CellMap, CellMapSettings, cell_map_sparse};
use crate::downstream::{
    Normalization, adjusted_mutual_information, adjusted_rand_index, fowlkes_mallows_index,
    normalized_mutual_information, silhouette,
};

/// Cells on a map at most; ours: more are no better seen, and time grows with their square.
const MOST_CELLS: usize = 5000;
/// Entries of the genes imputed on a map at most; ours, about a gigabyte while a map is made.
const MOST_ENTRIES: usize = 1 << 25;
/// What the table that was read is called beside those imputed.
pub const AS_COUNTED: &str = "as counted";

/// Kinds of cells known beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellLabels {
    /// What they are called, such as `cell_type`.
    pub by: String,
    /// The label of each cell of the table; nothing where there is none.
    pub labels: Vec<Option<String>>,
}

/// What tables put where a cell has no label.
const NO_LABEL: [&str; 4] = ["", "NA", "nan", "None"];
/// Cells that a kind has on average at least; ours: with fewer, values are as good as all different.
const CELLS_OF_A_KIND: usize = 4;

impl CellLabels {
    /// Labels as a table has them. Refused, with the reason: such as part the cells into no kinds,
    /// all alike, or hardly two alike.
    pub fn of_kinds(by: &str, labels: Vec<String>) -> std::result::Result<Self, String> {
        let known = |label: String| Some(label).filter(|label| !NO_LABEL.contains(&label.as_str()));
        let labels: Vec<Option<String>> = labels.into_iter().map(known).collect();
        let known = labels.iter().flatten().count();
        let kinds: BTreeSet<&String> = labels.iter().flatten().collect();
        let wrong = match kinds.len() {
            0 => "no cell has a label".to_string(),
            1 => format!("all cells are {:?}", kinds.first().expect("one")),
            kinds if kinds * CELLS_OF_A_KIND > known => format!(
                "{kinds} different values in {known} cells look like measurements or names, not like kinds"
            ),
            _ => {
                return Ok(Self {
                    by: by.into(),
                    labels,
                });
            }
        };
        Err(format!("{wrong}; groups cannot be compared with it"))
    }
}

/// The same cells on a map of each table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellMaps {
    /// What the labels are called, where there are any.
    pub by: Option<String>,
    /// Cells of the whole table.
    pub of: usize,
    /// Genes that imputed tables have filled.
    pub genes: usize,
    /// Names of the cells on the map.
    pub cells: Vec<String>,
    /// Their labels, empty where a cell has none; nothing where no labels were given.
    pub labels: Option<Vec<String>>,
    /// The table as counted, then as each method fills it.
    pub tables: Vec<MappedTable>,
}

/// A map of one table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MappedTable {
    /// [`AS_COUNTED`], or the label of a method.
    pub name: String,
    /// Place of each cell.
    pub places: Vec<(f32, f32)>,
    /// Group of each cell (Leiden), the largest being 0.
    pub groups: Vec<usize>,
    /// Whether the groups are those of the table as counted: adjusted Rand index.
    pub as_before: f64,
    /// How the groups agree with the labels, where there are any.
    pub agreement: Option<LabelAgreement>,
}

/// How groups of cells agree with labels known beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelAgreement {
    /// Adjusted Rand index.
    pub ari: f64,
    /// Adjusted mutual information.
    pub ami: f64,
    /// Normalized mutual information, by the mean of entropies.
    pub nmi: f64,
    /// Fowlkes-Mallows index.
    pub fmi: f64,
    /// Mean silhouette of the labels on the map; nothing where all cells have one label.
    pub silhouette: Option<f64>,
}

/// Maps the table as counted and as each method fills its zeros, which learns from the whole table
/// for that; and what is to be told of methods that could not.
pub(super) fn map_tables(contest: &CellContest<'_>, run: &Run) -> Result<(CellMaps, Vec<String>)> {
    let mut run = run.clone();
    run.seed = contest.experiment.seed;
    let counts = contest.counts;
    let (fitted, mut remarks) = fit_all(contest, &run)?;
    let all: Vec<&dyn CellEstimator> = fitted.iter().map(|(_, f)| f.as_ref()).collect();
    let genes = common_genes(counts.n_genes(), &all);
    let chosen = chosen(counts.n_cells(), genes.len(), &run);
    let settings = CellMapSettings::default();
    let raw = cell_map_sparse(&counts.select_cells(&chosen), &settings, &run)?;
    let labels = contest.labels.as_ref().map(|known| {
        let label = |&cell: &usize| known.labels[cell].clone().unwrap_or_default();
        chosen.iter().map(label).collect::<Vec<String>>()
    });
    let before = raw.groups.labels.clone();
    let mapped = |name: &str, map: CellMap| mapped(name, map, &before, labels.as_deref(), &run);
    let mut tables = vec![mapped(AS_COUNTED, raw)?];
    for (label, estimator) in &fitted {
        run.proceed()?;
        let filled = filled(counts, (&chosen, &genes), estimator.as_ref(), &run)?;
        match cell_map_sparse(&filled, &settings, &run) {
            Ok(map) => tables.push(mapped(label, map)?),
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => remarks.push(format!("{label} is not on the map: {error}")),
        }
    }
    let maps = CellMaps {
        by: contest.labels.as_ref().map(|labels| labels.by.clone()),
        of: counts.n_cells(),
        genes: genes.len(),
        cells: counts.cells().select(&chosen).as_slice().to_vec(),
        labels,
        tables,
    };
    Ok((maps, remarks))
}

/// Methods that have learned from the whole table, by label.
type Fitted<'a> = Vec<(&'a str, Box<dyn CellEstimator>)>;

/// Every method after it has learned from the whole table, and what is to be told of those that could not.
fn fit_all<'a>(contest: &'a CellContest<'_>, run: &Run) -> Result<(Fitted<'a>, Vec<String>)> {
    let (mut fitted, mut remarks) = (Vec::new(), Vec::new());
    for method in contest.methods {
        let label = method.facts().label.as_str();
        match method.fit(contest.counts, run) {
            Ok(estimator) => fitted.push((label, estimator)),
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => remarks.push(format!("{label} is not on the map: {error}")),
        }
    }
    Ok((fitted, remarks))
}

/// Cells on the map, ascending: all, or as many as can be handled, drawn at random.
fn chosen(cells: usize, genes: usize, run: &Run) -> Vec<usize> {
    let most = MOST_CELLS.min(MOST_ENTRIES / genes.max(1));
    if cells <= most {
        return (0..cells).collect();
    }
    let mut random = run.stream("cells/on the map");
    let mut chosen = rand::seq::index::sample(&mut random, cells, most).into_vec();
    chosen.sort_unstable();
    chosen
}

/// Some cells with the zeros of some genes filled; what was counted stays, and so does what is refused.
fn filled(
    counts: &Counts,
    (chosen, genes): (&[usize], &[usize]),
    method: &dyn CellEstimator,
    run: &Run,
) -> Result<Counts> {
    let columns = columns_of(genes, method);
    let mut rows = SparseRows {
        starts: vec![0],
        ..SparseRows::default()
    };
    for cells in windows(counts.n_cells(), method) {
        run.proceed()?;
        let positions: Vec<usize> = cells.clone().collect();
        let window = CellWindow {
            first: cells.start,
            counts: &counts.select_cells(&positions),
        };
        let estimates = method.estimate(window, run)?;
        let from = chosen.partition_point(|&cell| cell < cells.start);
        let to = chosen.partition_point(|&cell| cell < cells.end);
        for &cell in &chosen[from..to] {
            let estimates = estimates.row(cell - cells.start);
            let estimates = genes.iter().zip(columns.iter().map(|&c| estimates[c]));
            add_filled(counts.row(cell), estimates, &mut rows);
        }
    }
    let cells: Names = counts.cells().select(chosen);
    Counts::new(cells, counts.genes().clone(), rows)
}

/// Adds a cell: its counts, and estimates where it has none.
fn add_filled<'a>(
    (stored, values): (&[u32], &[f32]),
    estimates: impl Iterator<Item = (&'a usize, f32)>,
    rows: &mut SparseRows,
) {
    let mut stored = stored.iter().zip(values).peekable();
    for (&gene, estimate) in estimates {
        while let Some((&column, &value)) = stored.next_if(|(column, _)| (**column as usize) < gene)
        {
            rows.columns.push(column);
            rows.values.push(value);
        }
        let counted = stored.peek().is_some_and(|(c, _)| **c as usize == gene);
        if !counted && estimate > 0.0 {
            rows.columns.push(gene as u32);
            rows.values.push(estimate);
        }
    }
    for (&column, &value) in stored {
        rows.columns.push(column);
        rows.values.push(value);
    }
    rows.starts.push(rows.columns.len());
}

fn mapped(
    name: &str,
    map: CellMap,
    before: &[usize],
    labels: Option<&[String]>,
    run: &Run,
) -> Result<MappedTable> {
    let groups = map.groups.labels.clone();
    Ok(MappedTable {
        name: name.into(),
        places: map
            .places
            .rows()
            .into_iter()
            .map(|p| (p[0], p[1]))
            .collect(),
        as_before: adjusted_rand_index(&groups, before),
        agreement: match labels {
            Some(labels) => agreement(&map, labels, run)?,
            None => None,
        },
        groups,
    })
}

/// How groups agree with labels, over the cells that have one; nothing where none has.
fn agreement(map: &CellMap, labels: &[String], run: &Run) -> Result<Option<LabelAgreement>> {
    let labeled: Vec<usize> = (0..labels.len())
        .filter(|&c| !labels[c].is_empty())
        .collect();
    if labeled.is_empty() {
        return Ok(None);
    }
    let levels: BTreeSet<&String> = labeled.iter().map(|&cell| &labels[cell]).collect();
    let levels: Vec<&String> = levels.into_iter().collect();
    let level = |&cell: &usize| levels.binary_search(&&labels[cell]).expect("one of them");
    let known: Vec<usize> = labeled.iter().map(level).collect();
    let found: Vec<usize> = labeled.iter().map(|&c| map.groups.labels[c]).collect();
    let places = map.places.select(ndarray::Axis(0), &labeled);
    let silhouette = match levels.len() > 1 && levels.len() < labeled.len() {
        true => {
            let each = silhouette(places.view(), &known, run)?;
            Some(each.iter().sum::<f64>() / each.len() as f64)
        }
        false => None,
    };
    Ok(Some(LabelAgreement {
        ari: adjusted_rand_index(&known, &found),
        ami: adjusted_mutual_information(&known, &found),
        nmi: normalized_mutual_information(&known, &found, Normalization::ArithmeticMean),
        fmi: fowlkes_mallows_index(&known, &found),
        silhouette,
    }))
}

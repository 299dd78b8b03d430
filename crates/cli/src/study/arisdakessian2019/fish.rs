//! Figure 3: distributions of single genes against those seen under a microscope (RNA FISH).

use std::path::{Path, PathBuf};

use imputome_core::{Counts, Dataset};
use imputome_evaluate::cells::{gene_agreement, scaled_by_housekeeping};
use imputome_io::{CellFile, ReadOptions, Rows, Source};
use ndarray::Axis;

use crate::failure::{Failure, Result};

use super::learned::{Learned, varying};
use super::parts::Part;
use super::rows::Unit;
use super::sources::{CellTable, entries, file_name, is_text, read_counts};
use super::study::{Study, Work};

/// How the name of the sequenced cells begins (Torre et al. 2018, GEO).
const SEQUENCED: &str = "gse99330";
/// What the name of the table of FISH has in it.
const FISH: &str = "fish";
/// The housekeeping gene that cells are scaled by.
const HOUSEKEEPING: &str = "GAPDH";

/// What tables call the pair.
pub(super) const DATA: &str = "GSE99330";

/// What the page says where the files are not there.
pub(super) const ABSENT: &str = "Left out: the folder has no file of sequenced cells whose name begins with GSE99330 (a file of cells, or a table of text with genes in lines) beside a table of text with fish in its name (cells in lines, genes in columns, GAPDH among them), as Torre et al. 2018 published both.";

/// The two files, where the folder has both.
pub(super) fn files(folder: &Path) -> Result<Option<(PathBuf, PathBuf)>> {
    let (mut sequenced, mut fish) = (None, None);
    for path in entries(folder) {
        let name = file_name(&path).to_lowercase();
        if name.starts_with(SEQUENCED) && (CellFile::recognizes(&path)? || is_text(&path)) {
            sequenced = sequenced.or(Some(path));
        } else if name.contains(FISH) && is_text(&path) {
            fish = fish.or(Some(path));
        }
    }
    Ok(sequenced.zip(fish))
}

/// Runs what is not finished, where the files are there.
pub(super) fn run(study: &Study) -> Result<()> {
    let Some((sequenced, fish)) = files(&study.given.data)? else {
        study.context.terminal.say(format!("fish: {ABSENT}"));
        return Ok(());
    };
    let entrants: Vec<_> = study.entrants.iter().collect();
    let read = || {
        Ok(CellTable {
            counts: match CellFile::recognizes(&sequenced)? {
                true => CellFile::open(&sequenced)?.read()?,
                false => read_counts(&sequenced)?,
            },
            kinds: None,
            truth: None,
        })
    };
    let fish = read_fish(&fish)?;
    study.on_table(Part::Fish, DATA, &entrants, read, |work, unit| {
        judge(work, &fish, unit)
    })
}

/// Cells in lines, genes in columns.
fn read_fish(path: &Path) -> Result<Dataset> {
    let options = ReadOptions {
        rows: Rows::Samples,
        ..ReadOptions::default()
    };
    let source = Source::from_argument(&path.display().to_string());
    let mut table = imputome_io::read_table(&source, &options)?.dataset;
    let measured = table.measured.0.clone();
    ndarray::Zip::from(&mut table.values)
        .and(&measured)
        .for_each(|value, &measured| {
            if !measured {
                *value = f32::NAN;
            }
        });
    Ok(table)
}

fn judge(work: &Work, fish: &Dataset, unit: &mut Unit) -> Result<()> {
    let counts = &work.table.counts;
    let pairs = pairs(counts, fish)?;
    let learned = Learned::of(work.entrant, counts, work.run)?;
    let filled = learned.filled(counts, work.run)?;
    let housekeeping = |position: Option<usize>, what: &str| {
        position.ok_or_else(|| {
            Failure::input(format!(
                "{what} has no gene {HOUSEKEEPING}, by which cells are scaled"
            ))
        })
    };
    // The genes compared and the one that cells are scaled by, which comes last.
    let mut columns: Vec<usize> = pairs.iter().map(|pair| pair.0).collect();
    columns.push(housekeeping(
        counts.genes().position(HOUSEKEEPING),
        "the table of cells",
    )?);
    let sequenced = filled.select(Axis(1), &columns);
    let sequenced = scaled_by_housekeeping(sequenced.view(), pairs.len())?;
    let of_fish = housekeeping(fish.genes.position(HOUSEKEEPING), "the table of FISH")?;
    let seen = scaled_by_housekeeping(fish.values.view(), of_fish)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (at, &(gene, in_fish)) in pairs.iter().enumerate() {
        let name = &counts.genes().as_slice()[gene];
        let found = gene_agreement(
            &sequenced.column(at).to_vec(),
            &seen.column(in_fish).to_vec(),
        );
        if let Some(found) = found {
            unit.add(name, "gini", found.gini);
            unit.add(name, "gini_fish", found.gini_fish);
            unit.add(name, "ks", found.distance);
            ours.push(found.gini);
            theirs.push(found.gini_fish);
        }
    }
    unit.add("", "genes", ours.len() as f64);
    unit.add("", "gini_pearson", pearson(&ours, &theirs));
    let squares = ours.iter().zip(&theirs).map(|(a, b)| (a - b).powi(2));
    unit.add("", "gini_mse", squares.sum::<f64>() / ours.len() as f64);
    Ok(())
}

/// Genes of both tables that vary enough to be imputed: positions in each.
fn pairs(counts: &Counts, fish: &Dataset) -> Result<Vec<(usize, usize)>> {
    let name = |gene: usize| counts.genes().as_slice()[gene].as_str();
    let pairs: Vec<(usize, usize)> = varying(counts)
        .into_iter()
        .filter(|&gene| name(gene) != HOUSEKEEPING)
        .filter_map(|gene| Some((gene, fish.genes.position(name(gene))?)))
        .collect();
    if pairs.len() < 2 {
        return Err(Failure::input(format!(
            "{} genes are in both tables and vary enough to be imputed; 2 at least are needed",
            pairs.len()
        )));
    }
    Ok(pairs)
}

/// Pearson correlation; not a number where a side does not vary.
pub(super) fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (of_a, of_b) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        ab += (a - of_a) * (b - of_b);
        aa += (a - of_a).powi(2);
        bb += (b - of_b).powi(2);
    }
    ab / (aa * bb).sqrt()
}

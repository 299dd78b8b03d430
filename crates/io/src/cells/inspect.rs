//! What is in a file of cells, seen window by window.

use imputome_core::{Counts, Run, Scale};
use serde::{Deserialize, Serialize};

use super::facts::{CellForm, ElementFact};
use super::file::CellFile;
use super::refusal;
use super::scale::Seen;
use crate::Result;

/// Names shown of each side; ours, enough to recognize a table.
const NAMES_SHOWN: usize = 3;
/// Bytes of entries looked at together; ours, small beside any model.
const WINDOW_BYTES: u64 = 1 << 26;
/// Variance over (1 + mean) above which the released program of DeepImpute (1.2) takes a gene.
const DISPERSION: f64 = 0.5;
/// Genes imputed by one network of DeepImpute (Arisdakessian et al. 2019, "Overview of the DeepImpute algorithm").
const GROUP: usize = 512;
/// Cells that DeepImpute learns from at least: two to learn, two to stop by.
const CELLS_NEEDED: usize = 4;
/// Cells whose sums are compared to find what they were scaled to; ours.
const SUMS_COMPARED: usize = 1000;
/// Largest relative difference between equal sums; ours, wide enough for single precision.
const EQUAL_SUMS: f64 = 1e-3;

/// What is in a file of cells. Quartiles are least, first, median, third and greatest over cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellInspection {
    /// The file as the user named it.
    pub name: String,
    /// Its form.
    pub form: CellForm,
    /// Number of cells.
    pub cells: usize,
    /// Number of genes.
    pub genes: usize,
    /// The first few cell names.
    pub first_cells: Vec<String>,
    /// The first few gene names.
    pub first_genes: Vec<String>,
    /// Every table of the file.
    pub elements: Vec<ElementFact>,
    /// The table that was looked at.
    pub element: String,
    /// Number of entries that are not zero.
    pub entries: u64,
    /// Share of entries that are zero.
    pub zero_share: f64,
    /// Quartiles of the sum over the genes of a cell (its library size).
    pub totals: [f64; 5],
    /// Quartiles of the number of genes that are not zero in a cell.
    pub genes_per_cell: [f64; 5],
    /// What one unit of the values means.
    pub scale: Scale,
    /// What the values suggest, and why.
    pub scale_reason: String,
    /// Greatest value.
    pub greatest: f32,
    /// Cells in which every gene is zero.
    pub empty_cells: usize,
    /// Genes that are zero in every cell.
    pub unseen_genes: usize,
    /// Genes whose variance over (1 + mean) is above 0.5, which `deepimpute` takes.
    pub dispersed_genes: usize,
    /// Bytes that the whole table takes in memory.
    pub memory: u64,
    /// What was decided while reading.
    pub notes: Vec<String>,
    /// What the user should look at.
    pub warnings: Vec<String>,
    /// What to do with it, one sentence each.
    pub advice: Vec<String>,
}

/// Sums over all windows.
struct Sums {
    seen: Seen,
    entries: u64,
    totals: Vec<f64>,
    genes_of_cells: Vec<f64>,
    /// Sums of exp(x) - 1 of the first cells, while there are fractions.
    unlogged: Vec<f64>,
    by_gene: Vec<f64>,
    squares: Vec<f64>,
    cells_of_genes: Vec<u64>,
}

/// Looks at every entry of a file of cells, in windows of bounded memory.
pub fn inspect_cells(file: &CellFile, run: &Run) -> Result<CellInspection> {
    let facts = file.facts();
    let n_genes = file.genes().len();
    let mut sums = Sums::of(n_genes);
    for window in file.windows(file.cells_within(WINDOW_BYTES)) {
        let proceed = run.proceed();
        proceed.map_err(|error| refusal::dataset(&facts.name, error))?;
        sums.add(&window?);
    }
    let mut found = sums.found(file);
    found.advice = advice(&found);
    Ok(found)
}

impl Sums {
    fn of(n_genes: usize) -> Self {
        Self {
            seen: Seen::default(),
            entries: 0,
            totals: Vec::new(),
            genes_of_cells: Vec::new(),
            unlogged: Vec::new(),
            by_gene: vec![0.0; n_genes],
            squares: vec![0.0; n_genes],
            cells_of_genes: vec![0; n_genes],
        }
    }

    fn add(&mut self, window: &Counts) {
        self.entries += window.n_entries() as u64;
        self.seen.add(window.values());
        for cell in 0..window.n_cells() {
            let (genes, values) = window.row(cell);
            let mut total = 0.0;
            for (&gene, &value) in genes.iter().zip(values) {
                let (gene, value) = (gene as usize, f64::from(value));
                total += value;
                self.by_gene[gene] += value;
                self.squares[gene] += value * value;
                self.cells_of_genes[gene] += 1;
            }
            if self.totals.len() < SUMS_COMPARED && !genes.is_empty() {
                let unlogged = values.iter().map(|&value| f64::from(value).exp_m1());
                self.unlogged.push(unlogged.sum());
            }
            self.totals.push(total);
            self.genes_of_cells.push(genes.len() as f64);
        }
    }

    fn found(self, file: &CellFile) -> CellInspection {
        let facts = file.facts();
        let n_genes = self.by_gene.len();
        let (scale, scale_reason) = self.scale();
        let places = file.cells().len() as f64 * n_genes as f64;
        let first = |names: &[String]| names.iter().take(NAMES_SHOWN).cloned().collect();
        CellInspection {
            name: facts.name.clone(),
            form: facts.form,
            cells: file.cells().len(),
            genes: n_genes,
            first_cells: first(file.cells().as_slice()),
            first_genes: first(file.genes().as_slice()),
            elements: facts.elements.clone(),
            element: facts.element.clone(),
            entries: self.entries,
            zero_share: if places > 0.0 {
                1.0 - self.entries as f64 / places
            } else {
                0.0
            },
            scale,
            scale_reason,
            greatest: self.seen.greatest.max(0.0),
            empty_cells: self.genes_of_cells.iter().filter(|n| **n == 0.0).count(),
            unseen_genes: self.cells_of_genes.iter().filter(|n| **n == 0).count(),
            dispersed_genes: self.dispersed(),
            totals: quartiles(self.totals),
            genes_per_cell: quartiles(self.genes_of_cells),
            memory: 8 * self.entries,
            notes: facts.notes.clone(),
            warnings: facts.warnings.clone(),
            advice: Vec::new(),
        }
    }

    /// The scale of all values; of fractions also what the cells were scaled to.
    fn scale(&self) -> (Scale, String) {
        let (scale, why) = self.seen.scale();
        let of_cells = self.totals.iter().take(SUMS_COMPARED).copied();
        let of_cells: Vec<f64> = of_cells.filter(|total| *total != 0.0).collect();
        let told = match scale {
            Scale::Log => equal(&self.unlogged)
                .map(|sum| format!("log(1 + x) of cells scaled to {sum:.0} each")),
            Scale::Tpm => equal(&of_cells).map(|sum| format!("cells scaled to {sum:.0} each")),
            _ => None,
        };
        (
            scale,
            told.map_or(why.clone(), |told| format!("{why}; {told}")),
        )
    }

    fn dispersed(&self) -> usize {
        let n = self.totals.len() as f64;
        let dispersed = |gene: &usize| {
            let mean = self.by_gene[*gene] / n;
            let variance = (self.squares[*gene] - n * mean * mean) / (n - 1.0);
            variance / (1.0 + mean) > DISPERSION
        };
        (0..self.by_gene.len()).filter(dispersed).count()
    }
}

/// The mean of sums that are all the same; nothing when they are not.
fn equal(sums: &[f64]) -> Option<f64> {
    let mean = sums.iter().sum::<f64>() / sums.len() as f64;
    let same = |sum: &f64| (sum - mean).abs() <= EQUAL_SUMS * mean.abs();
    (sums.len() > 1 && mean.is_finite() && sums.iter().all(same)).then_some(mean)
}

/// Least, first quartile, median, third quartile and greatest; zeros when there are none.
fn quartiles(mut values: Vec<f64>) -> [f64; 5] {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    [0, 1, 2, 3, 4].map(|quarter| values.get(last * quarter / 4).copied().unwrap_or(0.0))
}

/// The genes that vary enough, rounded up to whole groups as far as genes vary at all.
fn in_groups(found: &CellInspection) -> usize {
    let seen = found.genes - found.unseen_genes;
    (found.dispersed_genes.div_ceil(GROUP) * GROUP).min(seen)
}

fn advice(found: &CellInspection) -> Vec<String> {
    let mut advice = Vec::new();
    if found.cells < CELLS_NEEDED {
        advice.push(format!(
            "too few cells to learn from ({} of {CELLS_NEEDED} at least); a model learned from others can be applied: --model",
            found.cells
        ));
        return advice;
    }
    match found.scale {
        Scale::Counts => advice.push(format!(
            "raw counts, which deepimpute learns from: {} genes vary enough (variance / (1 + mean) above {DISPERSION}), which makes {} in whole groups of {GROUP}; the others keep their values",
            found.dispersed_genes,
            in_groups(found)
        )),
        Scale::Unknown => {}
        _ => advice.push(
            "no raw counts: methods for single cells learn from counts; name a table that holds them with --layer".into(),
        ),
    }
    if found.empty_cells > 0 {
        advice.push(format!(
            "{} cells hold nothing: leave them out before anything is learned",
            found.empty_cells
        ));
    }
    advice
}

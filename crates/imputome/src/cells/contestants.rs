//! Methods of the catalog as an evaluation of cells sees them.

use imputome_classical::NonzeroMean;
use imputome_core::{Counts, Dataset, Result, Run, TableShape};
use imputome_evaluate::MethodFacts;
use imputome_evaluate::cells::{CellEstimator, CellMethod, CellWindow};
use ndarray::{Array2, s};

use super::{CellModel, DeepImpute};
use crate::{Method, Model};

/// The method that every evaluation of cells is read beside.
pub const BASELINE: &str = "nonzero-mean";
/// Methods for tables that fill counts of cells by their logarithms, zeros as gaps.
pub const ON_LOGARITHMS: [&str; 6] = ["factor", "softimpute", "svd", "knn", "mean", "median"];
/// What is compared where no method is named.
pub const USUAL: [&str; 4] = [
    super::UNNAMED,
    "deepimpute:dispersion=0.5",
    "deepimpute:published",
    BASELINE,
];

/// A method as something that fills counts, under the name it has in a report; nothing for one that cannot.
pub fn contestant(label: &str, method: &Method) -> Option<Box<dyn CellMethod>> {
    let facts = method.facts(label);
    match method {
        Method::DeepImpute(settings) => Some(Box::new(Networks {
            facts,
            settings: settings.clone(),
        })),
        Method::NonzeroMean(_) => Some(Box::new(Means { facts })),
        method if ON_LOGARITHMS.contains(&method.name()) => Some(Box::new(OfTable {
            facts,
            method: method.clone(),
        })),
        _ => None,
    }
}

/// Bytes that a method needs beside the counts, from above.
pub fn contestant_memory(method: &Method, counts: &Counts) -> u64 {
    let (cells, genes) = (counts.n_cells(), counts.n_genes());
    match method {
        Method::DeepImpute(settings) => {
            settings.memory_of_counts((cells, genes), counts.n_entries())
        }
        Method::NonzeroMean(_) => 8 * genes as u64,
        // A full table with what was measured, its estimates, and what the method itself needs.
        _ => {
            let shape = TableShape {
                samples: cells,
                genes,
                companion_features: 0,
                covariate_columns: 0,
            };
            13 * (cells * genes) as u64 + method.memory(shape)
        }
    }
}

/// DeepImpute.
struct Networks {
    facts: MethodFacts,
    settings: DeepImpute,
}

impl CellMethod for Networks {
    fn facts(&self) -> &MethodFacts {
        &self.facts
    }

    fn fit(&self, counts: &Counts, run: &Run) -> Result<Box<dyn CellEstimator>> {
        let model = CellModel::fit(self.settings.clone(), counts, run)?;
        Ok(Box::new(FittedNetworks(model)))
    }
}

struct FittedNetworks(CellModel);

impl CellEstimator for FittedNetworks {
    fn genes(&self) -> &[usize] {
        self.0.fitted().imputed()
    }

    fn reason(&self, gene: usize) -> String {
        let reason = self.0.fitted().left_out()[gene];
        reason.map_or(String::new(), |reason| reason.words().into())
    }

    fn estimate(&self, window: CellWindow<'_>, run: &Run) -> Result<Array2<f32>> {
        Ok(self.0.fitted().estimate(window.counts, run)?.values)
    }
}

/// The mean of the non-zeros.
struct Means {
    facts: MethodFacts,
}

impl CellMethod for Means {
    fn facts(&self) -> &MethodFacts {
        &self.facts
    }

    fn fit(&self, counts: &Counts, _: &Run) -> Result<Box<dyn CellEstimator>> {
        let means = NonzeroMean::means(counts)?;
        let genes: Vec<usize> = (0..means.len()).filter(|&gene| means[gene] > 0.0).collect();
        Ok(Box::new(FittedMeans {
            means: genes.iter().map(|&gene| means[gene]).collect(),
            genes,
        }))
    }
}

struct FittedMeans {
    genes: Vec<usize>,
    means: Vec<f32>,
}

impl CellEstimator for FittedMeans {
    fn genes(&self) -> &[usize] {
        &self.genes
    }

    fn reason(&self, gene: usize) -> String {
        unless_counted(&self.genes, gene)
    }

    fn estimate(&self, window: CellWindow<'_>, _: &Run) -> Result<Array2<f32>> {
        let shape = (window.counts.n_cells(), self.means.len());
        Ok(Array2::from_shape_fn(shape, |(_, gene)| self.means[gene]))
    }
}

/// Why a gene is not among those counted, ascending; nothing of one that is.
fn unless_counted(genes: &[usize], gene: usize) -> String {
    match genes.binary_search(&gene) {
        Ok(_) => String::new(),
        Err(_) => "zero in every cell learned from".into(),
    }
}

/// A method for tables, on logarithms of the counts with zeros as gaps.
struct OfTable {
    facts: MethodFacts,
    method: Method,
}

impl CellMethod for OfTable {
    fn facts(&self) -> &MethodFacts {
        &self.facts
    }

    fn fit(&self, counts: &Counts, run: &Run) -> Result<Box<dyn CellEstimator>> {
        let mut counted = vec![false; counts.n_genes()];
        for cell in 0..counts.n_cells() {
            let genes = counts.row(cell).0.iter();
            genes.for_each(|&gene| counted[gene as usize] = true);
        }
        let genes: Vec<usize> = (0..counted.len()).filter(|&gene| counted[gene]).collect();
        let mut logs = counts.select_genes(&genes).table(0..counts.n_cells());
        logs.par_mapv_inplace(|count| match count == 0.0 {
            true => f32::NAN,
            false => count.ln_1p(),
        });
        let names = counts.genes().select(&genes);
        let table = Dataset::new(logs, counts.cells().clone(), names)?;
        let model = Model::fit(self.method.clone(), &table, run)?;
        let mut estimates = model.estimate(&table, run)?.estimates;
        estimates.par_mapv_inplace(|log| log.exp_m1().max(0.0));
        Ok(Box::new(FittedTable { genes, estimates }))
    }
}

struct FittedTable {
    genes: Vec<usize>,
    /// Of the cells learned from, `[cells, genes]`.
    estimates: Array2<f32>,
}

impl CellEstimator for FittedTable {
    fn genes(&self) -> &[usize] {
        &self.genes
    }

    fn reason(&self, gene: usize) -> String {
        unless_counted(&self.genes, gene)
    }

    fn estimate(&self, window: CellWindow<'_>, _: &Run) -> Result<Array2<f32>> {
        let cells = window.first..window.first + window.counts.n_cells();
        Ok(self.estimates.slice(s![cells, ..]).to_owned())
    }
}

//! What is gathered of each method over the repeats.

use imputome_core::Names;

use super::bands::CountBins;
use super::contest::{CellContest, Entrant};
use super::experiment::CellMask;
use super::tally::{self, GeneTally};
use super::trial::{CellEstimates, CellTrial};
use super::{CellCost, CellEvaluation, CellGeneScore, CellScore, JudgedEntries, MethodBins};

/// An evaluation in the making.
pub(super) struct Gathering {
    found: CellEvaluation,
    methods: Vec<OfMethod>,
}

/// One method.
#[derive(Clone, Debug)]
struct OfMethod {
    /// Sums of every gene of the table over the repeats so far.
    genes: Vec<GeneTally>,
    /// Why each is not imputed; empty where it is.
    left_out: Vec<String>,
    bins: CountBins,
}

impl Gathering {
    /// Nothing gathered yet.
    pub(super) fn new(contest: &CellContest<'_>) -> Self {
        let genes = contest.counts.n_genes();
        let nothing = OfMethod {
            genes: vec![GeneTally::default(); genes],
            left_out: vec![String::new(); genes],
            bins: CountBins::default(),
        };
        let methods = contest.methods.iter().map(|m| m.facts().clone());
        Self {
            found: CellEvaluation {
                experiment: contest.experiment.clone(),
                data: contest.data.clone(),
                methods: methods.collect(),
                baseline: contest.baseline.clone(),
                judged: Vec::new(),
                scores: Vec::new(),
                genes: Vec::new(),
                bins: Vec::new(),
                maps: None,
                costs: Vec::new(),
            },
            methods: vec![nothing; contest.methods.len()],
        }
    }

    /// Keeps why methods leave genes out, where that is not known yet.
    pub(super) fn keep_reasons(&mut self, entrants: &[Entrant]) {
        for (entrant, method) in entrants.iter().zip(&mut self.methods) {
            let Ok(fitted) = &entrant.fitted else {
                continue;
            };
            for (gene, reason) in method.left_out.iter_mut().enumerate() {
                if reason.is_empty() {
                    *reason = fitted.reason(gene);
                }
            }
        }
    }

    pub(super) fn keep_costs(&mut self, costs: impl Iterator<Item = CellCost>) {
        self.found.costs.extend(costs);
    }

    /// Judges the methods that gave estimates by entries that none of them refused.
    pub(super) fn judge(
        &mut self,
        trial: &CellTrial<'_>,
        genes: &[usize],
        estimates: &[Option<CellEstimates>],
    ) {
        let hidden = trial.hidden_of(genes);
        let refused: Vec<bool> = (0..hidden.len())
            .map(|at| estimates.iter().flatten().any(|e| e.hidden[at].is_nan()))
            .collect();
        let refusals = refused.iter().filter(|&&refused| refused).count();
        let among = trial.entries_of(genes);
        self.found.judged.push(JudgedEntries {
            repeat: trial.repeat,
            genes: genes.len(),
            hidden: trial.entries(),
            judged: among - refusals,
            not_imputed: trial.entries() - among,
            refused: refusals,
        });
        for (at, estimates) in estimates.iter().enumerate() {
            let Some(estimates) = estimates else { continue };
            let entries = hidden.iter().zip(&estimates.hidden).zip(&refused);
            let (mut sums, mut bins) = (estimates.sums.clone(), estimates.bins.clone());
            for ((entry, &estimate), _) in entries.filter(|(_, refused)| !**refused) {
                let place = genes.binary_search(&entry.gene).expect("a gene judged");
                sums[place].add(entry.count, estimate);
                bins.add(entry.count, estimate);
            }
            self.keep(at, trial.repeat, genes, &sums);
            self.methods[at].bins.merge(&bins);
        }
    }

    /// Keeps the scores of a method in one repeat, and its sums of the genes judged.
    fn keep(&mut self, at: usize, repeat: usize, genes: &[usize], sums: &[GeneTally]) {
        let thinned = self.found.experiment.mask == CellMask::Thinning;
        let label = &self.found.methods[at].label;
        let scores = tally::scores(sums, thinned).into_iter();
        self.found
            .scores
            .extend(scores.map(|(metric, value)| CellScore {
                method: label.clone(),
                repeat,
                metric: metric.into(),
                value: finite(value),
            }));
        for (&gene, sums) in genes.iter().zip(sums) {
            self.methods[at].genes[gene].merge(sums);
        }
    }

    /// The evaluation, with what was pooled over repeats.
    pub(super) fn finish(mut self, genes: &Names) -> CellEvaluation {
        for (facts, method) in self.found.methods.iter().zip(&self.methods) {
            self.found.bins.push(MethodBins {
                method: facts.label.clone(),
                bins: method.bins.bins(),
            });
            let rows = genes.iter().zip(method.genes.iter().zip(&method.left_out));
            let rows = rows.map(|(gene, (sums, reason))| CellGeneScore {
                method: facts.label.clone(),
                gene: gene.to_string(),
                entries: sums.judged.entries as usize,
                mse: finite(sums.judged.mse()),
                pearson: finite(sums.judged.pearson()).filter(|_| sums.judged.truth_varies()),
                zero_error: finite(sums.zero_error()),
                left_out: reason.clone(),
            });
            self.found.genes.extend(rows);
        }
        self.found
    }
}

fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

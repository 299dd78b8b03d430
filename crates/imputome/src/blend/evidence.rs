//! What the parts made of the entries hidden from them.

use imputome_core::{Dataset, Result, Run};
use imputome_neural::panels::Entry;

use super::parts::Part;
use super::rounds::Round;
use super::simplex::Products;
use crate::Model;

/// What one part made of the hidden entries of one panel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Opinion {
    /// Estimates, entry by entry; not a number where the part knew nothing of the gene.
    pub(super) estimates: Vec<f32>,
    /// Standard deviations, from parts that give them.
    pub(super) spreads: Option<Vec<f32>>,
}

/// Hidden entries of samples that show one share of all genes.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// Share of all genes shown.
    pub(super) shown: f64,
    pub(super) entries: Vec<Entry>,
    /// The half, 0 or 1, that each entry belongs to.
    pub(super) halves: Vec<usize>,
    /// What each part made of them.
    pub(super) opinions: Vec<Opinion>,
}

/// Lets a part learn in each round and estimate its panels: one opinion for each panel, round by round.
pub(super) fn opinions(part: &Part, rounds: &[Round], run: &Run) -> Result<Vec<Opinion>> {
    let mut opinions = Vec::new();
    for (fold, round) in rounds.iter().enumerate() {
        let name = match rounds.len() {
            1 => format!("cross-validation of {}", part.text),
            folds => format!(
                "cross-validation of {}, fold {} of {folds}",
                part.text,
                fold + 1
            ),
        };
        let run = run.as_part(&name);
        let model = Model::fit(part.method.clone(), &round.learning, &run)?;
        for panel in &round.panels {
            let visible: &Dataset = panel.holdout.visible();
            let imputation = model.estimate(visible, &run)?;
            let at_hidden = |table: &ndarray::Array2<f32>| -> Vec<f32> {
                panel
                    .hidden()
                    .map(|entry| table[(entry.sample, entry.gene)])
                    .collect()
            };
            opinions.push(Opinion {
                estimates: at_hidden(&imputation.estimates),
                spreads: imputation.spread.as_ref().map(at_hidden),
            });
        }
    }
    Ok(opinions)
}

/// Brings together what all parts made of the panels, those of equal place in their rounds as one; entries that a part knew
/// nothing of are left out, and so are panels without entries.
pub(super) fn bring_together(rounds: &[Round], by_part: &[Vec<Opinion>]) -> Vec<Judged> {
    let panels = rounds[0].panels.len();
    let judged = (0..panels).map(|panel| {
        let mut judged = Judged {
            shown: 0.0,
            entries: Vec::new(),
            halves: Vec::new(),
            opinions: vec![empty_opinion(); by_part.len()],
        };
        for (fold, round) in rounds.iter().enumerate() {
            let opinions: Vec<&Opinion> = by_part
                .iter()
                .map(|all| &all[fold * panels + panel])
                .collect();
            judged.shown += round.panels[panel].shown / rounds.len() as f64;
            judged.add(round, panel, &opinions);
        }
        judged
    });
    let mut judged: Vec<Judged> = judged.filter(|judged| !judged.entries.is_empty()).collect();
    judged.sort_by(|a, b| a.shown.total_cmp(&b.shown));
    judged
}

fn empty_opinion() -> Opinion {
    Opinion {
        estimates: Vec::new(),
        spreads: Some(Vec::new()),
    }
}

impl Judged {
    fn add(&mut self, round: &Round, panel: usize, opinions: &[&Opinion]) {
        for (at, entry) in round.panels[panel].hidden().enumerate() {
            if opinions
                .iter()
                .any(|opinion| !opinion.estimates[at].is_finite())
            {
                continue;
            }
            self.entries.push(entry);
            self.halves
                .push(usize::from(round.second_half[entry.sample]));
            for (all, opinion) in self.opinions.iter_mut().zip(opinions) {
                all.estimates.push(opinion.estimates[at]);
                match (&mut all.spreads, &opinion.spreads) {
                    (Some(all), Some(spreads)) => all.push(spreads[at]),
                    _ => all.spreads = None,
                }
            }
        }
    }

    /// The same with the opinions of these parts alone.
    pub(super) fn select(self, parts: &[usize]) -> Self {
        let opinions = parts
            .iter()
            .map(|&part| self.opinions[part].clone())
            .collect();
        Self { opinions, ..self }
    }
}

/// Products of misses by panel, half and gene.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub(super) genes: usize,
    pub(super) parts: usize,
    pub(super) panels: Vec<PanelEvidence>,
}

/// Products of misses over one panel.
#[derive(Clone, Debug)]
pub(super) struct PanelEvidence {
    /// Share of all genes shown.
    pub(super) shown: f64,
    /// Entries of each half.
    pub(super) entries: [f64; 2],
    /// Products by gene, for each half.
    pub(super) products: [Vec<Products>; 2],
}

impl Evidence {
    /// Of the hidden entries of all panels.
    pub(super) fn of(judged: &[Judged], genes: usize, parts: usize) -> Self {
        let panels = judged.iter().map(|judged| {
            let none = vec![Products::none(parts); genes];
            let mut panel = PanelEvidence {
                shown: judged.shown,
                entries: [0.0; 2],
                products: [none.clone(), none],
            };
            let mut misses = vec![0.0; parts];
            for (at, (entry, &half)) in judged.entries.iter().zip(&judged.halves).enumerate() {
                for (miss, opinion) in misses.iter_mut().zip(&judged.opinions) {
                    *miss = f64::from(opinion.estimates[at]) - entry.truth;
                }
                panel.entries[half] += 1.0;
                panel.products[half][entry.gene].add_misses(&misses);
            }
            panel
        });
        Self {
            genes,
            parts,
            panels: panels.collect(),
        }
    }

    /// The same of these parts alone.
    pub(super) fn select(&self, parts: &[usize]) -> Self {
        let select = |products: &Vec<Products>| products.iter().map(|p| p.select(parts)).collect();
        let panels = self.panels.iter().map(|panel| PanelEvidence {
            shown: panel.shown,
            entries: panel.entries,
            products: [select(&panel.products[0]), select(&panel.products[1])],
        });
        Self {
            genes: self.genes,
            parts: parts.len(),
            panels: panels.collect(),
        }
    }

    /// True when both halves hold entries of every panel.
    pub(super) fn is_sufficient(&self) -> bool {
        let filled = |panel: &PanelEvidence| panel.entries.iter().all(|&entries| entries > 0.0);
        !self.panels.is_empty() && self.panels.iter().all(filled)
    }

    /// Mean squared miss of one part, panels counting alike.
    pub(super) fn mean_square(&self, part: usize) -> f64 {
        let of_panel = |panel: &PanelEvidence| {
            let squares: f64 = panel
                .products
                .iter()
                .flatten()
                .map(|p| p.square(part))
                .sum();
            squares / panel.entries.iter().sum::<f64>()
        };
        self.panels.iter().map(of_panel).sum::<f64>() / self.panels.len() as f64
    }
}

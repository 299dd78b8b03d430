//! Figure 6c: how many of the cells must be learned from?

use imputome::DeepImpute;
use imputome_evaluate::cells::{CellHiding, CellScores, hide};

use crate::failure::Result;

use super::accuracy::{HIDDEN_CELLS, Judged, hidden_in, processor_seconds};
use super::entrants::{Entrant, Way};
use super::learned::{Learned, varying};
use super::parts::Part;
use super::rows::Unit;
use super::sources::DataSet;
use super::study::{Study, Work};

/// Shares of the cells learned from (Arisdakessian et al. 2019, "DeepImpute is a scalable machine
/// learning method").
pub(super) const SHARES: [f64; 8] = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0];

/// Sets that it is tried on, the first of those there are: the paper's, then the largest with all
/// genes at hand, then the simulation.
const SETS: [&str; 3] = ["neuron9k", "sc_pbmc3k", super::sources::SIMULATION];

/// Runs what is not finished.
pub(super) fn run(study: &Study) -> Result<()> {
    let named = |name: &str| study.data.iter().find(|set| set.name == name);
    let set: Option<&DataSet> = SETS.iter().find_map(|name| named(name));
    let Some(set) = set else { return Ok(()) };
    study.on_data(Part::Training, set, &study.networks(), judge)
}

fn judge(work: &Work, unit: &mut Unit) -> Result<()> {
    let Way::Network(settings) = &work.entrant.way else {
        return Ok(());
    };
    let counts = &work.table.counts;
    let held = hide(counts, CellHiding::CellsPerGene(HIDDEN_CELLS), work.run)?;
    let genes = varying(&held.visible);
    let hidden = hidden_in(&held.hidden, &genes);
    for share in SHARES {
        let entrant = Entrant {
            label: work.entrant.label.clone(),
            way: Way::Network(Box::new(DeepImpute {
                cells: share,
                ..(**settings).clone()
            })),
        };
        let before = processor_seconds();
        let learned = Learned::of(&entrant, &held.visible, work.run)?;
        let seconds = processor_seconds() - before;
        let judged = Judged {
            counts,
            visible: &held.visible,
            hidden: &hidden,
            truth: None,
            genes: &genes,
        };
        let found = judged.found(&learned, work.run)?;
        let setting = share.to_string();
        unit.add(&setting, "cpu_seconds", seconds);
        if let Some(scores) = CellScores::of(&hidden, &found.estimates) {
            unit.add(&setting, "mse", scores.mse);
            unit.add(&setting, "pearson", scores.pearson);
            unit.add(
                &setting,
                "pearson_within_genes",
                scores.pearson_within_genes,
            );
        }
    }
    Ok(())
}

//! How far a fit is, so that it can go on after an interruption: parts done are not fitted again.

use imputome_core::{Dataset, Error, FittedImputer, Result, Run, Summary, Tensor, Weights};
use serde::{Deserialize, Serialize};

use super::Blend;
use super::evidence::Opinion;
use super::fitted::{FittedPart, SUMMARY_OF_PART};
use super::parts::Part;
use super::rounds::Round;

/// What tells one fit from another.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Identity {
    settings: Blend,
    seed: u64,
    samples: usize,
    genes: usize,
}

/// What is done so far.
#[derive(Debug)]
pub(super) struct State {
    saved: Weights,
}

impl State {
    /// The state last saved, or a beginning.
    pub(super) fn latest(settings: &Blend, train: &Dataset, run: &Run) -> Result<Self> {
        let identity = Identity {
            settings: settings.clone(),
            seed: run.seed,
            samples: train.n_samples(),
            genes: train.n_genes(),
        };
        let Some(saved) = run.checkpoints().latest()? else {
            let saved = Weights::new().with_fact("blend", &identity);
            return Ok(Self { saved });
        };
        if saved.fact::<Identity>("blend")? == identity {
            return Ok(Self { saved });
        }
        Err(Error::Checkpoint(
            "the saved state is not one of this fit (other settings, seed or table); start without --resume".into(),
        ))
    }

    /// What a part made of the panels: from the state, or asked now and kept.
    pub(super) fn opinions(
        &mut self,
        part: &Part,
        rounds: &[Round],
        ask: impl FnOnce() -> Result<Vec<Opinion>>,
        run: &Run,
    ) -> Result<Vec<Opinion>> {
        let panels: usize = rounds.iter().map(|round| round.panels.len()).sum();
        let name = |panel: usize, what: &str| format!("judged {}.{panel}.{what}", part.text);
        let values = |saved: &Weights, name: &str| {
            saved.tensors.get(name).map(|tensor| tensor.values.clone())
        };
        let stored = |panel: usize| {
            Some(Opinion {
                estimates: values(&self.saved, &name(panel, "estimates"))?,
                spreads: values(&self.saved, &name(panel, "spreads")),
            })
        };
        if let Some(opinions) = (0..panels).map(stored).collect() {
            return Ok(opinions);
        }
        let opinions = ask()?;
        for (panel, opinion) in opinions.iter().enumerate() {
            self.keep(&name(panel, "estimates"), &opinion.estimates);
            if let Some(spreads) = &opinion.spreads {
                self.keep(&name(panel, "spreads"), spreads);
            }
        }
        self.save_if_due(run)?;
        Ok(opinions)
    }

    /// A part after it has learned from the whole table: from the state, or fitted now and kept.
    pub(super) fn fitted(
        &mut self,
        part: &Part,
        fit: impl FnOnce() -> Result<Box<dyn FittedImputer>>,
        run: &Run,
    ) -> Result<FittedPart> {
        let name = format!("fitted {}", part.text);
        let stored = self.saved.under(&name);
        if let Ok(summary) = stored.fact::<Summary>(SUMMARY_OF_PART) {
            let fitted = part.method.imputer().restore(&stored)?;
            let part = part.clone();
            return Ok(FittedPart {
                part,
                fitted,
                summary,
            });
        }
        let fitted = fit()?;
        let summary = fitted.summary();
        let kept = fitted.weights().with_fact(SUMMARY_OF_PART, &summary);
        self.saved = std::mem::take(&mut self.saved).nested(&name, kept);
        self.save_if_due(run)?;
        let part = part.clone();
        Ok(FittedPart {
            part,
            fitted,
            summary,
        })
    }

    fn keep(&mut self, name: &str, values: &[f32]) {
        let shape = vec![values.len()];
        let values = values.to_vec();
        self.saved
            .tensors
            .insert(name.into(), Tensor { shape, values });
    }

    fn save_if_due(&self, run: &Run) -> Result<()> {
        if run.checkpoints().due() {
            run.checkpoints().save(&self.saved)?;
        }
        Ok(())
    }
}

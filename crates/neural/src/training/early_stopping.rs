//! Knowing when to stop.

use imputome_core::Curve;
use serde::{Deserialize, Serialize};

/// Losses by epoch, and which epoch was best.
///
/// Section 3.4 of the PMI paper: training stops after `patience` epochs without improvement.
/// Unlike the released code, which keeps the last weights, the best ones are restored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct History {
    training: Vec<f64>,
    validation: Vec<f64>,
    best: Option<usize>,
}

impl History {
    /// Epochs done.
    pub(crate) fn epochs(&self) -> usize {
        self.training.len()
    }

    /// Adds an epoch; true when its validation loss is the smallest so far. Validation is given for
    /// every epoch or for none.
    pub(crate) fn add(&mut self, training: f64, validation: Option<f64>) -> bool {
        self.training.push(training);
        let Some(validation) = validation else {
            return false;
        };
        self.validation.push(validation);
        let better = validation.is_finite() && self.best_loss().is_none_or(|b| validation < b);
        if better {
            self.best = Some(self.epochs() - 1);
        }
        better
    }

    /// The best epoch, counted from 1.
    pub(crate) fn best_epoch(&self) -> Option<usize> {
        self.best.map(|epoch| epoch + 1)
    }

    /// Validation loss of the best epoch.
    pub(crate) fn best_loss(&self) -> Option<f64> {
        self.best.map(|epoch| self.validation[epoch])
    }

    /// True when the last `patience` epochs brought nothing better, or a loss is no number.
    pub(crate) fn is_over(&self, patience: usize) -> bool {
        let since = self.validation.len() - self.best_epoch().unwrap_or(0);
        let lost = self.training.last().is_some_and(|loss| !loss.is_finite());
        since >= patience || lost
    }

    /// True when no epoch gave weights to keep: the loss was never, or without validation is no
    /// longer, a number.
    pub(crate) fn is_lost(&self) -> bool {
        match self.validation.is_empty() {
            true => self.training.last().is_none_or(|loss| !loss.is_finite()),
            false => self.best.is_none(),
        }
    }

    /// The last epoch in words.
    pub(crate) fn note(&self) -> String {
        if self.validation.is_empty() {
            let last = self.training.last().copied().unwrap_or(f64::NAN);
            return format!("training loss {last:.4}");
        }
        let last = self.validation.last().copied().unwrap_or(f64::NAN);
        match (self.best_loss(), self.best_epoch()) {
            (Some(loss), Some(epoch)) => {
                format!("validation loss {last:.4}, best {loss:.4} at epoch {epoch}")
            }
            _ => format!("validation loss {last:.4}"),
        }
    }

    /// Training loss by epoch, and validation loss where there is one.
    pub(crate) fn curves(&self, suffix: &str) -> Vec<Curve> {
        let curve = |name: &str, losses: &[f64]| Curve {
            name: format!("{name}{suffix}"),
            step: "epoch".into(),
            points: (1..).map(f64::from).zip(losses.iter().copied()).collect(),
        };
        let mut curves = vec![curve("training loss", &self.training)];
        if !self.validation.is_empty() {
            curves.push(curve("validation loss", &self.validation));
        }
        curves
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_is_over_after_patience_without_a_better_loss() {
        let mut history = History::default();
        let better: Vec<bool> = [3.0, 2.0, 2.5, 2.0]
            .map(|v| history.add(1.0, Some(v)))
            .to_vec();
        assert_eq!(better, [true, true, false, false]);
        assert_eq!(
            (history.best_epoch(), history.best_loss()),
            (Some(2), Some(2.0))
        );
        assert!(!history.is_over(3));
        assert!(history.is_over(2));
    }

    #[test]
    fn a_loss_that_is_no_number_ends_training_and_is_never_best() {
        let mut history = History::default();
        assert!(!history.add(f64::NAN, Some(f64::NAN)));
        assert!(history.is_over(100));
        assert_eq!(history.best_epoch(), None);
    }

    #[test]
    fn without_validation_no_epoch_is_best_and_only_a_loss_that_is_no_number_ends_it() {
        let mut history = History::default();
        assert!(!history.add(1.0, None) && !history.add(0.5, None));
        assert_eq!((history.epochs(), history.best_epoch()), (2, None));
        assert!(!history.is_over(1) && !history.is_lost());
        history.add(f64::NAN, None);
        assert!(history.is_over(1) && history.is_lost());
    }
}

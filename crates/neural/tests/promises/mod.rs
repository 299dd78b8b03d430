//! What every method with a network promises, whatever it computes.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use imputome_core::{Checkpoints, Covariates, Error, Imputer, Result, Weights};

use crate::cohort::{bits, estimates, run, table, tissues, with_gaps};

/// Saves after every epoch, and asks the run to stop after `left` of them.
struct Interrupting {
    saved: Mutex<Option<Weights>>,
    left: AtomicUsize,
    stop: Arc<AtomicBool>,
}

impl Interrupting {
    fn after(epochs: usize) -> Arc<Self> {
        Arc::new(Self {
            saved: Mutex::new(None),
            left: AtomicUsize::new(epochs),
            stop: Arc::new(AtomicBool::new(false)),
        })
    }
}

impl Checkpoints for Interrupting {
    fn latest(&self) -> Result<Option<Weights>> {
        Ok(self.saved.lock().unwrap().clone())
    }
    fn due(&self) -> bool {
        true
    }
    fn save(&self, state: &Weights) -> Result<()> {
        *self.saved.lock().unwrap() = Some(state.clone());
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
}

pub(crate) fn what_stands_at_a_gap_changes_nothing(method: &dyn Imputer) {
    let holdout = with_gaps(&table(60, 8), 0.3);
    let clean = holdout.visible();
    let mut poisoned = clean.clone();
    for (value, &measured) in poisoned.values.iter_mut().zip(&clean.measured.0) {
        if !measured {
            *value = 1e30;
        }
    }
    let fitted = method.fit(clean, &run(1)).unwrap();
    let other = method.fit(&poisoned, &run(1)).unwrap();
    assert_eq!(fitted.weights(), other.weights());
    assert_eq!(
        bits(&estimates(&*fitted, clean)),
        bits(&estimates(&*other, &poisoned))
    );
}

pub(crate) fn one_and_two_threads_give_the_same_bytes(method: &dyn Imputer) {
    let data = table(60, 8);
    let one = method.fit(&data, &run(1)).unwrap();
    let two = method.fit(&data, &run(2)).unwrap();
    assert_eq!(one.weights(), two.weights());
    let visible = with_gaps(&data, 0.5);
    let of_two = two.impute(visible.visible(), &run(2)).unwrap();
    let of_one = one.impute(visible.visible(), &run(1)).unwrap();
    assert_eq!(bits(&of_one.estimates), bits(&of_two.estimates));
    assert_eq!(bits(&of_one.spread.unwrap()), bits(&of_two.spread.unwrap()));
}

pub(crate) fn a_restored_model_gives_the_same_bytes(method: &dyn Imputer) {
    let data = table(60, 8);
    let fitted = method.fit(&data, &run(1)).unwrap();
    let restored = method.restore(&fitted.weights()).unwrap();
    assert_eq!(restored.weights(), fitted.weights());
    assert_eq!(restored.summary(), fitted.summary());
    let holdout = with_gaps(&data, 0.5);
    let visible = holdout.visible();
    assert_eq!(
        bits(&estimates(&*fitted, visible)),
        bits(&estimates(&*restored, visible))
    );
}

pub(crate) fn a_fit_resumed_ends_with_the_same_bytes(method: &dyn Imputer, after: &[usize]) {
    let data = with_gaps(&table(60, 8), 0.2).visible().clone();
    let whole = method.fit(&data, &run(1)).unwrap().weights();
    for &epochs in after {
        let checkpoints = Interrupting::after(epochs);
        let run = run(1)
            .with_checkpoints(checkpoints.clone())
            .with_cancellation(checkpoints.stop.clone());
        let interrupted = method.fit(&data, &run).map(|_| ()).unwrap_err();
        assert!(matches!(interrupted, Error::Interrupted));
        checkpoints.stop.store(false, Ordering::Relaxed);
        checkpoints.left.store(usize::MAX, Ordering::Relaxed);
        let resumed = method.fit(&data, &run).unwrap().weights();
        assert_eq!(resumed, whole, "interrupted after epoch {epochs}");
    }
}

pub(crate) fn a_state_saved_by_another_fit_is_refused(method: &dyn Imputer, other: &dyn Imputer) {
    let data = table(60, 8);
    let run = run(1).with_checkpoints(Interrupting::after(usize::MAX));
    method.fit(&data, &run).unwrap();
    let error = other.fit(&data, &run).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("not one of this fit"), "{error}");
}

pub(crate) fn a_tissue_that_training_did_not_have_is_estimated_and_said(method: &dyn Imputer) {
    let fitted = method.fit(&table(60, 8), &run(1)).unwrap();
    let mut new = with_gaps(&table(4, 8), 0.5).visible().clone();
    new.covariates = tissues(["Nerve", "Lung", "Nerve", "Blood"].into_iter());
    let imputation = fitted.impute(&new, &run(1)).unwrap();
    assert!(imputation.estimates.iter().all(|v| v.is_finite()));
    let expected =
        "tissue \"Nerve\" was not in training (2 samples): average embedding used".to_string();
    let remarks = &imputation.remarks;
    assert!(remarks.contains(&expected), "{remarks:?}");
}

pub(crate) fn two_genes_and_no_covariates_are_enough(method: &dyn Imputer) {
    let mut data = table(40, 2);
    data.covariates = Covariates::none(40);
    let fitted = method.fit(&data, &run(1)).unwrap();
    let holdout = with_gaps(&data, 0.5);
    let estimates = estimates(&*fitted, holdout.visible());
    assert!(estimates.iter().all(|v| v.is_finite()));
}

pub(crate) fn three_donors_are_refused_with_the_reason(method: &dyn Imputer) {
    let error = method.fit(&table(6, 8), &run(1)).map(|_| ()).unwrap_err();
    let expected = format!("{} needs at least 4 donors", method.card().name);
    assert!(error.to_string().contains(&expected), "{error}");
}

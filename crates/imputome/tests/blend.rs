//! What `blend` promises beside the contract of every method.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use imputome::core::prepare::hide_at_random;
use imputome::core::{Checkpoints, Dataset, Error, Holdout, Names, Result, Run, Weights};
use imputome::{Method, Model};
use ndarray::Array2;
use rand::RngExt;

const GENES: usize = 16;

fn run() -> Run {
    Run::new(5, 1).unwrap()
}

/// Two factors and noise; every other gene follows a wave of them, which no straight line tells. Two samples a donor.
fn table(samples: usize) -> Dataset {
    let random = &mut run().stream("table");
    let mut normal = || -> f32 { (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0 };
    let loadings = Array2::from_shape_fn((2, GENES), |_| normal());
    let factors = Array2::from_shape_fn((samples, 2), |_| normal());
    let values = Array2::from_shape_fn((samples, GENES), |(s, g)| {
        let signal: f32 = (0..2).map(|k| factors[(s, k)] * loadings[(k, g)]).sum();
        let bent = if g % 2 == 0 {
            signal
        } else {
            (1.5 * signal).sin()
        };
        bent + 0.4 * normal()
    });
    let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
    Dataset::new(
        values,
        names("S", samples).unwrap(),
        names("G", GENES).unwrap(),
    )
    .and_then(|data| data.with_groups((0..samples).map(|s| format!("D{}", s / 2)).collect()))
    .unwrap()
}

fn hidden(data: &Dataset, share: f64) -> Holdout {
    hide_at_random(data, share, &mut run().stream("hidden")).unwrap()
}

fn fitted(method: &str, data: &Dataset) -> Model {
    Model::fit(Method::parse(method).unwrap(), data, &run()).unwrap()
}

/// Mean squared error of what `method` learned from `train` on the hidden entries.
fn error(method: &str, train: &Dataset, holdout: &Holdout) -> f64 {
    let estimates = fitted(method, train)
        .estimate(holdout.visible(), &run())
        .unwrap()
        .estimates;
    let (mut squares, mut entries) = (0.0, 0.0);
    for (entry, _) in holdout
        .held_out()
        .0
        .indexed_iter()
        .filter(|(_, hidden)| **hidden)
    {
        squares += f64::from(estimates[entry] - holdout.truth()[entry]).powi(2);
        entries += 1.0;
    }
    squares / entries
}

#[test]
fn parts_that_miss_in_different_ways_are_better_together() {
    let data = table(480);
    let train = data.select_samples(&(0..400).collect::<Vec<_>>());
    let inductive = hidden(&data.select_samples(&(400..480).collect::<Vec<_>>()), 0.5);
    let in_place = hidden(&data, 0.4);
    for (train, holdout) in [(&train, &inductive), (in_place.visible(), &in_place)] {
        let blended = error("blend:parts=knn+factor", train, holdout);
        for part in ["knn", "factor"] {
            let alone = error(part, train, holdout);
            assert!(blended < alone, "{part}: {blended} and {alone}");
        }
    }
}

#[test]
fn a_part_that_adds_nothing_is_left_out_and_said() {
    let model = fitted("blend:parts=mean+factor", &table(80));
    let summary = model.summary();
    let chosen = |name: &str| {
        summary
            .chosen
            .iter()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .clone()
    };
    assert!(chosen("mean").starts_with("left out"), "{summary:?}");
    assert!(chosen("factor").starts_with("weight 1.00"), "{summary:?}");
    let said = summary.remarks.join("\n");
    assert!(
        said.contains("not better than its best part") && said.contains("factor alone"),
        "{said}"
    );
    let alone = fitted("factor", &table(80));
    let holdout = hidden(&table(80), 0.5);
    let estimates = |model: &Model| model.estimate(holdout.visible(), &run()).unwrap().estimates;
    assert_eq!(estimates(&model), estimates(&alone));
}

#[test]
fn too_few_donors_leave_the_first_part_alone() {
    let said = fitted("blend:parts=median+factor", &table(10))
        .summary()
        .remarks
        .join("\n");
    assert!(
        said.contains("too few groups") && said.contains("median alone is used"),
        "{said}"
    );
}

#[test]
fn a_part_that_was_named_and_refuses_is_an_error() {
    let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
    let values = Array2::from_shape_fn((12, 3001), |(s, g)| ((s * 7 + g * 3) % 11) as f32);
    let wide = Dataset::new(values, names("S", 12).unwrap(), names("G", 3001).unwrap()).unwrap();
    let method = Method::parse("blend:parts=mean+gaussian").unwrap();
    let refusal = Model::fit(method, &wide, &run()).unwrap_err().to_string();
    assert!(refusal.contains("at most 3000"), "{refusal}");
}

#[test]
fn nine_tenths_of_hidden_values_lie_within_the_spread_that_says_so() {
    let data = table(400);
    let holdout = hidden(&data, 0.4);
    let imputation = fitted("blend:parts=knn+factor", holdout.visible())
        .estimate(holdout.visible(), &run())
        .unwrap();
    let spread = imputation.spread.unwrap();
    let (mut within, mut entries) = (0.0, 0.0);
    for (entry, _) in holdout
        .held_out()
        .0
        .indexed_iter()
        .filter(|(_, hidden)| **hidden)
    {
        let miss = (imputation.estimates[entry] - holdout.truth()[entry]).abs();
        within += f64::from(u8::from(miss <= 1.645 * spread[entry]));
        entries += 1.0;
    }
    let share: f64 = within / entries;
    // 2,560 entries: three standard deviations of a share of 0.9 are 0.018; misses are not quite normal.
    assert!((share - 0.9).abs() < 0.03, "{share}");
}

/// Stops the run after so many saves.
struct Interrupting {
    saved: Mutex<Option<Weights>>,
    left: AtomicUsize,
    stop: Arc<AtomicBool>,
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

#[test]
fn a_fit_resumed_after_any_part_ends_with_the_same_bytes() {
    let data = hidden(&table(120), 0.3).visible().clone();
    let method = Method::parse("blend:parts=knn+factor").unwrap();
    let whole = Model::fit(method.clone(), &data, &run())
        .unwrap()
        .to_weights();
    for saves in 1..=3 {
        let stop = Arc::new(AtomicBool::new(false));
        let checkpoints = Arc::new(Interrupting {
            saved: Mutex::new(None),
            left: AtomicUsize::new(saves),
            stop: stop.clone(),
        });
        let run = run()
            .with_checkpoints(checkpoints.clone())
            .with_cancellation(stop.clone());
        let interrupted = Model::fit(method.clone(), &data, &run).unwrap_err();
        assert!(matches!(interrupted, Error::Interrupted));
        stop.store(false, Ordering::Relaxed);
        checkpoints.left.store(usize::MAX, Ordering::Relaxed);
        let resumed = Model::fit(method.clone(), &data, &run)
            .unwrap()
            .to_weights();
        assert_eq!(resumed, whole, "interrupted after {saves} saves");
        let other = Method::parse("blend:parts=knn+mean").unwrap();
        let refusal = Model::fit(other, &data, &run).unwrap_err().to_string();
        assert!(refusal.contains("not one of this fit"), "{refusal}");
    }
}

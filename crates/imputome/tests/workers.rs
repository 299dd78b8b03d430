//! Fits whose parts are computed elsewhere end with the bytes of fits at home.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use imputome::cells::CellModel;
use imputome::core::{Dataset, Error, Names, Result, Run, Workers};
use imputome::{Method, Model, parts};
use imputome_simulate::{Splatter, SplatterSettings};
use ndarray::Array2;
use rand::RngExt;

/// Computes every task twice, the last first, by a run of its own; counts tasks by part.
#[derive(Default)]
struct Elsewhere(Mutex<BTreeMap<String, usize>>);

impl Workers for Elsewhere {
    fn carry_out(
        &self,
        part: &str,
        common: Vec<u8>,
        tasks: Vec<Vec<u8>>,
        finished: &dyn Fn(usize),
    ) -> Result<Vec<Vec<u8>>> {
        let run = Run::new(999, 1)?;
        let mut counts = self.0.lock().unwrap();
        *counts.entry(part.to_owned()).or_default() += tasks.len();
        let mut outcomes = Vec::new();
        for task in tasks.iter().rev() {
            let outcome = parts::carry_out(part, &common, task, &run)?;
            assert_eq!(outcome, parts::carry_out(part, &common, task, &run)?);
            outcomes.insert(0, outcome);
            finished(outcomes.len());
        }
        Ok(outcomes)
    }
}

fn run() -> Run {
    Run::new(7, 2).unwrap()
}

/// Two factors and noise, a fifth of the entries not measured.
fn table() -> Dataset {
    let random = &mut run().stream("table");
    let mut uniform = |rows, columns| Array2::from_shape_fn((rows, columns), |_| random.random());
    let (scores, loadings): (Array2<f32>, Array2<f32>) = (uniform(40, 2), uniform(2, 9));
    let (noise, kept): (Array2<f32>, Array2<f32>) = (uniform(40, 9), uniform(40, 9));
    let mut values = scores.dot(&loadings) + noise * 0.1;
    ndarray::Zip::from(&mut values)
        .and(&kept)
        .for_each(|v, &k| {
            if k < 0.2 {
                *v = f32::NAN;
            }
        });
    let names = |kind, n| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
    Dataset::new(
        values,
        names("sample", 40).unwrap(),
        names("gene", 9).unwrap(),
    )
    .unwrap()
}

#[test]
fn tables_are_learned_to_the_same_bytes() {
    let data = table();
    for (method, part) in [
        ("missforest:trees=9:rounds=3:block=4", "missforest/gene"),
        ("mice:faithful:block=3", "mice/gene"),
        (
            "mice:faithful:block=3:sample_posterior=true:rounds=4",
            "mice/gene",
        ),
        (
            "mice:faithful:nearest_genes=4:order=random:rounds=4",
            "mice/gene",
        ),
    ] {
        let method = Method::parse(method).unwrap();
        let home = Model::fit(method.clone(), &data, &run()).unwrap();
        let workers = Arc::new(Elsewhere::default());
        let away = run().with_workers(workers.clone());
        let away = Model::fit(method.clone(), &data, &away).unwrap();
        assert_eq!(home.to_weights(), away.to_weights(), "{method:?}");
        let counts = workers.0.lock().unwrap();
        assert_eq!(counts.keys().collect::<Vec<_>>(), [part]);
        assert!(counts[part] >= 9, "{counts:?}");
    }
}

#[test]
fn cells_are_learned_to_the_same_bytes() {
    let settings = SplatterSettings {
        genes: 120,
        library_location: 8.0,
        ..SplatterSettings::deepimpute()
    };
    let cells = Splatter::new(settings, &run()).unwrap().cells(0..150);
    let counts = cells.unwrap().observed;
    for method in [
        "deepimpute:targets=40:epochs=4:hidden=16",
        "deepimpute:expected:targets=40:epochs=4:hidden=16",
    ] {
        let Method::DeepImpute(settings) = Method::parse(method).unwrap() else {
            panic!("{method} is DeepImpute");
        };
        let home = CellModel::fit(settings.clone(), &counts, &run()).unwrap();
        let workers = Arc::new(Elsewhere::default());
        let away = run().with_workers(workers.clone());
        let away = CellModel::fit(settings, &counts, &away).unwrap();
        assert_eq!(home.to_weights(), away.to_weights());
        assert!(workers.0.lock().unwrap()["deepimpute/network"] > 1);
    }
}

#[test]
fn an_unknown_part_and_a_failed_worker_end_the_fit() {
    struct Lost;
    impl Workers for Lost {
        fn carry_out(
            &self,
            _: &str,
            _: Vec<u8>,
            _: Vec<Vec<u8>>,
            _: &dyn Fn(usize),
        ) -> Result<Vec<Vec<u8>>> {
            Err(Error::Unusable("all workers are gone".into()))
        }
    }
    let unknown = parts::carry_out("knn/gene", &[], &[], &run()).unwrap_err();
    assert!(
        unknown.to_string().contains("no part \"knn/gene\""),
        "{unknown}"
    );
    let away = run().with_workers(Arc::new(Lost));
    let method = Method::parse("missforest:trees=2").unwrap();
    let lost = Model::fit(method, &table(), &away).unwrap_err();
    assert!(lost.to_string().contains("all workers are gone"), "{lost}");
}

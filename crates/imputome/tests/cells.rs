//! Counts in, imputed counts out: windows, order of genes, policies, model files.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome::cells::{CellModel, CellPolicy};
use imputome::core::{Counts, Names, Run};
use imputome_neural::deepimpute::DeepImpute;
use imputome_simulate::{Splatter, SplatterSettings};

fn run(threads: usize) -> Run {
    Run::new(5, threads).unwrap()
}

fn simulated() -> Counts {
    let settings = SplatterSettings {
        genes: 120,
        library_location: 8.0,
        ..SplatterSettings::deepimpute()
    };
    let cells = Splatter::new(settings, &run(1)).unwrap().cells(0..150);
    cells.unwrap().observed
}

fn quick() -> DeepImpute {
    DeepImpute {
        epochs: 4,
        hidden: 16,
        targets: 40,
        ..DeepImpute::default()
    }
}

fn imputed(model: &CellModel, counts: &Counts, policy: CellPolicy) -> Counts {
    let mut windows = model.over(counts.genes(), policy).unwrap();
    windows.impute(counts, &run(2)).unwrap().counts
}

#[test]
fn what_was_measured_stays_and_zeros_of_imputed_genes_are_filled() {
    let counts = simulated();
    let model = CellModel::fit(quick(), &counts, &run(2)).unwrap();
    let mut windows = model.over(counts.genes(), CellPolicy::Restore).unwrap();
    let result = windows.impute(&counts, &run(1)).unwrap();
    for c in 0..counts.n_cells() {
        let (genes, values) = counts.row(c);
        for (&gene, &value) in genes.iter().zip(values) {
            assert_eq!(result.counts.get(c, gene as usize), value);
        }
    }
    let filled: u64 = result.filled.iter().sum();
    assert_eq!(
        filled as usize,
        result.counts.n_entries() - counts.n_entries()
    );
    assert_eq!(filled, windows.filled().iter().sum::<u64>());
    assert!(filled > 0);
    for ((imputed, reason), filled) in windows
        .imputed()
        .iter()
        .zip(windows.reasons())
        .zip(windows.filled())
    {
        assert_eq!(*imputed, reason.is_empty());
        assert!(*imputed || *filled == 0);
    }
}

#[test]
fn windows_order_of_genes_and_storing_change_nothing() {
    let counts = simulated();
    let model = CellModel::fit(quick(), &counts, &run(1)).unwrap();
    let whole = imputed(&model, &counts, CellPolicy::All);
    let stored = CellModel::from_weights(&model.to_weights()).unwrap();
    assert!(CellModel::is_stored_in(&model.to_weights()));
    let last: Vec<usize> = (100..150).collect();
    let window = imputed(&stored, &counts.select_cells(&last), CellPolicy::All);
    assert_eq!(window, whole.select_cells(&last));
    let turned: Vec<usize> = (0..120).rev().collect();
    let other_order = imputed(&model, &counts.select_genes(&turned), CellPolicy::All);
    assert_eq!(other_order, whole.select_genes(&turned));
}

#[test]
fn genes_that_only_the_table_has_stay_and_strangers_are_refused() {
    let counts = simulated();
    let few: Vec<usize> = (0..100).collect();
    let model = CellModel::fit(quick(), &counts.select_genes(&few), &run(1)).unwrap();
    let result = imputed(&model, &counts, CellPolicy::All);
    for gene in 100..120 {
        assert_eq!(result.select_genes(&[gene]), counts.select_genes(&[gene]));
    }
    let strangers = Names::new("gene", vec!["ENSG1".into()]).unwrap();
    let error = model.over(&strangers, CellPolicy::All).unwrap_err();
    assert!(error.to_string().contains("ENSG1"), "{error}");
}

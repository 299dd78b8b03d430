//! Simulated cells against what the paper's parameters say they must be.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_core::Run;
use imputome_simulate::{Splatter, SplatterSettings};

fn run(threads: usize) -> Run {
    Run::new(3, threads).unwrap()
}

fn population(settings: SplatterSettings) -> Splatter {
    Splatter::new(settings, &run(2)).unwrap()
}

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

#[test]
fn gene_means_have_the_moments_of_their_gamma_distribution() {
    let genes = population(SplatterSettings::default()).genes().clone();
    let plain: Vec<f64> = genes
        .means
        .iter()
        .zip(&genes.outliers)
        .filter(|(_, outlier)| !**outlier)
        .map(|(&mean, _)| mean)
        .collect();
    let (mean, deviation) = moments(&plain);
    // Shape 0.6 and rate 0.3: mean 2, deviation sqrt(0.6) / 0.3 = 2.582; 9,500 draws leave
    // standard errors of 0.026 and about 0.05.
    assert!((mean - 2.0).abs() < 0.1, "{mean}");
    assert!((deviation - 2.582).abs() < 0.2, "{deviation}");
    let share = genes.outliers.iter().filter(|o| **o).count() as f64 / 10_000.0;
    assert!((share - 0.05).abs() < 0.007, "{share}");
}

#[test]
fn library_sizes_are_log_normal_and_counts_add_up_to_them() {
    let cells = population(SplatterSettings::default())
        .cells(0..300)
        .unwrap();
    let logs: Vec<f64> = cells.library_sizes.iter().map(|size| size.ln()).collect();
    let (mean, deviation) = moments(&logs);
    // Standard errors 0.012 and 0.008.
    assert!((mean - 11.0).abs() < 0.05, "{mean}");
    assert!((deviation - 0.2).abs() < 0.03, "{deviation}");
    let ratios: Vec<f64> = cells
        .truth
        .cell_totals()
        .iter()
        .zip(&cells.library_sizes)
        .map(|(total, size)| total / size)
        .collect();
    assert!((moments(&ratios).0 - 1.0).abs() < 0.02);
}

#[test]
fn a_tenth_of_the_genes_differs_in_each_group_half_of_them_down() {
    let genes = population(SplatterSettings::deepimpute()).genes().clone();
    assert_eq!(genes.factors.dim(), (5, 4_000));
    let different: Vec<f64> = genes
        .factors
        .iter()
        .copied()
        .filter(|&f| f != 1.0)
        .collect();
    let share = different.len() as f64 / 20_000.0;
    assert!((share - 0.1).abs() < 0.01, "{share}");
    let down = different.iter().filter(|&&f| f < 1.0).count() as f64 / different.len() as f64;
    assert!((down - 0.5).abs() < 0.05, "{down}");
    // |ln factor| is a normal draw of mean 0.1 and deviation 0.4, folded: its mean is
    // 0.4 sqrt(2/pi) exp(-1/32) + 0.1 (1 - 2 Phi(-0.25)) = 0.3289.
    let sizes: Vec<f64> = different.iter().map(|f| f.ln().abs()).collect();
    assert!((moments(&sizes).0 - 0.3289).abs() < 0.02);
}

#[test]
fn cells_fall_into_groups_by_their_shares() {
    let cells = population(SplatterSettings {
        genes: 20,
        ..SplatterSettings::deepimpute()
    })
    .cells(0..4_000)
    .unwrap();
    for (group, expected) in [0.1, 0.1, 0.2, 0.2, 0.4].into_iter().enumerate() {
        let found = cells.groups.iter().filter(|&&g| g == group).count() as f64 / 4_000.0;
        // Four standard errors of 4,000 draws.
        assert!((found - expected).abs() < 0.032, "{group}: {found}");
    }
}

#[test]
fn variance_over_cells_is_that_of_the_model() {
    // One group, no spread of library sizes or of the coefficient of variation: a gene of mean m
    // has variance m + m^2 (0.1 + 1 / sqrt(m))^2.
    let population = population(SplatterSettings {
        genes: 200,
        library_scale: 0.0,
        library_location: 9.0,
        variation_freedom: 1e9,
        ..SplatterSettings::default()
    });
    let cells = population.cells(0..3_000).unwrap().truth.table(0..3_000);
    let mut ratios = Vec::new();
    for gene in cells.columns() {
        let values: Vec<f64> = gene.iter().map(|&v| f64::from(v)).collect();
        let (mean, deviation) = moments(&values);
        if mean > 1.0 {
            let expected = mean + mean * mean * (0.1 + 1.0 / mean.sqrt()).powi(2);
            ratios.push(deviation * deviation / expected);
        }
    }
    assert!(ratios.len() > 100);
    let (mean, _) = moments(&ratios);
    assert!((mean - 1.0).abs() < 0.03, "{mean}");
}

#[test]
fn molecules_are_missed_along_the_logistic_curve() {
    let settings = SplatterSettings {
        genes: 500,
        library_location: 9.0,
        ..SplatterSettings::deepimpute()
    };
    let cells = population(settings).cells(0..400).unwrap();
    let (mut seen, mut all) = ([0.0; 2], [0.0; 2]);
    for c in 0..400 {
        let (genes, counts) = cells.truth.row(c);
        for (&gene, &count) in genes.iter().zip(counts) {
            let band = usize::from(count > 50.0);
            all[band] += 1.0;
            seen[band] += f64::from(u8::from(cells.observed.get(c, gene as usize) == count));
        }
    }
    // A single molecule of mean about e is missed with chance 1/2, one of 50 and more with 0.2 at
    // most; nothing is changed, only missed.
    assert!(seen[0] / all[0] < 0.65, "{}", seen[0] / all[0]);
    assert!(seen[1] / all[1] > 0.78, "{}", seen[1] / all[1]);
    assert!(cells.observed.n_entries() < cells.truth.n_entries());
}

#[test]
fn windows_and_threads_change_nothing() {
    let settings = SplatterSettings {
        genes: 300,
        ..SplatterSettings::deepimpute()
    };
    let whole = population(settings.clone()).cells(0..20).unwrap();
    let alone = Splatter::new(settings, &run(1))
        .unwrap()
        .cells(13..20)
        .unwrap();
    let last: Vec<usize> = (13..20).collect();
    assert_eq!(whole.observed.select_cells(&last), alone.observed);
    assert_eq!(whole.truth.select_cells(&last), alone.truth);
    assert_eq!(whole.groups[13..], alone.groups[..]);
}

#[test]
fn shares_that_do_not_add_up_are_refused() {
    let settings = SplatterSettings {
        groups: vec![0.5, 0.6],
        ..SplatterSettings::default()
    };
    let error = Splatter::new(settings, &run(1)).unwrap_err().to_string();
    assert!(error.contains("add up to 1"), "{error}");
}

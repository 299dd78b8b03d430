//! Settings put into a simulation come back from its cells.

#![expect(clippy::unwrap_used, reason = "a test that meets an error has failed")]

use imputome_core::Run;
use imputome_simulate::{Splatter, SplatterEstimate, SplatterEstimator, SplatterSettings};

fn found(settings: SplatterSettings, cells: usize) -> SplatterEstimate {
    let genes = settings.genes;
    let population = Splatter::new(settings, &Run::new(5, 2).unwrap()).unwrap();
    let mut estimator = SplatterEstimator::new(genes);
    for first in (0..cells).step_by(100) {
        let window = population.cells(first..first + 100).unwrap();
        estimator.add(&window.observed).unwrap();
    }
    estimator.finish().unwrap()
}

fn near(what: &str, found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() < within,
        "{what}: {found}, expected {expected} within {within}"
    );
}

/// Four standard errors each: of 600 normal draws 0.2 / sqrt(600) = 0.008 and 0.006, of a gamma shape fitted to 5,700 means
/// 0.0094 / sqrt(0.8), of 285 outliers of 6,000 genes 0.003, 0.5 / sqrt(285) = 0.03 and 0.021, and
/// of the dispersion of 400 genes that differ by 0.18 on a logarithm.
#[test]
fn settings_put_in_come_back() {
    let found = found(
        SplatterSettings {
            genes: 6_000,
            ..SplatterSettings::default()
        },
        600,
    );
    let settings = &found.settings;
    near("location", settings.library_location, 11.0, 0.033);
    // The counts of a cell vary a little about its library size.
    near("scale", settings.library_scale, 0.2, 0.034);
    near("shape", settings.mean_shape, 0.6, 0.043);
    near("outliers", settings.outlier_share, 0.05, 0.012);
    near("outlier location", settings.outlier_location, 4.0, 0.12);
    near("outlier scale", settings.outlier_scale, 0.5, 0.085);
    near("variation", settings.variation, 0.1, 0.012);
    // trigamma(30) = 0.034 with a standard error of 0.0024 over 400 genes: 48 to 85.
    assert!(settings.variation_freedom > 48.0 && settings.variation_freedom < 85.0);
    assert!(!settings.dropout, "{:?}", found.missed);
    assert_eq!(settings.groups, [1.0]);
    assert_eq!(settings.genes + found.silent, 6_000);
}

/// The curve is put over the mean of a cell with its variation, and found over that of the gene: at a
/// midpoint of 3 and a slope of -1.5 this makes for a midpoint higher by 0.3.
#[test]
fn the_curve_of_missed_molecules_comes_back() {
    for (midpoint, shape, higher) in [(1.0, -0.5, 0.25), (3.0, -1.5, 0.3)] {
        let found = found(
            SplatterSettings {
                genes: 3_000,
                dropout: true,
                dropout_midpoint: midpoint,
                dropout_shape: shape,
                ..SplatterSettings::default()
            },
            400,
        );
        assert!(found.settings.dropout);
        near(
            "midpoint",
            found.settings.dropout_midpoint,
            midpoint + higher,
            0.2,
        );
        near("shape", found.settings.dropout_shape / shape, 1.1, 0.15);
        near("variation", found.settings.variation, 0.1, 0.03);
    }
}

#[test]
fn few_molecules_alone_are_not_taken_for_missed_ones() {
    let found = found(
        SplatterSettings {
            genes: 3_000,
            library_location: 7.5,
            ..SplatterSettings::default()
        },
        400,
    );
    assert!(found.zeros > 0.8, "{}", found.zeros);
    assert!(!found.settings.dropout, "{:?}", found.missed);
    // Genes without a count are not there to show that means are that low.
    near("shape", found.settings.mean_shape, 0.65, 0.1);
}

#[test]
fn cells_like_estimated_ones_have_their_zeros_and_totals() {
    let put_in = SplatterSettings {
        genes: 2_000,
        library_location: 8.5,
        ..SplatterSettings::default()
    };
    let first = found(put_in, 300);
    let again = found(first.settings.clone(), 300);
    near("zeros", again.zeros, first.zeros, 0.03);
    near(
        "location",
        again.settings.library_location,
        first.settings.library_location,
        0.05,
    );
}

#[test]
fn a_handful_of_cells_is_refused() {
    let population = Splatter::new(
        SplatterSettings {
            genes: 50,
            ..SplatterSettings::default()
        },
        &Run::new(0, 1).unwrap(),
    )
    .unwrap();
    let mut estimator = SplatterEstimator::new(50);
    estimator
        .add(&population.cells(0..5).unwrap().observed)
        .unwrap();
    let error = estimator.finish().unwrap_err().to_string();
    assert!(error.contains("cells with a count"), "{error}");
    let other = Splatter::new(SplatterSettings::default(), &Run::new(0, 1).unwrap()).unwrap();
    let window = other.cells(0..1).unwrap().observed;
    assert!(estimator.add(&window).is_err());
}

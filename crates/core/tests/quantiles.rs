//! Quantile normalization to a target against R's preprocessCore (`quantiles/make.R`).

use imputome_core::prepare::TargetQuantiles;

/// Samples, columns there, with their gaps.
fn samples(text: &str) -> Vec<Vec<Option<f32>>> {
    let lines: Vec<Vec<Option<f32>>> = text
        .lines()
        .map(|line| line.split('\t').map(|field| field.parse().ok()).collect())
        .collect();
    let of = |sample: usize| lines.iter().map(|line| line[sample]).collect();
    (0..lines[0].len()).map(of).collect()
}

fn measured(sample: &[Option<f32>]) -> Vec<f32> {
    sample.iter().flatten().copied().collect()
}

#[test]
fn a_cohort_is_brought_to_a_source_as_preprocess_core_does() {
    let source = samples(include_str!("quantiles/source.tsv"));
    let cohort = samples(include_str!("quantiles/cohort.tsv"));
    let expected = samples(include_str!("quantiles/normalized.tsv"));
    let values = source.iter().map(|sample| measured(sample));
    let target = TargetQuantiles::learn(source[0].len(), values).expect("values");
    for (sample, expected) in cohort.iter().zip(&expected) {
        let map = target.map(measured(sample)).expect("values");
        assert_eq!(measured(sample).len(), measured(expected).len());
        for (value, expected) in sample.iter().zip(expected) {
            let (Some(value), Some(expected)) = (value, expected) else {
                continue;
            };
            let found = map.apply(*value);
            // Targets are kept in single precision here.
            assert!((found - expected).abs() < 2e-7, "{found} {expected}");
        }
    }
}

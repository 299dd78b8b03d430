//! How a ridge regression was chosen, in words.

use imputome_core::{Curve, Summary};

use super::penalty::{PenaltyChoice, middle};

/// Of a fit on so many paired samples.
pub(super) fn summary(choice: &PenaltyChoice, samples: usize, remarks: Vec<String>) -> Summary {
    let mut chosen = vec![
        ("paired samples".into(), samples.to_string()),
        (
            "penalty (median)".into(),
            format!("{:.3}", choice.median_penalty()),
        ),
    ];
    if !choice.source_weights.is_empty() {
        let weight = middle(choice.source_weights.clone());
        chosen.push((
            "weight of the source (median)".into(),
            format!("{weight:.2}"),
        ));
    }
    let curve = Curve {
        name: "error with a sample left out, share of variance".into(),
        step: "penalty".into(),
        points: choice.tried.clone(),
    };
    Summary {
        curves: if choice.tried.is_empty() {
            Vec::new()
        } else {
            vec![curve]
        },
        chosen,
        remarks,
    }
}

//! How a fit went, for the user.

use imputome_core::{Curve, FittedImputer, Summary};

use super::Pmi;
use super::beside::Judgement;
use crate::preparation::Preparation;
use crate::training::Trained;

/// Learning curves, what was chosen, and remarks.
pub(super) fn of(
    settings: &Pmi,
    prepared: &Preparation,
    trained: &[Trained],
    judgement: &Judgement,
) -> Summary {
    let mut summary = Summary {
        curves: curves(trained),
        chosen: chosen(settings, prepared, trained),
        remarks: prepared.remarks.clone(),
    };
    summary.curves.extend(judgement.errors().to_vec());
    if let Some(weights) = judgement.network_weights() {
        summary.curves.push(Curve {
            name: "weight of the network beside the factor model".into(),
            step: "share of genes shown".into(),
            points: weights.to_vec(),
        });
        let weight =
            |(shown, weight): &(f64, f64)| format!("{weight:.2} at {:.0} %", 100.0 * shown);
        let by_share: Vec<String> = weights.iter().map(weight).collect();
        let name = "weight of the network by share of genes shown".to_string();
        summary.chosen.push((name, by_share.join(", ")));
    }
    if let Some(factor) = judgement.factor() {
        let beside = factor.summary();
        summary.chosen.extend(
            beside
                .chosen
                .into_iter()
                .map(|(name, v)| (format!("factor: {name}"), v)),
        );
    }
    if prepared.outlying > 0 {
        summary.remarks.push(format!(
            "{} samples lie far from all others (standard scores of 4 and more throughout): \
             the network did not learn from them",
            prepared.outlying
        ));
    }
    summary
}

fn curves(trained: &[Trained]) -> Vec<Curve> {
    let suffix = |n: usize| match trained.len() {
        1 => String::new(),
        _ => format!(", network {}", n + 1),
    };
    let networks = trained.iter().enumerate();
    networks
        .flat_map(|(n, network)| network.history.curves(&suffix(n)))
        .collect()
}

fn chosen(settings: &Pmi, prepared: &Preparation, trained: &[Trained]) -> Vec<(String, String)> {
    let best = trained
        .iter()
        .filter_map(|network| network.history.best_epoch());
    let epochs: Vec<String> = best.map(|epoch| epoch.to_string()).collect();
    let (learning, validation) = (prepared.learning.len(), prepared.validation.len());
    vec![
        (
            "best epoch".into(),
            format!("{} of at most {}", epochs.join(", "), settings.epochs),
        ),
        ("samples to learn from".into(), learning.to_string()),
        ("samples to stop by".into(), validation.to_string()),
    ]
}

//! How a fit went, for the user.

use imputome_core::{Curve, Summary};

use super::choice::{Choice, LeftOut};
use super::shared::{Shared, Trained};

/// Learning curves, what was chosen, and which genes are imputed and why the others are not.
pub(super) fn of(shared: &Shared, choice: &Choice, trained: &[Trained]) -> Summary {
    Summary {
        curves: curves(trained),
        chosen: chosen(shared, choice, trained),
        remarks: remarks(choice),
    }
}

fn curves(trained: &[Trained]) -> Vec<Curve> {
    let networks = trained.iter().enumerate();
    networks
        .flat_map(|(n, network)| network.history.curves(&format!(", network {}", n + 1)))
        .collect()
}

fn chosen(shared: &Shared, choice: &Choice, trained: &[Trained]) -> Vec<(String, String)> {
    let list = |values: Vec<String>| values.join(", ");
    let per_network =
        |value: &dyn Fn(&Trained) -> String| list(trained.iter().map(value).collect());
    let imputed = choice
        .reasons
        .iter()
        .filter(|reason| reason.is_none())
        .count();
    let best = |network: &Trained| network.history.best_epoch().unwrap_or(0).to_string();
    [
        ("cells learned from", shared.learning.len().to_string()),
        ("cells to stop by", shared.validation.len().to_string()),
        ("genes imputed", imputed.to_string()),
        ("networks", trained.len().to_string()),
        (
            "predictors of each network",
            per_network(&|network| network.reader.subnet.predictors.len().to_string()),
        ),
        ("best epoch of each network", per_network(&best)),
        (
            "share of each network beside the means",
            per_network(&|network| format!("{:.2}", network.reader.share)),
        ),
    ]
    .map(|(what, value)| (what.to_string(), value))
    .to_vec()
}

fn remarks(choice: &Choice) -> Vec<String> {
    let mut remarks = Vec::new();
    let reasons = [
        LeftOut::NeverCounted,
        LeftOut::Constant,
        LeftOut::LowDispersion,
        LeftOut::BeyondNumber,
        LeftOut::NoPredictor,
    ];
    for reason in reasons {
        let found = choice
            .reasons
            .iter()
            .filter(|&&r| r == Some(reason))
            .count();
        if found > 0 {
            remarks.push(format!("{found} genes are not imputed: {}", reason.words()));
        }
    }
    remarks
}

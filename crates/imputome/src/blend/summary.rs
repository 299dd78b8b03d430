//! How the fit of a blend went, for the user.

use imputome_core::{Curve, Summary};

use super::fit::Panelists;
use super::fitted::FittedPart;
use super::judgement::Judgement;

/// What each part scored, its weight, what was left out, and what the parts used have to say.
pub(super) fn of(panel: &Panelists, judgement: &Judgement, fitted: &[FittedPart]) -> Summary {
    let mut summary = Summary {
        curves: curves(judgement, fitted),
        chosen: chosen(panel, judgement),
        remarks: panel.remarks.clone(),
    };
    if panel.parts.len() > 1 && fitted.len() == 1 {
        summary.remarks.push(format!(
            "blending was not better than its best part in the cross-validation: {} alone is used",
            fitted[0].part.text
        ));
    }
    add_parts(&mut summary, fitted);
    summary
}

/// What one part, used alone for want of data, has to say.
pub(super) fn of_one(remark: String, fitted: &[FittedPart]) -> Summary {
    let mut summary = Summary {
        remarks: vec![remark],
        ..Summary::default()
    };
    add_parts(&mut summary, fitted);
    summary
}

fn chosen(panel: &Panelists, judgement: &Judgement) -> Vec<(String, String)> {
    let weights = judgement.weights.mean();
    let mut chosen = Vec::new();
    for (at, part) in panel.parts.iter().enumerate() {
        let used = judgement.used.iter().position(|&used| used == at);
        let weight = used.map_or("left out".into(), |used| {
            format!("weight {:.2}", weights[used])
        });
        let error = judgement.by_part[at];
        chosen.push((
            part.text.clone(),
            format!("{weight}, cross-validation error {error:.4}"),
        ));
    }
    if judgement.used.len() > 1 {
        chosen.push((
            "cross-validation error of the blend".into(),
            format!("{:.4}", judgement.blended),
        ));
        chosen.push((
            "pull of genes to the shared weights".into(),
            judgement.pull.to_string(),
        ));
    }
    chosen
}

fn curves(judgement: &Judgement, fitted: &[FittedPart]) -> Vec<Curve> {
    let by_share = judgement.weights.by_share();
    if fitted.len() < 2 || by_share.len() < 2 {
        return Vec::new();
    }
    let curve = |(at, fitted): (usize, &FittedPart)| Curve {
        name: format!("mean weight of {}", fitted.part.text),
        step: "share of genes shown".into(),
        points: by_share
            .iter()
            .map(|(share, weights)| (*share, weights[at]))
            .collect(),
    };
    fitted.iter().enumerate().map(curve).collect()
}

fn add_parts(summary: &mut Summary, fitted: &[FittedPart]) {
    for FittedPart {
        part, summary: own, ..
    } in fitted
    {
        let named = |text: &String| format!("{}: {text}", part.text);
        summary.chosen.extend(
            own.chosen
                .iter()
                .map(|(name, value)| (named(name), value.clone())),
        );
        summary.remarks.extend(own.remarks.iter().map(named));
        summary.curves.extend(own.curves.iter().map(|curve| Curve {
            name: named(&curve.name),
            ..curve.clone()
        }));
    }
}

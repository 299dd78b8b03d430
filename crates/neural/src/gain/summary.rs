//! How a fit went, for the user.

use imputome_core::Summary;

use super::generator::Generator;
use super::judgement::Judgement;
use crate::preparation::Preparation;
use crate::training::Trained;

/// Learning curves, what was chosen, and remarks.
pub(super) fn of(
    generator: &Generator,
    prepared: &Preparation,
    trained: &Trained,
    judgement: &Judgement,
) -> Summary {
    let mut curves = trained.history.curves("");
    curves.push(judgement.error().clone());
    let mut remarks = prepared.remarks.clone();
    if prepared.outlying > 0 {
        remarks.push(format!(
            "{} samples lie far from all others (standard scores of 4 and more throughout): \
             the network did not learn from them",
            prepared.outlying
        ));
    }
    Summary {
        curves,
        chosen: chosen(generator, prepared, trained, judgement),
        remarks,
    }
}

fn chosen(
    generator: &Generator,
    prepared: &Preparation,
    trained: &Trained,
    judgement: &Judgement,
) -> Vec<(String, String)> {
    let epochs = generator.game.generator.epochs;
    let best = trained.history.best_epoch().unwrap_or(0);
    let (learning, validation) = (prepared.learning.len(), prepared.validation.len());
    let mut chosen = vec![
        ("best epoch".into(), format!("{best} of at most {epochs}")),
        ("samples to learn from".into(), learning.to_string()),
        ("samples to stop by".into(), validation.to_string()),
    ];
    if generator.game.draws() > 1 {
        let name = "hidden validation entries within one standard deviation of the draws alone";
        let share = 100.0 * judgement.covered_by_draws();
        chosen.push((
            name.into(),
            format!("{share:.1} % (68.3 % if they told all)"),
        ));
    }
    chosen
}

//! Methods of the catalog as an evaluation of cells sees them.

use imputome::Method;
use imputome::cells::{self, BASELINE, ON_LOGARITHMS};
use imputome_evaluate::cells::CellMethod;

use crate::context::Context;
use crate::evaluation::{Contestant, Lesson, expect_distinct};
use crate::failure::{Failure, Result};
use crate::plan::MethodEntry;

/// Refuses names of no method, with those that cells can be filled by, and models.
pub(super) fn expect_known(methods: &[MethodEntry]) -> Result<()> {
    let able = [&["deepimpute", BASELINE][..], &ON_LOGARITHMS].concat();
    let mut specs = methods.iter().map(MethodEntry::name);
    specs.try_for_each(|spec| match spec.contains('@') {
        true => Err(learned_before(spec)),
        false => crate::cells::expect_method(spec, &able),
    })
}

fn learned_before(label: &str) -> Failure {
    Failure::usage(format!(
        "{label}: models learned before are not taken in an evaluation of cells"
    ))
    .hint("name the method without @MODEL: it learns from the cells themselves")
}

/// The methods of a plan, the baseline among them; and its label.
pub(super) fn contestants(
    mut methods: Vec<Contestant>,
    context: &Context,
) -> Result<(Vec<Contestant>, String)> {
    let is_baseline = |contestant: &&Contestant| contestant.method.name() == BASELINE;
    if !methods.iter().any(|contestant| is_baseline(&contestant)) {
        context.terminal.say(format!(
            "note: {BASELINE} is evaluated beside the methods asked for: no score of cells says much without it"
        ));
        let method = Method::named(BASELINE)?;
        methods.push(Contestant::from((BASELINE.to_owned(), method)));
    }
    expect_distinct(methods.iter().map(|contestant| contestant.label.as_str()))?;
    let label = methods.iter().find(is_baseline).map(|c| c.label.clone());
    Ok((methods, label.expect("it was added")))
}

/// A method as something that fills counts. Refused: one that cannot.
pub(super) fn cell_method(contestant: &Contestant) -> Result<Box<dyn CellMethod>> {
    let Contestant {
        label,
        lesson,
        method,
    } = contestant;
    if *lesson != Lesson::Nothing {
        return Err(learned_before(label));
    }
    cells::contestant(label, method).ok_or_else(|| {
        Failure::usage(format!("{} cannot fill counts of cells", method.name())).hint(format!(
            "deepimpute and {BASELINE} can; on logarithms, zeros as gaps, {}",
            ON_LOGARITHMS.join(", ")
        ))
    })
}

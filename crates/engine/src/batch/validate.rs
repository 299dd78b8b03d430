//! What a batch must satisfy before a step.

use super::{Batch, InputValues, UNKNOWN_LEVEL};
use crate::error::EngineError;
use crate::spec::{Input, Spec};

/// Refuses a batch that does not fit the network; its target is checked where a loss asks for it.
pub(crate) fn check_inputs(spec: &Spec, batch: &Batch<'_>) -> Result<(), EngineError> {
    check_size("the batch", "samples", batch.samples.max(1), batch.samples)?;
    check_size("the batch", "inputs", spec.inputs.len(), batch.inputs.len())?;
    spec.inputs
        .iter()
        .zip(batch.inputs)
        .try_for_each(|(input, values)| check_input(input, *values, batch.samples))
}

fn check_input(input: &Input, values: InputValues<'_>, samples: usize) -> Result<(), EngineError> {
    let name = || format!("input `{}`", input.name());
    let kind = |expected, found| {
        Err(EngineError::InputKind {
            input: input.name().to_owned(),
            expected,
            found,
        })
    };
    match (input, values) {
        (Input::Dense { width, .. }, InputValues::Dense(values)) => {
            check_size(&name(), "values", samples * width, values.len())
        }
        (Input::Embedding { levels, .. }, InputValues::Levels(given)) => {
            check_size(&name(), "levels", samples, given.len())?;
            let outside = |level: &u32| *level != UNKNOWN_LEVEL && *level as usize >= *levels;
            match given.iter().position(outside) {
                None => Ok(()),
                Some(sample) => Err(EngineError::Level {
                    input: input.name().to_owned(),
                    sample,
                    level: given[sample],
                    levels: *levels,
                }),
            }
        }
        (Input::Dense { .. }, InputValues::Levels(_)) => kind("numbers", "levels"),
        (Input::Embedding { .. }, InputValues::Dense(_)) => kind("levels", "numbers"),
    }
}

/// Refuses a buffer of another size.
pub(crate) fn check_size(
    what: &str,
    unit: &'static str,
    expected: usize,
    found: usize,
) -> Result<(), EngineError> {
    if expected == found {
        return Ok(());
    }
    Err(EngineError::Size {
        what: what.to_owned(),
        unit,
        expected,
        found,
    })
}

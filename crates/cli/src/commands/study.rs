//! `imputome study`: a published experiment, rebuilt.

use crate::arguments::StudyArguments;
use crate::context::Context;
use crate::failure::Result;
use crate::places::Places;
use crate::study::{self, Given};

/// Runs the study as far as asked for.
pub(crate) fn study(arguments: &StudyArguments, context: &Context) -> Result<()> {
    Places::default().filling(&arguments.output).check()?;
    let given = Given {
        data: arguments.data.clone(),
        output: arguments.output.clone(),
        parts: arguments.parts.clone(),
        methods: arguments.methods.clone(),
        repeats: arguments.repeats,
        overwrite: arguments.overwrite,
        seed: context.seed.unwrap_or(0),
        most_varying: arguments.most_varying,
        hide: arguments.hide.clone(),
        simulated: arguments.simulated,
        sizes: arguments.sizes.clone(),
    };
    study::study(&arguments.name, &given, context)
}

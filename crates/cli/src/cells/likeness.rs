//! Settings of a simulation that are found in a file of cells, for `imputome simulate cells --like`.

use imputome::simulate::{SplatterEstimate, SplatterEstimator};
use imputome_core::{Run, Scale};
use imputome_io::CellFile;

use crate::context::Context;
use crate::failure::{Failure, Result};

/// Cells read at once.
const READ_AT_ONCE: usize = 4096;

/// The settings found in a file of cells, and the files that it is read from.
pub(super) fn estimate(
    input: &str,
    layer: Option<&str>,
    run: &Run,
    context: &Context,
) -> Result<(SplatterEstimate, Vec<String>)> {
    if !super::recognizes(input)? {
        return Err(Failure::input(format!("{input} is not a file of cells"))
            .hint("h5ad, 10x h5, 10x folders and loom are read; imputome convert makes an h5ad of a table of counts"));
    }
    let file = super::open(input, layer, &context.terminal)?;
    super::expect_counts(&file)?;
    expect_molecules(&file)?;
    let mut estimator = SplatterEstimator::new(file.genes().len());
    let progress = run.progress();
    progress.begin("reading cells", file.cells().len() as u64);
    let mut read = 0;
    for window in file.windows(READ_AT_ONCE) {
        run.proceed()?;
        let window = window?;
        estimator.add(&window)?;
        read += window.n_cells() as u64;
        progress.advance(read, "");
    }
    progress.end();
    let found = estimator.finish()?;
    context.terminal.note_all(&findings(&found));
    Ok((found, super::read_from(&file, [])))
}

/// Refuses values brought to a common total, or estimated: how molecules scatter is found in their numbers.
fn expect_molecules(file: &CellFile) -> Result<()> {
    let facts = file.facts();
    match facts.scale {
        Scale::Tpm => Err(Failure::policy(format!(
            "{}: {} does not hold numbers of molecules: {}",
            facts.name, facts.element, facts.scale_reason
        ))
        .hint(
            "name the table that holds counts: --layer NAME; imputome inspect shows what there is",
        )),
        _ => Ok(()),
    }
}

/// What was found in a file, in words.
fn findings(found: &SplatterEstimate) -> Vec<String> {
    let settings = &found.settings;
    let mut findings = vec![
        format!(
            "library sizes: {:.0} molecules, {:.2} on a logarithm either way; {:.1} % zeros among {} genes with counts{}",
            settings.library_location.exp(),
            settings.library_scale,
            100.0 * found.zeros,
            settings.genes,
            match found.silent {
                0 => String::new(),
                silent => format!(" ({silent} without any are not simulated)"),
            }
        ),
        format!(
            "gene means: gamma of shape {:.3}; {} outliers, {:.0} times the median gene",
            settings.mean_shape,
            found.outliers,
            settings.outlier_location.exp()
        ),
        match found.varied {
            0 => format!(
                "variation: too few genes have enough counts to tell; {} as by default",
                settings.variation
            ),
            genes => format!(
                "variation: {:.3} in common, {:.0} degrees of freedom, from {genes} genes",
                settings.variation, settings.variation_freedom
            ),
        },
    ];
    findings.push(match found.missed {
        None => "missed molecules: too few genes have enough counts to tell; none are missed".into(),
        Some(share) if settings.dropout => format!(
            "missed molecules: {:.0} % of the counts of well expressed genes are zero beyond chance; half are missed at a mean of {:.2}",
            100.0 * share,
            settings.dropout_midpoint.exp()
        ),
        Some(share) => format!(
            "missed molecules: zeros are those of chance (beyond it {:.1} %); none are missed",
            100.0 * share
        ),
    });
    findings.push("kinds of cells are not told apart: all count as one, and how they differ is part of the variation; --set groups=0.5+0.5 makes some".into());
    findings
}

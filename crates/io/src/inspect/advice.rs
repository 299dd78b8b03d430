//! What to do with a table, from what is in it.

use imputome_core::Scale;

use super::Inspection;
use crate::covariates::first_few;

/// Samples with both assays below which an evaluation of whole profiles says little; ours, half
/// of them hidden leave 25 to learn from.
pub const FEW_PAIRS: usize = 50;

/// Samples below which a model of a larger cohort is worth a thought; ours.
const FEW_SAMPLES: usize = 100;

/// One sentence each.
pub(super) fn of(table: &Inspection) -> Vec<String> {
    if table.of_cells {
        return vec![cells(table)];
    }
    let lines = [
        Some(gaps(table)),
        scale(table),
        floor(table),
        idle_genes(table),
        without_expression(table),
        little_measured(table),
        covariates(table),
        few_samples(table),
    ];
    lines.into_iter().flatten().collect()
}

/// Everything else is for tables of samples.
fn cells(table: &Inspection) -> String {
    format!(
        "these look like counts of single cells ({:.0} % zeros): convert makes a file of cells of \
         them, whose zeros impute fills and on which evaluate compares methods for cells",
        100.0 * table.zero_share
    )
}

fn gaps(table: &Inspection) -> String {
    if table.gap_share > 0.0 {
        "fill the gaps with impute; compare methods on this table with evaluate first".into()
    } else {
        "there is nothing to impute; compare methods on it with evaluate, or learn a model from it \
         with fit and fill the gaps of other tables with impute --model"
            .into()
    }
}

fn scale(table: &Inspection) -> Option<String> {
    match table.scale {
        Scale::Counts | Scale::Tpm => Some(format!(
            "values are {}; the methods here expect logarithms, such as log2(value + 1), in which \
             genes vary alike",
            match table.scale {
                Scale::Counts => "counts",
                _ => "linear abundances",
            }
        )),
        Scale::Unknown => {
            Some("the scale cannot be told from the values; say it with --scale".into())
        }
        Scale::Log | Scale::Standardized => None,
    }
}

fn floor(table: &Inspection) -> Option<String> {
    let floor = table.floor?;
    let names: Vec<&str> = table
        .samples_at_floor
        .iter()
        .map(|(n, _)| n.as_str())
        .collect();
    if names.is_empty() {
        return None;
    }
    if 2 * names.len() > table.samples {
        return Some(format!(
            "most samples sit at the detection floor ({floor}) in more than half of their genes; \
             keep the genes that are expressed, since a floor cannot be estimated from others"
        ));
    }
    Some(format!(
        "{} samples sit at the detection floor ({floor}) in more than half of their genes: {}; \
         check their quality, since scores suffer from them",
        names.len(),
        first_few(&names)
    ))
}

fn idle_genes(table: &Inspection) -> Option<String> {
    let (constant, never) = (&table.constant_genes, &table.never_measured_genes);
    let told = |names: &[String], what: &str| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        (!names.is_empty()).then(|| format!("{} genes {what}: {}", names.len(), first_few(&names)))
    };
    let lines = [
        told(constant, "never vary and are filled with their constant"),
        told(
            never,
            "are never measured and stay empty unless a model knows them",
        ),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// Samples of which an assay was never done.
fn without_expression(table: &Inspection) -> Option<String> {
    let names: Vec<&str> = table
        .without_expression
        .iter()
        .map(String::as_str)
        .collect();
    if names.is_empty() {
        return None;
    }
    let (n, few) = (names.len(), first_few(&names));
    let pairs = table.companions.iter().map(|c| c.with_expression).min();
    Some(match pairs {
        None => format!(
            "{n} samples have no expression at all: {few}; they get little more than the mean, unless \
             another assay of them, such as methylation, is given with --companion"
        ),
        Some(pairs) if pairs < FEW_PAIRS => format!(
            "{n} samples have no expression at all: {few}; only {pairs} samples have both assays, which \
             is too few to judge what is learned from them: a model fitted on a larger cohort (--start) \
             serves better"
        ),
        Some(pairs) => format!(
            "{n} samples have no expression at all: {few}; {pairs} samples have both assays, and impute \
             learns from them; see how well with evaluate --mask profile"
        ),
    })
}

fn little_measured(table: &Inspection) -> Option<String> {
    let samples = &table.little_measured_samples;
    let partly = samples.iter().filter(|(_, share)| *share > 0.0);
    let names: Vec<&str> = partly.map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| {
        format!(
            "{} samples have less than half of their genes measured: {}; estimates for them are \
             less certain",
            names.len(),
            first_few(&names)
        )
    })
}

fn covariates(table: &Inspection) -> Option<String> {
    match (table.covariates.is_empty(), table.groups) {
        (true, _) => Some(
            "tissue, sex, age and the like help the methods that use them; join them with \
             --covariates"
                .into(),
        ),
        (false, None) => Some(
            "if several samples come from one donor, name the donor's column with --group, so that \
             an evaluation never splits a donor"
                .into(),
        ),
        (false, Some(_)) => None,
    }
}

fn few_samples(table: &Inspection) -> Option<String> {
    (table.samples < FEW_SAMPLES).then(|| {
        format!(
            "{} samples are little to learn from; a model fitted on a larger cohort of the same \
             tissue and scale may serve better (impute --model)",
            table.samples
        )
    })
}

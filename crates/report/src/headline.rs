//! What was asked and what was found, in sentences.

use imputome_evaluate::{Difference, SummaryRow};

use crate::findings::{Findings, mean};
use crate::numbers::{count, percent, score};

/// What was asked of what data.
pub(crate) fn question(findings: &Findings) -> Vec<String> {
    let (asked, data) = (&findings.evaluation.experiment, &findings.evaluation.data);
    let shares: Vec<String> = findings.shares.iter().map(|share| percent(*share)).collect();
    let methods = match findings.evaluation.methods.len() {
        1 => "One method was".to_string(),
        several => format!("{} methods were", count(several)),
    };
    let mut lines = vec![format!(
        "{methods} asked to estimate values that had been measured and then hidden: {} of them, in \
         a table of {} samples and {} genes. Here the estimates are compared with what was measured.",
        if shares.is_empty() { "a share".into() } else { listed(&shares) },
        count(data.samples),
        count(data.genes),
    )];
    let groups = if data.groups < data.samples && data.groups > 0 {
        format!("Samples of one group (such as a donor; {} in all) always stay together. ", count(data.groups))
    } else {
        String::new()
    };
    for scenario in &findings.scenarios {
        lines.push(match *scenario {
            "inductive" => format!(
                "Inductive: each method learned from complete samples, then filled gaps in the {} of \
                 samples it had never seen. {groups}",
                percent(asked.test_share)
            ),
            _ => "In place: each method learned from the very table whose gaps it filled.".into(),
        });
    }
    if asked.repeats > 1 {
        lines.push(format!(
            "Everything was done {} times with other splits and other hidden values; ± is the \
             standard deviation over these repeats.",
            count(asked.repeats)
        ));
    }
    lines
}

/// What was found in one scenario at the main share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Headline {
    /// The finding in one sentence.
    pub(crate) finding: String,
    /// What a careful reader should know beside it.
    pub(crate) besides: Vec<String>,
}

/// The finding of a scenario, with what it hides.
pub(crate) fn headline(findings: &Findings, scenario: &str) -> Headline {
    let ranked = findings.ranked(scenario, findings.main_share);
    let mut besides = Vec::new();
    let finding = match findings.best(scenario) {
        None => format!("{} No method could be judged.", opening(scenario)),
        Some(best) => {
            besides.extend(near_ties(&ranked, best));
            besides.extend(within(findings, &ranked, best));
            finding(&ranked, best, scenario)
        }
    };
    if findings.evaluation.experiment.repeats == 1 {
        besides.push("One repeat: how far chance moves these numbers is not known.".into());
    }
    besides.extend(ranked.iter().filter_map(|row| {
        let reason = row.failed.as_ref()?;
        Some(format!("{} did not finish every repeat: {reason}.", row.method))
    }));
    Headline { finding, besides }
}

fn opening(scenario: &str) -> &'static str {
    match scenario {
        "in-place" => "In place:",
        _ => "For new samples:",
    }
}

fn finding(ranked: &[&SummaryRow], best: &SummaryRow, scenario: &str) -> String {
    let (opening, method) = (opening(scenario), &best.method);
    let r2 = with_spread(best, "r2");
    let value = mean(best, "r2").unwrap_or(f64::NAN);
    if value <= 0.0 {
        return format!(
            "{opening} no method does better than filling in each gene's mean; the nearest is \
             {method} (R2 {r2})."
        );
    }
    let share = percent((value * 100.0).round() / 100.0);
    let ahead: Vec<String> = ranked
        .iter()
        .filter(|row| row.method != best.method && !is_tie(row))
        .filter_map(|row| Some(format!("{} ({})", row.method, score(mean(row, "r2")?))))
        .take(2)
        .collect();
    let ahead = if ahead.is_empty() {
        String::new()
    } else {
        format!(", ahead of {}", listed(&ahead))
    };
    format!("{opening} {method} recovers {share} of the variance of hidden values (R2 {r2}){ahead}.")
}

/// Methods whose difference to the best is no larger than its own spread over repeats.
fn near_ties(ranked: &[&SummaryRow], best: &SummaryRow) -> Option<String> {
    let ties: Vec<String> = ranked
        .iter()
        .filter(|row| row.method != best.method && is_tie(row))
        .filter_map(|row| {
            let difference = row.metric("r2")?.difference?;
            let spread = difference.spread?;
            let (mean, spread) = (score(difference.mean.abs()), score(spread));
            Some(format!("{} (behind by {mean} ± {spread})", row.method))
        })
        .collect();
    (!ties.is_empty()).then(|| {
        format!(
            "Not told apart from it by these repeats: {}. The difference is within its spread.",
            listed(&ties)
        )
    })
}

fn is_tie(row: &SummaryRow) -> bool {
    let difference = row.metric("r2").and_then(|r2| r2.difference);
    matches!(
        difference,
        Some(Difference { mean, spread: Some(spread) }) if mean.abs() <= spread
    )
}

/// What is left when the levels' own means explain nothing any more.
fn within(findings: &Findings, ranked: &[&SummaryRow], best: &SummaryRow) -> Option<String> {
    let by = findings.evaluation.data.by.as_deref()?;
    let value = mean(best, "r2_within").filter(|value| value.is_finite())?;
    let shown = with_spread(best, "r2_within");
    let method = &best.method;
    let rest = if value > 0.0 {
        let share = percent((value * 100.0).round() / 100.0);
        format!("within a {by}, {method} recovers {share} of the variance (R2 within {shown})")
    } else {
        format!("within a {by}, {method} does no better than that mean (R2 within {shown})")
    };
    let leader = ranked
        .iter()
        .find(|row| row.metric("r2_within").is_some_and(|metric| metric.best))
        .filter(|row| row.method != best.method)
        .map(|row| {
            let shown = with_spread(row, "r2_within");
            format!("; there {} leads ({shown})", row.method)
        })
        .unwrap_or_default();
    Some(format!(
        "Part of this is knowing the {by}: measured against the mean of each {by}, that is \
         {rest}{leader}."
    ))
}

/// A metric as `0.812 ± 0.002`.
fn with_spread(row: &SummaryRow, metric: &str) -> String {
    row.metric(metric).map_or_else(String::new, |found| match found.spread {
        Some(spread) => format!("{} ± {}", score(found.mean), score(spread)),
        None => score(found.mean),
    })
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

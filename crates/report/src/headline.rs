//! What was asked and what was found, in sentences.

use imputome_evaluate::{Difference, Hiding, Protocol, ScoreScale, SummaryRow};

use crate::findings::{Findings, mean};
use crate::numbers::{count, percent, score, spread as spread_of};

/// What was asked of what data: a sentence for all, then how it was done.
pub(crate) fn question(findings: &Findings) -> Vec<String> {
    let mut lines = vec![asked(findings)];
    lines.extend(
        findings
            .scenarios
            .iter()
            .map(|name| scenario(findings, name)),
    );
    lines.extend(findings.evaluation.experiment.scale_of_scores());
    let repeats = findings.evaluation.experiment.repeats;
    if repeats > 1 {
        lines.push(format!(
            "Everything was done {} times with other splits and other hidden values; ± is the \
             standard deviation over these repeats.",
            count(repeats)
        ));
    }
    lines
}

fn asked(findings: &Findings) -> String {
    let data = &findings.evaluation.data;
    let shares: Vec<String> = findings
        .shares
        .iter()
        .map(|share| percent(*share))
        .collect();
    let shares = if shares.is_empty() {
        "a share".into()
    } else {
        listed(&shares)
    };
    let hidden = match findings.evaluation.experiment.hiding {
        Hiding::Random => "values that had been measured and then hidden",
        Hiding::Profile => "the whole expression of samples, measured and then hidden",
    };
    let methods = match findings.evaluation.methods.len() {
        1 => "One method was".to_string(),
        several => format!("{} methods were", count(several)),
    };
    format!(
        "{methods} asked to estimate {hidden}: {shares} of \
         them, in a table of {} samples and {} genes. Here the estimates are compared with what \
         was measured.",
        count(data.samples),
        count(data.genes),
    )
}

fn scenario(findings: &Findings, name: &str) -> String {
    if findings.evaluation.experiment.protocol == Protocol::Published {
        return published(findings, name);
    }
    if findings.evaluation.experiment.hiding == Hiding::Profile {
        return "Each method learned from the samples whose expression was left, and told that of the \
                others from what else is known of them, such as another assay; samples of one group \
                (such as a donor) were hidden together."
            .into();
    }
    if name != "inductive" {
        return "In place: each method learned from the very table whose gaps it filled.".into();
    }
    let data = &findings.evaluation.data;
    let groups = if data.groups < data.samples && data.groups > 0 {
        let groups = count(data.groups);
        format!(" Samples of one group (such as a donor; {groups} in all) always stay together.")
    } else {
        String::new()
    };
    format!(
        "Inductive: each method learned from complete samples, then filled gaps in the {} of \
         samples it had never seen.{groups}",
        percent(findings.evaluation.experiment.test_share)
    )
}

/// The same under the protocol of the published code, which is another question.
fn published(findings: &Findings, name: &str) -> String {
    let share = findings.evaluation.experiment.test_share;
    let cut = format!(
        "Samples were put in the order of their donors' reversed names and cut once, {} before and \
         {} after the cut, with one donor on both sides; either side was standardized by its own \
         values, hidden ones included. Do not compare these scores with those of the strict protocol.",
        percent(1.0 - share),
        percent(share),
    );
    match name {
        "inductive" => format!(
            "Inductive, as published: methods learned from the samples before the cut, which lacked \
             half of their values for MICE, MissForest and nearest neighbors, then filled gaps in \
             those after it. {cut}"
        ),
        _ => format!(
            "In place, as published: each method learned from the samples before the cut, whose \
             gaps it filled. {cut}"
        ),
    }
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
        Some(format!(
            "{} did not finish every repeat: {reason}.",
            row.method
        ))
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
    format!(
        "{opening} {method} recovers {share} of the variance of hidden values (R2 {r2}){ahead}."
    )
}

/// Methods whose difference to the best is no larger than its own spread over repeats.
fn near_ties(ranked: &[&SummaryRow], best: &SummaryRow) -> Option<String> {
    let ties: Vec<String> = ranked
        .iter()
        .filter(|row| row.method != best.method && is_tie(row))
        .filter_map(|row| {
            let difference = row.metric("r2")?.difference?;
            let spread = difference.spread?;
            let (mean, spread) = (score(difference.mean.abs()), spread_of(spread));
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
    let asked = &findings.evaluation.experiment;
    if asked.normalization.within.as_deref() == Some(by) && asked.score_on == ScoreScale::Normalized
    {
        // All of R2 is within levels already, and was said to be.
        return None;
    }
    let value = mean(best, "r2_within").filter(|value| value.is_finite())?;
    let method = &best.method;
    let recovered = if value > 0.0 {
        let share = percent((value * 100.0).round() / 100.0);
        format!("recovers {share} of the variance")
    } else {
        "does no better than that mean".into()
    };
    let leader = ranked
        .iter()
        .find(|row| row.metric("r2_within").is_some_and(|metric| metric.best))
        .filter(|row| row.method != best.method)
        .map(|row| {
            format!(
                "; {} leads there ({})",
                row.method,
                with_spread(row, "r2_within")
            )
        })
        .unwrap_or_default();
    Some(format!(
        "Part of this is only knowing the {by}. Within a {by}, against that {by}'s own mean, \
         {method} {recovered} (R2 within {}){leader}.",
        with_spread(best, "r2_within")
    ))
}

/// A metric as `0.812 ± 0.002`.
fn with_spread(row: &SummaryRow, metric: &str) -> String {
    row.metric(metric)
        .map_or_else(String::new, |found| match found.spread {
            Some(spread) => format!("{} ± {}", score(found.mean), spread_of(spread)),
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

#[cfg(test)]
mod tests {
    use imputome_evaluate::{Evaluation, Experiment, MethodFacts, Scenario, Score};

    use super::*;

    fn method(label: &str) -> MethodFacts {
        MethodFacts {
            label: label.into(),
            name: label.into(),
            title: label.into(),
            source: "none".into(),
            settings: Vec::new(),
            chosen: Vec::new(),
            remarks: Vec::new(),
        }
    }

    fn row(label: &str, repeat: usize, value: f64) -> Score {
        Score {
            method: label.into(),
            scenario: "inductive".into(),
            hidden: 0.5,
            repeat,
            group: "all".into(),
            metric: "r2".into(),
            value,
        }
    }

    /// Methods with their R2 of each repeat.
    fn scored(methods: &[(&str, &[f64])]) -> Evaluation {
        let mut scores = Vec::new();
        for (label, values) in methods {
            let values = values.iter().enumerate();
            scores.extend(values.map(|(at, value)| row(label, at + 1, *value)));
        }
        Evaluation {
            experiment: Experiment {
                scenarios: vec![Scenario::Inductive],
                hidden_shares: vec![0.5],
                repeats: methods[0].1.len(),
                test_share: 0.2,
                protocol: Default::default(),
                by: None,
                ..Experiment::default()
            },
            data: Default::default(),
            methods: methods.iter().map(|(label, _)| method(label)).collect(),
            scores,
            per_gene: Vec::new(),
            runtime: Vec::new(),
            curves: Vec::new(),
            examples: Vec::new(),
        }
    }

    fn of(methods: &[(&str, &[f64])]) -> Headline {
        let evaluation = scored(methods);
        headline(&Findings::of(&evaluation), "inductive")
    }

    #[test]
    fn a_difference_within_its_spread_is_said_to_be_none() {
        let found = of(&[("a", &[0.81, 0.79]), ("b", &[0.79, 0.80])]);
        assert!(!found.finding.contains("ahead of"), "{}", found.finding);
        assert!(found.besides[0].starts_with("Not told apart from it by these repeats: b"));
    }

    #[test]
    fn a_clear_difference_puts_one_ahead() {
        let found = of(&[("a", &[0.81, 0.79]), ("b", &[0.71, 0.70])]);
        assert!(
            found
                .finding
                .ends_with("(R2 0.800 ± 0.014), ahead of b (0.705).")
        );
        assert!(found.besides.is_empty(), "{:?}", found.besides);
    }

    #[test]
    fn what_is_no_better_than_the_mean_recovers_nothing() {
        let found = of(&[("a", &[-0.2, -0.1])]);
        assert!(
            found
                .finding
                .contains("no method does better than filling in each gene's mean")
        );
    }

    #[test]
    fn one_repeat_says_nothing_of_chance() {
        let found = of(&[("a", &[0.8]), ("b", &[0.79])]);
        assert!(found.besides[0].starts_with("One repeat"));
    }
}

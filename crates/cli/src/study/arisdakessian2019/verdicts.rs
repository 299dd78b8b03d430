//! What filling zeros did to a data set, against raw counts, in sentences.

use super::entrants::RAW;
use super::rows::{Found, Mean, number};
use super::tables::{Better, Metric};

/// The word for what imputation made worse.
pub(super) const HURTS: &str = "HURTS";

/// How many spreads two means must be apart to be called different; ours.
const APART: f64 = 2.0;
/// The smallest difference that is spoken of; ours, below what tables show.
const SHOWN: f64 = 1e-3;

/// How one mean stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Worse,
    Better,
    /// Apart by no more than repeats are, or nobody knows what is better.
    Same,
    /// One repeat shows no spread.
    Unknown,
}

/// Whether a mean is worse or better than another beyond their spread over repeats.
pub(super) fn standing(mean: Mean, than: Mean, better: Better) -> Standing {
    let gain = match better {
        Better::Lower => than.value - mean.value,
        Better::Higher => mean.value - than.value,
        Better::Neither => return Standing::Same,
    };
    let (Some(spread), Some(other)) = (mean.spread, than.spread) else {
        return Standing::Unknown;
    };
    match (APART * spread.hypot(other)).max(SHOWN) {
        least if gain > least => Standing::Better,
        least if gain < -least => Standing::Worse,
        _ => Standing::Same,
    }
}

/// What each method does to metrics of a data set under a setting, a sentence or two for each.
pub(super) fn against_raw(
    found: &Found,
    (data, setting): (&str, &str),
    metrics: &[Metric],
) -> Vec<String> {
    let place = match setting {
        "" => data.to_string(),
        setting => format!("{data}, {setting}"),
    };
    let methods = found.methods().into_iter().filter(|method| method != RAW);
    methods
        .flat_map(|method| of_method(found, (data, setting), &method, metrics, &place))
        .collect()
}

fn of_method(
    found: &Found,
    (data, setting): (&str, &str),
    method: &str,
    metrics: &[Metric],
    place: &str,
) -> Vec<String> {
    let of = |method: &str, metric: &Metric| found.mean(data, method, (setting, metric.name));
    let judged: Vec<(Standing, String)> = metrics
        .iter()
        .filter(|metric| metric.better != Better::Neither)
        .filter_map(|metric| {
            let (imputed, raw) = (of(method, metric)?, of(RAW, metric)?);
            let (title, imputed_is, raw_is) =
                (metric.title, number(imputed.value), number(raw.value));
            let words = format!("{title} {imputed_is} against {raw_is}");
            Some((standing(imputed, raw, metric.better), words))
        })
        .collect();
    if judged.is_empty() {
        return Vec::new();
    }
    let those = |standing: Standing| -> Vec<&str> {
        let those = judged.iter().filter(|(found, _)| *found == standing);
        those.map(|(_, words)| words.as_str()).collect()
    };
    if judged.iter().all(|(found, _)| *found == Standing::Unknown) {
        return vec![format!(
            "{place}: {method} in one repeat, which shows no spread, so nothing is called better or worse: {}.",
            those(Standing::Unknown).join("; ")
        )];
    }
    let said: Vec<String> = [(Standing::Worse, HURTS), (Standing::Better, "helps")]
        .into_iter()
        .map(|(standing, verb)| (verb, those(standing)))
        .filter(|(_, list)| !list.is_empty())
        .map(|(verb, list)| format!("{place}: {method} {verb}: {}.", list.join("; ")))
        .collect();
    if said.is_empty() {
        return vec![format!(
            "{place}: {method} changes nothing beyond the spread over repeats."
        )];
    }
    said
}

#[cfg(test)]
mod tests {
    use super::super::rows::Row;
    use super::*;

    fn mean(value: f64, spread: Option<f64>) -> Mean {
        Mean { value, spread }
    }

    fn found(values: &[(&str, usize, f64)]) -> Found {
        let row = |&(method, repeat, value): &(&str, usize, f64)| Row {
            data: "set".into(),
            method: method.into(),
            repeat,
            setting: String::new(),
            metric: "ari".into(),
            value,
        };
        Found {
            rows: values.iter().map(row).collect(),
        }
    }

    const ARI: [Metric; 1] = [Metric {
        name: "ari",
        title: "ARI",
        better: Better::Higher,
    }];

    #[test]
    fn a_difference_within_the_spread_is_none() {
        let (a, b) = (mean(0.5, Some(0.1)), mean(0.6, Some(0.1)));
        assert_eq!(standing(a, b, Better::Higher), Standing::Same);
        let far = mean(0.1, Some(0.01));
        assert_eq!(standing(far, b, Better::Higher), Standing::Worse);
        assert_eq!(standing(far, b, Better::Lower), Standing::Better);
        assert_eq!(standing(far, b, Better::Neither), Standing::Same);
    }

    #[test]
    fn one_repeat_calls_nothing_better_or_worse() {
        let (a, b) = (mean(0.6, None), mean(0.5, None));
        assert_eq!(standing(a, b, Better::Lower), Standing::Unknown);
        let found = found(&[("raw", 0, 0.6), ("deepimpute", 0, 0.2)]);
        let said = against_raw(&found, ("set", ""), &ARI);
        assert!(
            said.len() == 1 && said[0].contains("one repeat"),
            "{said:?}"
        );
    }

    #[test]
    fn what_is_worse_beyond_the_spread_is_said() {
        let found = found(&[
            ("raw", 0, 0.60),
            ("raw", 1, 0.62),
            ("deepimpute", 0, 0.20),
            ("deepimpute", 1, 0.22),
        ]);
        let said = against_raw(&found, ("set", ""), &ARI);
        assert_eq!(said, ["set: deepimpute HURTS: ARI 0.210 against 0.610."]);
    }
}

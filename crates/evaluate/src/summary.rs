//! One row per method, scenario and hidden share: mean and spread over repeats, and who is best.

use crate::compare::DONE;
use crate::metrics::{Definition, definitions};
use crate::scores::{Evaluation, Runtime, Score};

/// How a method fared at one scenario and hidden share, over all repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct SummaryRow {
    /// Label of the method.
    pub method: String,
    /// `in-place` or `inductive`.
    pub scenario: String,
    /// Share of entries hidden.
    pub hidden: f64,
    /// Repeats finished.
    pub repeats: usize,
    /// Why the first repeat that was not finished was not, if any.
    pub failed: Option<String>,
    /// Metrics of the group `all`, in the order of [`definitions`].
    pub metrics: Vec<MetricSummary>,
    /// Mean wall-clock seconds of fitting.
    pub fit_wall_seconds: f64,
    /// Mean wall-clock seconds of fitting and imputing.
    pub wall_seconds: f64,
    /// Mean processor seconds of fitting and imputing.
    pub cpu_seconds: f64,
    /// Largest memory over repeats, MiB.
    pub peak_mib: f64,
}

impl SummaryRow {
    /// The metric called `name`.
    pub fn metric(&self, name: &str) -> Option<&MetricSummary> {
        self.metrics.iter().find(|m| m.metric == name)
    }
}

/// A metric over the repeats of one method.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricSummary {
    /// Name of the metric.
    pub metric: String,
    /// Mean over repeats.
    pub mean: f64,
    /// Standard deviation over repeats (divisor n - 1); nothing for one repeat.
    pub spread: Option<f64>,
    /// True for the best mean among methods that finished as many repeats as any; false for
    /// metrics without a direction.
    pub best: bool,
    /// This method less the best one over the repeats both finished; nothing where no method is
    /// best.
    pub difference: Option<Difference>,
}

/// A paired difference over repeats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Mean over repeats.
    pub mean: f64,
    /// Standard deviation over repeats (divisor n - 1); nothing for one repeat.
    pub spread: Option<f64>,
}

/// The rows of every method, sorted by scenario and hidden share as the experiment runs them,
/// then by `r2`, the best first.
pub fn summary(evaluation: &Evaluation) -> Vec<SummaryRow> {
    let mut rows = Vec::new();
    let mut shares = evaluation.experiment.hidden_shares.clone();
    shares.sort_by(f64::total_cmp);
    for scenario in &evaluation.experiment.scenarios {
        for &hidden in &shares {
            rows.extend(rows_at(evaluation, scenario.name(), hidden));
        }
    }
    rows
}

fn rows_at(evaluation: &Evaluation, scenario: &str, hidden: f64) -> Vec<SummaryRow> {
    let scores: Vec<&Score> = evaluation
        .scores
        .iter()
        .filter(|s| s.scenario == scenario && s.hidden == hidden && s.group == "all")
        .collect();
    let mut rows: Vec<SummaryRow> = evaluation
        .methods
        .iter()
        .map(|method| empty_row(evaluation, &method.label, scenario, hidden))
        .collect();
    for definition in definitions() {
        add_metric(&mut rows, definition, &scores);
    }
    let r2 = |row: &SummaryRow| row.metric("r2").map_or(f64::NAN, |m| m.mean);
    let key = |row: &SummaryRow| match r2(row) {
        value if value.is_nan() => f64::INFINITY,
        value => -value,
    };
    rows.sort_by(|a, b| key(a).total_cmp(&key(b)));
    rows
}

fn empty_row(evaluation: &Evaluation, method: &str, scenario: &str, hidden: f64) -> SummaryRow {
    let runs: Vec<&Runtime> = evaluation
        .runtime
        .iter()
        .filter(|r| r.method == method && r.scenario == scenario)
        .filter(|r| r.hidden.is_none_or(|h| h == hidden))
        .collect();
    let done: Vec<&&Runtime> = runs.iter().filter(|r| r.status == DONE).collect();
    let average =
        |cost: fn(&Runtime) -> f64| mean(&done.iter().map(|r| cost(r)).collect::<Vec<_>>());
    SummaryRow {
        method: method.into(),
        scenario: scenario.into(),
        hidden,
        repeats: done.len(),
        failed: runs
            .iter()
            .find(|r| r.status != DONE)
            .map(|r| r.status.clone()),
        metrics: Vec::new(),
        fit_wall_seconds: average(|r| r.fit_wall_seconds),
        wall_seconds: average(|r| r.wall_seconds),
        cpu_seconds: average(|r| r.cpu_seconds),
        peak_mib: done.iter().map(|r| r.peak_mib).fold(f64::NAN, f64::max),
    }
}

/// Repeats and values of one metric of one method.
type Values = Vec<(usize, f64)>;

fn add_metric(rows: &mut [SummaryRow], definition: &Definition, scores: &[&Score]) {
    let values: Vec<Values> = rows
        .iter()
        .map(|row| {
            scores
                .iter()
                .filter(|s| s.metric == definition.name && s.method == row.method)
                .map(|s| (s.repeat, s.value))
                .collect()
        })
        .collect();
    let best = best_of(definition, &values);
    for (at, row) in rows
        .iter_mut()
        .enumerate()
        .filter(|(at, _)| !values[*at].is_empty())
    {
        let own: Vec<f64> = values[at].iter().map(|(_, value)| *value).collect();
        row.metrics.push(MetricSummary {
            metric: definition.name.into(),
            mean: mean(&own),
            spread: spread(&own),
            best: best == Some(at),
            difference: best.and_then(|best| difference(&values[at], &values[best])),
        });
    }
}

/// The method with the best mean among those that finished as many repeats as any.
fn best_of(definition: &Definition, values: &[Values]) -> Option<usize> {
    let most = values.iter().map(Vec::len).max().unwrap_or(0);
    let badness = |values: &Values| {
        let values: Vec<f64> = values.iter().map(|(_, value)| *value).collect();
        definition.direction.badness(mean(&values))
    };
    values
        .iter()
        .enumerate()
        .filter(|(_, values)| values.len() == most && most > 0)
        .filter_map(|(at, values)| Some((at, badness(values)?)))
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(at, _)| at)
}

fn difference(own: &Values, best: &Values) -> Option<Difference> {
    let paired: Vec<f64> = own
        .iter()
        .filter_map(|(repeat, value)| {
            let (_, of_best) = best.iter().find(|(other, _)| other == repeat)?;
            Some(value - of_best)
        })
        .collect();
    (!paired.is_empty()).then(|| Difference {
        mean: mean(&paired),
        spread: spread(&paired),
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn spread(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::{Experiment, Scenario};
    use crate::scores::{DataFacts, MethodFacts};

    fn run(method: &str, repeat: usize, status: &str) -> Runtime {
        Runtime {
            method: method.into(),
            scenario: "inductive".into(),
            hidden: None,
            repeat,
            fit_wall_seconds: 1.0,
            wall_seconds: repeat as f64,
            cpu_seconds: 2.0,
            peak_mib: 10.0 * repeat as f64,
            status: status.into(),
        }
    }

    fn facts(label: &str) -> MethodFacts {
        MethodFacts {
            label: label.into(),
            name: label.into(),
            title: String::new(),
            source: String::new(),
            settings: Vec::new(),
            chosen: Vec::new(),
            remarks: Vec::new(),
        }
    }

    fn score(method: &str, repeat: usize, metric: &str, value: f64) -> Score {
        Score {
            method: method.into(),
            scenario: "inductive".into(),
            hidden: 0.5,
            repeat,
            group: "all".into(),
            metric: metric.into(),
            value,
        }
    }

    /// `knn` finishes two repeats, `factor` two, `pmi` one.
    fn three_methods() -> Evaluation {
        Evaluation {
            experiment: Experiment {
                scenarios: vec![Scenario::Inductive],
                repeats: 2,
                ..Experiment::default()
            },
            data: DataFacts::default(),
            methods: ["knn", "factor", "pmi", "mice"].map(facts).to_vec(),
            scores: vec![
                score("knn", 1, "r2", 0.5),
                score("knn", 2, "r2", 0.75),
                score("knn", 1, "rmse", 0.5),
                score("knn", 2, "rmse", 0.5),
                score("factor", 1, "r2", 0.75),
                score("factor", 2, "r2", 0.875),
                score("factor", 1, "rmse", 0.25),
                score("factor", 2, "rmse", 0.5),
                score("pmi", 1, "r2", 0.9375),
            ],
            per_gene: Vec::new(),
            runtime: vec![
                run("knn", 1, DONE),
                run("knn", 2, DONE),
                run("factor", 1, DONE),
                run("factor", 2, DONE),
                run("pmi", 1, DONE),
                run("pmi", 2, "out of memory"),
                run("mice", 1, "time limit"),
            ],
            curves: Vec::new(),
            examples: Vec::new(),
        }
    }

    fn row<'a>(rows: &'a [SummaryRow], method: &str) -> &'a SummaryRow {
        rows.iter()
            .find(|r| r.method == method)
            .expect("a row per method")
    }

    #[test]
    fn rows_are_sorted_by_r2_and_methods_without_scores_come_last() {
        let rows = summary(&three_methods());
        let order: Vec<&str> = rows.iter().map(|r| r.method.as_str()).collect();
        assert_eq!(order, ["pmi", "factor", "knn", "mice"]);
    }

    #[test]
    fn mean_and_spread_over_repeats_by_hand() {
        let rows = summary(&three_methods());
        let r2 = row(&rows, "knn").metric("r2").unwrap();
        assert_eq!((r2.mean, r2.spread), (0.625, Some(0.03125_f64.sqrt())));
        assert_eq!(row(&rows, "pmi").metric("r2").unwrap().spread, None);
        let knn = row(&rows, "knn");
        assert_eq!((knn.wall_seconds, knn.peak_mib), (1.5, 20.0));
    }

    #[test]
    fn a_method_with_fewer_repeats_is_not_best_and_says_why() {
        let rows = summary(&three_methods());
        assert!(!row(&rows, "pmi").metric("r2").unwrap().best);
        assert!(row(&rows, "factor").metric("r2").unwrap().best);
        assert!(row(&rows, "factor").metric("rmse").unwrap().best);
        let pmi = row(&rows, "pmi");
        assert_eq!(
            (pmi.repeats, pmi.failed.as_deref()),
            (1, Some("out of memory"))
        );
    }

    #[test]
    fn differences_to_the_best_are_paired_by_repeat() {
        let rows = summary(&three_methods());
        let difference = |method| row(&rows, method).metric("r2").unwrap().difference.unwrap();
        // -0.25 and -0.125.
        assert_eq!(difference("knn").mean, -0.1875);
        assert_eq!(difference("knn").spread, Some(0.0078125_f64.sqrt()));
        // The first repeat alone: 0.9375 - 0.75.
        assert_eq!(difference("pmi").mean, 0.1875);
        assert_eq!(difference("factor").mean, 0.0);
    }

    #[test]
    fn a_method_whose_score_is_not_a_number_is_never_best() {
        let mut evaluation = three_methods();
        for score in evaluation
            .scores
            .iter_mut()
            .filter(|s| s.method == "factor")
        {
            score.value = f64::NAN;
        }
        let rows = summary(&evaluation);
        assert!(row(&rows, "knn").metric("r2").unwrap().best);
        assert_eq!(rows[2].method, "factor");
    }
}

//! What the paper says of the order of methods, and whether it is so here; told from the results.

use imputome_report::StudyTable;

use super::performance::{Column, OF_THE_PAPER, OURS, base};

/// A statement of the paper on Table 1 or 2.
struct Claim {
    scenario: &'static str,
    text: &'static str,
    /// The tables it is made of.
    parts: &'static [&'static str],
    judge: fn(&Scores) -> Option<Judged>,
}

/// What the results say to a claim: in words, and whether they agree.
struct Judged {
    found: String,
    agrees: Agreement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agreement {
    Yes,
    No,
    /// Nearer to each other than their spreads over repeats.
    Undecided,
    /// The data cannot answer.
    Unasked,
}

/// The verdict on a claim that holds here.
pub(super) const AGREES: &str = "as in the paper";
/// The verdict on a claim that does not.
pub(super) const DIFFERS: &str = "differs";

impl Agreement {
    fn words(self) -> &'static str {
        match self {
            Self::Yes => AGREES,
            Self::No => DIFFERS,
            Self::Undecided => "too near to tell",
            Self::Unasked => "cannot be asked here",
        }
    }

    /// That `value` is above `other` by more than `spread`.
    fn above(value: f64, other: f64, spread: f64) -> Self {
        match value - other {
            lead if lead > spread => Self::Yes,
            lead if lead < -spread => Self::No,
            _ => Self::Undecided,
        }
    }
}

const CLAIMS: [Claim; 7] = [
    Claim {
        scenario: "inductive",
        text: "PMI is the best of its methods",
        parts: &["table1", "table2"],
        judge: |scores| scores.leads("pmi", &OF_THE_PAPER),
    },
    Claim {
        scenario: "in-place",
        text: "GAIN-GTEx is the best of its methods",
        parts: &["table1"],
        judge: |scores| scores.leads("gain-gtex", &OF_THE_PAPER),
    },
    Claim {
        scenario: "in-place",
        text: "MICE is better than PMI, GAIN-GTEx and MissForest",
        parts: &["table2"],
        judge: |scores| scores.leads("mice", &["mice", "pmi", "gain-gtex", "missforest"]),
    },
    Claim {
        scenario: "inductive",
        text: "k-nearest neighbors are good, and poorer than PMI",
        parts: &["table1", "table2"],
        judge: |scores| scores.leads("pmi", &["pmi", "knn"]),
    },
    Claim {
        scenario: "inductive",
        text: "GAIN-MSE is about as good as GAIN-GTEx",
        parts: &["table1", "table2"],
        judge: |scores| scores.near("gain-mse", "gain-gtex"),
    },
    Claim {
        scenario: "inductive",
        text: "the tissue's median scores below 0",
        parts: &["table1", "table2"],
        judge: |scores| scores.below_zero("median"),
    },
    Claim {
        scenario: "inductive",
        text: "the donor's blood as surrogate scores below 0",
        parts: &["table1", "table2"],
        judge: |scores| scores.below_zero("blood-surrogate"),
    },
];

/// Two methods this near are about as good; ours, two of the paper's spreads of GAIN-GTEx (0.007),
/// rounded up.
const NEAR: f64 = 0.02;

/// What a method scored in the best of its forms.
struct Form<'a> {
    method: &'a str,
    label: &'a str,
    r2: f64,
    /// Over repeats; [`NEAR`] where there is one repeat, which tells no spread.
    spread: f64,
    within: f64,
    /// What the method has to work with is not in the data.
    idle: bool,
}

/// The methods of one run and scenario.
struct Scores<'a> {
    rows: Vec<Form<'a>>,
}

impl<'a> Scores<'a> {
    fn of(column: &'a Column, scenario: &str) -> Self {
        let mut rows: Vec<Form> = Vec::new();
        // Best first, so that the first form of a method is its best.
        for row in column.rows_of(scenario) {
            let Some(r2) = row.metric("r2").filter(|r2| r2.mean.is_finite()) else {
                continue;
            };
            let method = base(&row.method);
            if rows.iter().all(|form| form.method != method) {
                rows.push(Form {
                    method,
                    label: &row.method,
                    r2: r2.mean,
                    spread: r2.spread.unwrap_or(NEAR),
                    within: row.metric("r2_within").map_or(f64::NAN, |m| m.mean),
                    idle: is_idle(column, &row.method),
                });
            }
        }
        Self { rows }
    }

    fn get(&self, method: &str) -> Option<&Form<'a>> {
        self.rows.iter().find(|form| form.method == method)
    }

    fn best(&self, among: &[&str], but: &str) -> Option<&Form<'a>> {
        let others = self.rows.iter();
        others
            .filter(|form| form.method != but && among.contains(&form.method))
            .max_by(|a, b| a.r2.total_cmp(&b.r2))
    }

    /// Whether `method` is above all others of `among` that were run.
    fn leads(&self, method: &str, among: &[&str]) -> Option<Judged> {
        let own = self.get(method)?;
        let rival = self.best(among, method)?;
        Some(Judged {
            found: format!(
                "{} {:.3}, best of the others {} {:.3}",
                own.label, own.r2, rival.label, rival.r2
            ),
            agrees: Agreement::above(own.r2, rival.r2, own.spread.hypot(rival.spread)),
        })
    }

    fn near(&self, one: &str, other: &str) -> Option<Judged> {
        let (one, other) = (self.get(one)?, self.get(other)?);
        Some(Judged {
            found: format!(
                "{} {:.3}, {} {:.3}",
                one.label, one.r2, other.label, other.r2
            ),
            agrees: match (one.r2 - other.r2).abs() <= NEAR {
                true => Agreement::Yes,
                false => Agreement::No,
            },
        })
    }

    fn below_zero(&self, method: &str) -> Option<Judged> {
        let form = self.get(method)?;
        if form.idle {
            return Some(Judged {
                found: "no sample of whole blood in the data; medians stand in".into(),
                agrees: Agreement::Unasked,
            });
        }
        let within = match form.within.is_finite() {
            true => format!("; {:.3} within tissues", form.within),
            false => String::new(),
        };
        Some(Judged {
            found: format!("{} {:.3}{within}", form.label, form.r2),
            agrees: Agreement::above(0.0, form.r2, form.spread),
        })
    }
}

/// True for a surrogate without samples of its tissue, which the method remarks on.
fn is_idle(column: &Column, label: &str) -> bool {
    let mut methods = column.found.methods.iter();
    let facts = methods.find(|facts| facts.label == label);
    facts.is_some_and(|facts| {
        let mut remarks = facts.remarks.iter();
        remarks.any(|remark| remark.starts_with("no sample of tissue"))
    })
}

/// Every claim on `part` against every run that can answer it.
pub(super) fn table(part: &str, columns: &[Column]) -> Option<StudyTable> {
    let claims = CLAIMS.iter().filter(|claim| claim.parts.contains(&part));
    let rows: Vec<Vec<String>> = claims
        .flat_map(|claim| {
            columns.iter().filter_map(|column| {
                let judged = (claim.judge)(&Scores::of(column, claim.scenario))?;
                Some(vec![
                    format!("{}: {}", claim.scenario, claim.text),
                    column.run.heading.into(),
                    judged.found,
                    judged.agrees.words().into(),
                ])
            })
        })
        .collect();
    (!rows.is_empty()).then(|| StudyTable {
        caption: "What the paper says of the order, and what is found here".into(),
        header: ["the paper", "run", "found", "verdict"]
            .map(String::from)
            .into(),
        rows,
    })
}

/// What the results say about why an order is another here, a sentence each.
pub(super) fn discussion(columns: &[Column]) -> Vec<String> {
    let mut text = Vec::new();
    for column in columns {
        let scores = Scores::of(column, "inductive");
        // Only where differences between tissues are in the values.
        if column.found.experiment.normalization.is_none()
            && let Some(median) = scores.get("median")
            && median.r2 > 0.0
            && median.within < 0.0
        {
            text.push(format!(
                "{}: {} scores {:.3} because differences between tissues count there; within tissues it scores {:.3}, and there alone it can be compared with the paper, whose input had no such differences left.",
                column.run.heading, median.label, median.r2, median.within
            ));
        }
        for scenario in ["in-place", "inductive"] {
            text.extend(ours_against_theirs(column, scenario));
        }
    }
    text
}

fn ours_against_theirs(column: &Column, scenario: &str) -> Option<String> {
    let scores = Scores::of(column, scenario);
    let theirs = scores.best(&OF_THE_PAPER, "")?;
    let ours = scores.best(&OURS, "")?;
    let lead = Agreement::above(ours.r2, theirs.r2, ours.spread.hypot(theirs.spread));
    let verdict = match lead {
        Agreement::Yes => "is above",
        Agreement::No => "is below",
        Agreement::Undecided | Agreement::Unasked => "cannot be told from",
    };
    Some(format!(
        "{}, {scenario}: {} ({:.3}), the best of the methods that we add, {verdict} {} ({:.3}), the best of the paper's.",
        column.run.heading, ours.label, ours.r2, theirs.label, theirs.r2
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    use imputome_evaluate::{Evaluation, Experiment, MethodFacts, Runtime, Score};

    use super::super::parts::RUNS;

    /// An inductive run of one repeat with these scores of R2.
    fn column(scores: &[(&str, f64)], remark: &str) -> Column {
        let facts = |label: &str| MethodFacts {
            label: label.into(),
            name: base(label).into(),
            title: String::new(),
            source: String::new(),
            settings: Vec::new(),
            chosen: Vec::new(),
            remarks: vec![remark.into()],
        };
        let score = |&(label, value): &(&str, f64)| Score {
            method: label.into(),
            scenario: "inductive".into(),
            hidden: 0.5,
            repeat: 1,
            group: "all".into(),
            metric: "r2".into(),
            value,
        };
        let runtime = |&(label, _): &(&str, f64)| Runtime {
            method: label.into(),
            scenario: "inductive".into(),
            hidden: None,
            repeat: 1,
            fit_wall_seconds: 1.0,
            wall_seconds: 1.0,
            cpu_seconds: 1.0,
            peak_mib: 1.0,
            status: imputome_evaluate::DONE.into(),
        };
        let found = Evaluation {
            experiment: Experiment {
                repeats: 1,
                ..Experiment::default()
            },
            data: Default::default(),
            methods: scores.iter().map(|(label, _)| facts(label)).collect(),
            scores: scores.iter().map(score).collect(),
            per_gene: Vec::new(),
            runtime: scores.iter().map(runtime).collect(),
            curves: Vec::new(),
            examples: Vec::new(),
        };
        Column::new(&RUNS[0], found)
    }

    fn verdicts(column: Column) -> Vec<(String, String)> {
        let table = table("table1", &[column]).unwrap();
        let pair = |row: &Vec<String>| (row[2].clone(), row[3].clone());
        table.rows.iter().map(pair).collect()
    }

    #[test]
    fn the_best_form_of_each_method_is_compared_and_ours_do_not_count_as_the_papers() {
        let found = verdicts(column(
            &[
                ("pmi:published", 0.5),
                ("pmi", 0.7),
                ("knn", 0.6),
                ("factor", 0.9),
            ],
            "",
        ));
        assert_eq!(found[0].0, "pmi 0.700, best of the others knn 0.600");
        assert_eq!(found[0].1, AGREES);
    }

    #[test]
    fn a_surrogate_without_blood_in_the_data_answers_nothing() {
        let remark = "no sample of tissue \"Whole Blood\": name another with the setting surrogate";
        let found = verdicts(column(&[("blood-surrogate", 0.4)], remark));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1, "cannot be asked here");
        let found = verdicts(column(&[("blood-surrogate", 0.4)], "another remark"));
        assert_eq!(found[0].1, DIFFERS);
    }

    #[test]
    fn a_lead_within_the_spread_decides_nothing() {
        assert_eq!(Agreement::above(0.7, 0.6, 0.05), Agreement::Yes);
        assert_eq!(Agreement::above(0.6, 0.7, 0.05), Agreement::No);
        assert_eq!(Agreement::above(0.7, 0.69, 0.05), Agreement::Undecided);
    }
}

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
    /// Nearer to each other than the spread over repeats.
    Undecided,
}

impl Agreement {
    fn words(self) -> &'static str {
        match self {
            Self::Yes => "as in the paper",
            Self::No => "differs",
            Self::Undecided => "within the spread over repeats",
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

/// R2 of methods in one run and scenario: the best form of each.
struct Scores<'a> {
    /// Method, label, R2, its spread over repeats, R2 within tissues.
    rows: Vec<(&'a str, &'a str, f64, f64, f64)>,
}

impl<'a> Scores<'a> {
    fn of(column: &'a Column, scenario: &str) -> Self {
        let mut rows: Vec<(&str, &str, f64, f64, f64)> = Vec::new();
        // Best first, so that the first form of a method is its best.
        for row in column.rows_of(scenario) {
            let Some(r2) = row.metric("r2").filter(|r2| r2.mean.is_finite()) else {
                continue;
            };
            let within = row.metric("r2_within").map_or(f64::NAN, |m| m.mean);
            if rows.iter().all(|(method, ..)| *method != base(&row.method)) {
                rows.push((
                    base(&row.method),
                    &row.method,
                    r2.mean,
                    r2.spread.unwrap_or(0.0),
                    within,
                ));
            }
        }
        Self { rows }
    }

    fn get(&self, method: &str) -> Option<&(&'a str, &'a str, f64, f64, f64)> {
        self.rows.iter().find(|(name, ..)| *name == method)
    }

    /// Whether `method` is above all others of `among` that were run.
    fn leads(&self, method: &str, among: &[&str]) -> Option<Judged> {
        let own = self.get(method)?;
        let others = self
            .rows
            .iter()
            .filter(|row| row.0 != method && among.contains(&row.0));
        let rival = others.max_by(|a, b| a.2.total_cmp(&b.2))?;
        Some(Judged {
            found: format!(
                "{} {:.3}, best of the others {} {:.3}",
                own.1, own.2, rival.1, rival.2
            ),
            agrees: Agreement::above(own.2, rival.2, own.3.hypot(rival.3)),
        })
    }

    fn near(&self, one: &str, other: &str) -> Option<Judged> {
        let (one, other) = (self.get(one)?, self.get(other)?);
        let agrees = if (one.2 - other.2).abs() <= NEAR {
            Agreement::Yes
        } else {
            Agreement::No
        };
        Some(Judged {
            found: format!("{} {:.3}, {} {:.3}", one.1, one.2, other.1, other.2),
            agrees,
        })
    }

    fn below_zero(&self, method: &str) -> Option<Judged> {
        let (_, label, r2, spread, within) = *self.get(method)?;
        let within = if within.is_finite() {
            format!("; {within:.3} within tissues")
        } else {
            String::new()
        };
        Some(Judged {
            found: format!("{label} {r2:.3}{within}"),
            agrees: Agreement::above(0.0, r2, spread),
        })
    }
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
            && let Some((_, label, r2, _, within)) = scores.get("median")
            && *r2 > 0.0
            && *within < 0.0
        {
            text.push(format!(
                "{}: {label} scores {r2:.3} because differences between tissues count there; within tissues it scores {within:.3}, and there alone it can be compared with the paper, whose input had no such differences left.",
                column.run.heading
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
    let best = |among: &[&str]| {
        let rows = scores.rows.iter().filter(|row| among.contains(&row.0));
        rows.max_by(|a, b| a.2.total_cmp(&b.2))
    };
    let (theirs, ours) = (best(&OF_THE_PAPER)?, best(&OURS)?);
    let lead = Agreement::above(ours.2, theirs.2, ours.3.hypot(theirs.3));
    let verdict = match lead {
        Agreement::Yes => "is above",
        Agreement::No => "is below",
        Agreement::Undecided => "cannot be told from",
    };
    Some(format!(
        "{}, {scenario}: {} ({:.3}), the best of the methods that we add, {verdict} {} ({:.3}), the best of the paper's.",
        column.run.heading, ours.1, ours.2, theirs.1, theirs.2
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_within_the_spread_decides_nothing() {
        assert_eq!(Agreement::above(0.7, 0.6, 0.05), Agreement::Yes);
        assert_eq!(Agreement::above(0.6, 0.7, 0.05), Agreement::No);
        assert_eq!(Agreement::above(0.7, 0.69, 0.05), Agreement::Undecided);
    }
}

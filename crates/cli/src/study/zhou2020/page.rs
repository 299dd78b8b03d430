//! The report on all that is finished.

use imputome_report::{
    Figure, PageContext, ScoreCurve, ScorePanel, ScorePoint, StudyReport, StudySection, StudyTable,
    scores_by_share_figure, study_page,
};

use crate::context::{Context, command_line, machine, today};
use crate::failure::Result;

use crate::evaluation::number;

use super::super::Given;
use super::super::page::{aligned, write_figures};
use super::cohorts::{Cohort, StudySet};
use super::plan::{entrants, repeats, shares};
use super::published;
use super::results::{UnitResult, slug, trial_folder};
use super::survival_curves;
use super::units::{cohort_folder, full_file};
use crate::commands::print;

/// The page.
const PAGE_FILE: &str = "report.html";
/// Everything found, a line per cohort, method, share, repeat and metric.
const SCORES_FILE: &str = "scores.tsv";

/// A quantity of the study.
struct Quantity {
    metric: &'static str,
    heading: &'static str,
    digits: usize,
}

const fn quantity(metric: &'static str, heading: &'static str, digits: usize) -> Quantity {
    Quantity {
        metric,
        heading,
        digits,
    }
}

/// Columns of the table at half of the profiles hidden.
const AT_HALF: [Quantity; 8] = [
    quantity("rmse_table", "RMSE", 3),
    quantity("mae_table", "MAE", 3),
    quantity("r2", "R2", 3),
    quantity("r2_gene", "r2 per gene", 3),
    quantity("r2_sample", "r2 per sample", 3),
    quantity("skill", "skill", 3),
    quantity("cpu_seconds", "CPU s", 1),
    quantity("peak_mib", "peak MiB", 0),
];

/// Parts of the page: name, title, what it shows, quantities by share.
const PARTS: [(&str, &str, &str, &[Quantity]); 4] = [
    (
        "figure2",
        "Accuracy over hidden shares",
        "As Figure 2 of the paper: errors in the unit of the table over all hidden entries, and squared correlations. The one per sample flatters everybody, for the means of genes alone reach it; R2 and skill compare with the mean of the gene.",
        &[
            quantity("rmse_table", "RMSE", 3),
            quantity("mae_table", "MAE", 3),
            quantity("r2_sample", "r2 per sample", 3),
            quantity("r2_gene", "r2 per gene", 3),
            quantity("skill", "skill", 3),
        ],
    ),
    (
        "figure3",
        "Genes driven by methylation",
        "As Table 2, Table S2 and Figure 3: each gene's strongest site in the full data; how well their squared correlations in the imputed data find the genes above 0.5, how many of the 100 best they share, and their mean over the 100 best pairs, which should be that of the full data: estimates made from methylation follow it more closely than expression does.",
        &[
            quantity("drivers_pr_auc", "PR-AUC", 3),
            quantity("drivers_overlap", "of the top 100", 1),
            quantity("drivers_r2", "mean r2 of 100 pairs", 3),
        ],
    ),
    (
        "table3",
        "Genes that foretell survival",
        "As Table 3 and Table S4: Cox models of one gene each. The printed bodies of Tables 3 and 4 stand in each other's place: what is headed PR-AUC runs from 0.47 to 5.91; the figures beside ours are those that can be areas.",
        &[
            quantity("prognosis_pr_auc", "PR-AUC", 3),
            quantity("enrichment", "enrichment factor", 2),
            quantity("prognosis_overlap", "of the top 100", 1),
        ],
    ),
    (
        "figure4",
        "Groups of patients and their risk",
        "As Figure 4: two groups by the 100 genes that foretell survival best, against the groups of the full data; Harrell's C of ridge Cox models over five folds.",
        &[
            quantity("ari", "adjusted Rand index", 3),
            quantity("nmi", "normalized mutual information", 3),
            quantity("c_index", "C-index", 3),
        ],
    ),
];

/// Results of a method in a cohort.
pub(super) struct Line {
    pub(super) label: String,
    /// Share, repeat and what came of it.
    pub(super) results: Vec<(f64, usize, UnitResult)>,
}

/// Results of a cohort.
pub(super) struct Found<'a> {
    pub(super) set: &'a StudySet,
    pub(super) cohort: &'a Cohort,
    pub(super) full: Option<UnitResult>,
    pub(super) lines: Vec<Line>,
    /// Shares hidden, ascending.
    shares: Vec<f64>,
}

/// Writes tables, figures and report, and prints the table at one half.
pub(super) fn write(sets: &[StudySet], given: &Given, context: &Context) -> Result<()> {
    let mut sections = Vec::new();
    let mut scores = String::from("set\tcohort\tmethod\thidden\trepeat\tmetric\tvalue\n");
    for set in sets {
        for cohort in &set.cohorts {
            let found = Found::read(set, cohort, given)?;
            scores += &found.rows();
            if !found.lines.is_empty() {
                sections.extend(found.sections());
            }
        }
    }
    let report = StudyReport {
        title: "Is TDimpute's account of itself found again?".into(),
        source: "Zhou, Chai, Zhao, Luo and Yang, Imputing missing RNA-sequencing data from DNA methylation by using a transfer learning-based neural network, GigaScience 9:giaa076, 2020.".into(),
        findings: findings(sets, &sections),
        sections,
    };
    make_page(&report, &scores, given, context)
}

fn make_page(report: &StudyReport, scores: &str, given: &Given, context: &Context) -> Result<()> {
    let page = PageContext {
        version: env!("CARGO_PKG_VERSION").into(),
        command: command_line(),
        plan: String::new(),
        date: today(),
        machine: machine(),
    };
    for section in &report.sections {
        write_figures(&given.output, &section.figures)?;
        for table in section
            .tables
            .iter()
            .filter(|_| section.name.starts_with("half"))
        {
            print(&aligned(table))?;
        }
    }
    imputome_io::write_bytes(&given.output.join(SCORES_FILE), scores.as_bytes())?;
    let file = given.output.join(PAGE_FILE);
    imputome_io::write_bytes(&file, study_page(report, &page).as_bytes())?;
    context.terminal.say(format!("report: {}", file.display()));
    Ok(())
}

/// What was found first, then of what.
fn findings(sets: &[StudySet], sections: &[StudySection]) -> Vec<String> {
    let found = sections
        .iter()
        .flat_map(|section| section.discussion.iter().cloned());
    let cohorts = sets
        .iter()
        .flat_map(|set| set.cohorts.iter().map(move |cohort| (set, cohort)));
    let described = cohorts.map(|(set, cohort)| format!("{} ({})", cohort.in_words(), set.title));
    found.chain(described).collect()
}

impl<'a> Found<'a> {
    fn read(set: &'a StudySet, cohort: &'a Cohort, given: &Given) -> Result<Self> {
        let folder = cohort_folder(set, cohort, given);
        let mut lines = Vec::new();
        for entrant in entrants(given, set.taught) {
            let label = entrant.label();
            let mut results = Vec::new();
            for hidden in shares(given) {
                for repeat in 1..=repeats(given) {
                    let file =
                        trial_folder(&folder, hidden, repeat).join(format!("{}.tsv", slug(&label)));
                    if let Some(result) = UnitResult::read(&file)? {
                        results.push((hidden, repeat, result));
                    }
                }
            }
            if !results.is_empty() {
                lines.push(Line { label, results });
            }
        }
        Ok(Self {
            set,
            cohort,
            full: UnitResult::read(&full_file(&folder))?,
            lines,
            shares: shares(given),
        })
    }

    fn rows(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            for (hidden, repeat, result) in &line.results {
                for (metric, value) in &result.metrics {
                    text += &format!(
                        "{}\t{}\t{}\t{hidden}\t{repeat}\t{metric}\t{value}\n",
                        self.set.name, self.cohort.name, line.label
                    );
                }
            }
        }
        text
    }

    fn title(&self, what: &str) -> String {
        format!("{}, {}: {what}", self.cohort.name, self.set.name)
    }

    fn name(&self, part: &str) -> String {
        format!(
            "{part}-{}-{}",
            self.set.name,
            slug(&self.cohort.name).to_lowercase()
        )
    }

    fn sections(&self) -> Vec<StudySection> {
        let mut sections = vec![self.at_half()];
        for (part, title, text, quantities) in PARTS {
            sections.extend(self.by_share(part, title, text, quantities));
        }
        sections.extend(survival_curves::section(
            self,
            &self.name("figure5"),
            &self.title("Survival of two groups"),
        ));
        sections
    }

    /// Every method at one half hidden, or at the middle one of the shares.
    fn at_half(&self) -> StudySection {
        let share = self.main_share();
        let hidden = format!("{:.0} % of the profiles hidden", 100.0 * share);
        let mut header = vec!["method".to_string()];
        header.extend(AT_HALF.iter().map(|q| q.heading.to_string()));
        let mut rows: Vec<(f64, Vec<String>)> = Vec::new();
        for line in &self.lines {
            let mut row = vec![line.label.clone()];
            row.extend(AT_HALF.iter().map(|q| line.cell(q, share)));
            if let Some(reason) = line.failure(share) {
                row[0] += &format!(" (failed: {reason})");
            }
            rows.push((
                line.summary("rmse_table", share)
                    .map_or(f64::INFINITY, |(mean, _)| mean),
                row,
            ));
        }
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        let best = rows.first().filter(|(rmse, _)| rmse.is_finite());
        let discussion = best.map(|(rmse, row)| {
            format!(
                "{}, {}: with {hidden}, {} errs least (RMSE {rmse:.3}).",
                self.cohort.name, self.set.name, row[0]
            )
        });
        StudySection {
            name: self.name("half"),
            title: self.title(&hidden),
            text: vec!["Errors and squared correlations over the hidden profiles, mean and standard deviation over repeats; CPU seconds and peak memory of each method's own process. R2 is 1 minus the squared errors over the squares about the training mean, mean over genes.".into()],
            discussion: discussion.into_iter().collect(),
            differs: self.cohort.notes.clone(),
            tables: vec![StudyTable {
                caption: self.title(&hidden),
                header,
                rows: rows.into_iter().map(|(_, row)| row).collect(),
            }],
            figures: Vec::new(),
        }
    }

    fn main_share(&self) -> f64 {
        match self.shares.contains(&0.5) {
            true => 0.5,
            false => self.shares[self.shares.len() / 2],
        }
    }

    /// Quantities against the hidden share, the paper's figures beside ours where it gives them.
    fn by_share(
        &self,
        part: &str,
        title: &str,
        text: &str,
        quantities: &[Quantity],
    ) -> Option<StudySection> {
        let present: Vec<&Quantity> = quantities
            .iter()
            .filter(|q| {
                self.lines.iter().any(|line| {
                    self.shares
                        .iter()
                        .any(|&s| line.summary(q.metric, s).is_some())
                })
            })
            .collect();
        if present.is_empty() {
            return None;
        }
        let figure = scores_by_share_figure(
            &self.name(part),
            &self.title(title),
            "one standard deviation over repeats",
            &present.iter().map(|q| self.panel(q)).collect::<Vec<_>>(),
        );
        Some(StudySection {
            name: self.name(part),
            title: self.title(title),
            text: vec![text.into()],
            tables: present.iter().map(|q| self.table(q)).collect(),
            figures: figure.into_iter().collect::<Vec<Figure>>(),
            ..StudySection::default()
        })
    }

    fn full_value(&self, quantity: &Quantity) -> Option<f64> {
        self.full.as_ref()?.metrics.get(quantity.metric).copied()
    }

    fn panel(&self, quantity: &Quantity) -> ScorePanel {
        let points = |line: &Line| -> Vec<ScorePoint> {
            let at = |hidden: f64| {
                let (mean, spread) = line.summary(quantity.metric, hidden)?;
                Some(ScorePoint {
                    hidden,
                    mean,
                    spread,
                })
            };
            self.shares.iter().copied().filter_map(at).collect()
        };
        let of_full = ["drivers_r2", "c_index"].contains(&quantity.metric);
        ScorePanel {
            title: quantity.heading.into(),
            score: quantity.heading.into(),
            curves: self
                .lines
                .iter()
                .map(|line| ScoreCurve {
                    method: line.label.clone(),
                    points: points(line),
                })
                .filter(|curve| !curve.points.is_empty())
                .collect(),
            full: self.full_value(quantity).filter(|_| of_full),
        }
    }

    fn table(&self, quantity: &Quantity) -> StudyTable {
        let paper = published::gives(quantity.metric);
        let mut header = vec!["method".to_string()];
        for &share in &self.shares {
            header.push(format!("{:.0} % hidden", 100.0 * share));
            if paper {
                header.push("paper".into());
            }
        }
        let row = |line: &Line| {
            let mut row = vec![line.label.clone()];
            for &share in &self.shares {
                row.push(line.cell(quantity, share));
                if paper {
                    let theirs = published::figure(quantity.metric, share, &line.label);
                    row.push(theirs.unwrap_or("").into());
                }
            }
            row
        };
        let full = self.full_value(quantity).map_or(String::new(), |value| {
            format!(
                "; the full data: {value:.digits$}",
                digits = quantity.digits
            )
        });
        StudyTable {
            caption: format!("{}{full}", self.title(quantity.heading)),
            header,
            rows: self.lines.iter().map(row).collect(),
        }
    }
}

impl Line {
    /// Mean over repeats, and standard deviation where there are two or more.
    fn summary(&self, metric: &str, hidden: f64) -> Option<(f64, Option<f64>)> {
        let at_share = self.results.iter().filter(|(share, _, _)| *share == hidden);
        let values: Vec<f64> = at_share
            .filter_map(|(_, _, result)| result.metrics.get(metric).copied())
            .collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let spread = (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
        (!values.is_empty()).then_some((mean, spread))
    }

    fn cell(&self, quantity: &Quantity, hidden: f64) -> String {
        let digits = quantity.digits;
        match self.summary(quantity.metric, hidden) {
            None => String::new(),
            Some((mean, None)) => number(mean, digits),
            Some((mean, Some(spread))) => {
                format!("{} ± {}", number(mean, digits), number(spread, digits))
            }
        }
    }

    fn failure(&self, hidden: f64) -> Option<&str> {
        let at_share = self.results.iter().filter(|(share, _, _)| *share == hidden);
        at_share
            .filter_map(|(_, _, result)| result.failed.as_deref())
            .next()
    }
}

//! The sections of a cohort: a table at one half, and quantities over hidden shares.

use imputome_report::{
    ScoreCurve, ScorePanel, ScorePoint, StudySection, StudyTable, scores_by_share_figure,
};

use super::found::{Found, Line};
use super::published;
use super::survival_curves;

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

impl Found<'_> {
    /// Everything on the page about this cohort.
    pub(super) fn sections(&self) -> Vec<StudySection> {
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
            row.extend(AT_HALF.iter().map(|q| line.cell(q.metric, share, q.digits)));
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
        let (cohort, set) = (&self.cohort.name, self.set.name);
        let discussion = match rows.first().filter(|(rmse, _)| rmse.is_finite()) {
            Some((rmse, row)) => format!(
                "{cohort}, {set}: with {hidden}, {} errs least (RMSE {rmse:.3}).",
                row[0]
            ),
            None => format!("{cohort}, {set}: with {hidden}, no method gave estimates."),
        };
        StudySection {
            name: self.name("half"),
            title: self.title(&hidden),
            text: vec!["Errors and squared correlations over the hidden profiles, mean and standard deviation over repeats; CPU seconds and peak memory of each method's own process. R2 is 1 minus the squared errors over the squares about the training mean, mean over genes.".into()],
            discussion: vec![discussion],
            differs: [self.cohort.notes.clone(), self.failures(share)].concat(),
            tables: vec![StudyTable {
                caption: self.title(&hidden),
                header,
                rows: rows.into_iter().map(|(_, row)| row).collect(),
            }],
            figures: Vec::new(),
        }
    }

    /// Methods that failed elsewhere than at the `main` share, each once, with the first reason.
    fn failures(&self, main: f64) -> Vec<String> {
        let of_line = |line: &Line| {
            let others = self.shares.iter().filter(|share| **share != main);
            others.copied().find_map(|share| {
                let reason = line.failure(share)?;
                let hidden = 100.0 * share;
                Some(format!(
                    "{} failed with {hidden:.0} % hidden: {reason}",
                    line.label
                ))
            })
        };
        self.lines.iter().filter_map(of_line).collect()
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
            figures: figure.into_iter().collect(),
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
                row.push(line.cell(quantity.metric, share, quantity.digits));
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

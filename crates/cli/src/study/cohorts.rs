//! What a study across cohorts found: means over genes, Table 3 and the curves of Figure 4.

use std::fmt::Write;

use imputome_report::{CurvePanel, ShareCurve, StudyTable};

use super::performance::{deviation, number};
use super::published;

/// R2 over the genes of a cohort at a hidden share.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CohortMean {
    pub(super) method: String,
    pub(super) cohort: String,
    pub(super) standardization: String,
    pub(super) hidden: f64,
    pub(super) genes: usize,
    pub(super) mean: f64,
    pub(super) deviation: f64,
}

/// The means in a table of scores, as it lies in the folder of a method.
pub(super) fn means_of(text: &str) -> Vec<CohortMean> {
    let mut found: Vec<(CohortMean, Vec<f64>)> = Vec::new();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [method, cohort, standardization, hidden, _, _, r2] = fields[..] else {
            continue;
        };
        let (Ok(hidden), Ok(r2)) = (hidden.parse(), r2.parse()) else {
            continue;
        };
        let same = |mean: &CohortMean| {
            mean.cohort == cohort
                && mean.standardization == standardization
                && mean.hidden == hidden
        };
        match found.last_mut() {
            Some((last, values)) if same(last) => values.push(r2),
            _ => found.push((
                CohortMean {
                    method: method.into(),
                    cohort: cohort.into(),
                    standardization: standardization.into(),
                    hidden,
                    genes: 0,
                    mean: f64::NAN,
                    deviation: f64::NAN,
                },
                vec![r2],
            )),
        }
    }
    let completed = |(mean, values): (CohortMean, Vec<f64>)| CohortMean {
        genes: values.len(),
        mean: values.iter().sum::<f64>() / values.len() as f64,
        deviation: deviation(&values),
        ..mean
    };
    found.into_iter().map(completed).collect()
}

/// Table 3: cohorts in lines, methods in columns, half hidden; the paper's cohorts below.
pub(super) fn table(means: &[CohortMean]) -> Option<StudyTable> {
    let half: Vec<&CohortMean> = means.iter().filter(|mean| mean.hidden == 0.5).collect();
    let mut methods: Vec<&str> = Vec::new();
    let mut cohorts: Vec<(&str, &str)> = Vec::new();
    for mean in &half {
        if !methods.contains(&mean.method.as_str()) {
            methods.push(&mean.method);
        }
        let cohort = (mean.cohort.as_str(), mean.standardization.as_str());
        if !cohorts.contains(&cohort) {
            cohorts.push(cohort);
        }
    }
    if cohorts.is_empty() {
        return None;
    }
    let mut header = vec!["cohort".to_string(), "standardized by".into()];
    header.extend(methods.iter().map(|method| method.to_string()));
    let mut rows: Vec<Vec<String>> = cohorts
        .iter()
        .map(|&(cohort, standardization)| {
            let mut row = vec![cohort.to_string(), words(standardization).into()];
            row.extend(methods.iter().map(|method| {
                let found = half.iter().find(|m| {
                    m.method == *method
                        && m.cohort == cohort
                        && m.standardization == standardization
                });
                found.map_or(String::new(), |m| {
                    format!(
                        "{} ± {}",
                        number(Some(m.mean), 3),
                        number(Some(m.deviation), 3)
                    )
                })
            }));
            row
        })
        .collect();
    rows.extend(papers_rows(&methods));
    Some(StudyTable {
        caption: "R2, 50 % hidden: mean ± standard deviation over genes; in the lines of the paper ± is over repeats".into(),
        header,
        rows,
    })
}

fn words(standardization: &str) -> &'static str {
    match standardization {
        "visible" => "visible entries",
        "whole" => "whole cohort, as published",
        _ => "training samples of the tissue",
    }
}

fn papers_rows(methods: &[&str]) -> Vec<Vec<String>> {
    let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
    let known: Vec<_> = published::all()
        .filter(|figure| figure.part == "figure4")
        .collect();
    for figure in &known {
        let Some(cohort) = figure.quantity.strip_prefix("r2-") else {
            continue;
        };
        if rows.iter().any(|(name, _)| *name == cohort) {
            continue;
        }
        let cells = methods.iter().map(|method| {
            let of =
                |f: &&published::Published| f.method == *method && f.quantity == figure.quantity;
            known
                .iter()
                .find(of)
                .map_or(published::NOT_KNOWN.into(), published::Published::cell)
        });
        rows.push((cohort, cells.collect()));
    }
    rows.into_iter()
        .map(|(cohort, cells)| {
            let mut row = vec![format!("paper's authors: {cohort}"), "whole cohort".into()];
            row.extend(cells);
            row
        })
        .collect()
}

/// Figure 4 of one method: a panel per cohort.
pub(super) fn panels(means: &[CohortMean], method: &str) -> Vec<CurvePanel> {
    let own: Vec<&CohortMean> = means
        .iter()
        .filter(|mean| mean.method == method && mean.deviation.is_finite())
        .collect();
    let mut panels: Vec<CurvePanel> = Vec::new();
    for mean in own {
        // `GTEx Liver (CHOL)` stands beside `TCGA CHOL`.
        let cohort = mean
            .cohort
            .strip_prefix("TCGA ")
            .map(String::from)
            .or_else(|| {
                let (_, rest) = mean.cohort.rsplit_once('(')?;
                Some(rest.trim_end_matches(')').to_string())
            });
        let Some(cohort) = cohort else { continue };
        let (name, wanted) = match mean.cohort.split_once(" (") {
            Some((healthy, _)) => (healthy.to_string(), "training"),
            None if mean.standardization == "whole" => (format!("{}, whole", mean.cohort), "whole"),
            None => (format!("{}, visible", mean.cohort), "visible"),
        };
        if mean.standardization != wanted {
            continue;
        }
        let at = panels
            .iter()
            .position(|panel| panel.title == cohort)
            .unwrap_or_else(|| {
                panels.push(CurvePanel {
                    title: cohort.clone(),
                    curves: Vec::new(),
                });
                panels.len() - 1
            });
        let curves = &mut panels[at].curves;
        let point = (mean.hidden, mean.mean, mean.deviation);
        match curves.iter_mut().find(|curve| curve.name == name) {
            Some(curve) => curve.points.push(point),
            None => curves.push(ShareCurve {
                name,
                points: vec![point],
            }),
        }
    }
    panels
}

/// All means as a tidy table.
pub(super) fn tidy(means: &[CohortMean]) -> String {
    let mut text =
        String::from("method\tcohort\tstandardization\thidden\tgenes\tr2_mean\tr2_sd_over_genes\n");
    for mean in means {
        let CohortMean {
            method,
            cohort,
            standardization,
            hidden,
            genes,
            mean,
            deviation,
        } = mean;
        let _ = writeln!(
            text,
            "{method}\t{cohort}\t{standardization}\t{hidden}\t{genes}\t{mean}\t{deviation}"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tumor_and_the_healthy_tissue_of_its_organ_share_a_panel() {
        let text = "method\tcohort\tstandardization\thidden\tgene\tentries\tr2\n\
            pmi\tTCGA ACC\tvisible\t0.5\tA\t9\t0.2\npmi\tTCGA ACC\tvisible\t0.5\tB\t9\t0.4\n\
            pmi\tGTEx Adrenal Gland (ACC)\ttraining\t0.5\tA\t9\t0.6\npmi\tGTEx Adrenal Gland (ACC)\ttraining\t0.5\tB\t9\t0.8\n";
        let means = means_of(text);
        assert_eq!((means[0].genes, means[1].genes), (2, 2));
        // 0.2 and 0.4 in binary do not add up exactly.
        assert!((means[0].mean - 0.3).abs() < 1e-12);
        let panels = panels(&means, "pmi");
        assert_eq!(panels.len(), 1);
        let names: Vec<&str> = panels[0]
            .curves
            .iter()
            .map(|curve| curve.name.as_str())
            .collect();
        assert_eq!(names, ["TCGA ACC, visible", "GTEx Adrenal Gland"]);
    }
}

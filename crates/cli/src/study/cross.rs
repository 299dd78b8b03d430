//! Table 3 and Figure 4: learned on GTEx, tried on tumors and on the healthy tissue of their organ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use imputome::Normalization;
use imputome_core::prepare::split_groups;
use imputome_core::{Dataset, Run};
use imputome_evaluate::{Cohort, CohortScore, CrossStudy, Moments, Standardization};
use imputome_report::{CurvePanel, ShareCurve, StudyTable};
use ndarray::{Axis, concatenate};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::evaluation::{self, Labeled, expect_distinct};
use crate::failure::{Failure, Result};
use crate::plan::MethodEntry;
use crate::reading::expect_scale;

use super::Given;
use super::performance::{deviation, number};
use super::prepare::{CROSS_STUDY, described, read_back};
use super::published;
use super::running::{TABLES_FOLDER, another_experiment, asked_for, folder_of, others};
use super::samples::Table;

/// Its folder among the runs.
pub(super) const RUN: &str = "cross-study";

const SCORES_FILE: &str = "scores.tsv";
const COST_FILE: &str = "runtime.tsv";
const RUN_FILE: &str = "run.toml";

/// The plan of `studies/vinas2021/cross-study.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct CrossPlan {
    command: String,
    #[serde(default)]
    seed: u64,
    input: String,
    output: String,
    hide: Vec<f64>,
    repeats: usize,
    test_share: f64,
    methods: Vec<MethodEntry>,
}

impl CrossPlan {
    fn embedded() -> Self {
        let text = include_str!("../../../../studies/vinas2021/cross-study.toml");
        toml::from_str(text).expect("the plans of the study are tested")
    }

    fn of(given: &Given) -> Self {
        let plan = Self::embedded();
        Self {
            seed: given.seed,
            repeats: given.repeats.unwrap_or(plan.repeats),
            ..plan
        }
    }

    /// The methods asked for.
    fn chosen(&self, given: &Given) -> Result<Vec<Labeled>> {
        let all = self
            .methods
            .iter()
            .map(MethodEntry::method)
            .collect::<Result<Vec<_>>>()?;
        let chosen = asked_for(all, &given.methods)?;
        expect_distinct(&chosen)?;
        Ok(chosen)
    }
}

/// Runs the methods that are not finished.
pub(super) fn run(given: &Given, context: &Context) -> Result<()> {
    let plan = CrossPlan::of(given);
    let mut waiting = Vec::new();
    let chosen = plan.chosen(given)?;
    let labels: Vec<&str> = chosen.iter().map(|(label, _)| label.as_str()).collect();
    for folder in others(RUN, &labels, given) {
        if finished_with(&folder).is_some_and(|earlier| earlier != plan.question()) {
            return Err(another_experiment(
                &folder,
                "results with another seed, other shares or other repeats",
            ));
        }
    }
    for labeled in chosen {
        let folder = folder_of(RUN, &labeled.0, given);
        match finished_with(&folder) {
            Some(earlier) if given.overwrite || earlier == plan.question() => {
                if given.overwrite {
                    waiting.push((labeled, folder));
                }
            }
            Some(_) => {
                return Err(another_experiment(
                    &folder,
                    "results with another seed, other shares or other repeats",
                ));
            }
            None => waiting.push((labeled, folder)),
        }
    }
    if waiting.is_empty() {
        context.terminal.say(format!("{RUN}: finished earlier"));
        return Ok(());
    }
    let run = context.run(plan.seed)?;
    let tables = given.output.join(TABLES_FOLDER);
    let table = run.on_threads(|| read_back(&tables, CROSS_STUDY))?;
    let study = study(&table, &plan, &run)?;
    let trial = study.trial()?;
    let total = waiting.len();
    for (at, ((label, method), folder)) in waiting.into_iter().enumerate() {
        context
            .terminal
            .say(format!("{RUN}: {label} ({} of {total})", at + 1));
        expect_scale(&method, &Normalization::default(), &study.train)?;
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
        })?;
        let outcome = evaluation::run_trial((&label, &method), &trial, &folder, context)?;
        match outcome.imputations {
            Err(reason) => context.terminal.say(format!("warning: {label}: {reason}")),
            Ok(imputations) => {
                let scores = run.on_threads(|| study.judge(&label, &trial, &imputations))?;
                let record = context.record(&[], Vec::new())?;
                let plan = CrossPlan {
                    methods: vec![MethodEntry::spelled_out(&label, &method)],
                    ..plan.clone()
                };
                let cost = format!(
                    "method\twall_seconds\tcpu_seconds\tpeak_mib\n{label}\t{}\t{}\t{}\n",
                    outcome.cost.wall_seconds, outcome.cost.cpu_seconds, outcome.cost.peak_mib
                );
                imputome_io::write_bytes(&folder.join(COST_FILE), cost.as_bytes())?;
                imputome_io::write_bytes(&folder.join(SCORES_FILE), text_of(&scores).as_bytes())?;
                record.write(&folder.join(RUN_FILE), &plan)?;
            }
        }
    }
    Ok(())
}

/// What two runs must have in common to stand in one table.
type Question = (u64, usize, Vec<String>);

impl CrossPlan {
    fn question(&self) -> Question {
        (
            self.seed,
            self.repeats,
            self.hide.iter().map(f64::to_string).collect(),
        )
    }
}

fn finished_with(folder: &Path) -> Option<Question> {
    let text = imputome_io::read_text(&folder.join(RUN_FILE)).ok()?;
    let mut fields: toml::Table = toml::from_str(&text).ok()?;
    fields.remove("record");
    let plan: CrossPlan = fields.try_into().ok()?;
    Some(plan.question())
}

/// Training rows standardized within their tissues, and what is filled by what they teach.
fn study(table: &Table, plan: &CrossPlan, run: &Run) -> Result<CrossStudy> {
    let data = described(table)?;
    let rows = |wanted: &dyn Fn(usize) -> bool| {
        (0..data.n_samples())
            .filter(|&s| wanted(s))
            .collect::<Vec<_>>()
    };
    let gtex = rows(&|s| table.samples[s].cohort.is_empty());
    let donors: Vec<String> = gtex
        .iter()
        .map(|&s| table.samples[s].donor.clone())
        .collect();
    let shares = [1.0 - plan.test_share, plan.test_share];
    let parts = split_groups(&donors, &shares, &mut run.stream("study/cross-study/split"))?;
    let [learned, held_back] =
        [0, 1].map(|part| parts[part].iter().map(|&at| gtex[at]).collect::<Vec<_>>());
    let of_tissue = |rows: &[usize], tissue: &str| {
        rows.iter()
            .copied()
            .filter(|&s| table.samples[s].tissue == tissue)
            .collect::<Vec<_>>()
    };
    let mut cohorts = Vec::new();
    let names: BTreeSet<&str> = table
        .samples
        .iter()
        .map(|s| s.cohort.as_str())
        .filter(|c| !c.is_empty())
        .collect();
    for cohort in names {
        let tumors = rows(&|s| table.samples[s].cohort == cohort);
        let tissue = table.samples[tumors[0]].tissue.as_str();
        let moments = Moments::of(&data.select_samples(&of_tissue(&learned, tissue)));
        let healthy = data.select_samples(&of_tissue(&held_back, tissue));
        let tumors = data.select_samples(&tumors);
        let mut put = |name: String, data: Dataset, standardization| {
            cohorts.push(Cohort {
                name,
                data,
                standardization,
            })
        };
        put(
            format!("TCGA {cohort}"),
            tumors.clone(),
            Standardization::Visible,
        );
        put(format!("TCGA {cohort}"), tumors, Standardization::Whole);
        if healthy.n_samples() > 1 && !of_tissue(&learned, tissue).is_empty() {
            put(
                format!("GTEx {tissue} ({cohort})"),
                moments.standardize(&healthy),
                Standardization::Given,
            );
            put(
                format!("GTEx {tissue} ({cohort})"),
                healthy,
                Standardization::Whole,
            );
        }
    }
    Ok(CrossStudy {
        train: standardized_within_tissues(&data.select_samples(&learned), &learned, table),
        cohorts,
        hidden_shares: plan.hide.clone(),
        repeats: plan.repeats,
        seed: plan.seed,
    })
}

/// Every tissue of the training rows at mean 0 and spread 1 of each gene.
fn standardized_within_tissues(train: &Dataset, rows: &[usize], table: &Table) -> Dataset {
    let mut by_tissue: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, &row) in rows.iter().enumerate() {
        by_tissue
            .entry(&table.samples[row].tissue)
            .or_default()
            .push(at);
    }
    let parts: Vec<Dataset> = by_tissue
        .values()
        .map(|rows| train.select_samples(rows))
        .map(|part| Moments::of(&part).standardize(&part))
        .collect();
    let order: Vec<usize> = by_tissue.into_values().flatten().collect();
    let views: Vec<_> = parts.iter().map(|part| part.values.view()).collect();
    let mut ordered = train.select_samples(&order);
    ordered.values = concatenate(Axis(0), &views).expect("parts have the same genes");
    ordered.scale = imputome_core::Scale::Standardized;
    ordered
}

fn text_of(scores: &[CohortScore]) -> String {
    let mut text = String::from("method\tcohort\tstandardization\thidden\tgene\tentries\tr2\n");
    for CohortScore {
        method,
        cohort,
        standardization,
        hidden,
        gene,
        entries,
        r2,
    } in scores
    {
        let _ = writeln!(
            text,
            "{method}\t{cohort}\t{standardization}\t{hidden}\t{gene}\t{entries}\t{r2}"
        );
    }
    text
}

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

/// Means over genes of every method that is finished.
pub(super) fn finished(given: &Given) -> Result<Vec<CohortMean>> {
    let folder = given.output.join(super::running::RUNS_FOLDER).join(RUN);
    let mut folders: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    let order = CrossPlan::embedded();
    let place = |path: &Path| {
        let mut entries = order.methods.iter();
        entries
            .position(|entry| {
                entry
                    .method()
                    .is_ok_and(|(label, _)| folder_of(RUN, &label, given) == path)
            })
            .unwrap_or(usize::MAX)
    };
    folders.sort_by_key(|path| (place(path), path.clone()));
    let mut means = Vec::new();
    for folder in folders
        .iter()
        .filter(|folder| folder.join(RUN_FILE).is_file())
    {
        means.extend(means_of(&imputome_io::read_text(
            &folder.join(SCORES_FILE),
        )?));
    }
    Ok(means)
}

fn means_of(text: &str) -> Vec<CohortMean> {
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
    fn the_plan_is_one_and_its_methods_are_known() {
        let plan = CrossPlan::embedded();
        assert_eq!(
            (plan.command.as_str(), plan.output.as_str()),
            ("cross-study", "runs/cross-study")
        );
        for method in &plan.methods {
            method.method().unwrap();
        }
    }

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

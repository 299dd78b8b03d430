//! Table 3 and Figure 4: learned on GTEx, tried on tumors and on the healthy tissue of their organ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use imputome::Normalization;
use imputome_core::prepare::split_groups;
use imputome_core::{Dataset, Run};
use imputome_evaluate::{Cohort, CohortScore, CrossStudy, Moments, Standardization};
use ndarray::{Axis, concatenate};
use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::evaluation::{self, Contestant, Labeled, expect_distinct};
use crate::failure::{Failure, Result};
use crate::plan::MethodEntry;
use crate::reading::expect_scale;

use super::Given;
use super::cohorts::{CohortMean, means_of};
use super::prepare::{CROSS_STUDY, described, read_back};
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
        expect_distinct(chosen.iter().map(|(label, _)| label.as_str()))?;
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
        let contestant = Contestant::from((label.clone(), method));
        let outcome = evaluation::run_trial(&contestant, &trial, &folder, context)?;
        match outcome.imputations {
            Err(reason) => context.terminal.say(format!("warning: {label}: {reason}")),
            Ok(imputations) => {
                let scores = run.on_threads(|| study.judge(&label, &trial, &imputations))?;
                let record = context.record(&[], Vec::new())?;
                let plan = CrossPlan {
                    methods: vec![MethodEntry::spelled_out(&contestant)],
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
}

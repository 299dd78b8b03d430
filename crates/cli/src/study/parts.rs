//! What a study consists of: parts as asked for, and the runs behind each.

use crate::failure::{Failure, Result};
use crate::plan::EvaluatePlan;

use super::prepare::{ALL_GENES, PATHWAY};

/// A table or figure of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Table1,
    Table2,
    Table3,
    Figure2,
    Figure3,
    Figure4,
    Figure5,
}

impl Part {
    pub(super) const ALL: [Self; 7] = [
        Self::Table1,
        Self::Table2,
        Self::Table3,
        Self::Figure2,
        Self::Figure3,
        Self::Figure4,
        Self::Figure5,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Table1 => "table1",
            Self::Table2 => "table2",
            Self::Table3 => "table3",
            Self::Figure2 => "figure2",
            Self::Figure3 => "figure3",
            Self::Figure4 => "figure4",
            Self::Figure5 => "figure5",
        }
    }

    /// Every part, or those named. `data` alone names none: the tables are made and that is all.
    pub(super) fn chosen(names: &[String]) -> Result<Vec<Self>> {
        if names.is_empty() {
            return Ok(Self::ALL.to_vec());
        }
        let named = |name: &String| Self::ALL.into_iter().find(|part| part.name() == name);
        let mut chosen = Vec::new();
        for name in names.iter().filter(|name| *name != "data") {
            chosen.push(named(name).ok_or_else(|| {
                let known = Self::ALL.map(Self::name).join(", ");
                Failure::usage(format!(
                    "no part of the study is called {name:?}; there are data, {known}"
                ))
            })?);
        }
        Ok(chosen)
    }

    /// True when the part shows what was learned on GTEx and tried on TCGA.
    pub(super) fn crosses_studies(self) -> bool {
        matches!(self, Self::Table3 | Self::Figure4)
    }
}

/// An evaluation of the study.
#[derive(Clone, Copy, Debug)]
pub(super) struct StudyRun {
    /// Its folder among the runs.
    pub(super) name: &'static str,
    /// What a column of it is headed.
    pub(super) heading: &'static str,
    /// The table it reads.
    pub(super) table: &'static str,
    plan: &'static str,
}

macro_rules! study_run {
    ($name:literal, $heading:literal, $table:expr) => {
        StudyRun {
            name: $name,
            heading: $heading,
            table: $table,
            plan: include_str!(concat!("../../../../studies/vinas2021/", $name, ".toml")),
        }
    };
}

/// The evaluations, in the order in which they are run.
pub(super) const RUNS: [StudyRun; 8] = [
    study_run!("table1-log-strict", "log values, strict", ALL_GENES),
    study_run!("table2-log-strict", "log values, strict", PATHWAY),
    study_run!("table1-normal-strict", "normal scores, strict", ALL_GENES),
    study_run!("table2-normal-strict", "normal scores, strict", PATHWAY),
    study_run!(
        "table1-published-in-place",
        "normal scores, as published",
        ALL_GENES
    ),
    study_run!(
        "table1-published-inductive",
        "normal scores, as published",
        ALL_GENES
    ),
    study_run!(
        "table2-published-in-place",
        "normal scores, as published",
        PATHWAY
    ),
    study_run!(
        "table2-published-inductive",
        "normal scores, as published",
        PATHWAY
    ),
];

/// The methods whose figures 2 and 5 are drawn: the paper's two and the best of ours for its cost.
pub(super) const DRAWN: [&str; 3] = ["pmi", "gain-gtex", "factor"];

impl StudyRun {
    /// True when it is about values that GTEx's normalized expression does not have.
    pub(super) fn wants_logarithms(&self) -> bool {
        self.plan().normalization.is_none()
    }

    /// The plan as it stands in the study's folder.
    pub(super) fn plan(&self) -> EvaluatePlan {
        toml::from_str(self.plan).expect("the plans of the study are tested")
    }

    /// The evaluations that a part needs.
    pub(super) fn of_part(part: Part) -> Vec<&'static Self> {
        let table = match part {
            Part::Table1 => "table1-",
            Part::Figure2 => "table1-normal-strict",
            Part::Table2 => "table2-",
            Part::Figure5 => "table2-normal-strict",
            Part::Table3 | Part::Figure3 | Part::Figure4 => return Vec::new(),
        };
        RUNS.iter()
            .filter(|run| run.name.starts_with(table))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_is_a_plan_of_evaluate_whose_methods_are_known() {
        for run in RUNS {
            let plan = run.plan();
            assert_eq!(plan.command, "evaluate");
            assert_eq!(plan.output, format!("runs/{}", run.name));
            assert_eq!(plan.input, format!("tables/{}.tsv.gz", run.table));
            for method in &plan.methods {
                method.method().unwrap();
            }
        }
    }

    #[test]
    fn an_unknown_part_is_refused_with_those_there_are() {
        let error = Part::chosen(&["table9".into()]).unwrap_err();
        assert!(error.message.contains("table1") && error.message.contains("figure5"));
        assert_eq!(Part::chosen(&["data".into()]).unwrap(), []);
    }
}

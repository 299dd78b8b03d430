//! What is asked of an evaluation of cells.

use std::path::Path;

use imputome::cells::USUAL;
use imputome_evaluate::cells::{CellEvaluation, CellExperiment, CellMask};
use imputome_io::{CellFacts, CellForm};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::arguments::{EvaluateArguments, Kind, no_effect};
use crate::context::Context;
use crate::evaluation::{Contestant, Earlier, PAGE_FILE, RUN_FILE, expect_free};
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::plan::{MethodEntry, Resolved, Typed, resolve};

/// Hide counts of single cells, let methods fill them, score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CellEvaluatePlan {
    pub(crate) command: String,
    #[serde(default)]
    pub(crate) seed: u64,
    pub(crate) input: String,
    pub(crate) output: String,
    /// Table of the file; the one that holds counts when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layer: Option<String>,
    #[serde(default)]
    pub(crate) mask: CellMask,
    /// How much is hidden: one number or share, as usual for the mask when there is none.
    #[serde(default)]
    pub(crate) hide: Vec<f64>,
    #[serde(default = "usual_repeats")]
    pub(crate) repeats: usize,
    /// Column of labels of the cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by: Option<String>,
    #[serde(default = "usual_methods")]
    pub(crate) methods: Vec<MethodEntry>,
}

/// Keys of plans that mean something for tables alone, and their options.
const OF_TABLES: [(&str, &str); 7] = [
    ("scenario", "--scenario"),
    ("protocol", "--protocol"),
    ("test-share", "--test-share"),
    ("score-on", "--score-on"),
    ("normalization", "--normalize and --within"),
    (
        "reading",
        "--rows, --scale and other options of reading a table",
    ),
    ("samples", "--covariates, --group and --companion"),
];

fn usual_repeats() -> usize {
    CellExperiment::default().repeats
}

fn usual_methods() -> Vec<MethodEntry> {
    USUAL.map(|spec| MethodEntry::Spec(spec.into())).into()
}

/// What of a plan tells whether it is one of cells.
#[derive(Deserialize)]
struct Input {
    input: String,
}

/// True when the input that was typed, or that the plan file names, is a file of cells.
pub(crate) fn asks_for_cells(arguments: &EvaluateArguments) -> Result<bool> {
    let typed = Typed {
        command: "evaluate",
        options: arguments,
        seed: None,
        file: arguments.plan.as_deref(),
        needs: &[("input", "INPUT, the table to hide values of,")],
    };
    let Resolved { plan, .. } = resolve::<_, Input>(&typed)?;
    crate::cells::recognizes(&plan.input)
}

/// The plan of cells that was typed.
pub(super) fn as_meant(
    arguments: &EvaluateArguments,
    context: &Context,
) -> Result<Resolved<CellEvaluatePlan>> {
    let input = arguments.input.as_deref().unwrap_or("the plan's input");
    context.typed.expect_effect_on(Kind::Cells, input)?;
    let Resolved { plan, earlier } = resolve::<_, Table>(&Typed {
        command: "evaluate",
        options: arguments,
        seed: context.seed,
        file: arguments.plan.as_deref(),
        needs: &[("output", "-o DIR, the folder for the results,")],
    })?;
    let plan = understood(plan)?;
    if plan.output == "-" {
        return Err(Failure::usage("results fill a folder; name one: -o scores"));
    }
    let folder = Path::new(&plan.output);
    expect_outside(&plan.input, folder)?;
    let replaced = Earlier::from(arguments.overwrite);
    expect_free(folder, replaced)?;
    let files: Vec<&str> = CellEvaluation::FILES
        .into_iter()
        .chain([PAGE_FILE])
        .collect();
    let places = Places::reading(&plan.input)
        .with_plan_file(arguments.plan.as_deref())
        .writing_inside(folder, &files)
        .replacing(replaced);
    let places = match folder.is_dir() {
        true => places.recording(folder.join(RUN_FILE)),
        false => places,
    };
    places.check()?;
    plan.experiment()?;
    Ok(Resolved { plan, earlier })
}

/// Refuses results inside a folder of counts, whose files have names that results have too.
fn expect_outside(input: &str, folder: &Path) -> Result<()> {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    let counts = whole(Path::new(input)).filter(|counts| counts.is_dir());
    match counts.is_some() && folder.ancestors().any(|above| whole(above) == counts) {
        true => Err(Failure::usage(format!(
            "{} is the folder of the counts, and its files would be replaced",
            folder.display()
        ))
        .hint("name another folder for the results: -o scores")),
        false => Ok(()),
    }
}

fn understood(mut fields: Table) -> Result<CellEvaluatePlan> {
    fields.retain(|_, value| !value.as_table().is_some_and(Table::is_empty));
    let asked = OF_TABLES.iter().find(|(key, _)| fields.contains_key(*key));
    if let Some((_, option)) = asked {
        return Err(no_effect(option));
    }
    let mask = fields.get("mask").and_then(Value::as_str);
    let known = CellMask::ALL.map(CellMask::name);
    if let Some(mask) = mask.filter(|mask| !known.contains(mask)) {
        return Err(Failure::usage(format!(
            "--mask {mask} is for tables of samples, and the input is a file of cells"
        ))
        .hint(format!("for cells there are {}", known.join(", "))));
    }
    CellEvaluatePlan::deserialize(Value::Table(fields))
        .map_err(|error| Failure::usage(error.to_string().trim().to_owned()))
}

impl CellEvaluatePlan {
    /// The plan that judges the usual methods on a file of cells, as when nothing else is asked for.
    pub(crate) fn usual(input: String, output: String, seed: u64) -> Self {
        Self {
            command: "evaluate".into(),
            seed,
            input,
            output,
            layer: None,
            mask: CellMask::default(),
            hide: Vec::new(),
            repeats: usual_repeats(),
            by: None,
            methods: usual_methods(),
        }
    }

    /// What the plan asks of an evaluation.
    pub(crate) fn experiment(&self) -> Result<CellExperiment> {
        let hide = match self.hide[..] {
            [] => self.mask.usual(),
            [hide] => hide,
            _ => {
                return Err(Failure::usage("--hide takes one number or share for cells"));
            }
        };
        let experiment = CellExperiment {
            mask: self.mask,
            hide,
            repeats: self.repeats,
            seed: self.seed,
        };
        experiment
            .check()
            .map_err(|error| Failure::usage(error.to_string()))?;
        Ok(experiment)
    }

    /// The plan with every default in its place.
    pub(super) fn spelled_out(
        &self,
        experiment: &CellExperiment,
        methods: &[Contestant],
        facts: &CellFacts,
    ) -> Self {
        let layer = match facts.form {
            CellForm::H5ad => Some(facts.element.clone()),
            _ => self.layer.clone(),
        };
        Self {
            hide: vec![experiment.hide],
            layer,
            methods: methods.iter().map(MethodEntry::spelled_out).collect(),
            ..self.clone()
        }
    }
}

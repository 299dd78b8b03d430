//! Figure 3: what the network learned about tissues, on a map.

use std::path::{Path, PathBuf};

use imputome::{EmbeddingMap, Normalization, OrganSystems};
use imputome_core::Scale;
use imputome_report::{StudySection, StudyTable, embedding_figure};

use crate::arguments::{
    CellTableArguments, CovariateArguments, FitArguments, NormalizationArguments, TableArguments,
    TransferArguments,
};
use crate::commands::embeddings::{as_shown, numbers, places};
use crate::commands::fit::fit;
use crate::context::Context;
use crate::failure::{Failure, Result};
use crate::plan::{FitPlan, ScaleRule};
use crate::teacher::KnownModel;

use super::Given;
use super::prepare::{ALL_GENES, DataNotes};

/// The covariate looked at.
const BY: &str = "tissue";

/// Tissues below which there is nothing to see on a map; ours, twice what a map can be made of.
const FEWEST: usize = 8;

fn plan(given: &Given, notes: &DataNotes) -> FitPlan {
    let text = include_str!("../../../../studies/vinas2021/figure3.toml");
    let mut plan: FitPlan = toml::from_str(text).expect("the plans of the study are tested");
    let inside = |path: &str| given.output.join(path).display().to_string();
    plan.input = inside(&plan.input);
    plan.output = inside(&plan.output);
    plan.samples.covariates = plan.samples.covariates.as_deref().map(inside);
    plan.seed = given.seed;
    if notes.normalized {
        plan.normalization = Normalization::default();
    }
    plan.reading.scale = ScaleRule::stating(match notes.normalized {
        true => Scale::Standardized,
        false => Scale::Log,
    });
    plan
}

/// Trains the network unless it is there.
pub(super) fn run(given: &Given, notes: &DataNotes, context: &Context) -> Result<()> {
    let plan = plan(given, notes);
    if !given.methods.is_empty() && !given.methods.contains(&plan.method) {
        return Ok(());
    }
    let model = PathBuf::from(&plan.output);
    if model.is_file() && !given.overwrite {
        context.terminal.say("figure3: finished earlier");
        return Ok(());
    }
    let folder = model.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })?;
    let file = folder.join("plan.toml");
    let text = toml::to_string(&plan).expect("a plan is plain data");
    imputome_io::write_bytes(&file, text.as_bytes())?;
    context.terminal.say(format!("figure3: {}", plan.method));
    fit(&from_plan(file), context)
}

/// `imputome fit --plan FILE`, which goes on from a checkpoint.
fn from_plan(file: PathBuf) -> FitArguments {
    FitArguments {
        shard: None,
        input: None,
        output: None,
        method: None,
        set: Vec::new(),
        resume: true,
        // As on the command line when nothing is typed.
        checkpoint_every: 30,
        // Whether there is something to replace is decided before.
        overwrite: true,
        plan: Some(file),
        normalization: NormalizationArguments::default(),
        transfer: TransferArguments::default(),
        reading: TableArguments::default(),
        cells: CellTableArguments::default(),
        samples: CovariateArguments::default(),
    }
}

/// The map, where the network is there; tables for the folder as name and text.
pub(super) fn section(
    given: &Given,
    notes: &DataNotes,
    context: &Context,
    beside: &mut Vec<(&'static str, String)>,
) -> Result<Option<StudySection>> {
    let plan = plan(given, notes);
    if !Path::new(&plan.output).is_file() {
        return Ok(None);
    }
    let known = KnownModel::read(&plan.output)?;
    let embeddings = known.model.embeddings()?;
    let Some(embedding) = embeddings.into_iter().find(|found| found.covariate == BY) else {
        return Ok(None);
    };
    if embedding.levels.len() < FEWEST {
        return Ok(None);
    }
    let map = EmbeddingMap::draw(embedding, &OrganSystems::gtex(), &context.run(plan.seed)?)?;
    let shown = as_shown(&map, known.model.method.name());
    beside.push(("figure3.tsv", places(&map)));
    beside.push(("figure3_embedding.tsv", numbers(&map)));
    let mut text = imputome_report::finding(&shown);
    text.push("The paper tells by eye that brain regions, the tissues of the gut and those of the female reproductive tract stand together; here that is a number, with what chance alone would give.".into());
    Ok(Some(StudySection {
        name: "figure3".into(),
        title: "Figure 3: what the network learned about tissues".into(),
        text,
        discussion: Vec::new(),
        differs: notes.differences(ALL_GENES).to_vec(),
        tables: Vec::<StudyTable>::new(),
        figures: vec![embedding_figure(&shown)],
    }))
}

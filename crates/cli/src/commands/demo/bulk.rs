//! `imputome demo bulk`: expression of many tissues.

use std::path::{Path, PathBuf};

use imputome::{Method, Model};
use imputome_core::Run;
use imputome_evaluate::{Evaluation, Experiment, Hiding, Scenario, Trials};
use imputome_io::{CovariateOptions, GroupRule, ReadOptions, Target};

use crate::arguments::DemoArguments;
use crate::context::Context;
use crate::evaluation::{self, Contest, Contestant, MadeFolder, score_table};
use crate::failure::Result;
use crate::filled::holding;
use crate::plan::{EvaluatePlan, MethodEntry, ReadingPlan, SamplesPlan};
use crate::reading::{Table, read_source};
use crate::teacher::{CovariateKinds, QUICK_METHOD};

use super::super::evaluate::write_results;
use super::super::print;
use super::{memory, shown, verdict};

/// What it compares: the methods that a user would choose from, and the floor that they must clear. Those that are there
/// for comparison with the literature take minutes.
const METHODS: [&str; 8] = [
    "pmi",
    "factor",
    "gaussian",
    "mice",
    "softimpute",
    "knn",
    "median",
    "mean",
];

/// The table (data/demo/README.md tells where it comes from).
const TABLE: &[u8] = include_bytes!("../../../../../data/demo/gtex_v8_sample.tsv.gz");

/// What is known of its samples.
const SAMPLES: &[u8] = include_bytes!("../../../../../data/demo/gtex_v8_samples.tsv");

/// What the demo calls the data.
const NAME: &str = "GTEx v8 sample (built in)";

/// Columns of the samples' table.
const CATEGORICAL: [&str; 2] = ["tissue", "sex"];
const NUMERIC: [&str; 1] = ["age_mid"];
const GROUP: &str = "donor_id";

/// Shows the whole path on built-in data.
pub(super) fn show(arguments: &DemoArguments, context: &Context) -> Result<()> {
    let run = context.run(context.seed.unwrap_or(0))?;
    let table = built_in_table(&run, context)?;
    introduce(&table, context);
    let files = Files::inside(&arguments.output);
    MadeFolder::make(&arguments.output)?;
    files.write_data()?;
    let evaluation = compare(arguments, &table, &files, context)?;
    files.write_imputation(&table, &evaluation.experiment, &run)?;
    print(&score_table(&evaluation))?;
    conclude(&arguments.output, &evaluation, &files, context);
    Ok(())
}

fn built_in_table(run: &Run, context: &Context) -> Result<Table> {
    let options = ReadOptions {
        covariates: Some(CovariateOptions {
            source: memory("its samples", SAMPLES),
            categorical: CATEGORICAL.map(String::from).to_vec(),
            numeric: NUMERIC.map(String::from).to_vec(),
        }),
        groups: GroupRule::Column(GROUP.into()),
        ..ReadOptions::default()
    };
    let source = memory(NAME, TABLE);
    read_source(
        source,
        &ReadingPlan::default(),
        options,
        run,
        &context.terminal,
    )
}

fn introduce(table: &Table, context: &Context) {
    let groups = table.data.group_of_samples();
    let donors: std::collections::BTreeSet<&String> = groups.iter().collect();
    context.terminal.say(format!(
        "
This is real expression data of {} people. Now a fifth of the people are held back; the methods
learn from the others. Then half of the values of those held back are hidden, each method fills
them from the half that is left, and what it fills is compared with what was hidden.
This takes half a minute or so.
",
        donors.len()
    ));
}

/// The experiment of the demo: one inductive trial.
fn experiment(seed: u64) -> Experiment {
    Experiment {
        scenarios: vec![Scenario::Inductive],
        repeats: 1,
        by: Some("tissue".into()),
        seed,
        ..Experiment::default()
    }
}

fn compare(
    arguments: &DemoArguments,
    table: &Table,
    files: &Files,
    context: &Context,
) -> Result<Evaluation> {
    let experiment = experiment(context.seed.unwrap_or(0));
    let methods = METHODS.iter().map(|name| {
        let method = Method::named(name).expect("the catalog has it");
        (name.to_string(), method)
    });
    let methods: Vec<Contestant> = methods.map(Contestant::from).collect();
    let contest = Contest {
        name: NAME,
        data: &table.data,
        experiment: &experiment,
        methods: &methods,
        folder: &arguments.output,
    };
    let evaluation = evaluation::run(&contest, context)?;
    let plan = plan(files, table, &experiment, &methods, &arguments.output);
    let inputs = [&files.table, &files.samples].map(|file| file.display().to_string());
    let record = context.record(
        &inputs.each_ref().map(String::as_str),
        table.remarks.clone(),
    )?;
    write_results(&arguments.output, &evaluation, &record, &plan)?;
    Ok(evaluation)
}

/// The plan of `imputome evaluate` that does the same to the table that the demo leaves.
fn plan(
    files: &Files,
    table: &Table,
    experiment: &Experiment,
    methods: &[Contestant],
    output: &Path,
) -> EvaluatePlan {
    EvaluatePlan {
        command: "evaluate".into(),
        seed: experiment.seed,
        input: shown(&files.table),
        output: shown(output),
        scenario: experiment.scenarios.clone(),
        hide: experiment.hidden_shares.clone(),
        repeats: experiment.repeats,
        mask: Hiding::Random,
        protocol: experiment.protocol,
        test_share: Some(experiment.test_share),
        by: experiment.by.clone(),
        score_on: None,
        normalization: experiment.normalization.clone(),
        methods: methods.iter().map(MethodEntry::spelled_out).collect(),
        reading: table.decided(&ReadingPlan::default()),
        samples: SamplesPlan {
            covariates: Some(shown(&files.samples)),
            categorical: CATEGORICAL.map(String::from).to_vec(),
            numeric: NUMERIC.map(String::from).to_vec(),
            group: Some(GROUP.into()),
            companions: Vec::new(),
        },
    }
}

/// Files that the demo leaves beside the scores, to try commands on.
struct Files {
    table: PathBuf,
    samples: PathBuf,
    gaps: PathBuf,
    filled: PathBuf,
    model: PathBuf,
}

impl Files {
    fn inside(folder: &Path) -> Self {
        Self {
            table: folder.join("table.tsv.gz"),
            samples: folder.join("samples.tsv"),
            gaps: folder.join("table_with_gaps.tsv.gz"),
            filled: folder.join("imputed.tsv.gz"),
            model: folder.join("model.safetensors"),
        }
    }

    /// The built-in data as they are.
    fn write_data(&self) -> Result<()> {
        imputome_io::write_bytes(&self.table, TABLE)?;
        Ok(imputome_io::write_bytes(&self.samples, SAMPLES)?)
    }

    /// The table with hidden values, a model that has not seen it, and the table filled by it.
    fn write_imputation(&self, table: &Table, experiment: &Experiment, run: &Run) -> Result<()> {
        let trial = Trials::new(&table.data, experiment)?.get(0)?;
        let visible = trial.tests[0].holdout.visible();
        let target = Target::Path(self.gaps.clone());
        let layout = table.facts.layout.for_target(&target)?;
        imputome_io::write_table(&target, visible, &layout)?;
        let model = Model::fit(Method::named(QUICK_METHOD)?, trial.train(), run)?;
        let kinds = CovariateKinds::of(&trial.train().covariates);
        imputome_io::write_model(&self.model, &kinds.beside(&model))?;
        let completed = model.impute(visible, run)?;
        let filled = holding(visible, completed.values);
        imputome_io::write_table(&Target::Path(self.filled.clone()), &filled, &layout)?;
        Ok(())
    }
}

fn conclude(folder: &Path, evaluation: &Evaluation, files: &Files, context: &Context) {
    let (gaps, samples, model) = (
        shown(&files.gaps),
        shown(&files.samples),
        shown(&files.model),
    );
    context.terminal.say(format!(
        "{verdict}
Open  {report}
        the report, in a browser
Look  {gaps}
        samples of people held back, half of their values hidden
      {filled}
        the same, filled by {QUICK_METHOD} ({model}), which has not seen these people
      {scores}
        every score, as text

Try it yourself on that table, and then on your own (samples by genes, or genes by samples):
      imputome inspect {gaps} --covariates {samples}
      imputome impute {gaps} -o filled.tsv --model {model} --covariates {samples}
      imputome impute MY_TABLE -o FILLED
      imputome evaluate MY_TABLE -o SCORES
",
        verdict = verdict(evaluation),
        report = shown(&folder.join("report.html")),
        filled = shown(&files.filled),
        scores = shown(&folder.join("scores.tsv")),
    ));
}

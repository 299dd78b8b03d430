//! `imputome demo methylation`: expression of tumors from their methylation.

use std::path::{Path, PathBuf};

use imputome::{Method, Model};
use imputome_core::Run;
use imputome_evaluate::{Evaluation, Experiment, Hiding, Scenario, Trials};
use imputome_io::{
    CompanionOptions, CovariateOptions, GroupRule, Layout, ReadOptions, Source, Target,
};

use crate::arguments::DemoArguments;
use crate::context::Context;
use crate::evaluation::{self, Contest, Contestant, MadeFolder, score_table};
use crate::failure::Result;
use crate::filled::holding;
use crate::plan::{EvaluatePlan, MethodEntry, ReadingPlan, SamplesPlan};
use crate::reading::{Table, read_source};

use super::super::evaluate::write_results;
use super::super::print;
use super::{memory, shown, verdict};

/// What it compares: the methods that learn from another assay, and the floor that they must clear.
const METHODS: [&str; 7] = ["tdimpute", "ridge", "lasso", "pcr", "tobmi", "svd", "mean"];

/// The method that fills the table left behind: near the best, and done in a second.
const QUICK_METHOD: &str = "ridge";

/// The tables (data/demo_methylation/README.md tells where they come from).
const EXPRESSION: &[u8] =
    include_bytes!("../../../../../data/demo_methylation/tcga_brca_expression.tsv.gz");
const METHYLATION: &[u8] =
    include_bytes!("../../../../../data/demo_methylation/tcga_brca_methylation.tsv.gz");
const SAMPLES: &[u8] = include_bytes!("../../../../../data/demo_methylation/tcga_brca_samples.tsv");

/// What the demo calls the data.
const NAME: &str = "TCGA breast cancers (built in)";
const COMPANION: &str = "methylation";

/// Shows the path from one assay to another.
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
            source: memory("their clinical data", SAMPLES),
            categorical: vec!["pam50".into()],
            numeric: vec!["age".into()],
        }),
        groups: GroupRule::Auto,
        companions: vec![CompanionOptions {
            name: COMPANION.into(),
            source: memory("their methylation", METHYLATION),
        }],
        ..ReadOptions::default()
    };
    let source: Source = memory(NAME, EXPRESSION);
    let reading = ReadingPlan::default();
    read_source(source, &reading, options, run, &context.terminal)
}

fn introduce(table: &Table, context: &Context) {
    context.terminal.say(format!(
        "
These are {} breast cancers of which both gene expression and DNA methylation were measured. Now
the whole expression of half of them is hidden, as where an assay was never done; each method
learns from the other half, estimates it from methylation, and is compared with what was hidden.
This takes a minute or so.
",
        table.data.n_samples()
    ));
}

/// One trial: half of the tumors without expression.
fn experiment(seed: u64) -> Experiment {
    Experiment {
        scenarios: vec![Scenario::InPlace],
        hiding: Hiding::Profile,
        repeats: 1,
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
        (name.to_string(), method).into()
    });
    let methods: Vec<Contestant> = methods.collect();
    let contest = Contest {
        name: NAME,
        data: &table.data,
        experiment: &experiment,
        methods: &methods,
        folder: &arguments.output,
    };
    let evaluation = evaluation::run(&contest, context)?;
    let plan = plan(files, table, &experiment, &methods, &arguments.output);
    let inputs = [&files.table, &files.companion, &files.samples].map(|file| shown(file));
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let record = context.record(&inputs, table.remarks.clone())?;
    write_results(&arguments.output, &evaluation, &record, &plan)?;
    Ok(evaluation)
}

/// The plan that repeats the comparison: `imputome evaluate --plan DIR/run.toml -o AGAIN`.
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
        mask: experiment.hiding,
        repeats: experiment.repeats,
        protocol: experiment.protocol,
        test_share: None,
        by: Some("none".into()),
        score_on: None,
        normalization: experiment.normalization.clone(),
        methods: methods.iter().map(MethodEntry::spelled_out).collect(),
        reading: table.decided(&ReadingPlan::default()),
        samples: SamplesPlan {
            covariates: Some(shown(&files.samples)),
            categorical: vec!["pam50".into()],
            numeric: vec!["age".into()],
            companions: vec![format!("{COMPANION}={}", shown(&files.companion))],
            ..SamplesPlan::default()
        },
    }
}

/// Files that the demo leaves beside the scores, to try commands on.
struct Files {
    table: PathBuf,
    companion: PathBuf,
    samples: PathBuf,
    halved: PathBuf,
    filled: PathBuf,
}

impl Files {
    fn inside(folder: &Path) -> Self {
        Self {
            table: folder.join("expression.tsv.gz"),
            companion: folder.join("methylation.tsv.gz"),
            samples: folder.join("samples.tsv"),
            halved: folder.join("expression_of_half.tsv.gz"),
            filled: folder.join("imputed.tsv.gz"),
        }
    }

    /// The built-in data as they are.
    fn write_data(&self) -> Result<()> {
        imputome_io::write_bytes(&self.table, EXPRESSION)?;
        imputome_io::write_bytes(&self.companion, METHYLATION)?;
        Ok(imputome_io::write_bytes(&self.samples, SAMPLES)?)
    }

    /// The expression of the half that was not hidden, and that of all tumors with the rest imputed.
    fn write_imputation(&self, table: &Table, experiment: &Experiment, run: &Run) -> Result<()> {
        let trial = Trials::new(&table.data, experiment)?.get(0)?;
        let visible = trial.tests[0].holdout.visible();
        let measured: Vec<usize> = (0..visible.n_samples())
            .filter(|&s| visible.expressed(s))
            .collect();
        let layout = Layout::tsv();
        let halved = Target::Path(self.halved.clone());
        imputome_io::write_table(&halved, &visible.select_samples(&measured), &layout)?;
        let model = Model::fit(Method::named(QUICK_METHOD)?, visible, run)?;
        let completed = model.impute(visible, run)?;
        let filled = holding(visible, completed.values);
        imputome_io::write_table(&Target::Path(self.filled.clone()), &filled, &layout)?;
        Ok(())
    }
}

fn conclude(folder: &Path, evaluation: &Evaluation, files: &Files, context: &Context) {
    let (halved, companion) = (shown(&files.halved), shown(&files.companion));
    context.terminal.say(format!(
        "{verdict}
Open  {report}
        the report, in a browser
Look  {halved}
        the tumors whose expression was not hidden
      {companion}
        methylation of all of them
      {filled}
        expression of all of them, half of it imputed by {QUICK_METHOD}
      {scores}
        every score, as text

Try it yourself on these tables, and then on your own:
      imputome inspect {halved} --companion {companion}
      imputome impute {halved} --companion {companion} -o filled.tsv
      imputome evaluate MY_EXPRESSION --companion MY_METHYLATION --mask profile -o SCORES
",
        verdict = verdict(evaluation),
        report = shown(&folder.join("report.html")),
        filled = shown(&files.filled),
        scores = shown(&folder.join("scores.tsv")),
    ));
}

//! `imputome demo bulk`: expression of many tissues.

use std::collections::BTreeSet;
use std::path::Path;

use imputome::{Method, Model};
use imputome_core::Run;
use imputome_evaluate::{Experiment, Scenario, Trials};
use imputome_io::{CovariateOptions, GroupRule, ReadOptions, Target};

use crate::failure::Result;
use crate::filled::holding;
use crate::plan::SamplesPlan;
use crate::reading::Table;
use crate::teacher::{CovariateKinds, QUICK_METHOD};

use super::{Demo, memory, shown};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    name: "GTEx v8 sample (built in)",
    methods: &METHODS,
    files: &[(TABLE, EXPRESSION), (SAMPLES, OF_SAMPLES)],
    reading,
    introduction,
    experiment,
    samples,
    leave_imputation,
    conclusion,
};

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
const EXPRESSION: &[u8] = include_bytes!("../../../../../data/demo/gtex_v8_sample.tsv.gz");

/// What is known of its samples.
const OF_SAMPLES: &[u8] = include_bytes!("../../../../../data/demo/gtex_v8_samples.tsv");

/// Files that the demo leaves beside the scores, to try commands on.
const TABLE: &str = "table.tsv.gz";
const SAMPLES: &str = "samples.tsv";
const GAPS: &str = "table_with_gaps.tsv.gz";
const FILLED: &str = "imputed.tsv.gz";
const MODEL: &str = "model.safetensors";

/// Columns of the samples' table.
const CATEGORICAL: [&str; 2] = ["tissue", "sex"];
const NUMERIC: [&str; 1] = ["age_mid"];
const GROUP: &str = "donor_id";

fn reading() -> ReadOptions {
    ReadOptions {
        covariates: Some(CovariateOptions {
            source: memory("its samples", OF_SAMPLES),
            categorical: CATEGORICAL.map(String::from).to_vec(),
            numeric: NUMERIC.map(String::from).to_vec(),
        }),
        groups: GroupRule::Column(GROUP.into()),
        ..ReadOptions::default()
    }
}

fn introduction(table: &Table) -> String {
    let groups = table.data.group_of_samples();
    let donors: BTreeSet<&String> = groups.iter().collect();
    format!(
        "
This is real expression data of {} people. Now a fifth of the people are held back; the methods
learn from the others. Then half of the values of those held back are hidden, each method fills
them from the half that is left, and what it fills is compared with what was hidden.
This takes half a minute or so.
",
        donors.len()
    )
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

fn samples(folder: &Path) -> SamplesPlan {
    SamplesPlan {
        covariates: Some(shown(&folder.join(SAMPLES))),
        categorical: CATEGORICAL.map(String::from).to_vec(),
        numeric: NUMERIC.map(String::from).to_vec(),
        group: Some(GROUP.into()),
        ..SamplesPlan::default()
    }
}

/// The table with hidden values, a model that has not seen it, and the table filled by it.
fn leave_imputation(
    folder: &Path,
    table: &Table,
    experiment: &Experiment,
    run: &Run,
) -> Result<()> {
    let trial = Trials::new(&table.data, experiment)?.get(0)?;
    let visible = trial.tests[0].holdout.visible();
    let target = Target::Path(folder.join(GAPS));
    let layout = table.facts.layout.for_target(&target)?;
    imputome_io::write_table(&target, visible, &layout)?;
    let model = Model::fit(Method::named(QUICK_METHOD)?, trial.train(), run)?;
    let kinds = CovariateKinds::of(&trial.train().covariates);
    imputome_io::write_model(&folder.join(MODEL), &kinds.beside(&model))?;
    let completed = model.impute(visible, run)?;
    let filled = holding(visible, completed.values);
    imputome_io::write_table(&Target::Path(folder.join(FILLED)), &filled, &layout)?;
    Ok(())
}

fn conclusion(folder: &Path) -> String {
    let [gaps, samples, model, filled] =
        [GAPS, SAMPLES, MODEL, FILLED].map(|file| shown(&folder.join(file)));
    format!(
        "{gaps}
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
        scores = shown(&folder.join("scores.tsv")),
    )
}

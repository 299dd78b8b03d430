//! `imputome demo methylation`: expression of tumors from their methylation.

use std::path::Path;

use imputome::{Method, Model};
use imputome_core::Run;
use imputome_evaluate::{Experiment, Hiding, Scenario, Trials};
use imputome_io::{CompanionOptions, CovariateOptions, Layout, ReadOptions, Target};

use crate::failure::Result;
use crate::filled::holding;
use crate::plan::SamplesPlan;
use crate::reading::Table;

use super::{Demo, memory, shown};

/// The demo.
pub(super) const DEMO: Demo = Demo {
    name: "TCGA breast cancers (built in)",
    methods: &METHODS,
    files: &[
        (TABLE, EXPRESSION),
        (COMPANION_TABLE, METHYLATION),
        (SAMPLES, OF_SAMPLES),
    ],
    reading,
    introduction,
    experiment,
    samples,
    leave_imputation,
    conclusion,
};

/// What it compares: the methods that learn from another assay, and the floor that they must clear.
const METHODS: [&str; 7] = ["tdimpute", "ridge", "lasso", "pcr", "tobmi", "svd", "mean"];

/// The method that fills the table left behind: near the best, and done in a second.
const QUICK_METHOD: &str = "ridge";

/// The tables (data/demo_methylation/README.md tells where they come from).
const EXPRESSION: &[u8] =
    include_bytes!("../../../../../data/demo_methylation/tcga_brca_expression.tsv.gz");
const METHYLATION: &[u8] =
    include_bytes!("../../../../../data/demo_methylation/tcga_brca_methylation.tsv.gz");
const OF_SAMPLES: &[u8] =
    include_bytes!("../../../../../data/demo_methylation/tcga_brca_samples.tsv");

/// Files that the demo leaves beside the scores, to try commands on.
const TABLE: &str = "expression.tsv.gz";
const COMPANION_TABLE: &str = "methylation.tsv.gz";
const SAMPLES: &str = "samples.tsv";
const HALVED: &str = "expression_of_half.tsv.gz";
const FILLED: &str = "imputed.tsv.gz";

/// What the demo calls the assay, and columns of the samples' table.
const COMPANION: &str = "methylation";
const CATEGORICAL: &str = "pam50";
const NUMERIC: &str = "age";

fn reading() -> ReadOptions {
    ReadOptions {
        covariates: Some(CovariateOptions {
            source: memory("their clinical data", OF_SAMPLES),
            categorical: vec![CATEGORICAL.into()],
            numeric: vec![NUMERIC.into()],
        }),
        companions: vec![CompanionOptions {
            name: COMPANION.into(),
            source: memory("their methylation", METHYLATION),
            decimal: None,
        }],
        ..ReadOptions::default()
    }
}

fn introduction(table: &Table) -> String {
    format!(
        "
These are {} breast cancers of which both gene expression and DNA methylation were measured. Now
the whole expression of half of them is hidden, as where an assay was never done; each method
learns from the other half, estimates it from methylation, and is compared with what was hidden.
This takes a minute or so.
",
        table.data.n_samples()
    )
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

fn samples(folder: &Path) -> SamplesPlan {
    let companion = shown(&folder.join(COMPANION_TABLE));
    SamplesPlan {
        covariates: Some(shown(&folder.join(SAMPLES))),
        categorical: vec![CATEGORICAL.into()],
        numeric: vec![NUMERIC.into()],
        companions: vec![format!("{COMPANION}={companion}")],
        ..SamplesPlan::default()
    }
}

/// The expression of the half that was not hidden, and that of all tumors with the rest imputed.
fn leave_imputation(
    folder: &Path,
    table: &Table,
    experiment: &Experiment,
    run: &Run,
) -> Result<()> {
    let trial = Trials::new(&table.data, experiment)?.get(0)?;
    let visible = trial.tests[0].holdout.visible();
    let measured: Vec<usize> = (0..visible.n_samples())
        .filter(|&s| visible.expressed(s))
        .collect();
    let layout = Layout::tsv();
    let halved = Target::Path(folder.join(HALVED));
    imputome_io::write_table(&halved, &visible.select_samples(&measured), &layout)?;
    let model = Model::fit(Method::named(QUICK_METHOD)?, visible, run)?;
    let completed = model.impute(visible, run)?;
    let filled = holding(visible, completed.values);
    imputome_io::write_table(&Target::Path(folder.join(FILLED)), &filled, &layout)?;
    Ok(())
}

fn conclusion(folder: &Path) -> String {
    let [halved, companion, filled] =
        [HALVED, COMPANION_TABLE, FILLED].map(|file| shown(&folder.join(file)));
    format!(
        "{halved}
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
        scores = shown(&folder.join("scores.tsv")),
    )
}

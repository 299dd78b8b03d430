//! The trials of the study, a method at a time, so that what is finished stays finished.

use std::path::{Path, PathBuf};

use imputome::{Method, Model};
use imputome_core::{Imputation, Run};
use imputome_evaluate::{Experiment, Hiding, Scenario, Trial, Trials, score};

use crate::context::Context;
use crate::evaluation::{Contestant, Lesson, run_trial};
use crate::failure::{Failure, Result};

use super::super::Given;
use super::cohorts::{Cohort, StudySet, joined};
use super::judge::{Baseline, GeneSymbols, without_gaps};
use super::plan::{Entrant, Learning, entrants, on_source, repeats, shares};
use super::results::{UnitResult, slug, trial_folder};

/// Genes that a list calls prognostic, one symbol a line, in the data folder.
const GENE_LIST: &str = "prognostic_genes.txt";

/// Where the results of a cohort stand.
pub(super) fn cohort_folder(set: &StudySet, cohort: &Cohort, given: &Given) -> PathBuf {
    given.output.join("runs").join(set.name).join(&cohort.name)
}

/// Where what the full data say stands.
pub(super) fn full_file(folder: &Path) -> PathBuf {
    folder.join("full_data.tsv")
}

/// The experiment on a cohort.
pub(super) fn experiment(given: &Given) -> Experiment {
    Experiment {
        scenarios: vec![Scenario::InPlace],
        hiding: Hiding::Profile,
        hidden_shares: shares(given),
        repeats: repeats(given),
        seed: given.seed,
        ..Experiment::default()
    }
}

/// Runs what is not finished of a set.
pub(super) fn run(set: &StudySet, given: &Given, context: &Context) -> Result<()> {
    for cohort in &set.cohorts {
        Work {
            set,
            cohort,
            given,
            context,
            folder: cohort_folder(set, cohort, given),
            run: context.run(given.seed)?,
        }
        .carry_out()?;
    }
    Ok(())
}

struct Work<'a> {
    set: &'a StudySet,
    cohort: &'a Cohort,
    given: &'a Given,
    context: &'a Context,
    folder: PathBuf,
    run: Run,
}

impl Work<'_> {
    fn carry_out(&self) -> Result<()> {
        let entrants = entrants(self.given, self.set.taught);
        let experiment = experiment(self.given);
        let trials = Trials::new(&self.cohort.data, &experiment)?;
        let mut baseline = None;
        for index in 0..trials.len() {
            let trial = trials.get(index)?;
            let folder = trial_folder(&self.folder, trial.tests[0].hidden, trial.repeat);
            for entrant in &entrants {
                let file = folder.join(format!("{}.tsv", slug(&entrant.label())));
                let done = UnitResult::read(&file)?.is_some_and(|unit| unit.failed.is_none());
                if done && !self.given.overwrite {
                    continue;
                }
                self.context.interrupt.proceed()?;
                if baseline.is_none() {
                    baseline = Some(self.baseline()?);
                }
                let Some(baseline) = &baseline else { continue };
                self.unit(entrant, &trial, baseline, &file)?;
            }
        }
        Ok(())
    }

    fn baseline(&self) -> Result<Baseline> {
        let baseline = Baseline::of(self.cohort, self.list()?.as_ref(), &self.run)?;
        let file = full_file(&self.folder);
        make(&self.folder)?;
        if !file.is_file() || self.given.overwrite {
            baseline.full(self.cohort, &self.run)?.write(&file)?;
        }
        Ok(baseline)
    }

    /// The list of prognostic genes, where there is one in the data folder.
    fn list(&self) -> Result<Option<GeneSymbols>> {
        let file = self.given.data.join(GENE_LIST);
        if !file.is_file() {
            return Ok(None);
        }
        Ok(Some(GeneSymbols::of(&imputome_io::read_text(&file)?)))
    }

    fn unit(
        &self,
        entrant: &Entrant,
        trial: &Trial,
        baseline: &Baseline,
        file: &Path,
    ) -> Result<()> {
        let label = entrant.label();
        self.context.terminal.say(format!(
            "{}, {}: {label}: {}",
            self.cohort.name,
            self.set.name,
            trial.name()
        ));
        let contestant = self.contestant(entrant)?;
        let folder = file.parent().unwrap_or(&self.folder);
        make(folder)?;
        let outcome = run_trial(&contestant, trial, folder, self.context)?;
        let result = match outcome.imputations {
            Err(reason) => {
                self.context
                    .terminal
                    .say(format!("warning: {label}: {reason}"));
                UnitResult::failure(&reason)
            }
            Ok(imputations) => {
                let mut result = self.judged(&label, trial, &imputations[0], baseline)?;
                result.add("cpu_seconds", Some(outcome.cost.cpu_seconds));
                result.add("wall_seconds", Some(outcome.cost.wall_seconds));
                result.add("peak_mib", Some(outcome.cost.peak_mib));
                result
            }
        };
        result.write(file)
    }

    fn judged(
        &self,
        label: &str,
        trial: &Trial,
        imputation: &Imputation,
        baseline: &Baseline,
    ) -> Result<UnitResult> {
        let mut result = UnitResult::default();
        let judgment = self.run.on_threads(|| score(label, trial, 0, imputation))?;
        for score in judgment.scores.iter().filter(|score| score.group == "all") {
            result.add(&score.metric, Some(score.value));
        }
        let visible = trial.tests[0].holdout.visible();
        let mut filled = imputation.clone().fill(visible);
        // Entries never measured are the same in every table.
        let full = without_gaps(&self.cohort.data);
        ndarray::Zip::from(&mut filled)
            .and(&self.cohort.data.measured.0)
            .and(&full)
            .for_each(|value, &measured, &known| {
                if !measured {
                    *value = known;
                }
            });
        if filled.iter().all(|value| value.is_finite()) {
            baseline.judge(&filled, &self.run, &mut result)?;
        }
        Ok(result)
    }

    fn contestant(&self, entrant: &Entrant) -> Result<Contestant> {
        let method = Method::parse(&entrant.spec)?;
        let lesson = match entrant.learning {
            Learning::Own => Lesson::Nothing,
            Learning::Transfer => Lesson::Tuned(self.taught(&entrant.spec)?),
            Learning::NoTransfer => Lesson::AsItIs(self.taught(&entrant.spec)?),
        };
        Ok(Contestant {
            label: entrant.label(),
            method,
            lesson,
        })
    }

    /// The model that the other cohorts teach, made where it is not there yet.
    fn taught(&self, spec: &str) -> Result<PathBuf> {
        let folder = self.given.output.join("models").join(self.set.name);
        let file = folder.join(format!(
            "without-{}-{}.safetensors",
            self.cohort.name,
            slug(spec)
        ));
        if file.is_file() && !self.given.overwrite {
            return Ok(file);
        }
        let others: Vec<&Cohort> = self
            .set
            .cohorts
            .iter()
            .filter(|cohort| cohort.name != self.cohort.name)
            .collect();
        let source = joined(&others);
        self.context.terminal.say(format!(
            "{spec}: learning from {} samples of the other cohorts",
            source.n_samples()
        ));
        make(&folder)?;
        let method = Method::parse(on_source(spec))?;
        let model = Model::fit(method, &source, &self.run)?;
        imputome_io::write_model(&file, &model.to_weights())?;
        Ok(file)
    }
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })
}

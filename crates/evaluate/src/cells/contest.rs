//! Methods for single cells against each other on the same trials.

use imputome_core::{Counts, Error, Result, Run};

use super::gathering::Gathering;
use super::hidden::hidden_in_words;
use super::maps::{CellLabels, map_tables};
use super::trial::{CellEstimates, CellEstimator, CellTrial, common_genes};
use super::{CellCost, CellDataFacts, CellEvaluation, CellExperiment};
use crate::compare::DONE;
use crate::scores::MethodFacts;

/// Fewest cells that methods are judged on; ours: scores of fewer are chance.
const FEWEST_CELLS: usize = 10;

/// A method for single cells, as an evaluation sees it.
pub trait CellMethod {
    /// What the report says of it; its label tells it from the others.
    fn facts(&self) -> &MethodFacts;

    /// Learns from a table of counts.
    fn fit(&self, counts: &Counts, run: &Run) -> Result<Box<dyn CellEstimator>>;
}

/// Time that has passed since some beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clock {
    /// Wall-clock seconds.
    pub wall: f64,
    /// Processor seconds.
    pub cpu: f64,
}

impl Clock {
    /// Adds what passed from one time to another.
    pub(super) fn add(&mut self, before: Self, after: Self) {
        self.wall += after.wall - before.wall;
        self.cpu += after.cpu - before.cpu;
    }
}

/// Methods to compare on a table of cells.
pub struct CellContest<'a> {
    /// The cells.
    pub counts: &'a Counts,
    /// What is known of them.
    pub data: CellDataFacts,
    /// What is done.
    pub experiment: CellExperiment,
    /// The methods.
    pub methods: &'a [Box<dyn CellMethod>],
    /// Label of the one that gives each gene the mean of its non-zeros.
    pub baseline: String,
    /// Kinds of cells known beforehand, if any.
    pub labels: Option<CellLabels>,
    /// Tells the time; this crate reads no clock.
    pub clock: &'a dyn Fn() -> Clock,
}

impl std::fmt::Debug for CellContest<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let labels = self.methods.iter().map(|method| &method.facts().label);
        formatter
            .debug_struct("CellContest")
            .field("experiment", &self.experiment)
            .field("methods", &labels.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// A method in one repeat, or why it failed, and what it took so far.
pub(super) struct Entrant {
    pub(super) fitted: std::result::Result<Box<dyn CellEstimator>, String>,
    cost: CellCost,
}

impl CellContest<'_> {
    /// Runs every method on every repeat, judges all by the same entries, and maps the cells before
    /// and after. The same seed gives the same bytes for any number of threads, but for the times.
    ///
    /// A method that fails says so in its costs and the others go on. Refused: what
    /// [`CellExperiment::trial`] refuses, and methods that have no gene in common.
    pub fn run(&self, run: &Run) -> Result<CellEvaluation> {
        if self.counts.n_cells() < FEWEST_CELLS {
            return Err(Error::TooLittle {
                method: "an evaluation".into(),
                what: "cells".into(),
                needed: FEWEST_CELLS,
                found: self.counts.n_cells(),
                advice: "give the table of all cells".into(),
            });
        }
        let mut gathering = Gathering::new(self);
        let progress = run.progress();
        let steps = self.methods.len() * (self.experiment.repeats + 1);
        progress.begin("evaluating", steps as u64);
        for repeat in 1..=self.experiment.repeats {
            let trial = self.experiment.trial(self.counts, repeat, run)?;
            self.hold(&trial, &mut gathering)?;
        }
        let mut found = gathering.finish(self.counts.genes());
        match map_tables(self, run) {
            Ok((maps, remarks)) => {
                found.maps = Some(maps);
                found.data.remarks.extend(remarks);
            }
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                let remark = format!("no map of the cells was made: {error}");
                found.data.remarks.push(remark);
            }
        }
        let hidden = hidden_in_words(&found, self.counts);
        found.data.remarks.extend(hidden);
        progress.end();
        Ok(found)
    }

    /// One repeat.
    fn hold(&self, trial: &CellTrial<'_>, gathering: &mut Gathering) -> Result<()> {
        let mut entrants = Vec::new();
        for (at, method) in self.methods.iter().enumerate() {
            let done = (trial.repeat - 1) * self.methods.len() + at;
            let label = &method.facts().label;
            let note = format!("{label}: repeat {}", trial.repeat);
            trial.run().progress().advance(done as u64, &note);
            entrants.push(self.enter(method.as_ref(), trial)?);
        }
        let genes = genes_of_all(self.counts.n_genes(), &entrants)?;
        gathering.keep_reasons(&entrants);
        let mut estimates = Vec::new();
        for entrant in &mut entrants {
            estimates.push(self.estimates(trial, &genes, entrant)?);
        }
        gathering.judge(trial, &genes, &estimates);
        gathering.keep_costs(entrants.into_iter().map(|entrant| entrant.cost));
        Ok(())
    }

    /// A method after it has learned what it sees in a trial.
    fn enter(&self, method: &dyn CellMethod, trial: &CellTrial<'_>) -> Result<Entrant> {
        let before = (self.clock)();
        let fitted = method.fit(trial.visible(), trial.run());
        let after = (self.clock)();
        let fitted = told(fitted, trial, &method.facts().label)?;
        let failed = fitted.as_ref().err();
        Ok(Entrant {
            cost: CellCost {
                method: method.facts().label.clone(),
                repeat: trial.repeat,
                fit_seconds: after.wall - before.wall,
                wall_seconds: after.wall - before.wall,
                cpu_seconds: after.cpu - before.cpu,
                status: failed.cloned().unwrap_or_else(|| DONE.into()),
            },
            fitted,
        })
    }

    /// What a method makes of the genes judged; nothing when it has failed.
    fn estimates(
        &self,
        trial: &CellTrial<'_>,
        genes: &[usize],
        entrant: &mut Entrant,
    ) -> Result<Option<CellEstimates>> {
        let Ok(fitted) = &entrant.fitted else {
            return Ok(None);
        };
        let made = trial.estimates(genes, fitted.as_ref(), self.clock);
        match told(made, trial, &entrant.cost.method)? {
            Ok((estimates, spent)) => {
                entrant.cost.wall_seconds += spent.wall;
                entrant.cost.cpu_seconds += spent.cpu;
                Ok(Some(estimates))
            }
            Err(reason) => {
                entrant.cost.status = reason;
                Ok(None)
            }
        }
    }
}

/// An error as words of one method; an interruption stays one.
fn told<T>(
    made: Result<T>,
    trial: &CellTrial<'_>,
    label: &str,
) -> Result<std::result::Result<T, String>> {
    match made {
        Ok(made) => Ok(Ok(made)),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            let message = format!("{label}: repeat {}: {error}", trial.repeat);
            trial.run().progress().warn(&message);
            Ok(Err(error.to_string()))
        }
    }
}

/// Genes that all methods impute that have not failed; one at least.
fn genes_of_all(genes: usize, entrants: &[Entrant]) -> Result<Vec<usize>> {
    let able = entrants.iter().filter_map(|e| e.fitted.as_deref().ok());
    let able: Vec<&dyn CellEstimator> = able.collect();
    let common = common_genes(genes, &able);
    if common.is_empty() {
        let numbers: Vec<String> = entrants
            .iter()
            .map(|entrant| match &entrant.fitted {
                Ok(fitted) => format!("{}: {}", entrant.cost.method, fitted.genes().len()),
                Err(reason) => format!("{} failed: {reason}", entrant.cost.method),
            })
            .collect();
        return Err(Error::Unusable(format!(
            "no gene is imputed by every method, so that nothing can be judged; genes of each: {}",
            numbers.join("; ")
        )));
    }
    Ok(common)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells::trial::CellWindow;
    use crate::cells::{CellMask, cell_summary, not_beaten};
    use imputome_core::Names;
    use ndarray::Array2;
    use rand::RngExt;

    /// Says the same of every entry of the genes it imputes.
    struct Constant {
        facts: MethodFacts,
        genes: Vec<usize>,
        estimate: f32,
    }

    impl Constant {
        fn boxed(label: &str, genes: Vec<usize>, estimate: f32) -> Box<dyn CellMethod> {
            Box::new(Self {
                facts: MethodFacts {
                    label: label.into(),
                    name: label.into(),
                    title: label.into(),
                    source: "a test".into(),
                    settings: Vec::new(),
                    chosen: Vec::new(),
                    remarks: Vec::new(),
                },
                genes,
                estimate,
            })
        }
    }

    struct Learned(Vec<usize>, f32);

    impl CellMethod for Constant {
        fn facts(&self) -> &MethodFacts {
            &self.facts
        }

        fn fit(&self, _: &Counts, _: &Run) -> Result<Box<dyn CellEstimator>> {
            match self.estimate < 0.0 {
                true => Err(Error::Unusable("it cannot".into())),
                false => Ok(Box::new(Learned(self.genes.clone(), self.estimate))),
            }
        }
    }

    impl CellEstimator for Learned {
        fn genes(&self) -> &[usize] {
            &self.0
        }

        fn reason(&self, gene: usize) -> String {
            let imputed = self.0.contains(&gene);
            if imputed { "" } else { "not asked for" }.into()
        }

        fn estimate(&self, window: CellWindow<'_>, _: &Run) -> Result<Array2<f32>> {
            let mut table = Array2::from_elem((window.counts.n_cells(), self.0.len()), self.1);
            // A refusal in the first cell of the table.
            if window.first == 0 && self.1 == 7.0 {
                table[(0, 0)] = f32::NAN;
            }
            Ok(table)
        }
    }

    /// 40 cells of 12 genes: gene g has a count of 3 in every cell but those that leave it out.
    fn counts() -> Counts {
        let table =
            Array2::from_shape_fn((40, 12), |(c, g)| if (c + g) % 4 == 1 { 0.0 } else { 3.0 });
        let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| i.to_string()).collect());
        let (cells, genes) = (names("cell", 40).unwrap(), names("gene", 12).unwrap());
        Counts::from_table(cells, genes, table.view()).unwrap()
    }

    fn held(methods: &[Box<dyn CellMethod>], experiment: CellExperiment) -> Result<CellEvaluation> {
        let contest = CellContest {
            counts: &counts(),
            data: CellDataFacts::default(),
            experiment,
            methods,
            baseline: "base".into(),
            labels: None,
            clock: &Clock::default,
        };
        contest.run(&Run::new(1, 1).unwrap())
    }

    #[test]
    fn scores_are_those_computed_by_hand_over_genes_that_all_impute() {
        let methods = [
            Constant::boxed("base", (0..12).collect(), 3.0),
            Constant::boxed("low", vec![1, 3, 5], 1.0),
            Constant::boxed("broken", vec![1], -1.0),
        ];
        let experiment = CellExperiment {
            mask: CellMask::Even,
            hide: 0.2,
            repeats: 2,
            seed: 3,
        };
        let found = held(&methods, experiment).unwrap();
        let rows = cell_summary(&found);
        // ln 4 against ln 2 wherever a 3 was hidden; ln 2 squared at zeros.
        let by_hand = 2f64.ln().powi(2);
        let scores = |row: usize, at: usize| rows[row].scores[at].mean;
        // Estimates of f32 on the way.
        assert!(scores(0, 0).abs() < 1e-12 && (scores(1, 0) - by_hand).abs() < 1e-6);
        assert!((scores(1, 4) - by_hand).abs() < 1e-6);
        assert!((scores(0, 4) - 4.0 * by_hand).abs() < 1e-6);
        assert_eq!(rows[2].failed.as_deref(), Some("it cannot"));
        let titles = not_beaten(&rows[1]);
        assert!(titles.contains(&"MSE") && !titles.contains(&"Error at zeros"));
        for judged in &found.judged {
            assert_eq!(judged.genes, 3);
            assert_eq!(judged.hidden, 72); // a fifth of 360
            assert_eq!(judged.judged + judged.not_imputed, 72);
        }
        let gene = &found.genes[12]; // of the second method, the first gene
        assert_eq!((gene.entries, gene.left_out.as_str()), (0, "not asked for"));
    }

    #[test]
    fn entries_that_one_method_refuses_are_judged_for_none() {
        let methods = [
            Constant::boxed("base", (0..12).collect(), 3.0),
            Constant::boxed("refuses", (0..12).collect(), 7.0),
        ];
        let experiment = CellExperiment {
            mask: CellMask::Even,
            // Everything but the last count of each gene, and so the entry refused too.
            hide: 0.999,
            repeats: 1,
            seed: 0,
        };
        let found = held(&methods, experiment).unwrap();
        assert_eq!(found.judged[0].refused, 1);
        assert_eq!(found.judged[0].judged, found.judged[0].hidden - 1);
    }

    #[test]
    fn molecules_put_aside_are_judged_at_every_entry_and_at_their_own_number() {
        let methods = [Constant::boxed("base", (0..12).collect(), 1.5)];
        let experiment = CellExperiment {
            mask: CellMask::Thinning,
            hide: 0.5,
            repeats: 1,
            seed: 0,
        };
        let found = held(&methods, experiment).unwrap();
        assert_eq!(found.judged[0].judged, 480);
        let rows = cell_summary(&found);
        // 1.5 seen are 1.5 put aside where half of the molecules are.
        let zero = rows[0].scores[4].mean;
        assert!((zero - 2.5f64.ln().powi(2)).abs() < 1e-6); // f32
        assert_eq!(rows[0].scores[5].definition.name, "poisson_loss");
        assert!(rows[0].scores[5].mean.is_finite());
    }

    #[test]
    fn cells_are_mapped_and_grouped_before_and_after_and_against_labels() {
        // Two kinds of 30 cells, each with a tenth of the genes of its own among many levels.
        let mut random = Run::new(1, 1).unwrap().stream("cells of two kinds");
        let table = Array2::from_shape_fn((60, 1000), |(c, g)| {
            let level = (1 + g % 7) as f32 * if g % 10 == c / 30 { 6.0 } else { 1.0 };
            (level * random.random_range(0.5..2.0f32)).round()
        });
        let names = |kind, n: usize| Names::new(kind, (0..n).map(|i| i.to_string()).collect());
        let (cells, genes) = (names("cell", 60).unwrap(), names("gene", 1000).unwrap());
        let counts = Counts::from_table(cells, genes, table.view()).unwrap();
        let label = |c: usize| (c != 7).then(|| format!("kind {}", c / 30));
        let methods = [Constant::boxed("base", (0..1000).collect(), 0.0)];
        let contest = CellContest {
            counts: &counts,
            data: CellDataFacts::default(),
            experiment: CellExperiment {
                repeats: 1,
                ..CellExperiment::default()
            },
            methods: &methods,
            baseline: "base".into(),
            labels: Some(CellLabels {
                by: "kind".into(),
                labels: (0..60).map(label).collect(),
            }),
            clock: &Clock::default,
        };
        let found = contest.run(&Run::new(1, 2).unwrap()).unwrap();
        let maps = found.maps.expect("a map");
        assert_eq!(maps.labels.as_ref().unwrap()[7], "");
        // Nothing is filled, so that both tables are the same.
        assert_eq!(maps.tables[0].places, maps.tables[1].places);
        assert_eq!(maps.tables[1].as_before, 1.0);
        let agreement = maps.tables[0].agreement.unwrap();
        assert!(agreement.silhouette.unwrap() > 0.5, "{agreement:?}");
        assert!(agreement.fmi > 0.5 && agreement.ari > 0.2, "{agreement:?}");
    }

    #[test]
    fn methods_without_a_gene_in_common_cannot_be_compared() {
        let methods = [
            Constant::boxed("base", vec![0, 1], 3.0),
            Constant::boxed("other", vec![2], 3.0),
        ];
        let error = held(&methods, CellExperiment::default()).unwrap_err();
        assert!(error.to_string().contains("base: 2; other: 1"), "{error}");
    }

    #[test]
    fn an_evaluation_is_read_back_from_its_files() {
        let methods = [
            Constant::boxed("base", (0..12).collect(), 3.0),
            Constant::boxed("low", vec![1, 3], 1.0),
        ];
        let found = held(&methods, CellExperiment::default()).unwrap();
        let files = found.to_files();
        let read = |name: &str| files.iter().find(|(n, _)| *n == name).unwrap().1.clone();
        assert!(CellEvaluation::is_stored_in(&read("evaluation.json")));
        let again = CellEvaluation::from_files(&mut |name| Ok(read(name))).unwrap();
        assert_eq!(again.to_files(), files);
        assert!(CellEvaluation::from_files(&mut |_| Ok("{}".into())).is_err());
    }
}

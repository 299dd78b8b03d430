//! Everything an experiment runs, in a fixed order: splits and masks, the same for every method.

use std::borrow::Cow;

use imputome_core::prepare::{Normalizer, hide_at_random, hide_profiles, split_groups};
use imputome_core::{Dataset, Error, Holdout, Imputation, Result, Run};
use ndarray::Array2;

use crate::enough::{FEWEST_HELD_OUT, expect_enough, judged_genes};
use crate::examples;
use crate::experiment::{Experiment, Hiding, Scenario, ScoreScale};
use crate::levels::Levels;
use crate::protocol::{self, Protocol};
use crate::reference::Reference;
use crate::rows::{Rows, remarks};

/// The trials of an experiment on a table, made one at a time when asked for.
///
/// A trial depends on the table, the experiment's seed and its own place alone: the same bytes in
/// whatever order, process or thread it is made, and the same for every method.
#[derive(Debug)]
pub struct Trials<'a> {
    data: &'a Dataset,
    experiment: &'a Experiment,
    levels: Option<Levels>,
    places: Vec<Place>,
    random: Run,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    index: usize,
    scenario: Scenario,
    repeat: usize,
    /// In place, the only hidden share; nothing where one fit serves all of them.
    hidden: Option<f64>,
}

/// One fit: what may be learned from, and what is to be filled afterwards.
#[derive(Debug)]
pub struct Trial {
    /// Its place in the order of trials, counted from 0: what [`Trials::get`] takes.
    pub index: usize,
    /// In-place or inductive.
    pub scenario: Scenario,
    /// Repeat, counted from 1.
    pub repeat: usize,
    /// What is to be filled with one fit: all hidden shares in the inductive scenario, one in
    /// place.
    pub tests: Vec<Test>,
    /// What the user should know of the normalization.
    pub remarks: Vec<String>,
    pub(crate) train: Option<Dataset>,
    pub(crate) incomplete_train: Option<Dataset>,
    /// Where scores stand on the scale of the table and methods saw another one.
    pub(crate) undo: Option<Normalizer>,
    pub(crate) reference: Reference,
    pub(crate) levels: Option<Levels>,
    pub(crate) hiding: Hiding,
    pub(crate) reference_share: f64,
}

/// A table with hidden entries, to be filled and judged.
#[derive(Debug)]
pub struct Test {
    /// Share of measured entries hidden.
    pub hidden: f64,
    /// The table as a method may see it, the entries hidden and their truth on the same scale.
    pub holdout: Holdout,
    /// The truth on the scale of the table, where scores stand there and methods saw another one.
    pub(crate) original: Option<Array2<f32>>,
    /// Genes judged, in table order: enough held-out entries, and variation among training
    /// entries and among held-out ones.
    pub judged: Vec<usize>,
    /// Held-out entries kept as examples (sample, gene): in the first repeat at the reference
    /// share, the same for every method.
    pub examples: Vec<(usize, usize)>,
}

impl<'a> Trials<'a> {
    /// Plans the trials of `experiment` on `data`. Refused when the experiment asks for nothing
    /// or the table is too small to be split or hidden in.
    pub fn new(data: &'a Dataset, experiment: &'a Experiment) -> Result<Self> {
        experiment.check()?;
        expect_enough(data, experiment)?;
        let levels = Levels::of(data, experiment.by.as_deref())?;
        Ok(Self {
            data,
            experiment,
            levels,
            places: places(experiment),
            random: Run::new(experiment.seed, 1)?,
        })
    }

    /// How many trials there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// True when there is none; an experiment that was accepted has at least one.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The table they are made of.
    pub fn data(&self) -> &'a Dataset {
        self.data
    }

    /// What was asked.
    pub fn experiment(&self) -> &'a Experiment {
        self.experiment
    }

    /// The levels scored apart, if any.
    pub fn levels(&self) -> Option<&Levels> {
        self.levels.as_ref()
    }

    /// The trial at `index`, below [`Trials::len`]. Refused when no gene of it could be judged.
    pub fn get(&self, index: usize) -> Result<Trial> {
        let place = self.places[index];
        match place.hidden {
            Some(hidden) => self.in_place(place, hidden),
            None => self.inductive(place),
        }
    }

    /// The trials in order.
    pub fn iter(&self) -> impl Iterator<Item = Result<Trial>> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    fn in_place(&self, place: Place, hidden: f64) -> Result<Trial> {
        let data = match self.experiment.protocol {
            Protocol::Strict => Cow::Borrowed(self.data),
            Protocol::Published => Cow::Owned(self.cut()?.0),
        };
        let rows = Rows {
            train: None,
            incomplete: None,
            tests: vec![self.hide(&data, place, hidden)?],
        };
        self.trial(place, vec![hidden], rows)
    }

    fn inductive(&self, place: Place) -> Result<Trial> {
        let ((train, test), incomplete, masks) = match self.experiment.protocol {
            Protocol::Strict => (self.split(place)?, None, place),
            Protocol::Published => {
                let rows = self.cut()?;
                let random = &mut self.random.stream(&stream(place, "deleted"));
                let incomplete = protocol::incomplete(&rows.0, random)?;
                // The test mask is the same in every repeat.
                (rows, Some(incomplete), Place { repeat: 1, ..place })
            }
        };
        let shares = self.experiment.hidden_shares.clone();
        let hide = |&hidden: &f64| self.hide(&test, masks, hidden);
        let rows = Rows {
            tests: shares.iter().map(hide).collect::<Result<_>>()?,
            train: Some(train),
            incomplete,
        };
        self.trial(place, shares, rows)
    }

    /// Training and test rows, no group on both sides.
    fn split(&self, place: Place) -> Result<(Dataset, Dataset)> {
        let test_share = self.experiment.test_share;
        let parts = split_groups(
            &self.data.group_of_samples(),
            &[1.0 - test_share, test_share],
            &mut self.random.stream(&stream(place, "split")),
        )?;
        let rows = |part: usize| self.data.select_samples(&parts[part]);
        Ok((rows(0), rows(1)))
    }

    /// Training and test rows as published: the table normalized as a whole, cut, and each side
    /// standardized by itself.
    fn cut(&self) -> Result<(Dataset, Dataset)> {
        let groups = self.data.group_of_samples();
        let (before, after) = protocol::cut_by_reversed_names(&groups, self.experiment.test_share);
        let data = match self.experiment.normalization.learn(self.data)? {
            Some(normalizer) => Cow::Owned(normalizer.apply(self.data)?),
            None => Cow::Borrowed(self.data),
        };
        let rows = |rows| protocol::standardized_by_itself(&data.select_samples(rows));
        Ok((rows(&before), rows(&after)))
    }

    /// All shares of a repeat draw from one stream, so that what is hidden at a low share is
    /// hidden at a high one too, and a curve over shares is not blurred by other masks.
    fn hide(&self, data: &Dataset, place: Place, hidden: f64) -> Result<Holdout> {
        let random = &mut self.random.stream(&stream(place, "mask"));
        match self.experiment.hiding {
            Hiding::Random => hide_at_random(data, hidden, random),
            Hiding::Profile => hide_profiles(data, hidden, random),
        }
    }

    fn examples(
        &self,
        place: Place,
        hidden: f64,
        holdout: &Holdout,
        judged: &[usize],
    ) -> Vec<(usize, usize)> {
        if place.repeat != 1 || hidden != self.experiment.reference_share() {
            return Vec::new();
        }
        let random = &mut self.random.stream(&stream(place, "examples"));
        examples::draw(holdout, judged, random)
    }

    fn trial(&self, place: Place, shares: Vec<f64>, rows: Rows) -> Result<Trial> {
        let normalizer = match self.experiment.protocol {
            Protocol::Strict => self.experiment.normalization.learn(rows.seen())?,
            // The whole table was normalized before it was cut.
            Protocol::Published => None,
        };
        let remarks = remarks(&rows, normalizer.as_ref());
        let back = self.experiment.score_on == ScoreScale::Original && normalizer.is_some();
        let (rows, original) = match &normalizer {
            Some(normalizer) => (rows.normalized(normalizer)?, Some(rows).filter(|_| back)),
            None => (rows, None),
        };
        let scored = original.as_ref().unwrap_or(&rows);
        let reference = Reference::of(scored.seen(), self.levels.as_ref());
        let judged: Vec<_> = scored
            .tests
            .iter()
            .map(|test| judged_genes(test, &reference))
            .collect();
        let tests = rows.tests.into_iter().zip(judged).zip(shares).enumerate();
        let tests = tests
            .map(|(at, ((holdout, judged), hidden))| {
                if judged.is_empty() {
                    return Err(nothing_to_judge(place, hidden));
                }
                Ok(Test {
                    hidden,
                    examples: self.examples(place, hidden, &holdout, &judged),
                    original: original.as_ref().map(|rows| rows.tests[at].truth().clone()),
                    holdout,
                    judged,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Trial {
            index: place.index,
            scenario: place.scenario,
            repeat: place.repeat,
            tests,
            remarks,
            train: rows.train,
            incomplete_train: rows.incomplete,
            undo: normalizer.filter(|_| back),
            reference,
            levels: self.levels.clone(),
            hiding: self.experiment.hiding,
            reference_share: self.experiment.reference_share(),
        })
    }
}

impl Test {
    /// The truth on the scale of the scores; meaningful at held-out entries.
    pub fn truth(&self) -> &Array2<f32> {
        self.original.as_ref().unwrap_or(self.holdout.truth())
    }
}

impl Trial {
    /// All that a method may learn from: complete training rows in the inductive scenario, the
    /// visible table in place.
    pub fn train(&self) -> &Dataset {
        match &self.train {
            Some(train) => train,
            None => self.tests[0].holdout.visible(),
        }
    }

    /// Estimates on the scale of the table, where scores stand there and methods saw another one.
    pub(crate) fn brought_back(&self, test: &Test, imputation: &Imputation) -> Option<Imputation> {
        let normalizer = self.undo.as_ref()?;
        let genes: Vec<usize> = (0..imputation.estimates.ncols()).collect();
        let mut imputation = imputation.clone();
        normalizer.undo(&genes, &test.holdout.visible().covariates, &mut imputation);
        Some(imputation)
    }

    /// Training rows with half of their values deleted, from which the baselines of the published
    /// protocol learn in the inductive scenario; nothing elsewhere.
    pub fn incomplete_train(&self) -> Option<&Dataset> {
        self.incomplete_train.as_ref()
    }

    /// The hidden share; nothing where one fit serves several.
    pub fn hidden(&self) -> Option<f64> {
        match self.scenario {
            Scenario::InPlace => Some(self.tests[0].hidden),
            Scenario::Inductive => None,
        }
    }

    /// Its name in progress and messages, such as `in-place, 50 % hidden, repeat 1`.
    pub fn name(&self) -> String {
        name(self.scenario, self.hidden(), self.repeat)
    }
}

fn name(scenario: Scenario, hidden: Option<f64>, repeat: usize) -> String {
    let scenario = scenario.name();
    match hidden {
        Some(hidden) => format!("{scenario}, {} % hidden, repeat {repeat}", percent(hidden)),
        None => format!("{scenario}, repeat {repeat}"),
    }
}

/// A share in percent without noise from binary fractions.
pub(crate) fn percent(share: f64) -> f64 {
    (share * 1e4).round() / 100.0
}

fn places(experiment: &Experiment) -> Vec<Place> {
    let mut places = Vec::new();
    for &scenario in &experiment.scenarios {
        for repeat in 1..=experiment.repeats {
            let shares: Vec<Option<f64>> = match scenario {
                Scenario::InPlace => experiment.hidden_shares.iter().copied().map(Some).collect(),
                Scenario::Inductive => vec![None],
            };
            for hidden in shares {
                places.push(Place {
                    index: places.len(),
                    scenario,
                    repeat,
                    hidden,
                });
            }
        }
    }
    places
}

fn stream(place: Place, what: &str) -> String {
    let scenario = place.scenario.name();
    format!("evaluate/{scenario}/repeat={}/{what}", place.repeat)
}

fn nothing_to_judge(place: Place, hidden: f64) -> Error {
    Error::Unusable(format!(
        "{}: no gene has {FEWEST_HELD_OUT} hidden values that vary, and varies among training samples too, so nothing can be judged with {} % hidden; hide another share, or give more samples",
        name(place.scenario, place.hidden, place.repeat),
        percent(hidden)
    ))
}

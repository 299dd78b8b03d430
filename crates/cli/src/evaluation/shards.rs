//! Parts of an evaluation that are done apart, on any machines, and joined.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use imputome_evaluate::{Comparison, Evaluation, Record, Trials};

use crate::context::Context;
use crate::failure::{Failure, Result};

use super::{Contest, Contestant, Fits, Workplace, checked};

/// Where parts lie, inside the folder of the evaluation.
const FOLDER: &str = "shards";
/// What they are parts of.
const QUESTION_FILE: &str = "question.toml";

/// One of several equal shares of the fits of an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Counted from 1.
    number: usize,
    of: usize,
}

/// A folder of parts.
#[derive(Debug)]
pub(crate) struct Shards {
    folder: PathBuf,
}

/// How much of a shard was there before, and how much there is to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShardDone {
    /// Fits done now.
    pub(crate) done: usize,
    /// Fits of the shard that were there already.
    pub(crate) before: usize,
    /// Fits of the whole evaluation.
    pub(crate) of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(number, of)| {
            let (number, of): (usize, usize) = (number.parse().ok()?, of.parse().ok()?);
            (1..=of).contains(&number).then_some(Self { number, of })
        });
        numbers.ok_or_else(|| {
            "expected a share of the work such as 2/4, the second of four".to_string()
        })
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}/{}", self.number, self.of)
    }
}

impl Shard {
    /// Whether one of many equal pieces of work belongs to it, counted from 0.
    pub(crate) fn has_number(self, number: usize) -> bool {
        number % self.of == self.number - 1
    }

    /// Whether a method's fit in a trial belongs to it. Methods take turns, so that no shard has all fits of the slowest.
    fn has(self, trial: usize, place: usize) -> bool {
        (trial + place) % self.of == self.number - 1
    }
}

impl Shards {
    /// Those inside the folder of an evaluation.
    pub(crate) fn inside(folder: &Path) -> Self {
        Self {
            folder: folder.join(FOLDER),
        }
    }

    /// Those in a folder of their own.
    pub(crate) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_path_buf(),
        }
    }

    /// What the parts are parts of, as text. Refused where there are none.
    pub(crate) fn question(&self) -> Result<String> {
        let file = self.folder.join(QUESTION_FILE);
        if !file.is_file() {
            return Err(
                Failure::input(format!("{}: holds no shards", self.folder.display()))
                    .hint("make some: imputome evaluate TABLE -o DIR --shard 1/4"),
            );
        }
        Ok(imputome_io::read_text(&file)?)
    }

    /// Notes what is asked. Refused where parts of another question lie.
    pub(crate) fn ask(&self, question: &str) -> Result<()> {
        if self.folder.join(QUESTION_FILE).is_file() {
            return self.expect(question);
        }
        std::fs::create_dir_all(&self.folder).map_err(|error| {
            let folder = self.folder.display();
            Failure::resource(format!("{folder}: cannot be made: {error}"))
        })?;
        let file = self.folder.join(QUESTION_FILE);
        Ok(imputome_io::write_bytes(&file, question.as_bytes())?)
    }

    /// Refuses parts of another question.
    pub(crate) fn expect(&self, question: &str) -> Result<()> {
        if self.question()? == question {
            return Ok(());
        }
        Err(Failure::usage(format!(
            "{}: holds shards of another question",
            self.folder.display()
        ))
        .hint("shards belong together when tables, methods, settings and seed are the same; name another output, or remove the folder"))
    }

    fn file(&self, trial: usize, place: usize) -> PathBuf {
        self.folder.join(format!("{trial:04}-{place:02}.json"))
    }

    fn has(&self, trial: usize, place: usize) -> bool {
        self.file(trial, place).is_file()
    }

    fn write(&self, place: usize, record: &Record) -> Result<()> {
        let text = serde_json::to_vec(record).expect("a record is plain data");
        let file = self.file(record.trial, place);
        Ok(imputome_io::write_bytes(&file, &text)?)
    }

    fn read(&self, trial: usize, place: usize) -> Result<Record> {
        let file = self.file(trial, place);
        let text = imputome_io::read_text(&file)?;
        serde_json::from_str(&text).map_err(|error| {
            Failure::input(format!("{}: {error}", file.display()))
                .hint("it is no part that imputome wrote; remove it and run its shard again")
        })
    }
}

/// Runs the fits of a shard that are not done yet.
pub(crate) fn run_shard(
    contest: &Contest,
    shard: Shard,
    question: &str,
    context: &Context,
) -> Result<ShardDone> {
    let trials = checked(contest, context)?;
    let shards = Shards::inside(contest.folder);
    shards.ask(question)?;
    let name = format!("shard-{}-of-{}", shard.number, shard.of);
    let fits = Fits {
        contest,
        trials: &trials,
        workplace: Workplace::named(&shards.folder, &name)?,
        context,
    };
    let comparison = comparison(contest, &trials);
    let units = (0..trials.len()).flat_map(|t| (0..contest.methods.len()).map(move |p| (t, p)));
    let of_shard: Vec<_> = units.filter(|&(t, p)| shard.has(t, p)).collect();
    let before = of_shard.iter().filter(|&&(t, p)| shards.has(t, p)).count();
    fits.carry_out(
        &|trial, place| shard.has(trial, place) && !shards.has(trial, place),
        &mut |place, label, trial, outcome| {
            shards.write(place, &comparison.judge(label, trial, &outcome))
        },
    )?;
    Ok(ShardDone {
        done: of_shard.len() - before,
        before,
        of: trials.len() * contest.methods.len(),
    })
}

/// Joins the parts in some folders into the evaluation that one process makes.
pub(crate) fn joined(
    contest: &Contest,
    folders: &[Shards],
    context: &Context,
) -> Result<Evaluation> {
    let trials = checked(contest, context)?;
    let mut comparison = comparison(contest, &trials);
    let mut missing = Vec::new();
    for trial in 0..trials.len() {
        for (place, contestant) in contest.methods.iter().enumerate() {
            context.interrupt.proceed()?;
            match folders.iter().find(|shards| shards.has(trial, place)) {
                Some(shards) => comparison.join(shards.read(trial, place)?),
                None => missing.push(format!("{} in trial {}", contestant.label, trial + 1)),
            }
        }
    }
    let Some(first) = missing.first() else {
        return Ok(comparison.finish());
    };
    Err(Failure::input(format!(
        "{} of {} fits are missing, the first {first}",
        missing.len(),
        trials.len() * contest.methods.len()
    ))
    .hint("run the shards that did not finish again: what is done is not done twice"))
}

fn comparison<'a>(contest: &Contest, trials: &'a Trials<'a>) -> Comparison<'a> {
    let facts = contest.methods.iter().map(Contestant::facts).collect();
    Comparison::new(contest.name, trials, facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fit_is_in_one_shard() {
        for of in 1..6 {
            for (trial, place) in [(0, 0), (3, 1), (7, 4)] {
                let has = |number: &usize| {
                    Shard {
                        number: *number,
                        of,
                    }
                    .has(trial, place)
                };
                assert_eq!((1..=of).filter(has).count(), 1);
            }
        }
    }

    #[test]
    fn a_shard_is_a_number_of_a_number() {
        assert_eq!("2/4".parse(), Ok(Shard { number: 2, of: 4 }));
        for wrong in ["", "2", "0/4", "5/4", "1/0", "a/b", "-1/4"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}

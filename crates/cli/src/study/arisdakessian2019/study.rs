//! The study at work: what is run, what is finished, where it lies.

use std::path::{Path, PathBuf};

use imputome_core::Run;

use crate::context::Context;
use crate::failure::{Exit, Failure, Result};

use super::super::Given;
use super::entrants::{Entrant, SLOW, Way};
use super::parts::Part;
use super::rows::{Found, Unit, is_finished, slug};
use super::sources::{CellTable, DataSet, SIMULATED};

/// Repeats where none are asked for; the paper's (speed) and ours.
const REPEATS: usize = 3;

/// What is asked of the study, and of what.
#[derive(Debug)]
pub(super) struct Study<'a> {
    pub(super) given: &'a Given,
    pub(super) context: &'a Context,
    pub(super) data: Vec<DataSet>,
    pub(super) entrants: Vec<Entrant>,
}

/// One method in one repeat on one data set.
#[derive(Debug)]
pub(super) struct Work<'a> {
    pub(super) table: &'a CellTable,
    pub(super) entrant: &'a Entrant,
    pub(super) repeat: usize,
    /// Its random numbers are those of the data set and the repeat, whatever the method.
    pub(super) run: &'a Run,
    /// Where lists may be put beside the numbers: without an ending.
    pub(super) place: PathBuf,
}

impl Study<'_> {
    pub(super) fn repeats(&self) -> usize {
        self.given.repeats.unwrap_or(REPEATS)
    }

    pub(super) fn simulated(&self) -> (usize, usize) {
        self.given.simulated.unwrap_or(SIMULATED)
    }

    /// Where the files of a part stand.
    pub(super) fn folder(&self, part: Part) -> PathBuf {
        self.given.output.join("runs").join(part.name())
    }

    /// Everything found by a part so far.
    pub(super) fn found(&self, part: Part) -> Result<Found> {
        Found::read(&self.folder(part))
    }

    /// The run of a repeat on a data set.
    pub(super) fn run(&self, data: &str, repeat: usize) -> Result<Run> {
        let seeds = Run::new(self.given.seed, 1)?;
        self.context
            .run(seeds.derived_seed(&format!("{data}, repeat {repeat}")))
    }

    /// Carries out what is not finished of a part on a data set. A method that fails is told and
    /// tried again the next time.
    pub(super) fn on_data(
        &self,
        part: Part,
        set: &DataSet,
        entrants: &[&Entrant],
        work: impl Fn(&Work, &mut Unit) -> Result<()>,
    ) -> Result<()> {
        // A simulation is another one in each repeat.
        self.repeated(part, &set.name, entrants, |run| set.read(run), work)
    }

    /// The same on a table that is no data set of the study.
    pub(super) fn on_table(
        &self,
        part: Part,
        name: &str,
        entrants: &[&Entrant],
        read: impl Fn() -> Result<CellTable>,
        work: impl Fn(&Work, &mut Unit) -> Result<()>,
    ) -> Result<()> {
        self.repeated(part, name, entrants, |_| read(), work)
    }

    /// Methods that learn; where none is named, without the one that takes twenty times as long.
    pub(super) fn networks(&self) -> Vec<&Entrant> {
        let wanted = |entrant: &&Entrant| {
            let slow = self.given.methods.is_empty() && entrant.label == SLOW;
            matches!(entrant.way, Way::Network(_)) && !slow
        };
        self.entrants.iter().filter(wanted).collect()
    }

    fn repeated(
        &self,
        part: Part,
        name: &str,
        entrants: &[&Entrant],
        read: impl Fn(&Run) -> Result<CellTable>,
        work: impl Fn(&Work, &mut Unit) -> Result<()>,
    ) -> Result<()> {
        for repeat in 0..self.repeats() {
            let mut pending = Vec::new();
            for entrant in entrants {
                let place = self.place(part, name, &entrant.label, repeat);
                if self.given.overwrite || !is_finished(&file(&place))? {
                    pending.push((*entrant, place));
                }
            }
            if pending.is_empty() {
                continue;
            }
            let run = self.run(name, repeat)?;
            let table = read(&run)?;
            for (entrant, place) in pending {
                let work_here = Work {
                    table: &table,
                    entrant,
                    repeat,
                    run: &run,
                    place,
                };
                self.unit((part, name), &work_here, &work)?;
            }
        }
        Ok(())
    }

    fn unit(
        &self,
        (part, data): (Part, &str),
        work_here: &Work,
        work: impl Fn(&Work, &mut Unit) -> Result<()>,
    ) -> Result<()> {
        self.context.interrupt.proceed()?;
        let (label, repeat) = (&work_here.entrant.label, work_here.repeat);
        let name = format!("{}, {data}, repeat {repeat}: {label}", part.name());
        self.context.terminal.say(&name);
        make(work_here.place.parent().unwrap_or(&self.given.output))?;
        let mut unit = Unit::new(data, label, repeat);
        match work(work_here, &mut unit) {
            Ok(()) => {}
            Err(failure) if failure.exit == Exit::Interrupted => return Err(failure),
            Err(failure) => {
                self.context
                    .terminal
                    .say(format!("warning: {name}: {}", failure.message));
                unit.fail(&failure.message);
            }
        }
        unit.write(&file(&work_here.place))
    }

    /// Where the files of a method in a repeat stand, without an ending.
    pub(super) fn place(&self, part: Part, data: &str, label: &str, repeat: usize) -> PathBuf {
        let folder = self.folder(part).join(slug(data));
        folder.join(format!("{}-{repeat}", slug(label)))
    }
}

/// The file of numbers at a place.
pub(super) fn file(place: &Path) -> PathBuf {
    beside(place, ".tsv")
}

/// A file beside the numbers.
pub(super) fn beside(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Makes a folder.
pub(super) fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })
}

//! Networks that the jobs of a batch system train apart.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use imputome::parts;
use imputome_core::{Error, Result as CoreResult, Run, Workers};

use crate::context::Context;
use crate::evaluation::{Shard, Shards};
use crate::failure::Result;

/// Workers of a fit of which this process is one: it trains its share, and reads what others have trained.
#[derive(Debug)]
pub(super) struct Networks {
    folder: PathBuf,
    shard: Shard,
    threads: usize,
    run: Run,
    /// Known once the share is trained and others are missing.
    tally: Mutex<Option<Tally>>,
}

/// How far the jobs are together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tally {
    /// Networks that this process trained.
    pub(super) trained: usize,
    /// Networks that are there.
    pub(super) there: usize,
    pub(super) of: usize,
}

/// The folder beside a model in which networks wait for each other.
pub(super) fn folder_of(model: &str) -> PathBuf {
    PathBuf::from(format!("{model}.shards"))
}

impl Networks {
    /// Those of one question; refused where networks of another lie.
    pub(super) fn ask(
        model: &str,
        question: &str,
        shard: Shard,
        context: &Context,
    ) -> Result<Self> {
        let shards = Shards::of(&folder_of(model));
        shards.ask(question)?;
        Ok(Self {
            folder: folder_of(model),
            shard,
            threads: context.threads,
            // A network has a thread of its own.
            run: Run::new(0, 1)?
                .with_device(context.device)
                .with_cancellation(context.interrupt.flag()),
            tally: Mutex::new(None),
        })
    }

    /// How far the jobs are, where this one could not end the fit.
    pub(super) fn waiting(&self) -> Option<Tally> {
        self.tally.lock().ok().and_then(|tally| *tally)
    }

    fn file(&self, number: usize) -> PathBuf {
        self.folder.join(format!("network-{number:05}"))
    }

    fn train(&self, (part, common): (&str, &[u8]), task: &[u8], number: usize) -> CoreResult<()> {
        self.run.proceed()?;
        let outcome = parts::carry_out(part, common, task, &self.run)?;
        let written = imputome_io::write_bytes(&self.file(number), &outcome);
        written.map_err(|error| Error::Unusable(error.to_string()))
    }

    /// Trains some networks, as many at once as there are threads.
    fn train_all(
        &self,
        asked: (&str, &[u8]),
        tasks: &[Vec<u8>],
        numbers: &[usize],
        finished: &AtomicUsize,
    ) -> CoreResult<()> {
        let next = AtomicUsize::new(0);
        let work = || -> CoreResult<()> {
            while let Some(&number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.train(asked, &tasks[number], number)?;
                finished.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let others: Vec<_> = (1..self.threads).map(|_| scope.spawn(work)).collect();
            let own = work();
            let others = others.into_iter().map(|other| {
                let ended = other.join();
                ended.unwrap_or_else(|_| Err(Error::Unusable("a network ended in a panic".into())))
            });
            others.fold(own, CoreResult::and)
        })
    }
}

impl Workers for Networks {
    fn carry_out(
        &self,
        part: &str,
        common: Vec<u8>,
        tasks: Vec<Vec<u8>>,
        finished: &dyn Fn(usize),
    ) -> CoreResult<Vec<Vec<u8>>> {
        let own = |&number: &usize| self.shard.has_number(number) && !self.file(number).is_file();
        let own: Vec<usize> = (0..tasks.len()).filter(own).collect();
        let trained = AtomicUsize::new(0);
        self.train_all((part, &common), &tasks, &own, &trained)?;
        finished(trained.into_inner());
        let there = (0..tasks.len()).filter(|&number| self.file(number).is_file());
        let there = there.count();
        if there < tasks.len() {
            if let Ok(mut tally) = self.tally.lock() {
                *tally = Some(Tally {
                    trained: own.len(),
                    there,
                    of: tasks.len(),
                });
            }
            return Err(Error::Unusable(
                "networks of other shards are missing".into(),
            ));
        }
        let read = |number| read(&self.file(number));
        (0..tasks.len()).map(read).collect()
    }
}

fn read(file: &Path) -> CoreResult<Vec<u8>> {
    imputome_io::read_bytes(file).map_err(|error| Error::Unusable(error.to_string()))
}

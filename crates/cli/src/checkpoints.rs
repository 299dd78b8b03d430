//! The state of a long fit, kept in a file beside the model.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use imputome_core::{Checkpoints, Error, Weights};

use crate::failure::{Failure, Result};

/// Facts of a checkpoint file.
const IDENTITY: &str = "identity";
const STATE: &str = "state";

/// Where a fit keeps its state.
#[derive(Debug)]
pub(crate) struct CheckpointFile {
    path: PathBuf,
    /// Plan, input and program; a state of another identity cannot be gone on from.
    identity: String,
    every: Duration,
    saved: Mutex<Instant>,
    start: Option<Weights>,
}

impl CheckpointFile {
    /// A file beside `model`, for a fit that starts from the beginning.
    pub(crate) fn beside(model: &str, identity: String, every: Duration) -> Self {
        Self {
            path: checkpoint_file(model),
            identity,
            every,
            saved: Mutex::new(Instant::now()),
            start: None,
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the fit go on from the state in the file. False when there is no file.
    ///
    /// Refused when the state belongs to another plan, input or program.
    pub(crate) fn resume(&mut self) -> Result<bool> {
        if !self.path.exists() {
            return Ok(false);
        }
        let stored = imputome_io::read_model(&self.path)?;
        let identity: String = stored.fact(IDENTITY)?;
        if identity != self.identity {
            return Err(Failure::input(format!(
                "{}: a checkpoint of another fit ({}), while this one is ({})",
                self.path.display(),
                difference(&identity, &self.identity),
                difference(&self.identity, &identity),
            ))
            .hint("repeat the command as it was, or leave --resume out to start again"));
        }
        self.start = Some(stored.under(STATE));
        Ok(true)
    }

    /// Removes the file, which a finished fit needs no more.
    pub(crate) fn remove(&self) {
        // A file that was never written is as good as removed.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Where the checkpoints of a model go.
pub(crate) fn checkpoint_file(model: &str) -> PathBuf {
    PathBuf::from(format!("{model}.checkpoint"))
}

/// Lines of `one` that `other` does not have.
fn difference(one: &str, other: &str) -> String {
    let lines: Vec<&str> = one
        .lines()
        .filter(|line| !line.is_empty() && !other.lines().any(|o| o == *line))
        .collect();
    lines.join("; ")
}

impl Checkpoints for CheckpointFile {
    fn latest(&self) -> imputome_core::Result<Option<Weights>> {
        Ok(self.start.clone())
    }

    fn due(&self) -> bool {
        self.saved
            .lock()
            .is_ok_and(|saved| saved.elapsed() >= self.every)
    }

    fn save(&self, state: &Weights) -> imputome_core::Result<()> {
        let stored = Weights::new()
            .with_fact(IDENTITY, &self.identity)
            .nested(STATE, state.clone());
        imputome_io::write_model(&self.path, &stored)
            .map_err(|error| Error::Checkpoint(error.to_string()))?;
        if let Ok(mut saved) = self.saved.lock() {
            *saved = Instant::now();
        }
        Ok(())
    }
}

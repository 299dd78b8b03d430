//! What the command line asks for.

use std::error::Error;

/// One run of one workload.
#[derive(Debug)]
pub(crate) struct Arguments {
    pub(crate) workload: String,
    pub(crate) engine: String,
    pub(crate) batch: Option<usize>,
    pub(crate) threads: usize,
    pub(crate) steps: usize,
    pub(crate) warm_up: usize,
    pub(crate) check: bool,
    /// Samples and epochs of a schedule whose time is told at the pace measured.
    pub(crate) samples: usize,
    pub(crate) epochs: usize,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut given = Self {
            workload: words.next().ok_or("expected w1, w2, w3, pmi or cohort")?,
            engine: "fused".to_owned(),
            batch: None,
            threads: 1,
            steps: 10,
            warm_up: 2,
            check: false,
            samples: 0,
            epochs: 1,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word}: expected a value"));
            match word.as_str() {
                "--engine" => given.engine = value()?,
                "--batch" => given.batch = Some(value()?.parse()?),
                "--threads" => given.threads = value()?.parse()?,
                "--steps" => given.steps = value()?.parse()?,
                "--warm-up" => given.warm_up = value()?.parse()?,
                "--samples" => given.samples = value()?.parse()?,
                "--epochs" => given.epochs = value()?.parse()?,
                "--check" => given.check = true,
                other => return Err(format!("no option `{other}`").into()),
            }
        }
        Ok(given)
    }
}

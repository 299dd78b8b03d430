//! Parts of a fit that others compute.
//!
//! A [`Part`] is a pure function of what it is given: whoever computes it, wherever and however often, comes to the
//! same bytes. So it may be lost and computed again, and a fit ends the same with [`Workers`] and without.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result, Run};

/// Processes, on this machine or on others, that compute parts of a fit.
pub trait Workers: Send + Sync {
    /// The outcomes of `tasks` in their order, each computed by the part of this name from `common`, which all of them
    /// need, and its own bytes ([`answer`]); `finished` is told how many are there, now and then.
    fn carry_out(
        &self,
        part: &str,
        common: Vec<u8>,
        tasks: Vec<Vec<u8>>,
        finished: &dyn Fn(usize),
    ) -> Result<Vec<Vec<u8>>>;
}

/// A part of a fit that can be computed anywhere.
pub trait Part {
    /// Its name, unlike that of any other.
    const NAME: &'static str;
    /// What all tasks of a kind need.
    type Common: Serialize + DeserializeOwned;
    /// What one task needs beside.
    type Task: Serialize + DeserializeOwned;
    /// What comes of it.
    type Outcome: Serialize + DeserializeOwned;

    /// Computes it. Nothing of `run` but its threads may matter to the outcome.
    fn carry_out(common: &Self::Common, task: &Self::Task, run: &Run) -> Result<Self::Outcome>;
}

/// The outcomes of `tasks` in their order, computed by `workers`; `finished` is told how many are there.
///
/// Refused when what comes back is no outcome of this part.
pub fn hand_out<P: Part>(
    workers: &dyn Workers,
    common: &P::Common,
    tasks: &[P::Task],
    finished: &dyn Fn(usize),
) -> Result<Vec<P::Outcome>> {
    let encoded = tasks.iter().map(written).collect();
    let outcomes = workers.carry_out(P::NAME, written(common), encoded, finished)?;
    if outcomes.len() != tasks.len() {
        return Err(Error::Unusable(format!(
            "{} tasks of {} were handed out and {} outcomes came back",
            tasks.len(),
            P::NAME,
            outcomes.len()
        )));
    }
    outcomes
        .iter()
        .map(|outcome| read(P::NAME, outcome))
        .collect()
}

/// Computes a task that [`hand_out`] gave away; its outcome as bytes.
///
/// Refused when the bytes are no task of this part.
pub fn answer<P: Part>(common: &[u8], task: &[u8], run: &Run) -> Result<Vec<u8>> {
    let outcome = P::carry_out(&read(P::NAME, common)?, &read(P::NAME, task)?, run)?;
    Ok(written(&outcome))
}

fn written(value: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(value).expect("plain data of known length")
}

fn read<T: DeserializeOwned>(part: &str, bytes: &[u8]) -> Result<T> {
    postcard::from_bytes(bytes).map_err(|error| {
        Error::Unusable(format!(
            "{} bytes are nothing that the part {part} knows ({error}); is the same version of imputome everywhere?",
            bytes.len()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scaled;

    impl Part for Scaled {
        const NAME: &'static str = "scaled";
        type Common = f32;
        type Task = Vec<f32>;
        type Outcome = Vec<f32>;

        fn carry_out(factor: &f32, values: &Vec<f32>, _: &Run) -> Result<Vec<f32>> {
            Ok(values.iter().map(|value| value * factor).collect())
        }
    }

    /// Answers in this process, the first `lost` outcomes left out.
    struct Here {
        lost: usize,
    }

    impl Workers for Here {
        fn carry_out(
            &self,
            part: &str,
            common: Vec<u8>,
            tasks: Vec<Vec<u8>>,
            finished: &dyn Fn(usize),
        ) -> Result<Vec<Vec<u8>>> {
            finished(tasks.len());
            assert_eq!(part, "scaled");
            let run = Run::new(0, 1)?;
            let tasks = tasks.iter().skip(self.lost);
            tasks
                .map(|task| answer::<Scaled>(&common, task, &run))
                .collect()
        }
    }

    #[test]
    fn outcomes_come_back_in_order_to_the_bit() {
        let tasks = [vec![0.1, f32::NAN], vec![], vec![-0.0]];
        let found = hand_out::<Scaled>(&Here { lost: 0 }, &1.5, &tasks, &|_| {}).unwrap();
        let bits = |rows: &[Vec<f32>]| -> Vec<Vec<u32>> {
            let row = |row: &Vec<f32>| row.iter().map(|value| value.to_bits()).collect();
            rows.iter().map(row).collect()
        };
        assert_eq!(
            bits(&found),
            bits(&[vec![0.1 * 1.5, f32::NAN], vec![], vec![-0.0]])
        );
    }

    #[test]
    fn a_lost_outcome_and_foreign_bytes_are_refused() {
        let lost = hand_out::<Scaled>(&Here { lost: 1 }, &1.0, &[vec![1.0]], &|_| {}).unwrap_err();
        assert!(lost.to_string().contains("1 tasks of scaled"), "{lost}");
        let run = Run::new(0, 1).unwrap();
        let foreign = answer::<Scaled>(&[1], &[2, 3], &run).unwrap_err();
        assert!(foreign.to_string().contains("same version"), "{foreign}");
    }
}

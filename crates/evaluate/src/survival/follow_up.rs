//! Times until an event or until last sight.

use imputome_core::{Error, Result};

/// How long each sample was followed, and whether the event came.
#[derive(Clone, Debug, PartialEq)]
pub struct FollowUp {
    times: Vec<f64>,
    events: Vec<bool>,
}

impl FollowUp {
    /// `times`, shape `[samples]`, in any unit from 0 on; `events` says whether the time ended with
    /// the event (true) or with the last sight of the sample (false: *censored*).
    ///
    /// Refused: another number of events than times, times that are negative or not finite.
    pub fn new(times: Vec<f64>, events: Vec<bool>) -> Result<Self> {
        if times.len() != events.len() {
            return Err(Error::Shape {
                what: "events of a follow-up, one per time".into(),
                expected: times.len().to_string(),
                found: events.len().to_string(),
            });
        }
        let broken = |time: &f64| !(time.is_finite() && *time >= 0.0);
        if let Some(at) = times.iter().position(broken) {
            return Err(Error::Unusable(format!(
                "time {} of the follow-up is {}, expected a finite number from 0 on; leave such \
                 samples out",
                at + 1,
                times[at]
            )));
        }
        Ok(Self { times, events })
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.times.len()
    }

    /// Number of events.
    pub fn n_events(&self) -> usize {
        self.events.iter().filter(|&&event| event).count()
    }

    /// Times, shape `[samples]`.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Whether the time ended with the event, shape `[samples]`.
    pub fn events(&self) -> &[bool] {
        &self.events
    }

    /// The follow-up of these samples, in this order.
    pub fn select(&self, samples: &[usize]) -> Self {
        Self {
            times: samples.iter().map(|&s| self.times[s]).collect(),
            events: samples.iter().map(|&s| self.events[s]).collect(),
        }
    }

    /// Refuses what has another number of samples.
    pub(crate) fn expect_samples(&self, what: &str, found: usize) -> Result<()> {
        if found == self.n_samples() {
            return Ok(());
        }
        Err(Error::Shape {
            what: format!("samples of {what}, as in the follow-up"),
            expected: self.n_samples().to_string(),
            found: found.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_no_time_is_refused_by_its_place() {
        let refused = FollowUp::new(vec![1.0, -2.0], vec![true, false]).unwrap_err();
        assert!(
            refused
                .to_string()
                .contains("time 2 of the follow-up is -2")
        );
        assert!(FollowUp::new(vec![f64::NAN], vec![true]).is_err());
        assert!(FollowUp::new(vec![1.0], vec![]).is_err());
    }

    #[test]
    fn selected_samples_stand_in_the_order_asked_for() {
        let all = FollowUp::new(vec![1.0, 2.0, 3.0], vec![true, false, true]).unwrap();
        let some = all.select(&[2, 0]);
        assert_eq!((some.times(), some.n_events()), (&[3.0, 1.0][..], 2));
    }
}

//! How many are left as time goes on (Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452).

use super::FollowUp;
use super::tails::NORMAL_975;

/// The scale on which confidence limits lie evenly about the estimate; 95 %, at each time alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BandTransform {
    /// `log S`, cut at 1. As R's `survfit` by default.
    #[default]
    Log,
    /// `log(-log S)`, which stays within 0 and 1 (Kalbfleisch and Prentice 1980). As lifelines.
    LogLog,
    /// `S` itself, cut at 0 and 1.
    Plain,
}

/// What happened at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KaplanMeierStep {
    /// The time.
    pub time: f64,
    /// Samples followed until then or longer.
    pub at_risk: usize,
    /// Events at this time.
    pub events: usize,
    /// Samples last seen at this time.
    pub censored: usize,
    /// Estimated share without the event after this time.
    pub survival: f64,
    /// Its standard error (Greenwood 1926); 0 before the first event and once nobody is left.
    pub standard_error: f64,
    /// Lower and upper end of the 95 % confidence interval; nothing once nobody is left.
    pub limits: Option<(f64, f64)>,
}

/// The curve of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct KaplanMeier {
    /// A step for each time of the follow-up, ascending.
    pub steps: Vec<KaplanMeierStep>,
    /// Samples in all.
    pub samples: usize,
    /// Events in all.
    pub events: usize,
}

impl KaplanMeier {
    /// The curve of all samples of a follow-up.
    pub fn of(follow_up: &FollowUp, band: BandTransform) -> Self {
        let (times, events) = (follow_up.times(), follow_up.events());
        let mut order: Vec<usize> = (0..times.len()).collect();
        order.sort_by(|&a, &b| times[a].total_cmp(&times[b]).then(a.cmp(&b)));
        let mut at_risk = times.len();
        let (mut survival, mut hazard_variance) = (1.0, 0.0);
        let mut steps = Vec::new();
        for group in order.chunk_by(|&a, &b| times[a] == times[b]) {
            let deaths = group.iter().filter(|&&s| events[s]).count();
            let (all, left) = (at_risk as f64, (at_risk - deaths) as f64);
            survival *= left / all;
            if deaths > 0 {
                hazard_variance += deaths as f64 / (all * left);
            }
            let error = hazard_variance.sqrt();
            steps.push(KaplanMeierStep {
                time: times[group[0]],
                at_risk,
                events: deaths,
                censored: group.len() - deaths,
                survival,
                standard_error: if survival > 0.0 {
                    survival * error
                } else {
                    0.0
                },
                limits: limits(survival, error, band),
            });
            at_risk -= group.len();
        }
        Self {
            steps,
            samples: follow_up.n_samples(),
            events: follow_up.n_events(),
        }
    }

    /// The curves of groups, `groups` numbering each sample's from 0 and `n_groups` their number.
    pub fn by_group(
        follow_up: &FollowUp,
        groups: &[usize],
        n_groups: usize,
        band: BandTransform,
    ) -> Vec<Self> {
        let of = |group| {
            let members: Vec<usize> = (0..groups.len()).filter(|&s| groups[s] == group).collect();
            Self::of(&follow_up.select(&members), band)
        };
        (0..n_groups).map(of).collect()
    }

    /// The last step at or before a time; nothing before the first.
    pub fn at(&self, time: f64) -> Option<&KaplanMeierStep> {
        let after = self.steps.partition_point(|step| step.time <= time);
        after.checked_sub(1).map(|at| &self.steps[at])
    }

    /// Samples followed until a time or longer.
    pub fn at_risk(&self, time: f64) -> usize {
        let next = self.steps.partition_point(|step| step.time < time);
        self.steps.get(next).map_or(0, |step| step.at_risk)
    }

    /// The time by which half have had the event; the middle of the step where exactly half are
    /// left, as R's `survfit`. Nothing while more are left.
    pub fn median(&self) -> Option<f64> {
        self.crossing(|step| Some(step.survival))
    }

    /// 95 % confidence interval of the median: where the limits of the curve cross one half
    /// (Brookmeyer and Crowley 1982, doi:10.2307/2530286); nothing for an end that does not.
    pub fn median_limits(&self) -> (Option<f64>, Option<f64>) {
        (
            self.crossing(|step| step.limits.map(|limits| limits.0)),
            self.crossing(|step| step.limits.map(|limits| limits.1)),
        )
    }

    fn crossing(&self, height: impl Fn(&KaplanMeierStep) -> Option<f64>) -> Option<f64> {
        // A product of some hundred shares is exact to this.
        const ROUNDING: f64 = 1e-12;
        let mut dying = self.steps.iter().filter(|step| step.events > 0);
        let reached = |step: &&KaplanMeierStep| height(step).is_some_and(|h| h <= 0.5 + ROUNDING);
        let first = dying.find(reached)?;
        let exactly = height(first).is_some_and(|h| h >= 0.5 - ROUNDING);
        match dying.next() {
            Some(next) if exactly => Some((first.time + next.time) / 2.0),
            _ => Some(first.time),
        }
    }
}

/// `error` is the standard error of `log S`, by which all others follow (the delta method).
fn limits(survival: f64, error: f64, band: BandTransform) -> Option<(f64, f64)> {
    if survival <= 0.0 {
        return None;
    }
    if survival >= 1.0 {
        return Some((1.0, 1.0));
    }
    let reach = NORMAL_975 * error;
    let (low, high) = match band {
        BandTransform::Log => (survival * (-reach).exp(), survival * reach.exp()),
        BandTransform::LogLog => {
            let (hazard, reach) = (-survival.ln(), reach / survival.ln().abs());
            (
                (-hazard * reach.exp()).exp(),
                (-hazard * (-reach).exp()).exp(),
            )
        }
        BandTransform::Plain => (survival * (1.0 - reach), survival * (1.0 + reach)),
    };
    Some((low.max(0.0), high.min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(times: &[f64], events: &[bool]) -> KaplanMeier {
        let follow_up = FollowUp::new(times.to_vec(), events.to_vec()).unwrap();
        KaplanMeier::of(&follow_up, BandTransform::Log)
    }

    #[test]
    fn a_curve_by_hand() {
        let found = curve(&[1.0, 2.0, 2.0, 3.0], &[true, true, false, false]);
        let survival: Vec<f64> = found.steps.iter().map(|step| step.survival).collect();
        assert_eq!(survival, [0.75, 0.5, 0.5]);
        let counts = |step: &KaplanMeierStep| (step.at_risk, step.events, step.censored);
        assert_eq!(counts(&found.steps[1]), (3, 1, 1));
        // Greenwood: 0.5 √(1/(4·3) + 1/(3·2)) = 0.25.
        assert!((found.steps[1].standard_error - 0.25).abs() < 1e-15);
        assert_eq!(
            [0.0, 1.0, 1.5, 3.0, 4.0].map(|t| found.at_risk(t)),
            [4, 4, 3, 1, 0]
        );
        assert!(found.at(0.5).is_none());
        assert_eq!(found.at(2.5).unwrap().time, 2.0);
    }

    #[test]
    fn the_median_is_the_middle_of_the_step_where_half_are_left() {
        assert_eq!(curve(&[1.0, 2.0, 3.0, 4.0], &[true; 4]).median(), Some(2.5));
        assert_eq!(curve(&[1.0, 2.0, 3.0], &[true; 3]).median(), Some(2.0));
        assert_eq!(
            curve(&[1.0, 2.0, 3.0], &[true, false, false]).median(),
            None
        );
    }

    #[test]
    fn once_nobody_is_left_there_are_no_limits() {
        let found = curve(&[1.0, 2.0], &[true, true]);
        assert_eq!(found.steps[1].survival, 0.0);
        assert_eq!(found.steps[1].limits, None);
        assert_eq!(found.steps[1].standard_error, 0.0);
    }

    #[test]
    fn every_band_holds_the_curve_and_stays_between_0_and_1() {
        let times: Vec<f64> = (1..31).map(f64::from).collect();
        let events: Vec<bool> = (1..31).map(|s| s % 3 > 0).collect();
        let follow_up = FollowUp::new(times, events).unwrap();
        for band in [
            BandTransform::Log,
            BandTransform::LogLog,
            BandTransform::Plain,
        ] {
            for step in KaplanMeier::of(&follow_up, band).steps {
                let (low, high) = step.limits.unwrap();
                assert!(0.0 <= low && low <= step.survival);
                assert!(step.survival <= high && high <= 1.0);
            }
        }
    }

    #[test]
    fn nobody_followed_is_no_curve() {
        let found = curve(&[], &[]);
        assert!(found.steps.is_empty() && found.median().is_none());
    }
}

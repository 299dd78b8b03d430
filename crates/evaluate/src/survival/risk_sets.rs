//! Who could have had the event at each time an event came.

use super::FollowUp;

/// What is done with events at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ties {
    /// Those who had the event leave the risk set one after the other, each sharing in what the
    /// others left (Efron 1977, doi:10.1080/01621459.1977.10480613). As R's `coxph` by default.
    #[default]
    Efron,
    /// All stay in the risk set for each of them (Breslow 1974, doi:10.2307/2529620). As `glmnet`.
    Breslow,
}

/// Events at one time. Its risk set is every position from `start` on, the first `events` of
/// which had the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EventTime {
    pub(super) start: usize,
    pub(super) events: usize,
}

/// Samples sorted by time once, for any number of models of them.
#[derive(Clone, Debug)]
pub struct RiskSets {
    /// The sample at each position: by time, those with the event first among equal times.
    order: Vec<usize>,
    events: Vec<bool>,
    event_times: Vec<EventTime>,
    ties: Ties,
}

impl RiskSets {
    /// Risk sets of all samples.
    pub fn new(follow_up: &FollowUp, ties: Ties) -> Self {
        let (times, events) = (follow_up.times(), follow_up.events());
        let mut order: Vec<usize> = (0..times.len()).collect();
        order.sort_by(|&a, &b| {
            let by_time = times[a].total_cmp(&times[b]);
            by_time.then(events[b].cmp(&events[a])).then(a.cmp(&b))
        });
        Self::of_order(order, follow_up, ties)
    }

    /// Risk sets of some samples alone, `kept` saying which, shape `[samples]`.
    pub fn keeping(&self, follow_up: &FollowUp, kept: &[bool]) -> Self {
        let order = self.order.iter().copied().filter(|&s| kept[s]).collect();
        Self::of_order(order, follow_up, self.ties)
    }

    fn of_order(order: Vec<usize>, follow_up: &FollowUp, ties: Ties) -> Self {
        let events: Vec<bool> = order.iter().map(|&s| follow_up.events()[s]).collect();
        let mut event_times: Vec<EventTime> = Vec::new();
        let mut start = 0;
        for (position, &sample) in order.iter().enumerate() {
            if follow_up.times()[sample] != follow_up.times()[order[start]] {
                start = position;
            }
            match event_times.last_mut() {
                _ if !events[position] => {}
                Some(last) if last.start == start => last.events += 1,
                _ => event_times.push(EventTime { start, events: 1 }),
            }
        }
        Self {
            order,
            events,
            event_times,
            ties,
        }
    }

    /// Number of samples.
    pub fn n_samples(&self) -> usize {
        self.order.len()
    }

    /// Number of events.
    pub fn n_events(&self) -> usize {
        self.event_times.iter().map(|time| time.events).sum()
    }

    /// The sample at each position, shape `[samples]`.
    pub(super) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Whether the sample at each position had the event, shape `[samples]`.
    pub(super) fn events(&self) -> &[bool] {
        &self.events
    }

    /// Times at which events came, ascending.
    pub(super) fn event_times(&self) -> &[EventTime] {
        &self.event_times
    }

    /// Share of the weight of an event time's events that has left before its `turn`th event.
    pub(super) fn share_gone(&self, time: EventTime, turn: usize) -> f64 {
        match self.ties {
            Ties::Efron => turn as f64 / time.events as f64,
            Ties::Breslow => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_last_seen_when_another_had_the_event_is_in_its_risk_set() {
        let follow_up = FollowUp::new(
            vec![5.0, 2.0, 2.0, 2.0, 9.0],
            vec![true, false, true, true, false],
        )
        .unwrap();
        let sets = RiskSets::new(&follow_up, Ties::Efron);
        assert_eq!(sets.order(), [2, 3, 1, 0, 4]);
        let expected = [
            EventTime {
                start: 0,
                events: 2,
            },
            EventTime {
                start: 3,
                events: 1,
            },
        ];
        assert_eq!(sets.event_times(), expected);
        assert_eq!((sets.n_samples(), sets.n_events()), (5, 3));
        let fewer = sets.keeping(&follow_up, &[true, true, false, true, false]);
        assert_eq!(fewer.order(), [3, 1, 0]);
        assert_eq!(fewer.n_events(), 2);
    }
}

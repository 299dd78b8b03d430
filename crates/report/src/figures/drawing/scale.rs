//! From values to pixels, with ticks at round numbers.

use crate::numbers::{quantity, signed};

/// A range of values laid over a range of pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    values: (f64, f64),
    pixels: (f64, f64),
    steps: Steps,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Steps {
    Even,
    Decades,
}

impl Scale {
    /// Equal steps. A range without extent is widened.
    pub(crate) fn linear(values: (f64, f64), pixels: (f64, f64)) -> Self {
        Self {
            values: widened(values),
            pixels,
            steps: Steps::Even,
        }
    }

    /// Equal factors; both ends must be positive.
    pub(crate) fn logarithmic(values: (f64, f64), pixels: (f64, f64)) -> Self {
        let (low, high) = values;
        let values = if high > low {
            values
        } else {
            (low / 2.0, low * 2.0)
        };
        Self {
            values,
            pixels,
            steps: Steps::Decades,
        }
    }

    /// The same scale, its ends moved outward to ticks.
    pub(crate) fn rounded(self, ticks: usize) -> Self {
        if self.steps == Steps::Decades {
            return self;
        }
        let step = self.step(ticks);
        let (low, high) = self.values;
        // A millionth of a step: ends that are ticks already stay.
        let values = (
            (low / step + 1e-6).floor() * step,
            (high / step - 1e-6).ceil() * step,
        );
        Self { values, ..self }
    }

    pub(crate) fn pixels(self) -> (f64, f64) {
        self.pixels
    }

    /// The least and the greatest value.
    pub(crate) fn ends(self) -> (f64, f64) {
        self.values
    }

    /// The pixel of a value, kept within the range.
    pub(crate) fn at(self, value: f64) -> f64 {
        let (low, high) = self.values;
        let value = value.clamp(low, high);
        let share = match self.steps {
            Steps::Even => (value - low) / (high - low),
            Steps::Decades => (value / low).ln() / (high / low).ln(),
        };
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }

    /// True where a value lies within the range.
    pub(crate) fn covers(self, value: f64) -> bool {
        (self.values.0..=self.values.1).contains(&value)
    }

    /// About so many ticks with their labels.
    pub(crate) fn ticks(self, about: usize) -> Vec<(f64, String)> {
        match self.steps {
            Steps::Even => self.even_ticks(about),
            Steps::Decades => self.decade_ticks(about),
        }
    }

    fn even_ticks(self, about: usize) -> Vec<(f64, String)> {
        let step = self.step(about);
        let decimals = decimals(step);
        let first = (self.values.0 / step - 1e-6).ceil() as i64;
        let last = (self.values.1 / step + 1e-6).floor() as i64;
        (first..=last)
            .map(|index| index as f64 * step)
            .map(|value| (value, signed(value, decimals)))
            .collect()
    }

    fn decade_ticks(self, about: usize) -> Vec<(f64, String)> {
        let (low, high) = self.values;
        let decades = (high / low).log10();
        let within: &[f64] = if decades < 0.8 {
            &[1.0, 2.0, 3.0, 4.0, 5.0, 7.0]
        } else if decades < 1.2 {
            &[1.0, 2.0, 3.0, 5.0]
        } else if decades < 2.5 {
            &[1.0, 3.0]
        } else {
            &[1.0]
        };
        let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
        // Labels of decades are short; twice as many as elsewhere still stand apart.
        let skip = (decades / (2 * about.max(1)) as f64).ceil().max(1.0) as usize;
        (first..=last)
            .step_by(skip)
            .flat_map(|power| within.iter().map(move |part| part * 10f64.powi(power)))
            .filter(|value| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9))
            .map(|value| (value, round_label(value)))
            .collect()
    }

    /// The step among 1, 2, 5 times a power of ten that gives about so many ticks.
    fn step(self, about: usize) -> f64 {
        let rough = (self.values.1 - self.values.0) / about.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let part = rough / power;
        // Geometric means of neighbors, so that each takes what is nearest to it.
        let step = match part {
            part if part < 1.414 => 1.0,
            part if part < 3.162 => 2.0,
            part if part < 7.071 => 5.0,
            _ => 10.0,
        };
        step * power
    }
}

/// The least and the greatest of some values.
pub(crate) fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

fn widened((low, high): (f64, f64)) -> (f64, f64) {
    if !(low.is_finite() && high.is_finite()) {
        (0.0, 1.0)
    } else if high - low > 1e-12 * low.abs().max(high.abs()).max(1e-12) {
        (low, high)
    } else {
        let margin = (low.abs() * 0.1).max(0.1);
        (low - margin, high + margin)
    }
}

fn decimals(step: f64) -> usize {
    usize::try_from(-(step * 1.000_001).log10().floor() as i64).unwrap_or(0)
}

/// Round numbers need no trailing zeros: `0.1`, `30`, `1,000`.
fn round_label(value: f64) -> String {
    let text = quantity(value);
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').into()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: Scale, about: usize) -> Vec<String> {
        scale.ticks(about).into_iter().map(|tick| tick.1).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        let scale = Scale::linear((-0.13, 0.93), (0.0, 100.0)).rounded(5);
        assert_eq!(
            labels(scale, 5),
            ["−0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(
            labels(Scale::logarithmic((0.08, 250.0), (0.0, 100.0)), 5),
            ["0.1", "1", "10", "100"]
        );
    }

    #[test]
    fn values_beyond_the_range_stay_at_its_ends() {
        let scale = Scale::linear((0.0, 1.0), (10.0, 20.0));
        assert_eq!(scale.at(-1e30), 10.0);
        assert_eq!(scale.at(0.5), 15.0);
        assert_eq!(scale.at(2.0), 20.0);
    }

    #[test]
    fn a_single_value_makes_a_range() {
        let scale = Scale::linear((0.5, 0.5), (0.0, 100.0));
        assert_eq!(scale.at(0.5), 50.0);
        let scale = Scale::linear((f64::NAN, f64::NAN), (0.0, 100.0));
        assert!(!scale.ticks(5).is_empty());
    }
}

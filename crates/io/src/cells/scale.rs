//! What one unit of a table of cells means, guessed from its values.

use imputome_core::{Counts, Scale};

/// Greatest value expected of a logarithm; ours: log2 of a billion molecules is 30.
const LARGEST_LOG: f32 = 30.0;

/// Entries looked at in each of three places; ours, for a guess.
const LOOKED_AT: usize = 1 << 16;

/// The scale of counts of cells, guessed from a part of their values as that of a file is, and why.
pub fn guess_scale_of_cells(counts: &Counts) -> (Scale, String) {
    let mut seen = Seen::default();
    let values = counts.values();
    for start in [0, values.len() / 2, values.len().saturating_sub(LOOKED_AT)] {
        seen.add(&values[start..(start + LOOKED_AT).min(values.len())]);
    }
    seen.scale()
}

/// What is seen of values; the same whatever order they come in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The least of them.
    pub(super) least: f32,
    /// The greatest of them.
    pub(super) greatest: f32,
    /// One that is no whole number.
    pub(super) fraction: Option<f32>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            least: f32::INFINITY,
            greatest: f32::NEG_INFINITY,
            fraction: None,
        }
    }
}

impl Seen {
    /// Looks at further values.
    pub(super) fn add(&mut self, values: &[f32]) {
        for &value in values.iter().filter(|value| **value != 0.0) {
            self.least = self.least.min(value);
            self.greatest = self.greatest.max(value);
            if self.fraction.is_none() && value.fract() != 0.0 {
                self.fraction = Some(value);
            }
        }
    }

    /// The scale that the values suggest, and why.
    pub(super) fn scale(&self) -> (Scale, String) {
        let (least, greatest) = (self.least, self.greatest);
        if least > greatest {
            return (Scale::Unknown, "every value is zero".into());
        }
        if least < 0.0 {
            return (
                Scale::Standardized,
                format!("values below zero, down to {least}: scaled"),
            );
        }
        match self.fraction {
            None => (
                Scale::Counts,
                format!("whole numbers up to {greatest}: raw counts"),
            ),
            Some(fraction) if greatest <= LARGEST_LOG => (
                Scale::Log,
                format!("fractions such as {fraction}, none above {greatest}: logarithms"),
            ),
            Some(fraction) => (
                Scale::Tpm,
                format!("fractions such as {fraction}, up to {greatest}: normalized, not logged"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale_of(values: &[f32]) -> Scale {
        let mut seen = Seen::default();
        seen.add(values);
        seen.scale().0
    }

    #[test]
    fn each_scale_is_told_by_its_values() {
        assert_eq!(scale_of(&[0.0, 1.0, 40.0]), Scale::Counts);
        assert_eq!(scale_of(&[0.0, 1.0, 1.0]), Scale::Counts);
        assert_eq!(scale_of(&[0.0, 0.7, 5.25]), Scale::Log);
        assert_eq!(scale_of(&[0.0, 0.7, 512.5]), Scale::Tpm);
        assert_eq!(scale_of(&[-0.4, 2.0]), Scale::Standardized);
        assert_eq!(scale_of(&[0.0]), Scale::Unknown);
    }
}

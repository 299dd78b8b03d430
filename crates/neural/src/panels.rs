//! Validation samples with some of their entries hidden, at several shares shown.

use imputome_core::{Dataset, Holdout, Result, Run, prepare::hide_at_random};

/// Shares of the measured entries shown; ours: evenly over all that a user may bring.
const SHOWN: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// Validation samples, some entries hidden, and what was made of them.
#[derive(Debug)]
pub struct Panel {
    /// What is shown and what is hidden.
    pub holdout: Holdout,
    /// Share of all genes shown, over the whole panel.
    pub shown: f64,
}

/// One hidden entry of a panel, and what was made of it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Sample, a row of the panel.
    pub sample: usize,
    /// Gene.
    pub gene: usize,
    /// The value hidden.
    pub truth: f64,
}

impl Panel {
    /// The `validation` samples once for each share; draws are those of `method`.
    pub fn of(method: &str, validation: &Dataset, run: &Run) -> Result<Vec<Self>> {
        let random = &mut run.stream(&format!("{method}/panels"));
        let entries = (validation.n_samples() * validation.n_genes()) as f64;
        let panel = |share: &f64| {
            let holdout = hide_at_random(validation, 1.0 - share, random)?;
            let shown = holdout.visible().measured.count() as f64 / entries;
            Ok(Self { holdout, shown })
        };
        SHOWN.iter().map(panel).collect()
    }

    /// The hidden entries, sample by sample.
    pub fn hidden(&self) -> impl Iterator<Item = Entry> + '_ {
        let hidden = self.holdout.held_out().0.indexed_iter();
        hidden
            .filter(|(_, hidden)| **hidden)
            .map(|((sample, gene), _)| Entry {
                sample,
                gene,
                truth: f64::from(self.holdout.truth()[(sample, gene)]),
            })
    }
}

/// A quantity that depends on the share of genes shown, known at a few shares.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ByShare {
    points: Vec<(f64, f64)>,
}

impl ByShare {
    /// Values at shares, in any order.
    pub fn new(mut points: Vec<(f64, f64)>) -> Self {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { points }
    }

    /// The value at a share: on straight lines between known shares, level beyond them.
    pub fn at(&self, share: f64) -> f64 {
        let next = self.points.iter().position(|point| point.0 >= share);
        match next {
            Some(0) => self.points[0].1,
            None => self.points.last().map_or(0.0, |point| point.1),
            Some(next) => {
                let ((x0, y0), (x1, y1)) = (self.points[next - 1], self.points[next]);
                y0 + (y1 - y0) * (share - x0) / (x1 - x0)
            }
        }
    }

    /// True when every share and value is finite and there is at least one.
    pub fn is_sound(&self) -> bool {
        let finite = |(x, y): &(f64, f64)| x.is_finite() && y.is_finite();
        !self.points.is_empty() && self.points.iter().all(finite)
    }

    /// Shares and values.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_known_shares_lie_on_a_line_and_are_level_beyond() {
        let curve = ByShare::new(vec![(0.9, 3.0), (0.1, 1.0)]);
        // f64 arithmetic on a line.
        assert!((curve.at(0.5) - 2.0).abs() < 1e-12);
        assert_eq!((curve.at(0.0), curve.at(1.0)), (1.0, 3.0));
    }
}

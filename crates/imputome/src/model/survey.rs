//! What training rows tell of single genes, gathered from some genes of a table at a time.

use imputome_core::Dataset;
use imputome_core::prepare::Scaler;
use ndarray::{Array2, ArrayView1, Zip};

use super::prepare::GeneRole;

/// Share of measured entries at the smallest value that makes it a detection floor. Ours: in
/// GTEx's log2(TPM + 0.001) it is 5 % and more, in tables without a floor one entry.
const FLOOR_SHARE: f64 = 0.01;

/// Roles and scales of genes, and the detection floor of all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Survey {
    /// Role of each gene seen.
    pub(super) roles: Vec<GeneRole>,
    /// Means and deviations of the learned ones among them.
    pub(super) scaler: Scaler,
    floor: Floor,
}

impl Survey {
    /// Looks at the genes of a table.
    pub(super) fn of(train: &Dataset) -> Self {
        let (values, measured) = (&train.values, &train.measured.0);
        let mut survey = Self::default();
        survey.floor.add(values, measured);
        let columns = values.columns().into_iter().zip(measured.columns());
        for (values, measured) in columns {
            let role = role(values, measured);
            survey.roles.push(role);
            if role == GeneRole::Learned {
                survey.scaler.learn_gene(values, measured);
            }
        }
        survey
    }

    /// The same with further genes.
    pub(super) fn join(&mut self, further: Self) {
        self.roles.extend(further.roles);
        self.scaler.means.extend(further.scaler.means);
        self.scaler.deviations.extend(further.scaler.deviations);
        self.floor.join(further.floor);
    }

    /// Positions of the learned genes.
    pub(super) fn learned(&self) -> Vec<usize> {
        positions_of_learned(&self.roles)
    }

    /// True when no entry of any gene was measured.
    pub(super) fn is_empty(&self) -> bool {
        self.floor.entries == 0
    }

    /// The smallest measured value, where enough entries share it to be a detection floor.
    pub(super) fn floor(&self) -> Option<f32> {
        self.floor.found()
    }
}

/// Positions of the learned genes among all.
pub(super) fn positions_of_learned(roles: &[GeneRole]) -> Vec<usize> {
    (0..roles.len())
        .filter(|&g| roles[g] == GeneRole::Learned)
        .collect()
}

/// The smallest measured value, if at least [`FLOOR_SHARE`] of the measured entries have it.
pub(super) fn detection_floor(data: &Dataset) -> Option<f32> {
    let mut floor = Floor::default();
    floor.add(&data.values, &data.measured.0);
    floor.found()
}

/// The smallest measured value and how often it stands; the same in whatever order it was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Floor {
    lowest: Option<f32>,
    at_lowest: usize,
    entries: usize,
}

impl Floor {
    fn add(&mut self, values: &Array2<f32>, measured: &Array2<bool>) {
        Zip::from(values)
            .and(measured)
            .for_each(|&value, &measured| {
                if measured {
                    self.join(Self {
                        lowest: Some(value),
                        at_lowest: 1,
                        entries: 1,
                    });
                }
            });
    }

    fn join(&mut self, other: Self) {
        self.entries += other.entries;
        let Some(value) = other.lowest else { return };
        match self.lowest {
            Some(lowest) if value > lowest => {}
            Some(lowest) if value == lowest => {
                self.at_lowest += other.at_lowest;
                // Zero and minus zero are equal; of the two the latter is the lowest.
                self.lowest = Some(if value.is_sign_negative() {
                    value
                } else {
                    lowest
                });
            }
            _ => (self.lowest, self.at_lowest) = (Some(value), other.at_lowest),
        }
    }

    fn found(&self) -> Option<f32> {
        let enough = self.at_lowest as f64 >= FLOOR_SHARE * self.entries as f64;
        self.lowest.filter(|_| self.at_lowest > 1 && enough)
    }
}

fn role(values: ArrayView1<'_, f32>, measured: ArrayView1<'_, bool>) -> GeneRole {
    let pairs = values.iter().zip(measured);
    let mut known = pairs.filter(|(_, m)| **m).map(|(value, _)| *value);
    match known.next() {
        None => GeneRole::NeverMeasured,
        Some(first) if known.all(|value| value == first) => GeneRole::Constant(first),
        Some(_) => GeneRole::Learned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::array;

    #[test]
    fn genes_looked_at_apart_tell_what_they_tell_together() {
        let (low, gap) = (-0.0, f32::NAN);
        let values = array![
            [1.0, 0.0, gap, 5.0, 2.0],
            [2.0, low, gap, 5.0, 0.0],
            [gap, 3.0, gap, gap, 7.0]
        ];
        let names = |kind, n| Names::new(kind, (0..n).map(|i: usize| i.to_string()).collect());
        let samples = names("sample", 3).unwrap();
        let data = Dataset::new(values, samples, names("gene", 5).unwrap()).unwrap();
        let together = Survey::of(&data);
        assert_eq!(together.learned(), [0, 1, 4]);
        let floor = together.floor().unwrap();
        assert!(floor == 0.0 && floor.is_sign_negative());
        for count in 1..5 {
            let mut apart = Survey::default();
            for first in (0..5).step_by(count) {
                let genes: Vec<usize> = (first..(first + count).min(5)).collect();
                apart.join(Survey::of(&data.select_genes(&genes)));
            }
            assert_eq!(apart, together);
        }
    }
}

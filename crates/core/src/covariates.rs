//! Tissue, sex, age and the like, and how they become numbers.
//!
//! Levels and means are learned from training rows by [`CovariateEncoder::fit`] and only applied
//! afterwards, so that test rows teach nothing.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// One covariate's name and values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Covariate {
    /// Its name, such as `tissue`.
    pub name: String,
    /// One value per sample.
    pub values: CovariateValues,
}

/// The values of a covariate, one per sample; `None` where it is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum CovariateValues {
    /// One of a few levels.
    Categorical(Vec<Option<String>>),
    /// A quantity.
    Numeric(Vec<Option<f64>>),
}

impl CovariateValues {
    /// How many samples they describe.
    pub fn len(&self) -> usize {
        match self {
            Self::Categorical(values) => values.len(),
            Self::Numeric(values) => values.len(),
        }
    }

    /// True when they describe no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn select(&self, positions: &[usize]) -> Self {
        match self {
            Self::Categorical(v) => {
                Self::Categorical(positions.iter().map(|&p| v[p].clone()).collect())
            }
            Self::Numeric(v) => Self::Numeric(positions.iter().map(|&p| v[p]).collect()),
        }
    }
}

/// The covariates of a table's samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Covariates {
    n_samples: usize,
    columns: Vec<Covariate>,
}

impl Covariates {
    /// No covariate at all, for `n_samples` samples.
    pub fn none(n_samples: usize) -> Self {
        Self {
            n_samples,
            columns: Vec::new(),
        }
    }

    /// The given columns. Refused when one does not have `n_samples` values or a name repeats.
    pub fn new(n_samples: usize, columns: Vec<Covariate>) -> Result<Self> {
        for (position, column) in columns.iter().enumerate() {
            if column.values.len() != n_samples {
                return Err(Error::Shape {
                    what: format!("values of covariate {:?}", column.name),
                    expected: n_samples.to_string(),
                    found: column.values.len().to_string(),
                });
            }
            if columns[..position]
                .iter()
                .any(|other| other.name == column.name)
            {
                return Err(Error::Unusable(format!(
                    "covariate {:?} is given twice",
                    column.name
                )));
            }
        }
        Ok(Self { n_samples, columns })
    }

    /// How many samples they describe.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// The columns in order.
    pub fn columns(&self) -> &[Covariate] {
        &self.columns
    }

    /// The categorical values of the covariate `name`, if there is one.
    pub fn categorical(&self, name: &str) -> Option<&[Option<String>]> {
        self.columns
            .iter()
            .find(|c| c.name == name)
            .and_then(|c| match &c.values {
                CovariateValues::Categorical(values) => Some(values.as_slice()),
                CovariateValues::Numeric(_) => None,
            })
    }

    /// The numeric values of the covariate `name`, if there is one.
    pub fn numeric(&self, name: &str) -> Option<&[Option<f64>]> {
        self.columns
            .iter()
            .find(|c| c.name == name)
            .and_then(|c| match &c.values {
                CovariateValues::Numeric(values) => Some(values.as_slice()),
                CovariateValues::Categorical(_) => None,
            })
    }

    /// The given rows, in that order.
    pub fn select(&self, positions: &[usize]) -> Self {
        let columns = self
            .columns
            .iter()
            .map(|c| Covariate {
                name: c.name.clone(),
                values: c.values.select(positions),
            })
            .collect();
        Self {
            n_samples: positions.len(),
            columns,
        }
    }
}

/// The levels of a categorical covariate, sorted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// The covariate's name.
    pub name: String,
    /// Its levels among the training rows, sorted.
    pub levels: Vec<String>,
}

/// Center and spread of a numeric covariate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumericScale {
    /// The covariate's name.
    pub name: String,
    /// Mean over the training rows where it is known.
    pub mean: f64,
    /// Standard deviation (divisor n) over those rows; 1 where they do not vary.
    pub deviation: f64,
}

/// What training rows taught about covariates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CovariateEncoder {
    /// Categorical covariates in the order of the table.
    pub categorical: Vec<Levels>,
    /// Numeric covariates in the order of the table.
    pub numeric: Vec<NumericScale>,
}

/// Covariates as numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedCovariates {
    /// Level of each categorical covariate, shape `[samples, categorical]`; `None` where it is
    /// not known or was not among the training rows.
    pub levels: Array2<Option<usize>>,
    /// Numeric covariates as standard scores, shape `[samples, numeric]`; 0, the training mean,
    /// where not known.
    pub numeric: Array2<f32>,
    /// Levels that the training rows did not have: covariate, level, number of samples.
    pub unseen: Vec<(String, String, usize)>,
}

impl CovariateEncoder {
    /// Learns levels, means and deviations from `training` rows. A covariate with a single
    /// value tells nothing and is left out.
    pub fn fit(training: &Covariates) -> Self {
        let mut encoder = Self::default();
        for column in training.columns() {
            match &column.values {
                CovariateValues::Categorical(values) => {
                    let mut levels: Vec<String> = values.iter().flatten().cloned().collect();
                    levels.sort();
                    levels.dedup();
                    if levels.len() > 1 {
                        encoder.categorical.push(Levels {
                            name: column.name.clone(),
                            levels,
                        });
                    }
                }
                CovariateValues::Numeric(values) => {
                    encoder.numeric.extend(numeric_scale(&column.name, values));
                }
            }
        }
        encoder
    }

    /// Turns covariates into numbers by what was learned. A covariate that the table lacks
    /// counts as not known.
    pub fn encode(&self, covariates: &Covariates) -> EncodedCovariates {
        let n = covariates.n_samples();
        let mut levels = Array2::from_elem((n, self.categorical.len()), None);
        let mut unseen: Vec<(String, String, usize)> = Vec::new();
        for (c, known) in self.categorical.iter().enumerate() {
            let values = covariates.categorical(&known.name).unwrap_or_default();
            for (s, value) in values.iter().enumerate() {
                let Some(value) = value else { continue };
                levels[(s, c)] = known.levels.binary_search(value).ok();
                if levels[(s, c)].is_none() {
                    count_unseen(&mut unseen, &known.name, value);
                }
            }
        }
        let mut numeric = Array2::zeros((n, self.numeric.len()));
        for (c, known) in self.numeric.iter().enumerate() {
            let values = covariates.numeric(&known.name).unwrap_or_default();
            for (s, value) in values.iter().enumerate() {
                numeric[(s, c)] =
                    value.map_or(0.0, |v| ((v - known.mean) / known.deviation) as f32);
            }
        }
        EncodedCovariates {
            levels,
            numeric,
            unseen,
        }
    }
}

fn numeric_scale(name: &str, values: &[Option<f64>]) -> Option<NumericScale> {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let n = known.len() as f64;
    let mean = known.iter().sum::<f64>() / n;
    let deviation = (known.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    (deviation > 0.0).then(|| NumericScale {
        name: name.into(),
        mean,
        deviation,
    })
}

fn count_unseen(unseen: &mut Vec<(String, String, usize)>, covariate: &str, level: &str) {
    match unseen
        .iter_mut()
        .find(|(c, l, _)| c == covariate && l == level)
    {
        Some((_, _, count)) => *count += 1,
        None => unseen.push((covariate.into(), level.into(), 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tissues(values: &[&str]) -> Covariates {
        let values = values
            .iter()
            .map(|v| (!v.is_empty()).then(|| v.to_string()))
            .collect();
        let column = Covariate {
            name: "tissue".into(),
            values: CovariateValues::Categorical(values),
        };
        Covariates::new(column.values.len(), vec![column]).unwrap()
    }

    #[test]
    fn levels_come_from_training_rows_and_others_are_counted_as_unseen() {
        let encoder = CovariateEncoder::fit(&tissues(&["Lung", "Blood", "Lung"]));
        let encoded = encoder.encode(&tissues(&["Lung", "Nerve", "", "Nerve"]));
        assert_eq!(
            encoded.levels.column(0).to_vec(),
            [Some(1), None, None, None]
        );
        assert_eq!(
            encoded.unseen,
            [("tissue".to_string(), "Nerve".to_string(), 2)]
        );
    }

    #[test]
    fn a_numeric_covariate_is_scored_by_training_rows_and_unknown_is_their_mean() {
        let age = |values: Vec<Option<f64>>| {
            let n = values.len();
            let column = Covariate {
                name: "age".into(),
                values: CovariateValues::Numeric(values),
            };
            Covariates::new(n, vec![column]).unwrap()
        };
        let encoder = CovariateEncoder::fit(&age(vec![Some(40.0), Some(60.0), None]));
        let encoded = encoder.encode(&age(vec![Some(70.0), None]));
        assert_eq!(encoded.numeric.column(0).to_vec(), [2.0, 0.0]);
    }

    #[test]
    fn a_covariate_with_a_single_value_is_left_out() {
        assert!(
            CovariateEncoder::fit(&tissues(&["Lung", "Lung"]))
                .categorical
                .is_empty()
        );
    }

    #[test]
    fn a_table_without_the_covariate_is_all_unknown() {
        let encoder = CovariateEncoder::fit(&tissues(&["Lung", "Blood"]));
        let encoded = encoder.encode(&Covariates::none(2));
        assert_eq!(encoded.levels.column(0).to_vec(), [None, None]);
    }
}

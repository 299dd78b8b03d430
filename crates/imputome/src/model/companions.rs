//! Companion assays as methods receive them: one, over the features of the training rows.

use std::collections::HashMap;

use imputome_core::prepare::Scaler;
use imputome_core::{Companion, Dataset, Error, Mask, Names, Result};
use ndarray::{Array2, ArrayView1, concatenate};
use serde::{Deserialize, Serialize};

use super::quantiles::{AssayQuantiles, CompanionQuantiles};

/// Where the features of a table stand, by name.
type Columns<'a> = HashMap<String, (&'a Companion, usize)>;

/// What was learned about the companions of the training rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompanionFeatures {
    /// What they are, such as `methylation`; joined by ` and ` where there are several.
    pub name: String,
    /// Features measured with variation in training rows, in table order.
    pub features: Vec<String>,
    /// Mean and deviation of each over the training rows.
    pub scaler: Scaler,
    /// True where features stand beside the genes as columns of the table.
    pub stacked: bool,
    /// Share of the values that lay between 0 and 1, as all betas do; nothing where not known.
    #[serde(default)]
    pub within_unit: Option<f64>,
    /// What companions are brought to before the method sees them.
    #[serde(default)]
    pub quantiles: CompanionQuantiles,
    /// How the samples of each assay are distributed; of a model tuned from a source brought to
    /// its quantiles, those of the source.
    #[serde(default)]
    pub assays: Vec<AssayQuantiles>,
}

/// Standard deviations from the training mean beyond which a value is taken at this distance. Ours:
/// further off a linear method is led by a single feature.
const FARTHEST: f32 = 10.0;
/// Chance below which values that all lie between 0 and 1 are not M-values: ours.
const CHANCE: f64 = 1e-6;
/// Deviation below this part of the mean is rounding; ours, for single precision.
const ROUNDING: f64 = 1e-6;

/// A companion over the features learned.
pub(super) struct Aligned {
    /// Gaps hold training means.
    pub(super) companion: Companion,
    /// What the user should know.
    pub(super) remarks: Vec<String>,
}

/// What a table has of the features learned, shape `[samples, features]`.
pub(super) struct Gathered {
    /// Anything at gaps.
    pub(super) values: Array2<f32>,
    pub(super) measured: Mask,
    /// Features learned that the table does not have.
    lacking: usize,
}

impl CompanionFeatures {
    /// Looks at the companions of the training rows; nothing when none has a feature that varies.
    pub(super) fn learn(train: &Dataset, stacked: bool) -> Option<Self> {
        let (mut features, mut means, mut deviations) = (Vec::new(), Vec::new(), Vec::new());
        let mut columns_of = vec![Vec::new(); train.companions.len()];
        for (assay, c, name) in columns(&train.companions) {
            let companion = &train.companions[assay];
            let values = companion.values.column(c);
            let Some((mean, deviation)) = moments(values, companion.measured.column(c)) else {
                continue;
            };
            columns_of[assay].push(c);
            features.push(name);
            means.push(mean);
            deviations.push(deviation);
        }
        let names: Vec<&str> = train.companions.iter().map(|c| c.name.as_str()).collect();
        (!features.is_empty()).then(|| Self {
            name: names.join(" and "),
            features,
            scaler: Scaler { means, deviations },
            stacked,
            within_unit: within_unit(&train.companions).map(|(within, n)| within / n),
            quantiles: CompanionQuantiles::Own,
            assays: AssayQuantiles::of_each(&train.companions, &columns_of),
        })
    }

    /// The companions of any table, matched by name of feature.
    ///
    /// Refused when no feature is known, or values are shares (betas) on one side alone and stay
    /// as they are.
    pub(super) fn align(&self, data: &Dataset) -> Result<Aligned> {
        if self.quantiles == CompanionQuantiles::Own {
            self.expect_same_unit(data)?;
        }
        let found = found_in(data);
        let mut gathered = self.gather(data.n_samples(), &found);
        let lacking = gathered.lacking;
        if lacking == self.features.len() && !(data.companions.is_empty() && self.stacked) {
            return Err(self.stranger(&found));
        }
        let mut remarks = self.remarks(lacking, found.len());
        if self.quantiles == CompanionQuantiles::Source {
            self.bring_to_source(&mut gathered);
            remarks.push(format!(
                "{}: the values of each sample are taken at the quantiles of the source",
                self.name
            ));
        }
        let Gathered {
            mut values,
            measured,
            ..
        } = gathered;
        let far = self.bring_near(&mut values);
        if far > 0 {
            remarks.push(format!(
                "{far} values of {} lie more than {FARTHEST} standard deviations from the training mean and are taken at that distance",
                self.name
            ));
        }
        let features = Names::new("feature", self.features.clone())
            .expect("the names of a fitted model are unique");
        Ok(Aligned {
            companion: Companion {
                name: self.name.clone(),
                values,
                measured,
                features,
            },
            remarks,
        })
    }

    /// What a table has of the features learned, brought to the quantiles of the source.
    pub(super) fn brought(&self, data: &Dataset) -> Gathered {
        let mut gathered = self.gather(data.n_samples(), &found_in(data));
        self.bring_to_source(&mut gathered);
        gathered
    }

    /// What there is of the features learned, gaps at their training means.
    fn gather(&self, samples: usize, found: &Columns) -> Gathered {
        let shape = (samples, self.features.len());
        let mut values = Array2::zeros(shape);
        let mut measured = Mask::filled(shape.0, shape.1, false);
        let mut lacking = 0;
        for (at, (name, &mean)) in self.features.iter().zip(&self.scaler.means).enumerate() {
            let mut column = values.column_mut(at);
            column.fill(mean);
            let Some(&(companion, c)) = found.get(name) else {
                lacking += 1;
                continue;
            };
            ndarray::Zip::from(&mut column)
                .and(&mut measured.0.column_mut(at))
                .and(companion.values.column(c))
                .and(companion.measured.column(c))
                .for_each(|value, flag, &given, &present| {
                    *flag = present;
                    if present {
                        *value = given;
                    }
                });
        }
        Gathered {
            values,
            measured,
            lacking,
        }
    }

    /// Refuses betas where M-values were learned, and the reverse.
    fn expect_same_unit(&self, data: &Dataset) -> Result<()> {
        let (Some(learned), Some((within, n))) = (self.within_unit, within_unit(&data.companions))
        else {
            return Ok(());
        };
        let betas = learned == 1.0;
        // M-values may all lie there too, by chance.
        let by_chance = n * learned.ln() > CHANCE.ln();
        if (betas && within == n) || (!betas && (within < n || by_chance)) {
            return Ok(());
        }
        let unit = |shares: bool| match shares {
            true => "values between 0 and 1, as betas are",
            false => "values beyond 0 and 1, as M-values are",
        };
        Err(Error::Refused(format!(
            "{}: the model was fitted on {}, and these are {}; bring both to one unit (beta = 2^M / (1 + 2^M))",
            self.name,
            unit(betas),
            unit(!betas)
        )))
    }

    fn stranger(&self, found: &Columns) -> Error {
        let mut theirs: Vec<&str> = found.keys().map(String::as_str).collect();
        theirs.sort_unstable();
        Error::Unusable(format!(
            "the model was fitted with {}, and none of its {} features is given (known, for example: {}; given: {}); name the table with --companion, features as where it was fitted",
            self.name,
            self.features.len(),
            self.features.first().map_or("none", String::as_str),
            theirs.first().copied().unwrap_or("none")
        ))
    }

    /// Takes values far from the training mean at the farthest distance; gives their number.
    fn bring_near(&self, values: &mut Array2<f32>) -> usize {
        let mut far = 0;
        for mut row in values.rows_mut() {
            let scales = self.scaler.means.iter().zip(&self.scaler.deviations);
            for (value, (mean, deviation)) in row.iter_mut().zip(scales) {
                let (low, high) = (mean - FARTHEST * deviation, mean + FARTHEST * deviation);
                far += usize::from(*value < low || *value > high);
                *value = value.clamp(low, high);
            }
        }
        far
    }

    fn remarks(&self, lacking: usize, given: usize) -> Vec<String> {
        let mut remarks = Vec::new();
        let known = self.features.len();
        if lacking > 0 {
            remarks.push(format!(
                "{lacking} of the model's {known} features of {} are not given and stand at their training mean, which costs accuracy",
                self.name
            ));
        }
        let unknown = given - (known - lacking);
        if unknown > 0 {
            remarks.push(format!(
                "{unknown} features of {} never vary in training or are not known to the model, and are not used",
                self.name
            ));
        }
        remarks
    }

    /// The table with the features as further columns, in standard scores.
    pub(super) fn stack(&self, table: Dataset, companion: Companion) -> Dataset {
        let mut features = companion.values;
        for mut row in features.rows_mut() {
            let scales = self.scaler.means.iter().zip(&self.scaler.deviations);
            for (value, (mean, deviation)) in row.iter_mut().zip(scales) {
                *value = (*value - mean) / deviation;
            }
        }
        let same_rows = "companions have a row per sample";
        let beside = companion
            .features
            .iter()
            .map(|f| format!("{}/{f}", self.name));
        let names = table.genes.iter().map(String::from).chain(beside).collect();
        Dataset {
            values: concatenate![ndarray::Axis(1), table.values, features],
            measured: Mask(
                ndarray::concatenate(
                    ndarray::Axis(1),
                    &[table.measured.0.view(), companion.measured.0.view()],
                )
                .expect(same_rows),
            ),
            genes: Names::new("column", names)
                .expect("no gene is named like a feature after its assay"),
            companions: Vec::new(),
            ..table
        }
    }
}

fn found_in(data: &Dataset) -> Columns<'_> {
    let companions = &data.companions;
    columns(companions)
        .map(|(assay, c, name)| (name, (&companions[assay], c)))
        .collect()
}

/// Every feature by its number and that of its assay, with its name; after its assay's where
/// another assay has one of that name.
fn columns(companions: &[Companion]) -> impl Iterator<Item = (usize, usize, String)> {
    let elsewhere = move |at: usize, feature: &str| {
        let mut others = companions.iter().enumerate();
        others.any(|(other, o)| other != at && o.features.position(feature).is_some())
    };
    let all = companions.iter().enumerate();
    all.flat_map(move |(at, companion)| {
        let features = companion.features.iter().enumerate();
        features.map(move |(c, feature)| match elsewhere(at, feature) {
            true => (at, c, format!("{}/{feature}", companion.name)),
            false => (at, c, feature.to_string()),
        })
    })
}

/// How many measured values lie between 0 and 1, and how many there are; nothing without any.
fn within_unit(companions: &[Companion]) -> Option<(f64, f64)> {
    let (mut within, mut n) = (0.0, 0.0);
    for companion in companions {
        for (value, _) in companion
            .values
            .iter()
            .zip(&companion.measured.0)
            .filter(|(_, m)| **m)
        {
            n += 1.0;
            within += f64::from(u8::from((0.0..=1.0).contains(value)));
        }
    }
    (n > 0.0).then_some((within, n))
}

/// Mean and standard deviation (divisor n) of the measured values; nothing where they do not vary.
pub(super) fn moments(values: ArrayView1<f32>, measured: ArrayView1<bool>) -> Option<(f32, f32)> {
    let known = || {
        let pairs = values.iter().zip(measured);
        pairs.filter(|(_, m)| **m).map(|(v, _)| f64::from(*v))
    };
    let n = known().count() as f64;
    let mean = known().sum::<f64>() / n;
    let deviation = (known().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt() as f32;
    let rounding = (ROUNDING * mean.abs()) as f32;
    (deviation > rounding).then_some((mean as f32, deviation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    fn data(values: Array2<f32>, features: &[&str]) -> Dataset {
        let names = |kind, n: Vec<String>| Names::new(kind, n).unwrap();
        let samples = (0..values.nrows()).map(|s| format!("S{s}")).collect();
        let features = names("feature", features.iter().map(|f| f.to_string()).collect());
        let expression = Array2::from_shape_fn((values.nrows(), 1), |(s, _)| s as f32);
        Dataset::new(
            expression,
            names("sample", samples),
            names("gene", vec!["A".into()]),
        )
        .and_then(|d| d.with_companions(vec![Companion::new("methylation", values, features)?]))
        .unwrap()
    }

    #[test]
    fn features_are_matched_by_name_and_absent_ones_stand_at_their_mean() {
        let train = data(
            array![[0.1, 5.0, 1.0], [0.3, 5.0, 3.0]],
            &["a", "flat", "b"],
        );
        let learned = CompanionFeatures::learn(&train, false).unwrap();
        assert_eq!(learned.features, ["a", "b"]);
        let aligned = learned
            .align(&data(array![[9.0, 7.0]], &["x", "b"]))
            .unwrap();
        assert_eq!(aligned.companion.values, array![[0.2, 7.0]]);
        assert_eq!(aligned.companion.measured.0, array![[false, true]]);
        assert_eq!(aligned.remarks.len(), 2);
    }

    #[test]
    fn betas_are_refused_where_m_values_were_learned_and_outliers_are_brought_near() {
        let learned = |values| CompanionFeatures::learn(&data(values, &["a"]), false).unwrap();
        let align = |to: &CompanionFeatures, values| to.align(&data(values, &["a"]));
        let betas = learned(array![[0.5], [0.5], [0.51]]);
        let refusal = align(&betas, array![[-3.0]]).err().unwrap().to_string();
        assert!(refusal.contains("as betas are"), "{refusal}");
        let near = align(&betas, array![[0.9]]).unwrap();
        assert!(near.companion.values[(0, 0)] < 0.56);
        assert!(near.remarks[0].contains("1 values"), "{:?}", near.remarks);
        let others = betas.align(&data(array![[0.5]], &["z"]));
        assert!(
            others
                .err()
                .unwrap()
                .to_string()
                .contains("none of its 1 features")
        );
    }

    #[test]
    fn stacked_features_stand_beside_the_genes_in_standard_scores() {
        let train = data(array![[1.0], [f32::NAN]], &["a"]);
        assert!(
            CompanionFeatures::learn(&train, true).is_none(),
            "one value"
        );
        let train = data(array![[1.0], [3.0]], &["a"]);
        let learned = CompanionFeatures::learn(&train, true).unwrap();
        let companion = learned.align(&train).unwrap().companion;
        let stacked = learned.stack(train, companion);
        assert_eq!(stacked.values, array![[0.0, -1.0], [1.0, 1.0]]);
        assert_eq!(&stacked.genes[1], "methylation/a");
    }
}

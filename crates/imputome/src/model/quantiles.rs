//! Companions of another cohort brought to the distribution of the source.

use std::collections::HashMap;
use std::ops::Range;

use imputome_core::prepare::TargetQuantiles;
use imputome_core::{Companion, Dataset, Error, Result};
use ndarray::{ArrayView1, s};
use serde::{Deserialize, Serialize};

use super::companions::{CompanionFeatures, Gathered, moments};

/// What companions are brought to before methods see them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CompanionQuantiles {
    /// Values stay as they are.
    #[default]
    Own,
    /// The values of each sample become the quantiles, at their places, of the samples that the
    /// model, or the source that it was tuned from, was learned from.
    Source,
}

/// How the samples of one assay are distributed over its features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssayQuantiles {
    /// Its features, by position among those learned.
    features: Range<usize>,
    /// Features that the source did not have, which go where their sample's others go; ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unknown: Vec<usize>,
    target: TargetQuantiles,
}

impl AssayQuantiles {
    /// Of each assay of the training rows over the `columns` learned of it.
    pub(super) fn of_each(companions: &[Companion], columns: &[Vec<usize>]) -> Vec<Self> {
        let mut begin = 0;
        let mut assays = Vec::new();
        for (companion, columns) in companions.iter().zip(columns) {
            let features = begin..begin + columns.len();
            begin = features.end;
            let values = |sample: usize| {
                let (values, measured) =
                    (companion.values.row(sample), companion.measured.row(sample));
                let known = columns.iter().filter(|&&c| measured[c]);
                known.map(|&c| values[c]).collect()
            };
            let samples = (0..companion.values.nrows()).map(values);
            assays.extend(
                TargetQuantiles::learn(columns.len(), samples).map(|target| Self {
                    features,
                    unknown: Vec::new(),
                    target,
                }),
            );
        }
        assays
    }

    /// The distribution of the assay of `source` that has most of these features; nothing where
    /// none has any.
    fn taken_from(&self, own: &[String], source: &CompanionFeatures) -> Option<Self> {
        let place_of: HashMap<&String, usize> = source.features.iter().zip(0..).collect();
        let own = own[self.features.clone()].iter();
        let places: Vec<Option<usize>> = own.map(|name| place_of.get(name).copied()).collect();
        let common = |assay: &&Self| {
            let known = places.iter().flatten();
            known.filter(|place| assay.features.contains(place)).count()
        };
        let from = source.assays.iter().max_by_key(common)?;
        let known = |place: &Option<usize>| place.is_some_and(|p| from.features.contains(&p));
        let unknown = (self.features.clone().zip(&places))
            .filter(|(_, place)| !known(place))
            .map(|(at, _)| at);
        let unknown: Vec<usize> = unknown.collect();
        (unknown.len() < self.features.len()).then(|| Self {
            features: self.features.clone(),
            unknown,
            target: from.target.clone(),
        })
    }

    /// Brings every sample to the target.
    fn apply(&self, gathered: &mut Gathered) {
        let own = s![.., self.features.clone()];
        let measured = gathered.measured.0.slice(own);
        let mut values = gathered.values.slice_mut(own);
        for (mut values, measured) in values.rows_mut().into_iter().zip(measured.rows()) {
            let Some(map) = self.target.map(self.known(values.view(), measured)) else {
                continue;
            };
            let measured = values.iter_mut().zip(measured).filter(|(_, m)| **m);
            measured.for_each(|(value, _)| *value = map.apply(*value));
        }
    }

    /// Measured values of a sample in features that the source had.
    fn known(&self, values: ArrayView1<f32>, measured: ArrayView1<bool>) -> Vec<f32> {
        let is_known = |at: &usize| {
            let feature = self.features.start + at;
            measured[*at] && self.unknown.binary_search(&feature).is_err()
        };
        let known = (0..values.len()).filter(is_known);
        known.map(|at| values[at]).collect()
    }
}

impl CompanionFeatures {
    /// As [`CompanionFeatures::learn`], with companions brought to the quantiles of `source`.
    ///
    /// Refused where an assay shares no feature with it.
    pub(super) fn learn_from(
        train: &Dataset,
        stacked: bool,
        source: &Self,
    ) -> Result<Option<Self>> {
        let Some(mut learned) = Self::learn(train, stacked) else {
            return Ok(None);
        };
        learned.quantiles = CompanionQuantiles::Source;
        let assays = learned.assays.iter();
        let assays = assays.map(|assay| assay.taken_from(&learned.features, source));
        learned.assays = assays.collect::<Option<_>>().ok_or_else(|| {
            Error::Unusable(format!(
                "{}: no feature is one of the source, whose quantiles its values are to take; name features alike",
                learned.name
            ))
        })?;
        let brought = learned.brought(train);
        let columns = brought.values.columns().into_iter();
        for (at, (values, measured)) in columns.zip(brought.measured.0.columns()).enumerate() {
            // Quantiles may tie what varied: then there is nothing to scale by.
            let (mean, deviation) = moments(values, measured).unwrap_or((values[0], 1.0));
            learned.scaler.means[at] = mean;
            learned.scaler.deviations[at] = deviation;
        }
        Ok(Some(learned))
    }

    /// Refused where the model was fitted without a companion, or keeps no quantiles.
    pub(super) fn expect_quantiles(known: Option<&mut Self>) -> Result<&mut Self> {
        let known = known.ok_or_else(|| {
            Error::Unusable(
                "the model was fitted without a companion, and so keeps no quantiles of one".into(),
            )
        })?;
        if known.assays.is_empty() {
            return Err(Error::Unusable(
                "the model was saved by a version that kept no quantiles of the companion; fit it again".into(),
            ));
        }
        Ok(known)
    }

    /// Whether distributions are those of the features learned.
    pub(super) fn has_whole_quantiles(&self) -> bool {
        let within = |assay: &AssayQuantiles| {
            assay.target.is_whole()
                && assay.features.start < assay.features.end
                && assay.features.end <= self.features.len()
                && assay.unknown.is_sorted()
        };
        self.assays.iter().all(within)
    }

    /// Brings every assay to its distribution.
    pub(super) fn bring_to_source(&self, gathered: &mut Gathered) {
        self.assays.iter().for_each(|assay| assay.apply(gathered));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, Model};
    use imputome_core::{Names, Run};
    use ndarray::{Array2, array};

    fn cohort(values: Array2<f32>, features: &[&str]) -> Dataset {
        let names = |kind, list: Vec<String>| Names::new(kind, list).unwrap();
        let samples = (0..values.nrows()).map(|s| format!("S{s}")).collect();
        let features = features.iter().map(|f| f.to_string()).collect();
        let expression = values.column(0).mapv(|v| 1.0 + 2.0 * v);
        let expression = expression.insert_axis(ndarray::Axis(1));
        let genes = names("gene", vec!["A".into()]);
        let companion = Companion::new("betas", values, names("feature", features)).unwrap();
        Dataset::new(expression, names("sample", samples), genes)
            .and_then(|data| data.with_companions(vec![companion]))
            .unwrap()
    }

    fn source() -> Dataset {
        let beta = |(s, f): (usize, usize)| ((3 * s + 5 * f) % 11) as f32 / 10.0;
        cohort(Array2::from_shape_fn((12, 3), beta), &["a", "b", "c"])
    }

    fn fitted() -> (Model, Run) {
        let run = Run::new(1, 1).unwrap();
        let method = Method::parse("ridge").unwrap();
        (Model::fit(method, &source(), &run).unwrap(), run)
    }

    /// The same samples on another unit: an increasing function of every value.
    fn stretched(data: &Dataset) -> Dataset {
        let mut data = data.clone();
        data.companions[0]
            .values
            .mapv_inplace(|beta| 5.0 * beta * beta - 3.0);
        data
    }

    #[test]
    fn a_model_at_source_quantiles_does_not_notice_another_unit() {
        let (model, run) = fitted();
        let plain = model.estimate(&stretched(&source()), &run);
        assert!(plain.is_err(), "values beyond 0 and 1");
        let model = model
            .with_companion_quantiles(CompanionQuantiles::Source)
            .unwrap();
        let one = model.estimate(&source(), &run).unwrap();
        let other = model.estimate(&stretched(&source()), &run).unwrap();
        assert_eq!(one.estimates, other.estimates);
        assert!(
            other
                .remarks
                .iter()
                .any(|r| r.contains("quantiles of the source"))
        );
        let stored = Model::from_weights(&model.to_weights()).unwrap();
        let again = stored.estimate(&stretched(&source()), &run).unwrap();
        assert_eq!(again.estimates, one.estimates);
    }

    #[test]
    fn a_model_tuned_at_source_quantiles_keeps_them_and_takes_features_that_the_source_had_not() {
        let (model, run) = fitted();
        let start = model
            .with_companion_quantiles(CompanionQuantiles::Source)
            .unwrap();
        let wider = |data: Dataset| {
            let mut data = data;
            let beside = data.companions[0].values.mapv(|beta| 1.0 - beta);
            let values = ndarray::concatenate![ndarray::Axis(1), data.companions[0].values, beside];
            let names = ["a", "b", "c", "d", "e", "f"].map(String::from).to_vec();
            data.companions[0] =
                Companion::new("other", values, Names::new("feature", names).unwrap()).unwrap();
            data
        };
        let tune = |data: &Dataset| {
            let method = Method::parse("ridge").unwrap();
            Model::fit_from(&start, method, data, &run).unwrap()
        };
        let known = tune(&wider(source())).preparation.companions.unwrap();
        assert_eq!(known.assays[0].unknown, [3, 4, 5]);
        let tuned = tune(&stretched(&wider(source())));
        let told = tuned.estimate(&stretched(&wider(source())), &run).unwrap();
        let one = tune(&wider(source()))
            .estimate(&wider(source()), &run)
            .unwrap();
        let close = |(a, b): (&f32, &f32)| (a - b).abs() < 0.2;
        assert!(told.estimates.iter().zip(&one.estimates).all(close));
    }

    #[test]
    fn assays_without_common_features_and_models_without_companions_are_refused() {
        let (model, run) = fitted();
        let start = model
            .with_companion_quantiles(CompanionQuantiles::Source)
            .unwrap();
        let mut strangers = source();
        let names = ["x", "y", "z"].map(String::from).to_vec();
        strangers.companions[0].features = Names::new("feature", names).unwrap();
        let tuned = Model::fit_from(&start, start.method.clone(), &strangers, &run);
        assert!(
            tuned
                .err()
                .unwrap()
                .to_string()
                .contains("no feature is one of the source")
        );
        let alone = Model::fit(Method::parse("mean").unwrap(), &source(), &run).unwrap();
        let refusal = alone.with_companion_quantiles(CompanionQuantiles::Source);
        assert!(
            refusal
                .err()
                .unwrap()
                .to_string()
                .contains("fitted without a companion")
        );
    }

    #[test]
    fn samples_of_the_source_distribution_stay_as_they_are() {
        let values = array![[0.1, 0.2, 0.4], [0.4, 0.1, 0.2], [0.2, 0.4, 0.1]];
        let data = cohort(values.clone(), &["a", "b", "c"]);
        let learned = CompanionFeatures::learn(&data, false).unwrap();
        // Means of three equal numbers, in single precision.
        let difference = learned.brought(&data).values - values;
        assert!(difference.iter().all(|d| d.abs() < 1e-7));
    }
}

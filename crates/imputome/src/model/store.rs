//! A model as data: what a model file holds.

use imputome_core::prepare::Normalizer;
use imputome_core::{Error, Result, Weights};

use super::{GeneRole, Model, Preparation};
use crate::Method;

/// Where the normalization of a model lies; a model without one has nothing there.
const NORMALIZER: &str = "normalizer";

impl Model {
    /// Everything [`Model::from_weights`] needs.
    pub fn to_weights(&self) -> Weights {
        let weights = Weights::new()
            .with_fact("method", &self.method)
            .with_fact("preparation", &self.preparation)
            .with_fact("summary", &self.summary());
        let weights = match &self.preparation.normalizer {
            Some(normalizer) => weights.nested(NORMALIZER, normalizer.to_weights()),
            None => weights,
        };
        match &self.fitted {
            Some(fitted) => weights.nested("fitted", fitted.weights()),
            None => weights,
        }
    }

    /// The model stored. Refused when parts are missing, disagree or are not finite.
    pub fn from_weights(weights: &Weights) -> Result<Self> {
        let method: Method = weights.fact("method")?;
        method.imputer().check()?;
        let mut preparation: Preparation = weights.fact("preparation")?;
        expect_consistent(&preparation)?;
        preparation.normalizer = normalizer(weights, preparation.genes.len())?;
        let fitted = if preparation.learned().is_empty() {
            None
        } else {
            Some(method.imputer().restore(&weights.under("fitted"))?)
        };
        Ok(Self {
            method,
            preparation,
            fitted,
        })
    }
}

/// Models stored before there was a choice have none.
fn normalizer(weights: &Weights, genes: usize) -> Result<Option<Normalizer>> {
    let stored = weights.under(NORMALIZER);
    if stored == Weights::default() {
        return Ok(None);
    }
    Normalizer::from_weights(&stored, genes).map(Some)
}

fn expect_consistent(preparation: &Preparation) -> Result<()> {
    let learned = preparation.learned().len();
    let scaler = &preparation.scaler;
    let finite = |values: &[f32]| values.iter().all(|v| v.is_finite());
    let wrong = if preparation.roles.len() != preparation.genes.len() {
        "genes and their roles differ in number"
    } else if scaler.means.len() != learned || scaler.deviations.len() != learned {
        "learned genes and their scaling differ in number"
    } else if !finite(&scaler.means) || !finite(&scaler.deviations) {
        "the scaling is not finite"
    } else if scaler.deviations.iter().any(|&d| d <= 0.0) {
        "a standard deviation is not above 0"
    } else if preparation
        .roles
        .iter()
        .any(|r| matches!(r, GeneRole::Constant(v) if !v.is_finite()))
    {
        "a constant gene's value is not finite"
    } else if has_duplicate(&preparation.genes) {
        "a gene stands twice"
    } else if preparation
        .companions
        .as_ref()
        .is_some_and(|c| !c.has_whole_quantiles())
    {
        "the quantiles of a companion do not ascend over its features"
    } else {
        return Ok(());
    };
    Err(Error::Weights(wrong.into()))
}

fn has_duplicate(names: &[String]) -> bool {
    let mut seen = std::collections::HashSet::new();
    names.iter().any(|name| !seen.insert(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{Dataset, Names, Run};
    use ndarray::array;

    fn stored() -> Weights {
        let names = |kind, list: [&str; 2]| Names::new(kind, list.map(String::from).to_vec());
        let samples = names("sample", ["S0", "S1"]).unwrap();
        let genes = names("gene", ["A", "B"]).unwrap();
        let data = Dataset::new(array![[1.0, 10.0], [3.0, 30.0]], samples, genes).unwrap();
        let run = Run::new(1, 1).unwrap();
        Model::fit(Method::parse("mean").unwrap(), &data, &run)
            .unwrap()
            .to_weights()
    }

    fn refusal(change: impl Fn(&mut serde_json::Value)) -> String {
        let mut weights = stored();
        change(weights.facts.get_mut("preparation").unwrap());
        Model::from_weights(&weights)
            .expect_err("a broken preparation")
            .to_string()
    }

    #[test]
    fn parts_that_disagree_are_refused() {
        assert!(
            refusal(|p| p["roles"] = serde_json::json!(["learned"])).contains("differ in number")
        );
        assert!(refusal(|p| p["scaler"]["means"] = serde_json::json!([1.0])).contains("scaling"));
        assert!(
            refusal(|p| p["scaler"]["deviations"] = serde_json::json!([1.0, 0.0]))
                .contains("above 0")
        );
        assert!(refusal(|p| p["genes"] = serde_json::json!(["A", "A"])).contains("stands twice"));
    }

    #[test]
    fn an_unknown_method_is_refused() {
        let mut weights = stored();
        weights
            .facts
            .insert("method".into(), serde_json::json!({"name": "oracle"}));
        assert!(Model::from_weights(&weights).is_err());
    }
}

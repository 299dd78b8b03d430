//! A model as data: what a model file holds.

use imputome_core::{Error, Result, Weights};

use super::{GeneRole, Model, Preparation};
use crate::Method;

impl Model {
    /// Everything [`Model::from_weights`] needs.
    pub fn to_weights(&self) -> Weights {
        Weights::new()
            .with_fact("method", &self.method)
            .with_fact("preparation", &self.preparation)
            .with_fact("summary", &self.summary())
            .nested("fitted", self.fitted.weights())
    }

    /// The model stored. Refused when parts are missing, disagree or are not finite.
    pub fn from_weights(weights: &Weights) -> Result<Self> {
        let method: Method = weights.fact("method")?;
        method.imputer().check()?;
        let preparation: Preparation = weights.fact("preparation")?;
        expect_consistent(&preparation)?;
        let fitted = method.imputer().restore(&weights.under("fitted"))?;
        Ok(Self {
            method,
            preparation,
            fitted,
        })
    }
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
    } else {
        return Ok(());
    };
    Err(Error::Weights(wrong.into()))
}

fn has_duplicate(names: &[String]) -> bool {
    let mut seen = std::collections::HashSet::new();
    names.iter().any(|name| !seen.insert(name))
}

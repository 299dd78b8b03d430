//! What is learned about a table before a method sees it.

use imputome_core::prepare::Scaler;
use imputome_core::{Dataset, Error, Result, Scale};
use serde::{Deserialize, Serialize};

/// What can be done for a gene.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GeneRole {
    /// Measured with variation: methods learn it.
    Learned,
    /// One value wherever measured: gaps get that value.
    Constant(f32),
    /// Never measured: gaps stay.
    NeverMeasured,
}

/// Genes, their roles and their scale, learned from training rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Preparation {
    /// Every gene of the training table, in its order.
    pub genes: Vec<String>,
    /// Role of each gene, same order.
    pub roles: Vec<GeneRole>,
    /// Means and deviations of the learned genes, in their order.
    pub scaler: Scaler,
    /// Unit of the training table.
    pub scale: Scale,
    /// Rows learned from.
    pub samples: usize,
    /// Donors or other groups among them.
    pub groups: usize,
    /// Covariates given, by name.
    pub covariates: Vec<String>,
}

/// Share of entries beyond [`FAR`] standard deviations that calls for a remark. Ours: a normal
/// table has 0.3 %, one on another scale nearly all.
const FAR_SHARE: f64 = 0.2;
/// Standard deviations from the training mean that count as far. Ours, see [`FAR_SHARE`].
const FAR: f32 = 3.0;

impl Preparation {
    /// Looks at the training rows. Refused when nothing is measured or no gene varies.
    pub fn learn(train: &Dataset) -> Result<Self> {
        if train.measured.count() == 0 {
            return Err(Error::Unusable(
                "the table has no measured value; check that gaps and numbers are where they should be"
                    .into(),
            ));
        }
        let roles: Vec<GeneRole> = (0..train.n_genes()).map(|g| role(train, g)).collect();
        let learned = positions_of_learned(&roles);
        if learned.is_empty() {
            return Err(Error::Unusable(format!(
                "none of the {} genes varies among {} samples, so there is nothing to learn; give more samples",
                train.n_genes(),
                train.n_samples()
            )));
        }
        let mut groups = train.group_of_samples();
        groups.sort_unstable();
        groups.dedup();
        Ok(Self {
            genes: train.genes.as_slice().to_vec(),
            scaler: Scaler::fit(&train.select_genes(&learned)),
            roles,
            scale: train.scale,
            samples: train.n_samples(),
            groups: groups.len(),
            covariates: train
                .covariates
                .columns()
                .iter()
                .map(|c| c.name.clone())
                .collect(),
        })
    }

    /// The training table as methods see it.
    pub fn apply(&self, train: &Dataset) -> Dataset {
        self.scaler.apply(&train.select_genes(&self.learned()))
    }

    /// Positions of the learned genes.
    pub fn learned(&self) -> Vec<usize> {
        positions_of_learned(&self.roles)
    }

    /// A remark when a table, in standard scores of the training rows, lies far from them.
    pub fn far_from_training(&self, scaled: &Dataset) -> Option<String> {
        let measured = scaled.measured.count();
        let entries = scaled.values.iter().zip(&scaled.measured.0);
        let far = entries
            .filter(|(value, measured)| **measured && value.abs() > FAR)
            .count();
        (measured > 0 && far as f64 > FAR_SHARE * measured as f64).then(|| {
            format!(
                "{:.0} % of the measured values lie more than {FAR} standard deviations from the mean of the training samples: is this table on the same scale ({}) and from comparable samples?",
                100.0 * far as f64 / measured as f64,
                self.scale
            )
        })
    }
}

fn positions_of_learned(roles: &[GeneRole]) -> Vec<usize> {
    (0..roles.len())
        .filter(|&g| roles[g] == GeneRole::Learned)
        .collect()
}

fn role(train: &Dataset, g: usize) -> GeneRole {
    let mut values = train.measured_of_gene(g).map(|(_, value)| value);
    match values.next() {
        None => GeneRole::NeverMeasured,
        Some(first) if values.all(|value| value == first) => GeneRole::Constant(first),
        Some(_) => GeneRole::Learned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::{Array2, array};

    fn table(values: Array2<f32>) -> Dataset {
        let samples = (0..values.nrows()).map(|s| format!("S{s}")).collect();
        let genes = (0..values.ncols()).map(|g| format!("G{g}")).collect();
        let samples = Names::new("sample", samples).unwrap();
        Dataset::new(values, samples, Names::new("gene", genes).unwrap()).unwrap()
    }

    #[test]
    fn genes_are_sorted_into_learned_constant_and_never_measured() {
        let nan = f32::NAN;
        let preparation =
            Preparation::learn(&table(array![[1.0, 5.0, nan], [2.0, nan, nan]])).unwrap();
        let roles = [
            GeneRole::Learned,
            GeneRole::Constant(5.0),
            GeneRole::NeverMeasured,
        ];
        assert_eq!(preparation.roles, roles);
        assert_eq!(preparation.scaler.means, [1.5]);
    }

    #[test]
    fn a_table_with_nothing_to_learn_is_refused_with_the_reason() {
        let refusal = |values| {
            Preparation::learn(&table(values))
                .expect_err("nothing")
                .to_string()
        };
        assert!(refusal(array![[f32::NAN], [f32::NAN]]).contains("no measured value"));
        assert!(refusal(array![[1.0], [1.0]]).contains("nothing to learn"));
    }
}

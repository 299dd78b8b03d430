//! What is learned about a table before a method sees it.

use std::borrow::Cow;
use std::collections::HashSet;

use imputome_core::prepare::{Normalization, Normalizer, Scaler};
use imputome_core::{
    CompanionUse, Covariates, Dataset, Error, Imputation, Imputer, Names, Prepared, Result, Scale,
};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::companions::{Aligned, CompanionFeatures};
use super::quantiles::CompanionQuantiles;
use super::survey::{Survey, detection_floor, positions_of_learned};

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
    /// The smallest measured value, where enough entries share it to be a detection floor.
    pub floor: Option<f32>,
    /// Unit of the training table.
    pub scale: Scale,
    /// Rows learned from.
    pub samples: usize,
    /// Donors or other groups among them.
    pub groups: usize,
    /// Covariates given, by name.
    pub covariates: Vec<String>,
    /// A number for each donor (or sample) learned from, by which it is known again.
    #[serde(default)]
    pub donors: Vec<u64>,
    /// What was learned about companion assays, for methods that use them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub companions: Option<CompanionFeatures>,
    /// The scale on which tables reach the method.
    #[serde(default)]
    pub prepared: Prepared,
    /// How values were normalized before everything else here but floor and scale was learned;
    /// nothing where they were not. Stored beside, as numbers.
    #[serde(skip)]
    pub normalizer: Option<Normalizer>,
}

/// Share of entries beyond [`FAR`] standard deviations that calls for a remark. Ours: a normal
/// table has 0.3 %, one on another scale nearly all.
const FAR_SHARE: f64 = 0.2;
/// Standard deviations from the training mean that count as far. Ours, see [`FAR_SHARE`].
const FAR: f32 = 3.0;
/// Units by which two detection floors of logarithms may differ. Ours: rounding moves a floor
/// by less, another offset (0.001 for 1, say) by ten units of log2.
const FLOOR_TOLERANCE: f32 = 0.1;

impl Preparation {
    /// Looks at the training rows. Refused when nothing is measured.
    pub fn learn(train: &Dataset) -> Result<Self> {
        Self::of(Survey::of(train), &train.genes, train.scale, train)
    }

    /// What was learned about genes, with what is known of the samples of `rows`, whose own genes are
    /// not looked at. Refused when nothing is measured.
    pub(super) fn of(survey: Survey, genes: &Names, scale: Scale, rows: &Dataset) -> Result<Self> {
        if survey.is_empty() {
            return Err(Error::Unusable(
                "the table has no measured value; check that gaps and numbers are where they should be"
                    .into(),
            ));
        }
        let mut groups = rows.group_of_samples();
        groups.sort_unstable();
        groups.dedup();
        let covariates = rows.covariates.columns().iter();
        Ok(Self {
            genes: genes.as_slice().to_vec(),
            floor: survey.floor(),
            roles: survey.roles,
            scaler: survey.scaler,
            scale,
            samples: rows.n_samples(),
            groups: groups.len(),
            covariates: covariates.map(|c| c.name.clone()).collect(),
            donors: groups.iter().map(|donor| mark(donor)).collect(),
            companions: None,
            prepared: Prepared::StandardScores,
            normalizer: None,
        })
    }

    /// Looks at the training rows as `normalization` leaves them, and gives those too.
    ///
    /// Refused when nothing is measured or they cannot be normalized so.
    pub fn learn_normalized<'a>(
        train: &'a Dataset,
        normalization: &Normalization,
    ) -> Result<(Self, Cow<'a, Dataset>)> {
        let Some(normalizer) = normalization.learn(train)? else {
            return Ok((Self::learn(train)?, Cow::Borrowed(train)));
        };
        let normalized = normalizer.apply(train)?;
        let preparation = Self {
            floor: detection_floor(train),
            scale: train.scale,
            normalizer: Some(normalizer),
            ..Self::learn(&normalized)?
        };
        Ok((preparation, Cow::Owned(normalized)))
    }

    /// The same for a method: on the scale it asks for, with the companions it learns from.
    ///
    /// Refused when it cannot do without a companion and there is none whose features vary.
    pub fn for_method(self, method: &dyn Imputer, train: &Dataset) -> Result<Self> {
        let learn = |stacked| Ok(CompanionFeatures::learn(train, stacked));
        self.with_companions(method, train, learn)
    }

    /// As [`Preparation::for_method`] for a fit that starts from a model prepared by `source`:
    /// where that takes companions at the quantiles of its source, this does too.
    pub(super) fn for_tuning(
        self,
        method: &dyn Imputer,
        train: &Dataset,
        source: &Self,
    ) -> Result<Self> {
        let brought = |known: &&CompanionFeatures| known.quantiles == CompanionQuantiles::Source;
        match source.companions.as_ref().filter(brought) {
            None => self.for_method(method, train),
            Some(source) => self.with_companions(method, train, |stacked| {
                CompanionFeatures::learn_from(train, stacked, source)
            }),
        }
    }

    fn with_companions(
        mut self,
        method: &dyn Imputer,
        train: &Dataset,
        learn: impl Fn(bool) -> Result<Option<CompanionFeatures>>,
    ) -> Result<Self> {
        self.prepared = method.prepared();
        if self.prepared == Prepared::AsGiven {
            self.scaler.means.fill(0.0);
            self.scaler.deviations.fill(1.0);
        }
        self.companions = match method.companions() {
            CompanionUse::Ignored => None,
            CompanionUse::Stacked => learn(true)?,
            CompanionUse::Required => {
                Some(learn(false)?.ok_or_else(|| no_companion(method, train))?)
            }
        };
        Ok(self)
    }

    /// How many donors (or samples) of a table were learned from.
    pub fn donors_seen(&self, data: &Dataset) -> usize {
        let seen: HashSet<u64> = self.donors.iter().copied().collect();
        let donors: HashSet<u64> = data.group_of_samples().iter().map(|d| mark(d)).collect();
        donors.intersection(&seen).count()
    }

    /// The training table as methods see it.
    ///
    /// Refused when companions are not those it was learned from.
    pub fn apply(&self, train: &Dataset) -> Result<Dataset> {
        let (table, _) = self.reach_method(train.select_genes(&self.learned()), train)?;
        Ok(table)
    }

    /// The same, made of the training table itself.
    pub fn apply_to(&self, train: Dataset) -> Result<Dataset> {
        let aligned = self.aligned(&train)?;
        let (table, _) = self.scaled_beside(train.into_genes(&self.learned()), aligned);
        Ok(table)
    }

    /// A table over the learned genes as methods see it, with the companions of `data`, and what
    /// there is to say about these.
    pub(super) fn reach_method(
        &self,
        known: Dataset,
        data: &Dataset,
    ) -> Result<(Dataset, Vec<String>)> {
        Ok(self.scaled_beside(known, self.aligned(data)?))
    }

    /// The companions of `data` over the features learned, where there are any.
    fn aligned(&self, data: &Dataset) -> Result<Option<Aligned>> {
        let features = self.companions.as_ref();
        features.map(|features| features.align(data)).transpose()
    }

    fn scaled_beside(&self, known: Dataset, beside: Option<Aligned>) -> (Dataset, Vec<String>) {
        let mut table = match self.prepared {
            Prepared::StandardScores => self.scaler.apply_to(known),
            Prepared::AsGiven => known,
        };
        table.companions = Vec::new();
        let (Some(features), Some(Aligned { companion, remarks })) = (&self.companions, beside)
        else {
            return (table, Vec::new());
        };
        if features.stacked {
            return (features.stack(table, companion), remarks);
        }
        table.companions.push(companion);
        (table, remarks)
    }

    /// Estimates over the columns that a method saw, cut to the genes and brought back to their
    /// scale.
    pub(super) fn leave_method(&self, imputation: &mut Imputation) {
        let genes = self.scaler.means.len();
        let cut = |table: &Array2<f32>| table.slice(ndarray::s![.., ..genes]).to_owned();
        if imputation.estimates.ncols() > genes {
            imputation.estimates = cut(&imputation.estimates);
            imputation.spread = imputation.spread.as_ref().map(cut);
        }
        self.scaler.undo(&mut imputation.estimates);
        if let Some(spread) = &mut imputation.spread {
            self.scaler.undo_spread(spread);
        }
    }

    /// A remark when a table has another detection floor than the training table, as another
    /// offset inside the logarithm gives.
    pub fn other_floor(&self, data: &Dataset) -> Option<String> {
        let (trained, found) = (self.floor?, detection_floor(data)?);
        ((trained - found).abs() > FLOOR_TOLERANCE).then(|| {
            format!(
                "undetected genes stand at {found} in this table and at {trained} in the training table: bring both to one transformation (the same offset inside the logarithm), or estimates will be off"
            )
        })
    }

    /// A table over the learned genes as it was normalized for learning.
    pub(super) fn normalized(&self, known: Dataset) -> Result<Dataset> {
        match &self.normalizer {
            Some(normalizer) => normalizer.apply_to(&self.learned(), &known),
            None => Ok(known),
        }
    }

    /// Brings estimates over the learned genes back to the scale of the table.
    pub(super) fn undo_normalization(&self, covariates: &Covariates, imputation: &mut Imputation) {
        if let Some(normalizer) = &self.normalizer {
            normalizer.undo(&self.learned(), covariates, imputation);
        }
    }

    /// The value that a gene has in all training samples, in each sample; it may differ from
    /// level to level where values were normalized within levels.
    pub(super) fn constant(&self, gene: usize, value: f32, covariates: &Covariates) -> Array2<f32> {
        let values = Array2::from_elem((covariates.n_samples(), 1), value);
        let mut constant = Imputation::of(values);
        if let Some(normalizer) = &self.normalizer {
            normalizer.undo(&[gene], covariates, &mut constant);
        }
        constant.estimates
    }

    /// Positions of the learned genes.
    pub fn learned(&self) -> Vec<usize> {
        positions_of_learned(&self.roles)
    }

    /// A remark when a table, in standard scores of the training rows, lies far from them.
    pub fn far_from_training(&self, scaled: &Dataset) -> Option<String> {
        if self.prepared == Prepared::AsGiven {
            return None;
        }
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

/// Why there is nothing to learn expression from.
fn no_companion(method: &dyn Imputer, train: &Dataset) -> Error {
    let method = method.card().name.into();
    match train.companions.is_empty() {
        true => Error::NoCompanion { method },
        false => Error::Unusable(format!(
            "{method}: no feature of the companion varies among the samples to learn from"
        )),
    }
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo, 1991): names are known again and not told.
fn mark(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn another_detection_floor_is_remarked_on() {
        let trained = Preparation::learn(&table(array![[-9.97, 5.0], [-9.97, 4.0]])).unwrap();
        let said = trained.other_floor(&table(array![[0.0, 5.0], [0.0, 4.0]]));
        assert!(
            said.unwrap()
                .contains("undetected genes stand at 0 in this table and at -9.97")
        );
        assert_eq!(
            trained.other_floor(&table(array![[-9.966, 5.0], [-9.966, 4.0]])),
            None
        );
        assert_eq!(
            trained.other_floor(&table(array![[1.0, 5.0], [2.0, 4.0]])),
            None
        );
    }

    #[test]
    fn a_table_with_nothing_measured_is_refused_with_the_reason() {
        let refusal = |values| {
            Preparation::learn(&table(values))
                .expect_err("nothing")
                .to_string()
        };
        assert!(refusal(array![[f32::NAN], [f32::NAN]]).contains("no measured value"));
    }
}

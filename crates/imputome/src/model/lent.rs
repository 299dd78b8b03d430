//! Learning from an array of the caller, and filling it where it lies.

use std::ops::Range;

use imputome_core::lent::{Entry, fill_gaps};
use imputome_core::{
    About, CompanionUse, GeneByGene, LentTable, Prepared, Result, RowsTogether, Run,
};
use ndarray::{ArrayViewMut2, s};

use super::survey::Survey;
use super::{Completed, Model, Preparation};
use crate::Method;

/// Windows of an array hold no more than this part of its entries. Ours: what learns from a window
/// or imputes it holds up to 6 times its values, so that 4 % of the array stand beside it.
const PART_AT_ONCE: usize = 150;
/// Entries below which a window takes more time to begin than it spares memory: ours.
const FEWEST_ENTRIES: usize = 1 << 16;
/// Entries above which a window gains no time: ours.
const MOST_ENTRIES: usize = 1 << 22;

/// What became of the gaps of an array.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Gaps filled.
    pub filled: usize,
    /// Gaps left, in genes that the model has never seen measured.
    pub left: usize,
    /// What the user should know.
    pub remarks: Vec<String>,
}

impl Model {
    /// As [`Model::fit`], from an array of the caller. Methods that learn each gene by itself take
    /// some genes of it at a time; for others it is copied once, and the copy is gone after the fit.
    ///
    /// Refused as by [`Model::fit`].
    pub fn fit_lent<T: Entry>(method: Method, train: LentTable<'_, T>, run: &Run) -> Result<Self> {
        method.imputer().check()?;
        let learning = match method.imputer().companions() {
            CompanionUse::Ignored => method.imputer().gene_by_gene(),
            CompanionUse::Stacked | CompanionUse::Required => None,
        };
        match learning {
            Some(learning) => {
                let entries = entries_at_once(train.about().entries());
                Self::fit_gene_by_gene(entries, method, learning, train, run)
            }
            None => Self::fit_owned(method, train.to_dataset()?, run),
        }
    }

    fn fit_gene_by_gene<T: Entry>(
        entries: usize,
        method: Method,
        mut learning: Box<dyn GeneByGene>,
        train: LentTable<'_, T>,
        run: &Run,
    ) -> Result<Self> {
        let about = train.about();
        let mut survey = Survey::default();
        let genes = entries.div_ceil(about.samples.len().max(1));
        let samples = train.by_genes(genes, |window| {
            run.proceed()?;
            let found = Survey::of(&window);
            let mut window = window.into_genes(&found.learned());
            if method.imputer().prepared() == Prepared::StandardScores {
                window = found.scaler.apply_to(window);
            }
            if window.n_genes() > 0 {
                learning.learn(&window, run)?;
            }
            survey.join(found);
            Ok(window)
        })?;
        let preparation = Preparation::of(survey, &about.genes, about.scale, &samples)?;
        let preparation = preparation.for_method(method.imputer(), &samples)?;
        let fitted = (!preparation.learned().is_empty()).then(|| learning.finish());
        Ok(Self {
            method,
            preparation,
            fitted,
        })
    }

    /// Fills the gaps of an array, whose entries that are not finite they are; all else in it stays as
    /// it is. A few rows are imputed at a time, where they do not depend on each other.
    ///
    /// Refused as by [`Model::impute`], with nothing filled; where `run` is stopped, some rows are.
    pub fn fill_lent<T: Entry>(
        &self,
        place: ArrayViewMut2<'_, T>,
        about: &About,
        run: &Run,
    ) -> Result<Tally> {
        let entries = entries_at_once(place.len());
        self.fill_lent_by(entries, place, about, run)
    }

    /// The same, some `entries` imputed at a time where the method leaves the choice.
    pub fn fill_lent_by<T: Entry>(
        &self,
        entries: usize,
        mut place: ArrayViewMut2<'_, T>,
        about: &About,
        run: &Run,
    ) -> Result<Tally> {
        let (samples, genes) = place.dim();
        let at_once = self.rows_at_once(entries.div_ceil(genes.max(1)), samples);
        let mut tally = Tally::default();
        for first in (0..samples).step_by(at_once) {
            run.proceed()?;
            let rows = first..(first + at_once).min(samples);
            let data = LentTable::new(place.view(), about)?.samples(rows.clone())?;
            tally.add(self.impute(&data, run)?, rows, &mut place);
        }
        Ok(tally)
    }

    /// Rows imputed at a time, about as many as wanted.
    fn rows_at_once(&self, wanted: usize, samples: usize) -> usize {
        let together = self.fitted.as_ref().map(|fitted| fitted.rows_together());
        match together.unwrap_or(RowsTogether::One) {
            RowsTogether::One => wanted.max(1),
            RowsTogether::Blocks => wanted.next_multiple_of(RowsTogether::BLOCK),
            RowsTogether::All => samples.max(1),
        }
    }
}

impl Tally {
    /// Puts what was completed in its place.
    fn add<T: Entry>(
        &mut self,
        completed: Completed,
        rows: Range<usize>,
        place: &mut ArrayViewMut2<'_, T>,
    ) {
        fill_gaps(place.slice_mut(s![rows, ..]), completed.values.view());
        self.filled += completed.filled;
        self.left += completed.left;
        for remark in completed.remarks {
            if !self.remarks.contains(&remark) {
                self.remarks.push(remark);
            }
        }
    }
}

/// Entries of a window of an array of so many.
fn entries_at_once(all: usize) -> usize {
    (all / PART_AT_ONCE).clamp(FEWEST_ENTRIES, MOST_ENTRIES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::{Covariate, CovariateValues, Covariates, Dataset, Names, Scale};
    use ndarray::{Array2, array};

    const GAP: f64 = f64::NAN;

    fn about(genes: usize) -> About {
        let names = |kind, n| {
            Names::new(kind, (0..n).map(|i: usize| format!("{kind}{i}")).collect()).unwrap()
        };
        let tissues = ["Lung", "Lung", "Whole Blood", "Liver"].map(|t| Some(t.to_string()));
        let tissue = Covariate {
            name: "tissue".into(),
            values: CovariateValues::Categorical(tissues.to_vec()),
        };
        About {
            samples: names("sample", 4),
            genes: names("gene", genes),
            covariates: Covariates::new(4, vec![tissue]).unwrap(),
            groups: Some(["a", "b", "a", "c"].map(String::from).to_vec()),
            scale: Scale::Tpm,
            companions: Vec::new(),
        }
    }

    /// Among the genes one never measured, one that never varies, and one of level gaps.
    fn values() -> Array2<f64> {
        array![
            [1.0, GAP, 5.0, 0.0, 3.0, 0.0],
            [2.0, GAP, 5.0, 7.0, 9.0, 0.0],
            [GAP, GAP, GAP, 0.0, 8.0, 1.5],
            [6.0, GAP, 5.0, 4.0, GAP, GAP],
        ]
    }

    #[test]
    fn windows_of_genes_teach_what_the_whole_table_does() {
        let (values, about, run) = (values(), about(6), Run::new(0, 1).unwrap());
        let lent = LentTable::new(values.view(), &about).unwrap();
        let whole: Dataset = lent.to_dataset().unwrap();
        for name in ["mean", "median", "nonzero-mean", "blood-surrogate"] {
            let method = Method::named(name).unwrap();
            let expected = Model::fit(method.clone(), &whole, &run).unwrap();
            assert_eq!(expected.preparation.floor, Some(0.0));
            for entries in [1, 8, 1000] {
                let learning = method
                    .imputer()
                    .gene_by_gene()
                    .expect("learns each gene alone");
                let model =
                    Model::fit_gene_by_gene(entries, method.clone(), learning, lent, &run).unwrap();
                assert_eq!(
                    model.to_weights(),
                    expected.to_weights(),
                    "{name}, {entries}"
                );
            }
        }
    }

    #[test]
    fn an_array_without_any_value_is_refused() {
        let (values, about, run) = (values(), about(1), Run::new(0, 1).unwrap());
        let lent = LentTable::new(values.slice(s![.., 1..2]), &about).unwrap();
        let error = Model::fit_lent(Method::named("mean").unwrap(), lent, &run).unwrap_err();
        assert!(error.to_string().contains("no measured value"), "{error}");
    }
}

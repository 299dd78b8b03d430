//! A table whose values lie elsewhere, read where they lie.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, ShapeBuilder, Zip, s};

use crate::{Companion, Covariates, Dataset, Error, Mask, Names, Result, Scale};

/// Columns copied at a time where a table is turned from rows to genes: ours, a few cache lines of each row.
const COLUMNS_AT_ONCE: usize = 64;

/// What is known of a table beside its values.
#[derive(Clone, Debug)]
pub struct About {
    /// Row names, unique.
    pub samples: Names,
    /// Column names, unique.
    pub genes: Names,
    /// Tissue, sex, age and the like: one row per sample.
    pub covariates: Covariates,
    /// The donor (or other unit that no split may tear apart) of each sample, shape `[samples]`.
    pub groups: Option<Vec<String>>,
    /// What one unit of the values means.
    pub scale: Scale,
    /// Other assays of the same samples: one row per sample each.
    pub companions: Vec<Companion>,
}

impl About {
    /// `(samples, genes)`.
    pub fn shape(&self) -> (usize, usize) {
        (self.samples.len(), self.genes.len())
    }

    /// How many entries a table of that shape has.
    pub fn entries(&self) -> usize {
        self.samples.len() * self.genes.len()
    }

    /// The table with these values, shape `[samples, genes]`; those not finite are gaps.
    ///
    /// Refused when what is known and the values differ in size.
    pub fn table(self, values: Array2<f32>) -> Result<Dataset> {
        let mut data = Dataset::new(values, self.samples, self.genes)?
            .with_covariates(self.covariates)?
            .with_companions(self.companions)?;
        if let Some(groups) = self.groups {
            data = data.with_groups(groups)?;
        }
        data.scale = self.scale;
        Ok(data)
    }

    /// The same of the given rows.
    pub fn select_samples(&self, rows: Range<usize>) -> Self {
        let positions: Vec<usize> = rows.clone().collect();
        let companions = self.companions.iter();
        Self {
            samples: self.samples.select(&positions),
            genes: self.genes.clone(),
            covariates: self.covariates.select(&positions),
            groups: self.groups.as_ref().map(|groups| groups[rows].to_vec()),
            scale: self.scale,
            companions: companions.map(|c| c.select_samples(&positions)).collect(),
        }
    }
}

/// A number of the caller's precision; tables are computed in single precision.
pub trait Entry: Copy + Send + Sync {
    /// In single precision.
    fn single(self) -> f32;

    /// From single precision.
    fn widened(single: f32) -> Self;
}

impl Entry for f32 {
    fn single(self) -> f32 {
        self
    }

    fn widened(single: f32) -> Self {
        single
    }
}

impl Entry for f64 {
    fn single(self) -> f32 {
        self as f32
    }

    fn widened(single: f32) -> Self {
        Self::from(single)
    }
}

/// A table whose values, shape `[samples, genes]`, lie in memory of the caller; those not finite
/// are gaps.
#[derive(Clone, Copy, Debug)]
pub struct LentTable<'a, T> {
    values: ArrayView2<'a, T>,
    about: &'a About,
}

impl<'a, T: Entry> LentTable<'a, T> {
    /// The table of these values. Refused when what is known of them is of another size.
    pub fn new(values: ArrayView2<'a, T>, about: &'a About) -> Result<Self> {
        expect_shape(about, values.dim())?;
        Ok(Self { values, about })
    }

    /// What is known of it beside its values.
    pub fn about(&self) -> &'a About {
        self.about
    }

    /// A table of its own, whose genes lie one after another, as methods receive them.
    pub fn to_dataset(&self) -> Result<Dataset> {
        self.about.clone().table(by_genes(self.values))
    }

    /// A table of its own of some rows.
    pub fn samples(&self, rows: Range<usize>) -> Result<Dataset> {
        let values = self.values.slice(s![rows.clone(), ..]);
        self.about
            .select_samples(rows)
            .table(values.mapv(T::single))
    }

    /// Tables of their own of `count` genes each, one after another, handed to `take`; one stands in
    /// memory at a time, and `take` gives it back when it is done with it. At the end a table of the
    /// same samples without any gene is left.
    pub fn by_genes(
        &self,
        count: usize,
        mut take: impl FnMut(Dataset) -> Result<Dataset>,
    ) -> Result<Dataset> {
        let genes = self.values.ncols();
        let mut window = self.without_genes()?;
        for first in (0..genes).step_by(count.max(1)) {
            let end = (first + count).min(genes);
            window.values = by_genes(self.values.slice(s![.., first..end]));
            window.measured = Mask(window.values.mapv(f32::is_finite));
            window.genes = self.about.genes.select(&(first..end).collect::<Vec<_>>());
            window.scale = self.about.scale;
            window = take(window)?;
        }
        window.values = Array2::zeros((self.values.nrows(), 0));
        window.measured = Mask::filled(self.values.nrows(), 0, false);
        window.genes = Names::default();
        Ok(window)
    }

    fn without_genes(&self) -> Result<Dataset> {
        let mut about = self.about.clone();
        about.genes = Names::default();
        about.table(Array2::zeros((self.values.nrows(), 0)))
    }
}

/// Puts `filled` into the gaps of `place`, which is of the same shape; all else stays as it is.
pub fn fill_gaps<T: Entry>(place: ArrayViewMut2<'_, T>, filled: ArrayView2<'_, f32>) {
    Zip::from(place).and(filled).for_each(|place, &filled| {
        if !place.single().is_finite() {
            *place = T::widened(filled);
        }
    });
}

/// In single precision, column after column.
fn by_genes<T: Entry>(values: ArrayView2<'_, T>) -> Array2<f32> {
    let mut turned = Array2::zeros(values.raw_dim().f());
    let blocks = turned.axis_chunks_iter_mut(Axis(1), COLUMNS_AT_ONCE);
    let given = values.axis_chunks_iter(Axis(1), COLUMNS_AT_ONCE);
    for (mut block, given) in blocks.zip(given) {
        for (mut to, from) in block.rows_mut().into_iter().zip(given.rows()) {
            for (to, from) in to.iter_mut().zip(from) {
                *to = from.single();
            }
        }
    }
    turned
}

fn expect_shape(about: &About, found: (usize, usize)) -> Result<()> {
    if about.shape() == found {
        return Ok(());
    }
    Err(Error::Shape {
        what: "table of samples by genes".into(),
        expected: format!("{:?}", about.shape()),
        found: format!("{found:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Covariate, CovariateValues};
    use ndarray::array;

    const GAP: f64 = f64::NAN;

    fn about() -> About {
        let names = |kind, names: &[&str]| {
            Names::new(kind, names.iter().map(|n| n.to_string()).collect()).unwrap()
        };
        let age = Covariate {
            name: "age".into(),
            values: CovariateValues::Numeric(vec![Some(30.0), Some(40.0), None]),
        };
        About {
            samples: names("sample", &["a", "b", "c"]),
            genes: names("gene", &["x", "y"]),
            covariates: Covariates::new(3, vec![age]).unwrap(),
            groups: Some(["d", "d", "e"].map(String::from).to_vec()),
            scale: Scale::Log,
            companions: Vec::new(),
        }
    }

    #[test]
    fn windows_of_rows_and_genes_are_parts_of_the_whole() {
        let (values, about) = (array![[1.0, GAP], [3.0, 4.0], [GAP, 6.0]], about());
        let lent = LentTable::new(values.view(), &about).unwrap();
        let whole = lent.to_dataset().unwrap();
        assert_eq!((whole.entry(0, 1), whole.entry(1, 1)), (None, Some(4.0)));
        let rows = lent.samples(1..3).unwrap();
        let expected = whole.select_samples(&[1, 2]);
        assert_eq!(
            (&rows.samples, &rows.groups),
            (&expected.samples, &expected.groups)
        );
        assert_eq!(
            (rows.covariates, rows.scale),
            (expected.covariates, Scale::Log)
        );
        assert_eq!(rows.measured, expected.measured);
        let mut seen = 0;
        let rest = lent.by_genes(1, |mut window| {
            let expected = whole.select_genes(&[seen]);
            assert_eq!((&window.genes, window.scale), (&expected.genes, Scale::Log));
            assert_eq!(window.measured, expected.measured);
            seen += 1;
            window.scale = Scale::Standardized;
            Ok(window)
        });
        assert_eq!((seen, rest.unwrap().n_genes()), (2, 0));
    }

    #[test]
    fn gaps_alone_are_filled_in_the_precision_of_the_array() {
        let precise = 0.1 + 0.2;
        let mut place = array![[precise, GAP], [f64::INFINITY, 1.0]];
        fill_gaps(place.view_mut(), array![[7.0, 8.0], [9.0, 10.0]].view());
        assert_eq!(place, array![[precise, 8.0], [9.0, 1.0]]);
    }

    #[test]
    fn an_array_of_another_shape_is_refused() {
        let error = LentTable::new(array![[1.0_f32, 2.0]].view(), &about()).unwrap_err();
        assert!(error.to_string().contains("(3, 2)"), "{error}");
    }
}

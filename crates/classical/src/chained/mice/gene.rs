//! One gene's regression in the faithful form, here or elsewhere.

use imputome_core::{Part, Result, Run};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use super::regression::{Near, Problem, Regression};

/// What one gene is regressed on, and from where.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GeneTurn {
    pub(super) gene: usize,
    /// Samples where it was measured.
    pub(super) rows: Vec<usize>,
    /// Columns that it is regressed on; none for all but its own.
    pub(super) predictors: Option<Vec<usize>>,
    /// The ridge that the search begins with.
    pub(super) ridge: f64,
    /// Standard normal numbers by which weights are drawn from their posterior; none where they are not.
    pub(super) normals: Option<Vec<f64>>,
}

/// A gene's regression.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Regressed {
    pub(super) regression: Regression,
    pub(super) intercept: f32,
}

impl GeneTurn {
    /// The regression of largest evidence on columns as they stand in `values`.
    pub(super) fn by_evidence(&self, values: ArrayView2<'_, f32>) -> Regressed {
        let (problem, means, mean) = self.problem(values);
        let (mut regression, factor) = problem.by_evidence(self.ridge);
        if let Some(normals) = &self.normals {
            let noise = regression.noise.sqrt();
            let drawn =
                factor.solve_triangle(normals.iter().map(|normal| normal * noise).collect());
            regression.weights += &drawn.iter().map(|&v| v as f32).collect::<Array1<f32>>();
        }
        Regressed::new(regression, &means, mean)
    }

    /// The same, going on from the regression of the round before; all other columns are its predictors.
    pub(super) fn resume(
        &self,
        values: ArrayView2<'_, f32>,
        before: &Regression,
        inverse: &Array2<f32>,
    ) -> Regressed {
        let (problem, means, mean) = self.problem(values);
        let near = Near {
            inverse: inverse.view(),
            without: self.gene,
        };
        Regressed::new(problem.resume(before, &near), &means, mean)
    }

    /// Its samples less their means, and these means; a gene's own column is 0.
    fn problem(&self, values: ArrayView2<'_, f32>) -> (Problem, Array1<f32>, f32) {
        let mut predictors = values.select(Axis(0), &self.rows);
        match &self.predictors {
            None => predictors.column_mut(self.gene).fill(0.0),
            Some(chosen) => {
                let some = predictors.select(Axis(1), chosen);
                predictors = some.as_standard_layout().into_owned();
            }
        }
        let means = predictors.mean_axis(Axis(0)).expect("a gene has samples");
        predictors -= &means;
        let own = values.column(self.gene).select(Axis(0), &self.rows);
        let mean = own.mean().expect("a gene has samples");
        let problem = Problem {
            predictors,
            values: own - mean,
        };
        (problem, means, mean)
    }
}

impl Regressed {
    fn new(regression: Regression, means: &Array1<f32>, mean: f32) -> Self {
        Self {
            intercept: mean - regression.weights.dot(means),
            regression,
        }
    }
}

impl Part for GeneTurn {
    const NAME: &'static str = "mice/gene";
    /// All columns as they stand, `[samples, columns]`.
    type Common = Array2<f32>;
    type Task = Self;
    type Outcome = Regressed;

    fn carry_out(values: &Array2<f32>, turn: &Self, run: &Run) -> Result<Regressed> {
        run.proceed()?;
        Ok(run.on_threads(|| turn.by_evidence(values.view())))
    }
}

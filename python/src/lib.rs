//! The Python door: tables in, tables out, nothing computed here.
//!
//! Python sees it as `imputome._core`; the classes that users meet are Python, in `python/imputome`.
#![expect(
    clippy::disallowed_methods,
    reason = "this crate is an edge: it decides when the interpreter wakes, and so takes the time"
)]

mod catalog;
mod cells;
mod error;
mod evaluate;
mod evaluate_cells;
mod model;
mod table;
mod work;
mod workers;

use pyo3::prelude::*;

/// What the Python package is built on.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("UNNAMED_FOR_CELLS", imputome::cells::UNNAMED)?;
    module.add("USUAL_FOR_CELLS", imputome::cells::USUAL.to_vec())?;
    module.add_function(wrap_pyfunction!(catalog::catalog, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::parse, module)?)?;
    module.add_function(wrap_pyfunction!(catalog::preset, module)?)?;
    module.add_function(wrap_pyfunction!(cells::is_of_cells, module)?)?;
    module.add_function(wrap_pyfunction!(evaluate::evaluate, module)?)?;
    module.add_function(wrap_pyfunction!(evaluate_cells::evaluate_cells, module)?)?;
    module.add_function(wrap_pyfunction!(workers::carry_out, module)?)?;
    module.add_function(wrap_pyfunction!(workers::fit_cohorts, module)?)?;
    module.add_class::<table::Table>()?;
    module.add_class::<table::Known>()?;
    module.add_class::<model::Model>()?;
    module.add_class::<model::Filled>()?;
    module.add_class::<cells::Cells>()?;
    module.add_class::<cells::CellModel>()?;
    module.add_class::<cells::ImputedCells>()?;
    Ok(())
}

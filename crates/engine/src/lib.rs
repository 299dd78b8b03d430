//! Trains multilayer networks; knows nothing of genes.
//!
//! A network is declared as data ([`Spec`]), built by an [`Engine`] and trained through [`Model`], one step at a
//! time. There is no automatic differentiation: every block and loss has a backward pass of its own, so that the
//! update of a weight happens while it is in cache, and no gradient is ever held unless it is asked for.
//!
//! ```
//! use imputome_engine::losses::MeanSquaredError;
//! use imputome_engine::{
//!     Activation, Adam, Batch, Dense, Engine, Input, InputValues, Objective, PortableEngine, Spec,
//!     Update,
//! };
//!
//! let inputs = vec![Input::dense("values", 3), Input::embedding("tissue", 2, 2)];
//! let hidden = Dense::linear(16).normalized().activation(Activation::Relu).dropout(0.1);
//! let spec = Spec::sequential(inputs, vec![hidden], Dense::linear(3));
//! let mut model = PortableEngine::new(2)?.build(&spec, Adam::default(), 1)?;
//!
//! let values = [0.1, 0.4, -1.0, 0.3, -0.2, 0.5];
//! let inputs = [InputValues::Dense(&values), InputValues::Levels(&[0, 1])];
//! let batch = Batch::new(2, &inputs).target(&values);
//! let loss = MeanSquaredError::over_entries();
//! let first = model.step(&batch, Objective::Loss(&loss), Update::Now)?;
//! let second = model.step(&batch, Objective::Loss(&loss), Update::Now)?;
//!
//! let mut output = [0.0; 6];
//! model.predict(&batch, &mut output)?;
//! # assert!(first.is_finite() && second.is_finite() && output != [0.0; 6]);
//! # Ok::<(), imputome_engine::EngineError>(())
//! ```

mod adam;
mod batch;
mod blocks;
#[cfg(feature = "cuda")]
pub mod cuda;
mod error;
mod fused;
mod layout;
pub mod losses;
mod memory;
mod model;
mod network;
mod objective;
mod portable;
pub mod random;
mod reads;
mod spec;
mod threads;
mod weights;

pub use adam::Adam;
pub use batch::{Batch, InputValues, UNKNOWN_LEVEL};
#[cfg(feature = "cuda")]
pub use cuda::{CudaEngine, Precision};
pub use error::EngineError;
pub use fused::FusedEngine;
pub use model::{
    Engine, HeadLoss, InputGradient, Mode, Model, Objective, OutputGradient, ParameterCount, Update,
};
pub use portable::PortableEngine;
pub use spec::{Activation, BatchNorm, Branch, Dense, Head, Input, Source, Spec};
pub use weights::{State, Tensor, Weights};

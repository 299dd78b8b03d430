//! The kernels: products of blocks of weights with panels of activations, and what is done to weights in registers.
//!
//! Weights lie in square blocks of side 64, activations in panels `[samples, 64]`; both are read as they lie. Every
//! product is summed in one order, number by number, with one rounding for each term: it does not depend on the
//! instructions, on the number of threads or on how the work is cut.

mod forward;
mod input_gradient;
mod lanes;
mod learn;
mod tile;

pub(super) use forward::ForwardPanels;
pub(super) use input_gradient::InputGradient;
pub(super) use lanes::Instructions;
use lanes::{Kernel, Lanes};
pub(super) use learn::LearnBlock;

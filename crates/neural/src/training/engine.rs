//! The engine that a run asks for: the one place that knows which there are.

#[cfg(feature = "cuda")]
use imputome_core::Precision;
use imputome_core::{Device, Error, Result, Run};
#[cfg(feature = "cuda")]
use imputome_engine::CudaEngine;
use imputome_engine::{Engine, EngineError, FusedEngine, PortableEngine};

use super::refused;

/// The engine that a run asks for, on its threads or its card.
pub(crate) fn engine(run: &Run) -> Result<Box<dyn Engine>> {
    match find_device(run.device())? {
        Device::Cuda(number) => on_card(number, run),
        Device::Cpu | Device::Auto => on_processor(run.threads()).map_err(refused),
    }
}

/// An engine on the processor: the fused one where it has the instructions, else the portable one.
pub(crate) fn on_processor(threads: usize) -> std::result::Result<Box<dyn Engine>, EngineError> {
    Ok(match FusedEngine::new(threads)? {
        Some(engine) => Box::new(engine),
        None => Box::new(PortableEngine::new(threads)?),
    })
}

/// The device that runs where this one is asked for: itself, or for [`Device::Auto`] the first card where it can be
/// used and else the processor.
///
/// Refused: a card that cannot be used, with the reason; any card where this build knows none.
pub fn find_device(device: Device) -> Result<Device> {
    match device {
        Device::Cpu => Ok(Device::Cpu),
        Device::Cuda(number) => open(number).map(|()| device),
        Device::Auto => Ok(open(0).map_or(Device::Cpu, |()| Device::Cuda(0))),
    }
}

/// Whether a card can be used; one opened stays open for the engines to come.
#[cfg(feature = "cuda")]
fn open(number: usize) -> Result<()> {
    let opened = CudaEngine::new(number, imputome_engine::Precision::F32);
    opened.map(drop).map_err(|error| match error {
        EngineError::Device { device, problem } => Error::NoDevice { device, problem },
        other => refused(other),
    })
}

#[cfg(feature = "cuda")]
fn on_card(number: usize, run: &Run) -> Result<Box<dyn Engine>> {
    let precision = match run.precision() {
        Precision::F32 => imputome_engine::Precision::F32,
        Precision::Tf32 => imputome_engine::Precision::Tf32,
        Precision::Bf16 => imputome_engine::Precision::Bf16,
    };
    let engine = CudaEngine::new(number, precision).map_err(refused)?;
    Ok(Box::new(engine))
}

#[cfg(not(feature = "cuda"))]
fn open(number: usize) -> Result<()> {
    Err(Error::NoDevice {
        device: Device::Cuda(number).to_string(),
        problem: "this imputome was built without CUDA; build it with `cargo build --release --features cuda`"
            .into(),
    })
}

#[cfg(not(feature = "cuda"))]
fn on_card(number: usize, _: &Run) -> Result<Box<dyn Engine>> {
    open(number)?;
    unreachable!("a build without CUDA opens no card")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_cannot_be_used_is_refused_and_auto_takes_the_processor() {
        let asked = Device::Cuda(usize::MAX);
        match find_device(asked) {
            Err(Error::NoDevice { device, .. }) => assert_eq!(device, asked.to_string()),
            other => panic!("{other:?}"),
        }
        let found = find_device(Device::Auto).unwrap();
        assert!(found != Device::Auto);
        let run = Run::new(0, 1).unwrap().with_device(Device::Auto);
        assert!(engine(&run).is_ok());
    }
}

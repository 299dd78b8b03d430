//! Opening a card: its libraries, its one stream, its kernels compiled.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use cudarc::cublas::CudaBlas;
use cudarc::driver::{CudaContext, CudaFunction, CudaStream, DriverError};
use cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};

use super::card::{KERNELS, signatures};
use super::nvidia::{expect_driver, expect_libraries};
use crate::error::EngineError;

/// Cards opened before, with their kernels compiled.
static OPENED: Mutex<BTreeMap<usize, Arc<Opened>>> = Mutex::new(BTreeMap::new());

/// A card with its one stream, on which all work is done in order.
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) ordinal: usize,
    pub(super) stream: Arc<CudaStream>,
    /// The handle of cuBLAS serves one thread at a time.
    pub(super) blas: Mutex<CudaBlas>,
    pub(super) kernels: BTreeMap<&'static str, CudaFunction>,
}

impl Opened {
    /// The card, opened where it is not yet.
    pub(super) fn get(ordinal: usize) -> Result<Arc<Self>, EngineError> {
        let mut cards = OPENED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = cards.get(&ordinal) {
            return Ok(Arc::clone(opened));
        }
        let opened = Arc::new(Self::new(ordinal)?);
        cards.insert(ordinal, Arc::clone(&opened));
        Ok(opened)
    }

    fn new(ordinal: usize) -> Result<Self, EngineError> {
        expect_libraries(ordinal)?;
        expect_driver(ordinal)?;
        let failed = |what: &str, error: &dyn fmt::Display| refuse(ordinal, what, error);
        let cards = CudaContext::device_count()
            .map_err(|error| failed("the driver does not start", &error))?;
        if ordinal >= usize::try_from(cards).unwrap_or(0) {
            let found = format!("cards of this machine: {cards}, counted from 0");
            return Err(refuse(ordinal, "there is no such card", &found));
        }
        let context = CudaContext::new(ordinal)
            .map_err(|error| failed("the driver does not open it", &error))?;
        let name = context
            .name()
            .map_err(|error| failed("it has no name", &error))?;
        let kernels = kernels(&context, ordinal)?;
        // One stream: work is done in the order asked for, without any other synchronization.
        let stream = context.default_stream();
        let blas = CudaBlas::new(Arc::clone(&stream))
            .map_err(|error| failed("cuBLAS does not start", &error))?;
        Ok(Self {
            name,
            ordinal,
            stream,
            blas: Mutex::new(blas),
            kernels,
        })
    }

    pub(super) fn failed(&self, error: DriverError) -> EngineError {
        refuse(self.ordinal, "it failed", &error)
    }
}

/// The kernels, compiled for the card.
fn kernels(
    context: &Arc<CudaContext>,
    ordinal: usize,
) -> Result<BTreeMap<&'static str, CudaFunction>, EngineError> {
    let (major, minor) = context
        .compute_capability()
        .map_err(|error| refuse(ordinal, "it does not say what it can do", &error))?;
    let options = |architecture: Option<String>| CompileOptions {
        // Products and sums stay apart, as in the other engines.
        fmad: Some(false),
        options: architecture.into_iter().collect(),
        ..CompileOptions::default()
    };
    let own = format!("--gpu-architecture=compute_{major}{minor}");
    // A compiler older than the card does not know its architecture; the driver translates from an older one.
    let program = compile_ptx_with_opts(KERNELS, options(Some(own)))
        .or_else(|_| compile_ptx_with_opts(KERNELS, options(None)))
        .map_err(|error| refuse(ordinal, "the kernels cannot be compiled", &error))?;
    let failed = |error: DriverError| {
        refuse(
            ordinal,
            "the kernels cannot be loaded; is NVRTC newer than the driver?",
            &error,
        )
    };
    let module = context.load_module(program).map_err(failed)?;
    let names = signatures().keys();
    names
        .map(|&name| Ok((name, module.load_function(name).map_err(failed)?)))
        .collect()
}

/// That a card cannot be used, what is wrong and why.
pub(super) fn refuse(ordinal: usize, what: &str, why: &dyn fmt::Display) -> EngineError {
    EngineError::Device {
        device: format!("cuda:{ordinal}"),
        problem: format!("{what} ({why})"),
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cuda:{} {}", self.ordinal, self.name)
    }
}

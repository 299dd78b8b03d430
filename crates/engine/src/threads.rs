//! The threads of an engine.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::EngineError;

/// A pool of `threads` threads, at least 1.
pub(crate) fn pool(threads: usize) -> Result<Arc<ThreadPool>, EngineError> {
    if threads == 0 {
        let (setting, expected) = ("threads", "at least 1");
        return Err(EngineError::Setting {
            setting,
            expected,
            found: 0.0,
        });
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|number| format!("engine-{number}"))
        .build();
    pool.map(Arc::new).map_err(|error| EngineError::Threads {
        threads,
        reason: error.to_string(),
    })
}

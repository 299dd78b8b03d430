//! Files of cells in and out: every form, damaged ones among them.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at what was written, and at how long they may take"
)]
#![expect(
    clippy::unwrap_used,
    reason = "what fails inside a test fails the test"
)]

mod damaged;
mod lying;
mod reading;
mod rewriting;

use std::path::PathBuf;

/// A file of `fixtures/cells`.
fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/cells")
        .join(name)
}

//! Errors as Python's exceptions, with our messages.

use imputome::core::ErrorKind;
use pyo3::PyErr;
use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOSError, PyValueError};

/// The exception for an error of the library.
pub(crate) fn raised(error: &imputome::core::Error) -> PyErr {
    of_kind(error.kind(), in_python(error))
}

/// The message, told of arguments where the program has options.
fn in_python(error: &imputome::core::Error) -> String {
    let message = error.to_string();
    match error {
        imputome::core::Error::NoCompanion { .. } => message.replace(
            "name its table with --companion",
            "give its table as companion",
        ),
        _ => message,
    }
}

/// The exception for an error with a file.
pub(crate) fn raised_of_file(error: &imputome::io::Error) -> PyErr {
    match error {
        imputome::io::Error::Unreadable { .. } | imputome::io::Error::Unwritable { .. } => {
            PyOSError::new_err(error.to_string())
        }
        _ => of_kind(error.kind(), error.to_string()),
    }
}

fn of_kind(kind: ErrorKind, message: String) -> PyErr {
    match kind {
        ErrorKind::Usage | ErrorKind::Input | ErrorKind::Policy => PyValueError::new_err(message),
        ErrorKind::Resource => PyMemoryError::new_err(message),
        ErrorKind::Interrupted => PyKeyboardInterrupt::new_err(message),
    }
}

//! The front door of imputome.

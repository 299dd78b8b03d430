//! Mathematics shared by methods and evaluation.

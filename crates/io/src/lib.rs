//! A dataset in, a dataset out.

//! The imputome program.

fn main() {}

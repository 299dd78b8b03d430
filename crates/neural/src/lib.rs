//! Methods with a network.

//! Methods without a network.

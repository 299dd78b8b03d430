//! What a method is, where it comes from and what it can do.

use crate::Scale;

/// A method's card: name, source, needs, abilities.
#[derive(Clone, Copy, Debug)]
pub struct MethodCard {
    /// Name used in settings, on the command line and in Python.
    pub name: &'static str,
    /// Name written in full.
    pub title: &'static str,
    /// The idea in one sentence.
    pub idea: &'static str,
    /// The publication it follows, with its DOI, or `ours` with the reason.
    pub source: &'static str,
    /// What it does not do or differs in from its source.
    pub differs: &'static str,
    /// What it wants beside the table, such as covariates it can use.
    pub needs: &'static str,
    /// Time and memory as the table grows.
    pub cost: &'static str,
    /// True when a fitted model serves samples it has not seen.
    pub inductive: bool,
    /// True when it gives a standard deviation for each estimate.
    pub spread: bool,
    /// Scales it takes as they are.
    pub scales: &'static [Scale],
    /// Named sets of settings.
    pub presets: &'static [Preset],
}

/// A named set of settings, such as a published configuration.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Name, written after the method's: `pmi:published-inductive`.
    pub name: &'static str,
    /// What it reproduces and where it comes from.
    pub doc: &'static str,
}

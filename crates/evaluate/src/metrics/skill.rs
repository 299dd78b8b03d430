//! How much smaller the error is than that of the training mean.

use super::{Definition, Direction, Sums};

/// Skill against the training mean.
pub const SKILL: Definition = Definition {
    name: "skill",
    title: "Skill",
    text: "1 - rmse / rmse of filling in the training mean of each gene, over the same entries: the share of the error taken away. 0 is the training mean, 1 is the truth.",
    range: "at most 1",
    direction: Direction::LargerIsBetter,
    source: "Skill score with the climatology as reference, in its root form; Murphy 1988, doi:10.1175/1520-0493(1988)116<2417:SSBOTM>2.0.CO;2",
};

/// [`SKILL`] over the entries summed.
pub fn skill(sums: &Sums) -> f64 {
    1.0 - sums.ratio(sums.squared_errors, sums.truth_squares).sqrt()
}

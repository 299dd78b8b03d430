//! The network: one hidden layer.

use imputome_engine::{Dense, Input, Spec};

use super::Tdimpute;

/// Name of the hidden layer's tensors.
pub(super) const HIDDEN: &str = "main.block1";

/// Name of the output layer's tensors.
pub(super) const OUTPUT: &str = "main.head.output";

/// The network from `features` of the companion to `genes` (figure 1 of the paper).
pub(super) fn spec(settings: &Tdimpute, features: usize, genes: usize) -> Spec {
    let hidden = Dense::linear(settings.hidden)
        .activation(settings.activation.of_engine())
        .dropout(settings.dropout as f32);
    let output = Dense::linear(genes).activation(settings.output.of_engine());
    Spec::sequential(
        vec![Input::dense("features", features)],
        vec![hidden],
        output,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::parameters;

    #[test]
    fn the_published_network_has_187_million_parameters() {
        let settings = Tdimpute::preset("published").unwrap();
        // 27,717 sites and 19,027 genes as in the paper, a bias for every unit.
        let expected = 27_718 * 4_000 + 4_001 * 19_027;
        assert_eq!(parameters(&spec(&settings, 27_717, 19_027)), expected);
    }
}

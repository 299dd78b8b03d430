//! The network of equation 7.

use imputome_core::CovariateEncoder;
use imputome_engine::Spec;

use super::Pmi;
use crate::network::{self, Layers};

/// The network over `genes` genes and the covariates that training rows taught: visible values,
/// covariates, pseudo-mask.
pub(super) fn spec(settings: &Pmi, genes: usize, encoder: &CovariateEncoder) -> Spec {
    let layers = Layers {
        widths: &settings.widths,
        dropout: settings.dropout,
        batch_norm: settings.batch_norm,
    };
    network::spec((&["values"], "mask"), genes, encoder, layers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::parameters;
    use imputome_core::covariates::{Levels, NumericScale};

    #[test]
    fn the_published_network_has_as_many_parameters_as_the_released_one() {
        let levels = |name: &str, n: usize| Levels {
            name: name.into(),
            levels: (0..n).map(|l| l.to_string()).collect(),
        };
        let encoder = CovariateEncoder {
            categorical: vec![levels("sex", 2), levels("cohort", 3), levels("tissue", 49)],
            numeric: vec![NumericScale {
                name: "age".into(),
                mean: 0.0,
                deviation: 1.0,
            }],
        };
        let settings = Pmi::preset("published-inductive-alzheimer").unwrap();
        // The summary that Keras prints for the released model, Alzheimer genes, inductive.
        assert_eq!(parameters(&spec(&settings, 273, &encoder)), 3_633_738);
    }
}

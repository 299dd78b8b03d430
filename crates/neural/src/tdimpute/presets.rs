//! The configurations that were published with TDimpute.

use imputome_core::Preset;

use super::settings::{Beside, Features, HiddenActivation, Output, RootOver, Tdimpute};
use crate::training::Schedule;

/// Names and sources of the presets.
pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "published",
        doc: "the released TDimpute-self: 100 epochs on the cohort alone; tuned from another \
              cohort, 150 epochs, as the released TDimpute",
    },
    Preset {
        name: "published-pretraining",
        doc: "the released TDimpute on its source cohorts: 300 epochs in batches of 128; applied \
              to another cohort as it is, the paper's TDimpute-noTF",
    },
];

impl Tdimpute {
    /// The settings of a preset, or nothing where there is none of that name.
    ///
    /// Values of the released code: raw betas in, expression over 16.5 out, one root for each
    /// batch, Adam at 1e-4, no validation samples, moments kept for tuning.
    pub fn preset(name: &str) -> Option<Self> {
        let released = Self {
            hidden: 4000,
            activation: HiddenActivation::Sigmoid,
            output: Output::Sigmoid,
            features: Features::AsGiven,
            // Said by the paper to be the largest log2(RSEM + 1) of TCGA.
            scale: Some(16.5),
            loss: RootOver::Batch,
            dropout: 0.0,
            learning_rate: 1e-4,
            schedule: Schedule::Constant,
            batch: 16,
            epochs: 100,
            tuning_batch: 16,
            tuning_epochs: 150,
            keep_moments: true,
            patience: None,
            parts: 5,
            networks: 1,
            beside: Beside::Nothing,
        };
        match name {
            "published" => Some(released),
            "published-pretraining" => Some(Self {
                batch: 128,
                epochs: 300,
                ..released
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Imputer;

    #[test]
    fn every_preset_on_the_card_has_legal_settings() {
        for preset in PRESETS {
            let settings = Tdimpute::preset(preset.name).expect("a preset on the card");
            settings.check().expect("legal settings");
        }
        assert_eq!(Tdimpute::preset("unheard-of"), None);
    }

    /// The released code as read: Dense 4000 sigmoid, no dropout, sigmoid out, expression over 16.5,
    /// Adam at 1e-4; self 16 x 100, tuned 16 x 150, pretrained 128 x 300, moments carried over.
    #[test]
    fn the_presets_hold_what_was_released() {
        let own = Tdimpute::preset("published").unwrap();
        let network = (own.hidden, own.activation, own.output, own.dropout);
        let released = (4000, HiddenActivation::Sigmoid, Output::Sigmoid, 0.0);
        assert_eq!(network, released);
        assert_eq!((own.features, own.scale), (Features::AsGiven, Some(16.5)));
        assert_eq!((own.loss, own.learning_rate), (RootOver::Batch, 1e-4));
        assert_eq!(own.schedule, Schedule::Constant);
        assert_eq!((own.batch, own.epochs), (16, 100));
        assert_eq!((own.tuning_batch, own.tuning_epochs), (16, 150));
        assert_eq!((own.patience, own.networks), (None, 1));
        assert_eq!((own.beside, own.keep_moments), (Beside::Nothing, true));
        let source = Tdimpute::preset("published-pretraining").unwrap();
        assert_eq!((source.batch, source.epochs), (128, 300));
        assert_eq!(
            Tdimpute {
                batch: 16,
                epochs: 100,
                ..source
            },
            own
        );
    }

    #[test]
    fn a_regression_beside_networks_without_judges_is_refused() {
        let settings = Tdimpute {
            patience: None,
            ..Tdimpute::default()
        };
        let error = settings.check().expect_err("no samples left to judge");
        assert!(error.to_string().contains("no sample is left"), "{error}");
    }
}

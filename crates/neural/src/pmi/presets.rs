//! The configurations that were published with PMI.

use imputome_core::Preset;

use super::{Beside, Pmi};
use crate::training::Schedule;

/// Names and sources of the presets.
pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "published",
        doc: "the released PMI for a few hundred genes; the same as published-inductive-alzheimer",
    },
    Preset {
        name: "published-inductive",
        doc: "released configuration inductive_imputation: 12,557 genes, new donors",
    },
    Preset {
        name: "published-inductive-alzheimer",
        doc: "released configuration inductive_imputation_Alzheimer: 273 genes, new donors",
    },
    Preset {
        name: "published-in-place",
        doc: "released configuration inplace_imputation: 12,557 genes, gaps of the table itself; \
              its beta of 0.9 was never read by the released code, which ran with p = 0.5",
    },
    Preset {
        name: "published-in-place-alzheimer",
        doc: "released configuration inplace_imputation_Alzheimer: 273 genes, gaps of the table \
              itself; set to alpha 0.6, the released code ran with p from 0.5 to 0.6",
    },
];

impl Pmi {
    /// The settings of a preset, or nothing where there is none of that name.
    ///
    /// Values are those of the released configurations as the released code ran them: Adam as
    /// Keras sets it, batch norm, batches of 32, up to 1000 epochs of 100 steps.
    pub fn preset(name: &str) -> Option<Self> {
        let released = Self {
            alpha: 0.5,
            beta: 0.5,
            batch: 32,
            batch_norm: true,
            schedule: Schedule::Constant,
            epochs: 1000,
            steps: Some(100),
            networks: 1,
            beside: Beside::Nothing,
            bound: None,
            ..Self::default()
        };
        match name {
            "published-inductive" => Some(Self {
                learning_rate: 1e-4,
                widths: vec![3072],
                dropout: 0.2,
                patience: 30,
                ..released
            }),
            "published" | "published-inductive-alzheimer" => Some(Self {
                learning_rate: 1e-3,
                widths: vec![1531; 2],
                dropout: 0.2,
                patience: 10,
                ..released
            }),
            "published-in-place" => Some(Self {
                learning_rate: 1e-4,
                widths: vec![1366; 2],
                dropout: 0.0,
                patience: 30,
                ..released
            }),
            "published-in-place-alzheimer" => Some(Self {
                beta: 0.6,
                learning_rate: 1e-3,
                widths: vec![1383; 3],
                dropout: 0.0,
                patience: 30,
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
            let settings = Pmi::preset(preset.name).expect("a preset on the card");
            settings.check().expect("legal settings");
        }
        assert_eq!(Pmi::preset("unheard-of"), None);
    }

    #[test]
    fn the_presets_hold_what_was_released() {
        let small = Pmi::preset("published-inductive-alzheimer").unwrap();
        assert_eq!(small.widths, [1531, 1531]);
        assert_eq!(
            (small.learning_rate, small.dropout, small.patience),
            (1e-3, 0.2, 10)
        );
        assert_eq!((small.alpha, small.beta, small.batch), (0.5, 0.5, 32));
        assert_eq!((small.epochs, small.steps), (1000, Some(100)));
        assert_eq!((small.bound, small.beside), (None, Beside::Nothing));
        assert_eq!(Pmi::preset("published"), Some(small));
        let large = Pmi::preset("published-inductive").unwrap();
        assert_eq!(
            (large.widths, large.learning_rate, large.patience),
            (vec![3072], 1e-4, 30)
        );
        let in_place = Pmi::preset("published-in-place").unwrap();
        assert_eq!((in_place.widths, in_place.dropout), (vec![1366, 1366], 0.0));
        let rate_and_patience = (in_place.learning_rate, in_place.patience);
        assert_eq!(rate_and_patience, (1e-4, 30));
        // A beta of 0.9 is set there and never read: p is 0.5 throughout.
        assert_eq!((in_place.alpha, in_place.beta), (0.5, 0.5));
        assert!(in_place.batch_norm && in_place.schedule == Schedule::Constant);
        let small = Pmi::preset("published-in-place-alzheimer").unwrap();
        assert_eq!(
            (small.widths, small.alpha, small.beta),
            (vec![1383; 3], 0.5, 0.6)
        );
        assert_eq!(
            (small.learning_rate, small.dropout, small.patience),
            (1e-3, 0.0, 30)
        );
    }
}

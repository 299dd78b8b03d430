//! The configurations that were published with DeepImpute, and one that estimates expected counts.

use imputome_core::Preset;

use super::settings::{
    Beside, CorrelationOf, DeepImpute, EntryWeight, Inputs, LibrarySize, TableOf,
};
use crate::training::Schedule;

/// Names and sources of the presets.
pub(super) const PRESETS: &[Preset] = &[
    Preset {
        name: "published",
        doc: "the paper: learning rate 0.0001, stops after 10 epochs without a better loss (Methods)",
    },
    Preset {
        name: "released",
        doc: "deepimpute 1.2 as it runs with Keras since 2.11, which ignores its learning rate: 0.001, stops after 5 \
              epochs",
    },
    Preset {
        name: "expected",
        doc: "ours: a zero weighs as much as a count, so that estimates are expected counts and keep what zeros tell \
              of cells",
    },
];

impl DeepImpute {
    /// The settings of a preset, or nothing where there is none of that name.
    pub fn preset(name: &str) -> Option<Self> {
        let published = Self {
            table: TableOf::Counts,
            library_size: LibrarySize::AsCounted,
            cells: 1.0,
            dispersion: 0.5,
            genes: None,
            targets: 512,
            predictors: 5,
            correlation: CorrelationOf::Counts,
            inputs: Inputs::Logs,
            directions: 20,
            hidden: 256,
            dropout: 0.2,
            weight: EntryWeight::Value,
            zero_weight: 0.0,
            learning_rate: 1e-4,
            schedule: Schedule::Constant,
            batch: 64,
            epochs: 500,
            patience: 10,
            validation: 0.05,
            beside: Beside::Nothing,
            bound: 2.0,
        };
        match name {
            "published" => Some(published),
            "released" => Some(Self {
                learning_rate: 1e-3,
                patience: 5,
                ..published
            }),
            "expected" => Some(Self {
                zero_weight: 1.0,
                ..Self::default()
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
            let settings = DeepImpute::preset(preset.name).expect("a preset on the card");
            settings.check().expect("legal settings");
        }
        assert_eq!(DeepImpute::preset("unheard-of"), None);
    }
}

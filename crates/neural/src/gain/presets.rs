//! The configurations that were published with GAIN-GTEx.

use imputome_core::Preset;

use super::{GainGtex, GainMse, Optimizer, Reconstruct};
use crate::training::Schedule;

const PUBLISHED: Preset = Preset {
    name: "published",
    doc: "the released configuration for a few hundred genes; the same as \
          published-in-place-alzheimer",
};

/// Names and sources of the presets of GAIN-GTEx.
pub(super) const GAIN_GTEX: &[Preset] = &[
    PUBLISHED,
    Preset {
        name: "published-inductive",
        doc: "released configuration inductive_GAINGTEx: 12,557 genes, new donors",
    },
    Preset {
        name: "published-inductive-alzheimer",
        doc: "released configuration inductive_GAINGTEx_Alzheimer: 273 genes, new donors",
    },
    Preset {
        name: "published-in-place",
        doc: "released configuration inplace_GAINGTEx: 12,557 genes, gaps of the table itself",
    },
    Preset {
        name: "published-in-place-alzheimer",
        doc: "released configuration inplace_GAINGTEx_Alzheimer: 273 genes, gaps of the table \
              itself",
    },
    Preset {
        name: "published-workshop",
        doc: "the code of the workshop paper of 2020: RMSProp, no batch norm, 12,557 genes, new \
              donors",
    },
];

/// Names and sources of the presets of GAIN-MSE.
pub(super) const GAIN_MSE: &[Preset] = &[
    PUBLISHED,
    Preset {
        name: "published-inductive",
        doc: "released configuration inductive_GAINMSEGTEx: 12,557 genes, new donors",
    },
    Preset {
        name: "published-inductive-alzheimer",
        doc: "released configuration inductive_GAINMSEGTEx_Alzheimer: 273 genes, new donors",
    },
    Preset {
        name: "published-in-place",
        doc: "released configuration inplace_GAINMSEGTEx: 12,557 genes, gaps of the table itself",
    },
    Preset {
        name: "published-in-place-alzheimer",
        doc: "released configuration inplace_GAINMSEGTEx_Alzheimer: 273 genes, gaps of the table \
              itself",
    },
    Preset {
        name: "published-workshop",
        doc: "the code of the workshop paper of 2020 without its adversary",
    },
];

impl GainGtex {
    /// The settings of a preset, or nothing where there is none of that name.
    ///
    /// Values are those of the released configurations as the released code ran them: Adam as
    /// Keras sets it, batch norm, p of the hint 0.5, up to 1000 epochs of 100 steps, one draw.
    pub fn preset(name: &str) -> Option<Self> {
        let lambda = match name {
            "published-inductive-alzheimer" => 10.0,
            _ => 1.0,
        };
        let mut generator = GainMse::preset(name)?;
        if name == "published-in-place" {
            generator.widths = vec![296; 3];
        }
        Some(Self {
            lambda,
            ..Self::around(generator)
        })
    }
}

impl GainMse {
    /// The settings of a preset, or nothing where there is none of that name.
    ///
    /// Values are those of the released configurations as the released code ran them, as
    /// [`GainGtex::preset`] has them.
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "published-inductive" => Some(Self {
                widths: vec![1902; 4],
                dropout: 0.2,
                ..released()
            }),
            "published-inductive-alzheimer" => Some(Self {
                widths: vec![54; 3],
                batch: 128,
                ..released()
            }),
            "published-in-place" => Some(Self {
                widths: vec![2403],
                ..in_place()
            }),
            "published" | "published-in-place-alzheimer" => Some(Self {
                widths: vec![296; 3],
                dropout: 0.4,
                patience: 10,
                ..in_place()
            }),
            "published-workshop" => Some(workshop()),
            _ => None,
        }
    }
}

/// What most released configurations share: for new donors, half of each sample shown.
fn released() -> GainMse {
    GainMse {
        lowest_shown: 0.5,
        highest_shown: 0.5,
        reconstruct: Reconstruct::Shown,
        noise: 1.0,
        draws: 1,
        widths: Vec::new(),
        dropout: 0.0,
        batch_norm: true,
        optimizer: Optimizer::Adam,
        learning_rate: 1e-3,
        schedule: Schedule::Constant,
        batch: 32,
        epochs: 1000,
        steps: Some(100),
        patience: 30,
        validation: 0.25,
        bound: None,
    }
}

/// In place the generator is shown all that is measured; the gaps are those of the table.
fn in_place() -> GainMse {
    GainMse {
        lowest_shown: 1.0,
        highest_shown: 1.0,
        ..released()
    }
}

/// 10,000 epochs of one pass over the samples; 20 validations without a better loss, one every
/// ten epochs, are 200 of our epochs.
fn workshop() -> GainMse {
    GainMse {
        lowest_shown: 0.5,
        highest_shown: 0.95,
        widths: vec![256; 2],
        batch_norm: false,
        optimizer: Optimizer::RmsProp,
        epochs: 10_000,
        steps: None,
        patience: 200,
        ..released()
    }
}

#[cfg(test)]
mod tests {
    use super::super::game::Game;
    use super::super::networks;
    use super::*;
    use crate::network::parameters;
    use imputome_core::covariates::{Levels, NumericScale};
    use imputome_core::{CovariateEncoder, Imputer};

    fn gtex() -> CovariateEncoder {
        let levels = |name: &str, n: usize| Levels {
            name: name.into(),
            levels: (0..n).map(|l| l.to_string()).collect(),
        };
        CovariateEncoder {
            categorical: vec![levels("sex", 2), levels("cohort", 3), levels("tissue", 49)],
            numeric: vec![NumericScale {
                name: "age".into(),
                mean: 0.0,
                deviation: 1.0,
            }],
        }
    }

    #[test]
    fn every_preset_on_the_cards_has_legal_settings() {
        for preset in GAIN_GTEX {
            let settings = GainGtex::preset(preset.name).expect("a preset on the card");
            settings.check().expect("legal settings");
        }
        for preset in GAIN_MSE {
            let settings = GainMse::preset(preset.name).expect("a preset on the card");
            settings.check().expect("legal settings");
        }
        assert_eq!(GainGtex::preset("unheard-of"), None);
    }

    #[test]
    fn the_presets_hold_what_was_released() {
        let preset = |name| GainGtex::preset(name).unwrap();
        // Name, layers, learning rate, batch, dropout, lambda, patience, share shown.
        let released = [
            (
                "published-inductive",
                vec![1902; 4],
                1e-3,
                32,
                0.2,
                1.0,
                30,
                0.5,
            ),
            (
                "published-inductive-alzheimer",
                vec![54; 3],
                1e-3,
                128,
                0.0,
                10.0,
                30,
                0.5,
            ),
            (
                "published-in-place",
                vec![296; 3],
                1e-3,
                32,
                0.0,
                1.0,
                30,
                1.0,
            ),
            (
                "published-in-place-alzheimer",
                vec![296; 3],
                1e-3,
                32,
                0.4,
                1.0,
                10,
                1.0,
            ),
        ];
        for (name, widths, rate, batch, dropout, lambda, patience, shown) in released {
            let found = preset(name);
            assert_eq!(found.widths, widths, "{name}");
            assert_eq!((found.learning_rate, found.batch), (rate, batch), "{name}");
            assert_eq!((found.dropout, found.lambda), (dropout, lambda), "{name}");
            assert_eq!(found.patience, patience, "{name}");
            assert_eq!(
                (found.lowest_shown, found.highest_shown),
                (shown, shown),
                "{name}"
            );
            assert_eq!(
                (found.alpha, found.beta, found.noise),
                (0.5, 0.5, 1.0),
                "{name}"
            );
            assert_eq!((found.epochs, found.steps), (1000, Some(100)), "{name}");
            assert!(
                found.batch_norm && found.reconstruct == Reconstruct::Shown,
                "{name}"
            );
            assert_eq!((found.draws, found.bound), (1, None), "{name}");
        }
        assert_eq!(preset("published"), preset("published-in-place-alzheimer"));
        let plain = GainMse::preset("published-in-place").unwrap();
        assert_eq!(plain.widths, [2403]);
    }

    #[test]
    fn the_workshop_preset_holds_what_its_code_did() {
        let found = GainGtex::preset("published-workshop").unwrap();
        assert_eq!((found.widths, found.batch_norm), (vec![256; 2], false));
        assert_eq!((found.lowest_shown, found.highest_shown), (0.5, 0.95));
        assert_eq!(
            (found.optimizer, found.learning_rate),
            (Optimizer::RmsProp, 1e-3)
        );
        assert_eq!((found.epochs, found.steps, found.batch), (10_000, None, 32));
        assert_eq!((found.alpha, found.beta, found.lambda), (0.5, 0.5, 1.0));
    }

    #[test]
    fn the_published_networks_have_as_many_parameters_as_the_released_ones() {
        let encoder = gtex();
        let million = |name: &str, genes| {
            let game = Game::from(&GainGtex::preset(name).unwrap());
            let specs = [
                networks::generator(&game, genes, &encoder),
                networks::discriminator(&game, genes, &encoder),
            ];
            specs.map(|spec| parameters(&spec) as f64 / 1e6)
        };
        // Generator and discriminator as counted for the released code, to the digits given
        // (11.35 was rounded up).
        for (name, genes, expected) in [
            ("published-inductive", 12_557, [106.5, 82.6]),
            ("published-in-place", 12_557, [15.1, 11.4]),
        ] {
            for (found, expected) in million(name, genes).iter().zip(expected) {
                assert!((found - expected).abs() < 0.06, "{name}: {found}");
            }
        }
        assert!((million("published-in-place-alzheimer", 273)[0] - 0.51).abs() < 0.005);
        assert!((million("published-inductive-alzheimer", 273)[0] - 0.07).abs() < 0.005);
    }
}

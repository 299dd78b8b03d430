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

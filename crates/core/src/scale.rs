//! What one unit of a table's values means.

use serde::{Deserialize, Serialize};

/// The unit of a table's values.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Not known, or not looked at.
    #[default]
    Unknown,
    /// Raw counts of reads or molecules.
    Counts,
    /// Linear abundance: TPM, FPKM, RSEM.
    Tpm,
    /// Logarithm of an abundance.
    Log,
    /// Centered or standardized per gene.
    Standardized,
}

impl Scale {
    /// The word used in settings and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Counts => "counts",
            Self::Tpm => "tpm",
            Self::Log => "log",
            Self::Standardized => "standardized",
        }
    }
}

impl std::fmt::Display for Scale {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

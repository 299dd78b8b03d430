//! What is told of a file of cells.

use imputome_core::Scale;
use serde::{Deserialize, Serialize};

/// The form of a file of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellForm {
    /// AnnData in HDF5.
    H5ad,
    /// HDF5 of 10x Genomics, Cell Ranger 2 or later.
    TenX,
    /// A folder with a matrix, genes and barcodes, as Cell Ranger writes it.
    TenXFolder,
    /// Loom.
    Loom,
}

impl CellForm {
    /// The name users know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::H5ad => "h5ad",
            Self::TenX => "10x h5",
            Self::TenXFolder => "10x matrix folder",
            Self::Loom => "loom",
        }
    }
}

/// One table of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementFact {
    /// Its name: `X`, `raw/X`, `layers/counts`, or a genome.
    pub name: String,
    /// How it is stored, such as `sparse, by cells`.
    pub stored: String,
    /// What its values suggest; nothing when they were not looked at.
    pub scale: Option<Scale>,
    /// Why.
    pub scale_reason: String,
}

impl ElementFact {
    /// A table whose values have not been looked at.
    pub(super) fn of(name: &str, stored: &str) -> Self {
        Self {
            name: name.into(),
            stored: stored.into(),
            scale: None,
            scale_reason: String::new(),
        }
    }
}

/// What was found and decided on opening a file of cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellFacts {
    /// The file as the user named it.
    pub name: String,
    /// Its form.
    pub form: CellForm,
    /// Every table it holds, the one that is read among them.
    pub elements: Vec<ElementFact>,
    /// The table that is read.
    pub element: String,
    /// The scale of the table that is read, guessed from a part of its values.
    pub scale: Scale,
    /// What the values suggest, and why.
    pub scale_reason: String,
    /// What was decided.
    pub notes: Vec<String>,
    /// What the user should look at.
    pub warnings: Vec<String>,
}

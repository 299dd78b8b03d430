//! What is added to a file of cells.

/// What a result adds to a file of cells; named before any work, so that what cannot be added is
/// refused before any is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Additions {
    /// Name of the new layer.
    pub layer: String,
    /// How the layer is stored.
    pub form: LayerForm,
    /// Names of the columns that `obs` will get.
    pub cell_columns: Vec<String>,
    /// Names of the columns that `var` will get.
    pub gene_columns: Vec<String>,
    /// Key in `uns` under which the settings go; `a/b` is the key `b` among those of `a`, which is
    /// made where there is none.
    pub key: String,
    /// Whether the target may be the input itself.
    pub over_input: OverInput,
    /// Most bytes that may be held, when there is a limit.
    pub memory_limit: Option<u64>,
}

/// How a layer is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LayerForm {
    /// Without its zeros, by cells; written as it comes.
    #[default]
    Sparse,
    /// With its zeros; held in memory until it is whole.
    Dense,
}

/// Whether the target may be the input itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OverInput {
    /// Refused: the input stays as it is.
    #[default]
    Refused,
    /// Allowed: the input is replaced once the output is whole.
    Allowed,
}

/// A column of `obs` or `var`.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// A value for each cell or gene, in their order.
    pub values: ColumnValues,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum ColumnValues {
    /// Yes or no.
    Flags(Vec<bool>),
    /// Numbers; NaN where there is none.
    Numbers(Vec<f64>),
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Text.
    Texts(Vec<String>),
}

impl ColumnValues {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Flags(values) => values.len(),
            Self::Numbers(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }
}

impl Column {
    /// The column with the values of the given positions, `usize::MAX` for none.
    pub(super) fn placed(&self, from: &[usize]) -> Self {
        fn picked<T: Clone>(values: &[T], from: &[usize], missing: T) -> Vec<T> {
            let pick = |&position: &usize| values.get(position).unwrap_or(&missing).clone();
            from.iter().map(pick).collect()
        }
        let values = match &self.values {
            ColumnValues::Flags(values) => ColumnValues::Flags(picked(values, from, false)),
            ColumnValues::Numbers(values) => ColumnValues::Numbers(picked(values, from, f64::NAN)),
            ColumnValues::Whole(values) => ColumnValues::Whole(picked(values, from, 0)),
            ColumnValues::Texts(values) => ColumnValues::Texts(picked(values, from, String::new())),
        };
        Self {
            name: self.name.clone(),
            values,
        }
    }
}

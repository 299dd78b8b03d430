//! What is fed with a changed file, and what it answers.

use std::path::Path;

use imputome_io::{
    Additions, CellFile, CellOptions, CellWriter, LayerForm, OverInput, ReadOptions, Source,
};

use crate::corpus::Case;

/// A reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    H5ad = 1,
    TenXH5,
    TenXFolder,
    Loom,
    Table,
}

impl Reader {
    pub(crate) const ALL: [Self; 5] = [
        Self::Table,
        Self::Loom,
        Self::TenXFolder,
        Self::TenXH5,
        Self::H5ad,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::H5ad => "h5ad",
            Self::TenXH5 => "ten-x-h5",
            Self::TenXFolder => "ten-x-folder",
            Self::Loom => "loom",
            Self::Table => "table",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reader| reader.name() == name)
    }

    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Files of `fixtures` that it begins with: a file, or a file of a folder.
    pub(crate) fn fixtures(self) -> &'static [&'static str] {
        match self {
            Self::H5ad => &[
                "cells/v12_csr_gzip.h5ad",
                "cells/v12_csc_lzf_layer.h5ad",
                "cells/v12_dense_raw.h5ad",
                "cells/v13_csr_gzip.h5ad",
                "cells/v13_csc_lzf_layer.h5ad",
                "cells/v13_dense_raw.h5ad",
            ],
            Self::TenXH5 => &["cells/ten_x_2.h5", "cells/ten_x_3.h5"],
            Self::TenXFolder => &[
                "cells/ten_x_folder_2/matrix.mtx",
                "cells/ten_x_folder_2/genes.tsv",
                "cells/ten_x_folder_2/barcodes.tsv",
                "cells/ten_x_folder_3/matrix.mtx.gz",
                "cells/ten_x_folder_3/features.tsv.gz",
                "cells/ten_x_folder_3/barcodes.tsv.gz",
            ],
            Self::Loom => &["cells/cells.loom"],
            Self::Table => &[
                "io/gtex.tsv",
                "io/gtex.gct",
                "io/gtex_1.3.gct",
                "io/gtex_two_members.tsv.gz",
                "io/samples.tsv",
                "cells/table.tsv",
            ],
        }
    }

    /// What is said of a file, without its names and numbers.
    pub(crate) fn answer(self, case: &Case, scratch: &Path) -> String {
        let place = case.lay_out(scratch);
        let words = match self {
            Self::Table => table(&place.file),
            _ => cells(&place.input, self, scratch),
        };
        place.remove();
        shape_of(&words)
    }
}

fn table(path: &Path) -> String {
    let source = Source::Path(path.into());
    match imputome_io::read_table(&source, &ReadOptions::default()) {
        Ok(table) => format!("{:?} {}", table.facts.layout, table.dataset.scale),
        Err(error) => error.to_string(),
    }
}

fn cells(path: &Path, reader: Reader, scratch: &Path) -> String {
    let options = CellOptions {
        turning_bytes: 1 << 10,
        ..CellOptions::default()
    };
    let file = match CellFile::open_with(path, &options) {
        Ok(file) => file,
        Err(error) => return error.to_string(),
    };
    let mut said = format!(
        "{} {:?} {:?}",
        file.facts().form.name(),
        file.facts().notes,
        file.facts().warnings
    );
    for window in file.windows(7) {
        if let Err(error) = window {
            said += &error.to_string();
        }
    }
    if let Err(error) = file.read() {
        said += &error.to_string();
    }
    if reader == Reader::H5ad {
        said += &rewritten(&file, &scratch.join("out.h5ad"));
    }
    said
}

/// Adds a layer to the file, or is told why not.
fn rewritten(file: &CellFile, output: &Path) -> String {
    let additions = Additions {
        layer: "new".into(),
        form: LayerForm::Sparse,
        cell_columns: vec!["of_cells".into()],
        gene_columns: Vec::new(),
        key: "new".into(),
        over_input: OverInput::Refused,
        memory_limit: Some(1 << 28),
    };
    match CellWriter::begin(file, output, additions) {
        Ok(_) => "can be added to".into(),
        Err(error) => error.to_string(),
    }
}

/// Words without names in quotes and without numbers.
fn shape_of(words: &str) -> String {
    let mut shape = String::new();
    let mut quoted = false;
    for letter in words.chars() {
        match letter {
            '"' => quoted = !quoted,
            _ if quoted || letter.is_ascii_digit() => {}
            _ => shape.push(letter),
        }
    }
    shape.truncate(shape.floor_char_boundary(400));
    shape
}

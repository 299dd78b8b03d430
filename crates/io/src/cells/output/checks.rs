//! What is asked before an output is begun.

use std::path::Path;

use imputome_core::Names;

use super::additions::{Additions, LayerForm};
use super::superblock;
use crate::cells::facts::CellForm;
use crate::cells::file::CellFile;
use crate::cells::hdf5::{Hdf5, Node};
use crate::cells::{names, refusal, text};
use crate::{Error, Result};

/// True when both lead to one file.
pub(super) fn is_same(input: &Path, target: &Path) -> bool {
    match (input.canonicalize(), target.canonicalize()) {
        (Ok(input), Ok(target)) => input == target,
        _ => false,
    }
}

/// Refuses columns for data frames that cannot have any.
pub(super) fn check_frames(input: &CellFile, additions: &Additions) -> Result<()> {
    let file = Hdf5::open(input.path())?;
    let frames = [
        ("obs", &additions.cell_columns),
        ("var", &additions.gene_columns),
    ];
    for (frame, _) in frames.into_iter().filter(|(_, names)| !names.is_empty()) {
        if !matches!(file.node(frame)?, Node::Group(_)) {
            return Err(refusal::content(
                file.name(),
                frame,
                "a data frame that columns can be added to",
                "one stored as an array, as anndata did before version 0.7",
                "read and write it once with a newer anndata: anndata.read_h5ad(path).write_h5ad(path)",
            ));
        }
    }
    Ok(())
}

/// Names of the genes of the file's layers.
pub(super) fn var_names(input: &CellFile) -> Result<(Names, Option<String>)> {
    let file = Hdf5::open(input.path())?;
    let (genes, _) = names::unique(file.name(), "gene", text::index(&file, "var")?)?;
    if genes == *input.genes() {
        return Ok((genes, None));
    }
    let shared = input
        .genes()
        .iter()
        .filter(|gene| genes.position(gene).is_some());
    let shared = shared.count();
    if shared == 0 {
        return Err(refusal::content(
            file.name(),
            "var",
            format!("genes of {}", input.facts().element),
            "none of them",
            "give the table whose genes the layers have, with --layer",
        ));
    }
    let note = format!(
        "layers have the {} genes of var: {shared} of the {} genes of {} are written",
        genes.len(),
        input.genes().len(),
        input.facts().element
    );
    Ok((genes, Some(note)))
}

/// Refuses names that are none, or that an h5ad has already.
pub(super) fn require_room(input: &CellFile, additions: &Additions) -> Result<()> {
    let columns = additions.cell_columns.iter().chain(&additions.gene_columns);
    columns
        .chain([&additions.layer])
        .try_for_each(expect_name)?;
    additions.key.split('/').try_for_each(expect_name)?;
    if input.facts().form != CellForm::H5ad {
        return Ok(());
    }
    let file = Hdf5::open(input.path())?;
    let columns = |frame: &'static str, names: &'_ [String]| -> Vec<String> {
        names.iter().map(|name| format!("{frame}/{name}")).collect()
    };
    let mut places = vec![
        format!("layers/{}", additions.layer),
        format!("uns/{}", additions.key),
    ];
    places.extend(columns("obs", &additions.cell_columns));
    places.extend(columns("var", &additions.gene_columns));
    for place in places {
        if !matches!(file.node(&place)?, Node::Nothing) {
            return Err(Error::Request(format!(
                "{}: {place} is there already, and nothing in a file is replaced; give the result another name (--into NAME)",
                file.name()
            )));
        }
    }
    Ok(())
}

/// Refuses a name that HDF5 takes for a path.
fn expect_name(name: impl AsRef<str>) -> Result<()> {
    let name = name.as_ref();
    match name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        false => Ok(()),
        true => Err(Error::Request(format!(
            "{name:?} cannot be the name of a layer or column: it must not be empty, a dot or hold a slash; \
             give the result another name"
        ))),
    }
}

/// Refuses what would take more memory than allowed.
pub(super) fn check_memory(input: &CellFile, genes: usize, additions: &Additions) -> Result<()> {
    let Some(limit) = additions.memory_limit else {
        return Ok(());
    };
    // Few files are held whole while they are added to; a layer with its zeros is held twice, as values and as
    // bytes on their way.
    let file = match input.facts().form {
        CellForm::H5ad if !superblock::is_bounded(input.path()) => {
            std::fs::metadata(input.path()).map_or(0, |about| about.len())
        }
        _ => 0,
    };
    let layer = match additions.form {
        LayerForm::Sparse => 0,
        LayerForm::Dense => 8 * input.cells().len() as u64 * genes as u64,
    };
    if file + layer <= limit {
        return Ok(());
    }
    let source = imputome_core::Error::Memory {
        what: "adding a layer".into(),
        needed_mib: (file + layer).div_ceil(1 << 20),
        limit_mib: limit >> 20,
    };
    Err(refusal::dataset(&input.facts().name, source))
}

//! What the data folder of a study holds, told by its files.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// What was found in a data folder.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) gtex: Gtex,
    /// Folder of TCGA expression (`expression.tsv.gz`, `samples.tsv`).
    pub(super) tcga: Option<PathBuf>,
    /// Symbols of the pathway, one a line.
    pub(super) pathway: Option<PathBuf>,
    /// Table of `gene_id` and `symbol`.
    pub(super) symbols: Option<PathBuf>,
}

/// The forms in which GTEx comes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gtex {
    /// A table of samples by genes with its samples and genes (`gtex_v8_1000`).
    Slice(PathBuf),
    /// The portal's table of TPM with what it says of samples and donors.
    Portal {
        expression: PathBuf,
        attributes: PathBuf,
        phenotypes: PathBuf,
    },
    /// The portal's normalized expression, a file per tissue.
    Normalized {
        tissues: Vec<PathBuf>,
        phenotypes: Option<PathBuf>,
    },
}

/// End of the names of normalized expression, before compression.
pub(super) const NORMALIZED: &str = ".normalized_expression.bed";

/// What makes a folder the data of the study, in words.
const EXPECTED: &str = "GTEx in one of three forms: gtex_v8_1000/ (expression.tsv.gz, samples.tsv, genes.tsv); or *gene_tpm.gct.gz with *SampleAttributesDS.txt and *SubjectPhenotypesDS.txt; or *.v8.normalized_expression.bed.gz, one per tissue";

/// Looks into a folder and the folders in it. Refused when GTEx is not there in a known form.
pub(super) fn recognize(folder: &Path) -> Result<Found> {
    let files = files_in(folder)?;
    let named = |part: &str, ends: &[&str]| {
        let mut found = files.iter().filter(|file| {
            let name = name_of(file);
            name.contains(part) && ends.iter().any(|end| name.ends_with(end))
        });
        found.next().cloned()
    };
    let phenotypes = named("SubjectPhenotypes", &[".txt", ".tsv"]);
    let gtex = match normalized(&files) {
        tissues if !tissues.is_empty() => Gtex::Normalized {
            tissues,
            phenotypes,
        },
        _ => match named("gene_tpm", &[".gct", ".gct.gz"]) {
            Some(expression) => portal(
                folder,
                expression,
                named("SampleAttributes", &[".txt", ".tsv"]),
                phenotypes,
            )?,
            None => Gtex::Slice(
                folder_with(
                    folder,
                    "gtex_v8_1000",
                    &["expression.tsv.gz", "samples.tsv", "genes.tsv"],
                )
                .ok_or_else(|| nothing(folder))?,
            ),
        },
    };
    let pathway = folder.join("pathways/alzheimer_hsa05010.txt");
    Ok(Found {
        gtex,
        tcga: folder_with(
            folder,
            "tcga_rnaseq_6",
            &["expression.tsv.gz", "samples.tsv"],
        ),
        pathway: Some(pathway).filter(|file| file.is_file()),
        symbols: Some(folder.join("genes.tsv")).filter(|file| file.is_file()),
    })
}

fn portal(
    folder: &Path,
    expression: PathBuf,
    attributes: Option<PathBuf>,
    phenotypes: Option<PathBuf>,
) -> Result<Gtex> {
    let missing = match (&attributes, &phenotypes) {
        (None, _) => {
            "GTEx_Analysis_v8_Annotations_SampleAttributesDS.txt, which tells the tissue of each sample"
        }
        (_, None) => {
            "GTEx_Analysis_v8_Annotations_SubjectPhenotypesDS.txt, which tells sex and age of each donor"
        }
        (Some(attributes), Some(phenotypes)) => {
            return Ok(Gtex::Portal {
                expression,
                attributes: attributes.clone(),
                phenotypes: phenotypes.clone(),
            });
        }
    };
    Err(Failure::input(format!(
        "{}: {} is there, and not {missing}",
        folder.display(),
        name_of(&expression)
    ))
    .hint("the GTEx portal has it beside the table, among the annotations"))
}

fn normalized(files: &[PathBuf]) -> Vec<PathBuf> {
    let is = |file: &&PathBuf| name_of(file).trim_end_matches(".gz").ends_with(NORMALIZED);
    files.iter().filter(is).cloned().collect()
}

/// The folder itself or the one of this name in it, where it has all of `files`.
fn folder_with(folder: &Path, name: &str, files: &[&str]) -> Option<PathBuf> {
    let complete = |folder: &PathBuf| files.iter().all(|file| folder.join(file).is_file());
    let itself = Some(folder.to_path_buf()).filter(|f| name_of(f) == name);
    [Some(folder.join(name)), itself]
        .into_iter()
        .flatten()
        .find(complete)
}

/// Files of a folder and of the folders in it, sorted.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let list = |folder: &Path| {
        let entries = std::fs::read_dir(folder).map_err(|error| {
            Failure::input(format!("{}: cannot be read: {error}", folder.display()))
        })?;
        Ok::<_, Failure>(
            entries
                .flatten()
                .map(|entry| entry.path())
                .collect::<Vec<_>>(),
        )
    };
    let mut files = Vec::new();
    for path in list(folder)? {
        if path.is_dir() {
            // A folder that is closed to us holds nothing for us.
            files.extend(list(&path).unwrap_or_default());
        } else {
            files.push(path);
        }
    }
    files.retain(|path| path.is_file());
    files.sort();
    Ok(files)
}

pub(super) fn name_of(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn nothing(folder: &Path) -> Failure {
    Failure::input(format!(
        "{}: holds no GTEx expression that the study knows; expected {EXPECTED}",
        folder.display()
    ))
    .hint("name the folder that has the files with --data")
}

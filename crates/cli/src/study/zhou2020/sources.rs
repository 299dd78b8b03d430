//! Cohorts in a data folder, told by their files.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// The files of a cohort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Files {
    /// What the study calls it.
    pub(super) name: String,
    pub(super) expression: PathBuf,
    pub(super) methylation: PathBuf,
    /// Follow-up of its patients.
    pub(super) clinical: Option<PathBuf>,
}

/// How files begin (or what they hold in their name), the likeliest first: Xena's names, and plain
/// ones.
const EXPRESSION: [&str; 2] = ["hiseqv2", "expression"];
const METHYLATION: [&str; 2] = ["humanmethylation450", "methylation"];
const CLINICAL: [&str; 3] = ["survival", "clinicalmatrix", "samples.tsv"];

/// Every folder, this one or one in it, with expression and methylation. Refused when there is none.
pub(super) fn recognize(folder: &Path) -> Result<Vec<Files>> {
    let mut folders = vec![folder.to_path_buf()];
    folders.extend(entries(folder)?.into_iter().filter(|path| path.is_dir()));
    let mut found = Vec::new();
    for folder in folders {
        let files: Vec<PathBuf> = entries(&folder)?
            .into_iter()
            .filter(|path| path.is_file())
            .collect();
        let (Some(expression), Some(methylation)) =
            (first(&files, &EXPRESSION), first(&files, &METHYLATION))
        else {
            continue;
        };
        found.push(Files {
            name: cohort_name(&folder),
            expression,
            methylation,
            clinical: first(&files, &CLINICAL),
        });
    }
    if found.is_empty() {
        return Err(Failure::input(format!(
            "{}: no folder here holds a cohort",
            folder.display()
        ))
        .hint("a cohort is a folder with a table of expression (expression.tsv.gz, or HiSeqV2 from Xena), one of methylation (methylation.tsv.gz, HumanMethylation450) and one of survival (samples.tsv, *_survival.txt, *clinicalMatrix)"));
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable =
        |error: std::io::Error| Failure::input(format!("{}: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn first(files: &[PathBuf], parts: &[&str]) -> Option<PathBuf> {
    let has = |path: &Path, part: &str| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.to_ascii_lowercase().contains(part)
    };
    parts
        .iter()
        .find_map(|part| files.iter().find(|path| has(path, part)).cloned())
}

/// `tcga_brca_meth_rna` is BRCA.
fn cohort_name(folder: &Path) -> String {
    let name = folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .to_uppercase();
    let name = name.strip_prefix("TCGA_").unwrap_or(&name);
    let name = name.strip_suffix("_METH_RNA").unwrap_or(name);
    name.replace([' ', '\t'], "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_with_both_assays_are_cohorts() {
        let data = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = data.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        assert!(recognize(data.path()).is_err());
        for file in [
            "tcga_brca_meth_rna/expression.tsv.gz",
            "tcga_brca_meth_rna/methylation.tsv.gz",
            "KIRC/HiSeqV2.gz",
            "KIRC/HumanMethylation450.gz",
            "KIRC/KIRC_survival.txt",
            "other/expression.tsv",
        ] {
            write(file);
        }
        let found = recognize(data.path()).unwrap();
        let names: Vec<(&str, bool)> = found
            .iter()
            .map(|f| (f.name.as_str(), f.clinical.is_some()))
            .collect();
        assert_eq!(names, [("KIRC", true), ("BRCA", false)]);
    }
}

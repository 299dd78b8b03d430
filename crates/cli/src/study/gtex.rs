//! GTEx in each of its forms as one table.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use imputome_core::{Dataset, Names, Scale};
use imputome_io::{GroupRule, ReadOptions, Source, read_expression_bed, read_table};
use ndarray::Array2;

use crate::failure::{Failure, Result};

use super::samples::{Sample, Table, age_of, donor_of, rows_by_name, sex_of};
use super::sources::{Found, Gtex, NORMALIZED, name_of};

/// A gene counts as expressed above this many transcripts per million; the rule by which the
/// GTEx consortium selects genes for its eQTL analysis ...
const EXPRESSED_TPM: f32 = 0.1;
/// ... in at least this share of the samples, as there.
const EXPRESSED_SHARE: f64 = 0.2;
/// Added to TPM before the logarithm, as UCSC Xena does.
const BEFORE_LOG: f32 = 0.001;

/// GTEx as a table, the symbols of its genes, and what should be known.
#[derive(Debug)]
pub(super) struct GtexTable {
    pub(super) table: Table,
    /// One per gene; empty where not known.
    pub(super) symbols: Vec<String>,
    /// True where every gene was brought to normal scores within each tissue.
    pub(super) normalized: bool,
    /// How it differs from the paper's data.
    pub(super) notes: Vec<String>,
}

/// Reads GTEx in the form found.
pub(super) fn read(found: &Found) -> Result<GtexTable> {
    let mut gtex = match &found.gtex {
        Gtex::Slice(folder) => slice(folder)?,
        Gtex::Portal {
            expression,
            attributes,
            phenotypes,
        } => portal(expression, attributes, phenotypes)?,
        Gtex::Normalized {
            tissues,
            phenotypes,
        } => normalized(tissues, phenotypes.as_deref())?,
    };
    if let Some(file) = &found.symbols {
        let known = rows_by_name(file, &["gene_id", "symbol"])?;
        let symbol = |gene: &str| known.get(gene).map_or(String::new(), |row| row[0].clone());
        gtex.symbols = gtex.table.data.genes.iter().map(symbol).collect();
    }
    let (table, paper) = (
        &gtex.table,
        "15,201 samples of 838 donors in 49 tissues, 12,557 protein-coding genes",
    );
    let count = |of: fn(&Sample) -> &str| {
        let known = table.samples.iter().map(of).filter(|name| !name.is_empty());
        let distinct: std::collections::BTreeSet<&str> = known.collect();
        distinct.len()
    };
    gtex.notes.insert(
        0,
        format!(
            "{} samples of {} donors in {} tissues, {} genes; the paper had {paper}",
            table.data.n_samples(),
            count(|s| &s.donor),
            count(|s| &s.tissue),
            table.data.n_genes()
        ),
    );
    Ok(gtex)
}

fn slice(folder: &Path) -> Result<GtexTable> {
    let data = values(&folder.join("expression.tsv.gz"), Scale::Log)?;
    let genes = rows_by_name(
        &folder.join("genes.tsv"),
        &["gene_id", "symbol", "frac_tpm_gt_0.1"],
    )?;
    let expressed = |gene: &str| {
        let share = genes.get(gene).and_then(|row| row[1].parse::<f64>().ok());
        share.is_some_and(|share| share >= EXPRESSED_SHARE)
    };
    let kept: Vec<usize> = (0..data.n_genes())
        .filter(|&g| expressed(&data.genes[g]))
        .collect();
    let data = data.select_genes(&kept);
    let known = rows_by_name(
        &folder.join("samples.tsv"),
        &["sample_id", "donor_id", "tissue", "sex", "age_mid"],
    )?;
    let sample = |id: &str| {
        let row = known.get(id)?;
        Some(Sample {
            donor: row[0].clone(),
            tissue: Some(row[1].clone())
                .filter(|name| name != "unknown")
                .unwrap_or_default(),
            sex: row[2].clone(),
            age: age_of(&row[3]),
            cohort: String::new(),
        })
    };
    let symbols = data
        .genes
        .iter()
        .map(|gene| genes[gene][0].clone())
        .collect();
    let table = with_samples(data, sample)?;
    Ok(GtexTable {
        table,
        symbols,
        normalized: false,
        notes: vec![
            "an unselected slice of 1,000 annotated genes, of which those above 0.1 TPM in a fifth of the samples are kept; log2(TPM + 0.001); tissues are primary sites".into(),
            "the donors' cohort (post-mortem, surgical, organ donor) is not known here; the paper had it as a covariate".into(),
        ],
    })
}

fn portal(expression: &Path, attributes: &Path, phenotypes: &Path) -> Result<GtexTable> {
    let options = ReadOptions {
        scale: Some(Scale::Tpm),
        groups: GroupRule::None,
        ..ReadOptions::default()
    };
    let read = read_table(&Source::Path(expression.into()), &options)?;
    let described = read
        .facts
        .layout
        .line_texts
        .iter()
        .find(|text| text.name == "Description");
    let symbols = described.map_or(Vec::new(), |text| text.texts.clone());
    let tissues = rows_by_name(attributes, &["SAMPID", "SMTS", "SMTSD"])?;
    let donors = rows_by_name(phenotypes, &["SUBJID", "SEX", "AGE"])?;
    let sample = |id: &str| {
        let tissue = tissues.get(id)?;
        let donor = donor_of(id);
        let known = donors.get(&donor);
        let text = |at: usize| known.map_or("", |row| row[at].as_str());
        Some(Sample {
            tissue: tissue.iter().rev().find(|name| !name.is_empty())?.clone(),
            sex: sex_of(text(0)),
            age: age_of(text(1)),
            donor,
            cohort: String::new(),
        })
    };
    let table = with_samples(read.dataset, sample)?;
    let needed = EXPRESSED_SHARE * table.data.n_samples() as f64;
    let expressed = |g: usize| {
        let column = table.data.values.column(g);
        let above = column.iter().filter(|v| **v > EXPRESSED_TPM);
        above.count() as f64 >= needed
    };
    let kept: Vec<usize> = (0..table.data.n_genes())
        .filter(|&g| expressed(g))
        .collect();
    let mut data = table.data.select_genes(&kept);
    data.values
        .mapv_inplace(|value| (value + BEFORE_LOG).log2());
    data.scale = Scale::Log;
    Ok(GtexTable {
        symbols: kept.iter().map(|&g| symbols.get(g).cloned().unwrap_or_default()).collect(),
        table: Table { data, samples: table.samples },
        normalized: false,
        notes: vec![
            format!("TPM of the portal; genes above {EXPRESSED_TPM} TPM in a fifth of the samples, protein-coding or not; log2(TPM + {BEFORE_LOG})"),
            "the donors' cohort (post-mortem, surgical, organ donor) is not in the open files; the paper had it as a covariate".into(),
        ],
    })
}

fn normalized(files: &[PathBuf], phenotypes: Option<&Path>) -> Result<GtexTable> {
    let donors = match phenotypes {
        Some(file) => rows_by_name(file, &["SUBJID", "SEX", "AGE"])?,
        None => HashMap::new(),
    };
    let beds = files
        .iter()
        .map(|file| {
            Ok((
                tissue_of(file),
                read_expression_bed(&Source::Path(file.clone()))?,
            ))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut shared: BTreeMap<&str, usize> = BTreeMap::new();
    for gene in beds.iter().flat_map(|(_, bed)| &bed.genes) {
        *shared.entry(gene).or_default() += 1;
    }
    let genes: Vec<String> = shared
        .iter()
        .filter(|(_, tissues)| **tissues == beds.len())
        .map(|(gene, _)| gene.to_string())
        .collect();
    if genes.is_empty() {
        return Err(
            Failure::input("the tissues' files of normalized expression share no gene")
                .hint("give files of one release"),
        );
    }
    let rows: usize = beds.iter().map(|(_, bed)| bed.donors.len()).sum();
    let mut values = Array2::zeros((rows, genes.len()));
    let (mut names, mut samples) = (Vec::new(), Vec::new());
    for (tissue, bed) in &beds {
        let place: HashMap<&str, usize> = bed.genes.iter().map(String::as_str).zip(0..).collect();
        for (d, donor) in bed.donors.iter().enumerate() {
            let mut row = values.row_mut(names.len());
            for (value, gene) in row.iter_mut().zip(&genes) {
                *value = bed.values[place[gene.as_str()] * bed.donors.len() + d];
            }
            names.push(format!("{donor}-{tissue}"));
            let known = donors.get(donor);
            samples.push(Sample {
                donor: donor.clone(),
                tissue: tissue.clone(),
                sex: known.map_or(String::new(), |row| sex_of(&row[0])),
                age: known.and_then(|row| age_of(&row[1])),
                cohort: String::new(),
            });
        }
    }
    let mut data = Dataset::new(
        values,
        Names::new("sample", names)?,
        Names::new("gene", genes)?,
    )?;
    data.scale = Scale::Standardized;
    let symbols = vec![String::new(); data.n_genes()];
    Ok(GtexTable {
        table: Table { data, samples },
        symbols,
        normalized: true,
        notes: vec![format!(
            "GTEx's normalized expression of {} tissues, normal scores of each gene within each tissue, as the paper's input very likely was; the genes that all tissues share",
            beds.len()
        )],
    })
}

/// `Whole_Blood` of `Whole_Blood.v8.normalized_expression.bed.gz`.
fn tissue_of(file: &Path) -> String {
    let name = name_of(file).trim_end_matches(".gz");
    let name = name.strip_suffix(NORMALIZED).unwrap_or(name);
    name.split('.').next().unwrap_or(name).replace('_', " ")
}

/// Values alone, on a scale that is known.
pub(super) fn values(file: &Path, scale: Scale) -> Result<Dataset> {
    let options = ReadOptions {
        scale: Some(scale),
        groups: GroupRule::None,
        rows: imputome_io::Rows::Samples,
        ..ReadOptions::default()
    };
    Ok(read_table(&Source::Path(file.into()), &options)?.dataset)
}

/// The samples of which something is known, with it.
pub(super) fn with_samples(data: Dataset, known: impl Fn(&str) -> Option<Sample>) -> Result<Table> {
    let samples: Vec<Option<Sample>> = data.samples.iter().map(known).collect();
    let rows: Vec<usize> = (0..samples.len())
        .filter(|&s| samples[s].is_some())
        .collect();
    if rows.is_empty() {
        return Err(Failure::input(
            "none of the expression table's samples is in the table of samples",
        )
        .hint("give both files of one release"));
    }
    let data = match rows.len() == samples.len() {
        true => data,
        false => data.select_samples(&rows),
    };
    Ok(Table {
        data,
        samples: samples.into_iter().flatten().collect(),
    })
}

//! The tables of a study, written once into its folder and read from there.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use imputome_core::{Covariate, CovariateValues, Covariates, Names, Scale};
use ndarray::{Axis, concatenate};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::gene_list::{GeneList, TableGenes};

use super::gtex::{self, GtexTable, values, with_samples};
use super::samples::{Sample, Table, age_of, rows_by_name};
use super::sources::Found;

/// All genes of GTEx.
pub(super) const ALL_GENES: &str = "all-genes";
/// The genes of the pathway.
pub(super) const PATHWAY: &str = "pathway";
/// Genes and samples of GTEx and TCGA.
pub(super) const CROSS_STUDY: &str = "cross-study";

/// What the tables are and how they differ from the paper's; `tables/data.toml`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct DataNotes {
    /// The folder they were made from.
    pub(super) source: String,
    /// What was found there.
    pub(super) found: String,
    /// True where GTEx came as normal scores within tissues.
    pub(super) normalized: bool,
    /// Tables there are.
    pub(super) tables: Vec<String>,
    /// By table: how it differs from the paper's.
    pub(super) differs: BTreeMap<String, Vec<String>>,
}

/// The healthy tissue beside each cancer: that of its organ. The first three are the paper's.
const COUNTERPARTS: [(&str, &[&str]); 9] = [
    ("LAML", &["Whole Blood", "Blood"]),
    (
        "BRCA",
        &["Breast - Mammary Tissue", "Breast Mammary Tissue", "Breast"],
    ),
    ("LUAD", &["Lung"]),
    ("ACC", &["Adrenal Gland"]),
    ("CHOL", &["Liver"]),
    ("DLBC", &["Spleen"]),
    ("STAD", &["Stomach"]),
    ("UCS", &["Uterus"]),
    ("LUSC", &["Lung"]),
];

impl DataNotes {
    const FILE: &'static str = "data.toml";

    fn read(folder: &Path) -> Option<Self> {
        let text = imputome_io::read_text(&folder.join(Self::FILE)).ok()?;
        toml::from_str(&text).ok()
    }

    /// True when the table `name` is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tables.iter().any(|table| table == name)
    }

    /// How a table differs from the paper's.
    pub(super) fn differences(&self, name: &str) -> &[String] {
        self.differs.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Makes the tables in `folder` unless they are there. Refused when those there are of other data.
pub(super) fn prepare(
    found: &Found,
    (source, in_words): (&Path, String),
    folder: &Path,
) -> Result<DataNotes> {
    let source = std::fs::canonicalize(source)
        .unwrap_or(source.into())
        .display()
        .to_string();
    if let Some(notes) = DataNotes::read(folder) {
        if (&notes.source, &notes.found) == (&source, &in_words) {
            return Ok(notes);
        }
        return Err(Failure::usage(format!(
            "{}: holds tables made from {} ({}), not from {source} as it is now ({in_words})",
            folder.display(),
            notes.source,
            notes.found
        ))
        .hint("name another output folder"));
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        Failure::resource(format!("{}: cannot be made: {error}", folder.display()))
    })?;
    let gtex = gtex::read(found)?;
    let tcga = found.tcga.as_deref().map(tcga).transpose()?;
    let mut notes = DataNotes {
        source,
        found: in_words,
        normalized: gtex.normalized,
        ..DataNotes::default()
    };
    let mut put = |name: &str, table: &Table, differs: Vec<String>| {
        notes.tables.push(name.into());
        notes.differs.insert(name.into(), differs);
        table.write(folder, name)
    };
    put(ALL_GENES, &gtex.table, gtex.notes.clone())?;
    if let Some((table, differs)) = pathway(found, &gtex, tcga.as_ref())? {
        put(PATHWAY, &table, differs)?;
    }
    if let Some((table, differs)) = cross_study(&gtex, tcga.as_ref())? {
        put(CROSS_STUDY, &table, differs)?;
    }
    let text = toml::to_string(&notes).expect("notes are plain data");
    imputome_io::write_bytes(&folder.join(DataNotes::FILE), text.as_bytes())?;
    Ok(notes)
}

/// TCGA on a log scale, its cohorts as tissues.
fn tcga(folder: &Path) -> Result<Table> {
    let mut data = values(&folder.join("expression.tsv.gz"), Scale::Tpm)?;
    data.values.mapv_inplace(|value| (value + 1.0).log2());
    data.scale = Scale::Log;
    let known = rows_by_name(
        &folder.join("samples.tsv"),
        &[
            "sample_id",
            "patient",
            "cohort",
            "sample_type",
            "sex",
            "age",
        ],
    )?;
    with_samples(data, |id| {
        let row = known.get(id)?;
        let normal = if row[2] == "normal" { " normal" } else { "" };
        Some(Sample {
            donor: row[0].clone(),
            tissue: format!("{}{normal}", row[1]),
            sex: row[3].clone(),
            age: age_of(&row[4]),
            cohort: row[1].clone(),
        })
    })
}

/// The pathway's genes: of GTEx where it has most of them, else of TCGA.
fn pathway(
    found: &Found,
    gtex: &GtexTable,
    tcga: Option<&Table>,
) -> Result<Option<(Table, Vec<String>)>> {
    let Some(file) = &found.pathway else {
        return Ok(None);
    };
    let list = file.display().to_string();
    let text = imputome_io::read_text(file)?;
    let listed: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let by_symbol = unique(gtex.symbols.iter().map(String::as_str));
    let of_gtex: Vec<usize> = listed
        .iter()
        .filter_map(|symbol| by_symbol.get(symbol).copied())
        .collect();
    if 2 * of_gtex.len() > listed.len() {
        let names = of_gtex.iter().map(|&g| gtex.symbols[g].clone()).collect();
        let table = gtex.table.with_genes(&of_gtex, names)?;
        let mut differs = gtex.notes.clone();
        differs.push(format!(
            "{} of the pathway's {} genes are there",
            of_gtex.len(),
            listed.len()
        ));
        return Ok(Some((table, differs)));
    }
    let Some(tcga) = tcga else { return Ok(None) };
    let kept = GeneList::read(&list, &TableGenes::from(&tcga.data.genes), None)?.kept;
    let table = tcga.with_genes(
        &kept,
        kept.iter()
            .map(|&g| symbol_of(&tcga.data.genes[g]))
            .collect(),
    )?;
    let differs = vec![
        format!(
            "{} tumors and normal samples of TCGA in place of GTEx, whose slice has {} of the pathway's {} genes; {} of them are here",
            table.data.n_samples(),
            of_gtex.len(),
            listed.len(),
            kept.len()
        ),
        "cohorts take the place of tissues; log2(RSEM + 1); the paper had 15,201 samples".into(),
    ];
    Ok(Some((table, differs)))
}

/// Rows of GTEx and of the cohorts that have a healthy counterpart in it, shared genes.
fn cross_study(gtex: &GtexTable, tcga: Option<&Table>) -> Result<Option<(Table, Vec<String>)>> {
    let Some(tcga) = tcga else { return Ok(None) };
    let ours = unique(gtex.symbols.iter().map(String::as_str));
    let symbols: Vec<String> = tcga.data.genes.iter().map(symbol_of).collect();
    let theirs = unique(symbols.iter().map(String::as_str));
    let mut shared: Vec<&str> = ours
        .keys()
        .filter(|symbol| theirs.contains_key(*symbol))
        .copied()
        .collect();
    shared.sort_unstable();
    let counterpart = |sample: &Sample| {
        let (_, tissues) = COUNTERPARTS
            .iter()
            .find(|(cohort, _)| *cohort == sample.cohort)?;
        let known = |tissue: &&&str| gtex.table.samples.iter().any(|s| s.tissue == **tissue);
        tissues.iter().find(known).map(|tissue| tissue.to_string())
    };
    // Normal samples of a cohort are no tumors, and no test of the disease.
    let rows: Vec<usize> = (0..tcga.samples.len())
        .filter(|&s| tcga.samples[s].tissue == tcga.samples[s].cohort)
        .filter(|&s| counterpart(&tcga.samples[s]).is_some())
        .collect();
    if shared.len() < 2 || rows.is_empty() {
        return Ok(None);
    }
    let named = |table: &Table, place: &HashMap<&str, usize>| {
        let columns: Vec<usize> = shared.iter().map(|symbol| place[symbol]).collect();
        table.with_genes(&columns, shared.iter().map(|s| s.to_string()).collect())
    };
    let mut cancers = named(&tcga.select(&rows), &theirs)?;
    for sample in &mut cancers.samples {
        sample.tissue = counterpart(sample).expect("rows have one");
    }
    let (all, kept) = (tcga.samples.len(), rows.len());
    let table = stacked(named(&gtex.table, &ours)?, cancers)?;
    let differs = vec![
        "cohorts of TCGA here are others than the paper's (acute myeloid leukemia, breast cancer, lung adenocarcinoma), so no row can be compared with it directly".into(),
        format!("{} genes by symbol in both studies; {kept} tumors of {all} samples, of cohorts with a healthy counterpart in GTEx", shared.len()),
        "GTEx in log2(TPM + 0.001), TCGA in log2(RSEM + 1); the paper had log2(FPKM + 1), of which its code takes the logarithm again".into(),
    ];
    Ok(Some((table, differs)))
}

fn stacked(above: Table, below: Table) -> Result<Table> {
    let views = [above.data.values.view(), below.data.values.view()];
    let values = concatenate(Axis(0), &views).expect("genes are the same");
    let names = above.data.samples.iter().chain(below.data.samples.iter());
    let names = Names::new("sample", names.map(String::from).collect())?;
    let mut data = imputome_core::Dataset::new(values, names, above.data.genes)?;
    data.scale = Scale::Log;
    let samples = above.samples.into_iter().chain(below.samples).collect();
    Ok(Table { data, samples })
}

/// Places of names that occur once.
fn unique<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut places: HashMap<&str, Option<usize>> = HashMap::new();
    for (place, name) in names
        .enumerate()
        .filter(|(_, name)| !name.is_empty() && *name != "?")
    {
        places
            .entry(name)
            .and_modify(|at| *at = None)
            .or_insert(Some(place));
    }
    places
        .into_iter()
        .filter_map(|(name, place)| Some((name, place?)))
        .collect()
}

/// `TP53` of `TP53|7157`.
fn symbol_of(gene: &str) -> String {
    gene.split('|').next().unwrap_or(gene).into()
}

/// Tissue, sex and age as covariates, donors as groups.
pub(super) fn described(table: &Table) -> Result<imputome_core::Dataset> {
    let text = |of: fn(&Sample) -> &String| {
        let texts = table.samples.iter().map(of);
        CovariateValues::Categorical(
            texts
                .map(|t| Some(t.clone()).filter(|t| !t.is_empty()))
                .collect(),
        )
    };
    let columns = [
        ("tissue", text(|s| &s.tissue)),
        ("sex", text(|s| &s.sex)),
        (
            "age",
            CovariateValues::Numeric(table.samples.iter().map(|s| s.age).collect()),
        ),
    ];
    let columns = columns.map(|(name, values)| Covariate {
        name: name.into(),
        values,
    });
    let covariates = Covariates::new(table.samples.len(), columns.into())?;
    let donors = table.samples.iter().map(|s| s.donor.clone()).collect();
    Ok(table
        .data
        .clone()
        .with_covariates(covariates)?
        .with_groups(donors)?)
}

/// A table of the study's folder as it was written.
pub(super) fn read_back(folder: &Path, name: &str) -> Result<Table> {
    let data = values(&folder.join(format!("{name}.tsv.gz")), Scale::Log)?;
    let columns = ["sample_id", "donor", "tissue", "sex", "age", "cohort"];
    let known = rows_by_name(&folder.join(format!("{name}.samples.tsv")), &columns)?;
    with_samples(data, |id| {
        let row = known.get(id)?;
        Some(Sample {
            donor: row[0].clone(),
            tissue: row[1].clone(),
            sex: row[2].clone(),
            age: age_of(&row[3]),
            cohort: row[4].clone(),
        })
    })
}

//! Cohorts as the study takes them: tumors with both assays, filtered as in the paper.

use std::collections::HashSet;

use imputome_core::{Companion, Dataset, Mask, Names, Run, Scale};
use imputome_io::{CompanionOptions, ReadOptions, Source, read_table};
use ndarray::{Array2, Axis};

use crate::context::Context;
use crate::failure::{Failure, Result};

use super::super::Given;
use super::clinical::{Seen, follow_up};
use super::judge::FEWEST_DEATHS;
use super::paired;
use super::sources::Files;

/// Variance that a site's betas must have (paper, Data sets).
const LEAST_VARIANCE: f64 = 0.05;
/// Tumors below which a tenth of them, or all but a tenth, say nothing; ours.
const FEWEST_SAMPLES: usize = 40;
/// Shared genes below which cohorts teach each other nothing worth a table; ours.
const FEWEST_SHARED: usize = 20;

/// Tumors with both assays.
#[derive(Clone, Debug)]
pub(super) struct Cohort {
    pub(super) name: String,
    pub(super) data: Dataset,
    /// Follow-up of each sample.
    pub(super) seen: Vec<Option<Seen>>,
    /// How it was prepared.
    pub(super) notes: Vec<String>,
}

/// Cohorts over genes and sites chosen alike.
#[derive(Clone, Debug)]
pub(super) struct StudySet {
    /// Its folder among the runs.
    pub(super) name: &'static str,
    /// Its genes, in words.
    pub(super) title: String,
    pub(super) cohorts: Vec<Cohort>,
    /// True where cohorts share genes and sites, and so can teach each other.
    pub(super) taught: bool,
}

/// Every cohort that can be used.
pub(super) fn read_all(
    found: &[Files],
    given: &Given,
    run: &Run,
    context: &Context,
) -> Result<Vec<Cohort>> {
    let mut cohorts = Vec::new();
    for files in found {
        match run.on_threads(|| read(files))? {
            Ok(cohort) => cohorts.push(cohort),
            Err(why) => context
                .terminal
                .say(format!("{}: left out; {why}", files.name)),
        }
    }
    expect_apart(&cohorts)?;
    if cohorts.is_empty() {
        return Err(Failure::input(format!(
            "{}: no cohort can be used",
            given.data.display()
        )));
    }
    Ok(cohorts)
}

/// Refuses two cohorts of one name, and samples in two cohorts: one would teach itself.
fn expect_apart(cohorts: &[Cohort]) -> Result<()> {
    for (at, cohort) in cohorts.iter().enumerate() {
        for other in &cohorts[..at] {
            let samples = &other.data.samples;
            let shared = cohort
                .data
                .samples
                .iter()
                .find(|s| samples.position(s).is_some());
            let what = match shared {
                _ if cohort.name == other.name => "the same name".to_string(),
                Some(sample) => format!("sample {sample} in common"),
                None => continue,
            };
            return Err(Failure::input(format!(
                "cohorts {} and {} have {what}, and would teach each other what is hidden",
                other.name, cohort.name
            ))
            .hint("leave one of the folders out"));
        }
    }
    Ok(())
}

/// The cohort, or why the study leaves it out.
fn read(files: &Files) -> Result<std::result::Result<Cohort, String>> {
    let options = ReadOptions {
        companions: vec![CompanionOptions {
            name: "methylation".into(),
            source: Source::Path(files.methylation.clone()),
            decimal: None,
        }],
        ..ReadOptions::default()
    };
    let read = read_table(&Source::Path(files.expression.clone()), &options)?;
    if read.dataset.scale != Scale::Log {
        return Ok(Err(format!(
            "its expression is on the scale {}, and the study takes logarithms",
            read.dataset.scale
        )));
    }
    let mut data = paired(&read.dataset);
    if data.n_samples() == 0 {
        return Ok(Err("no sample has both assays".into()));
    }
    let mut notes = vec![format!("{} samples have both assays", data.n_samples())];
    keep_expressed(&mut data, &mut notes);
    keep_sites(&mut data, &mut notes);
    if data.companions[0].n_features() == 0 || data.n_samples() < FEWEST_SAMPLES {
        return Ok(Err(format!(
            "too little is left of it: {}",
            notes.join("; ")
        )));
    }
    let seen = match &files.clinical {
        Some(file) => follow_up(file, &data.samples)?,
        None => vec![None; data.n_samples()],
    };
    let deaths = seen.iter().flatten().filter(|(_, dead)| *dead).count();
    if deaths < FEWEST_DEATHS {
        notes.push(format!(
            "survival is not studied, for which {FEWEST_DEATHS} deaths must be known"
        ));
    }
    Ok(Ok(Cohort {
        name: files.name.clone(),
        data,
        seen,
        notes,
    }))
}

/// Leaves out genes that are zero or gaps in all samples.
fn keep_expressed(data: &mut Dataset, notes: &mut Vec<String>) {
    let expressed = |g: usize| data.measured_of_gene(g).any(|(_, value)| value != 0.0);
    let kept: Vec<usize> = (0..data.n_genes()).filter(|&g| expressed(g)).collect();
    let dropped = data.n_genes() - kept.len();
    if dropped > 0 {
        notes.push(format!(
            "{dropped} genes are zero in all of them and left out"
        ));
        *data = data.select_genes(&kept);
    }
}

/// Leaves out sites with gaps, and betas that hardly vary; M-values become betas.
fn keep_sites(data: &mut Dataset, notes: &mut Vec<String>) {
    let mut companion = data.companions.remove(0);
    let complete = |f: usize| companion.measured.column(f).iter().all(|&m| m);
    let kept: Vec<usize> = (0..companion.n_features())
        .filter(|&f| complete(f))
        .collect();
    if kept.len() < companion.n_features() {
        notes.push(format!(
            "{} sites with gaps are left out",
            companion.n_features() - kept.len()
        ));
        companion = companion.select_features(&kept);
    }
    if companion
        .values
        .iter()
        .all(|beta| (0.0..=1.0).contains(beta))
    {
        let varies: Vec<usize> = (0..companion.n_features())
            .filter(|&f| variance(companion.values.column(f).iter()) >= LEAST_VARIANCE)
            .collect();
        notes.push(format!(
            "{} of {} sites have a variance of betas of at least {LEAST_VARIANCE}",
            varies.len(),
            companion.n_features()
        ));
        companion = companion.select_features(&varies);
    } else {
        companion.values.mapv_inplace(beta);
        notes.push(
            "M-values became betas; the paper's filter of variances is not applied to them".into(),
        );
    }
    data.companions.push(companion);
}

/// The share methylated, of an M-value.
fn beta(m: f32) -> f32 {
    let odds = m.exp2();
    odds / (1.0 + odds)
}

fn variance<'a>(values: impl Iterator<Item = &'a f32> + Clone) -> f64 {
    let n = values.clone().count() as f64;
    let mean = values.clone().map(|v| f64::from(*v)).sum::<f64>() / n;
    values.map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / n
}

/// Each cohort over its own genes and, where there are several, over those they share.
pub(super) fn sets(cohorts: Vec<Cohort>, given: &Given) -> Vec<StudySet> {
    let shared = shared(&cohorts);
    let own: Vec<Cohort> = cohorts
        .iter()
        .map(|cohort| cohort.most_varying(given.most_varying))
        .collect();
    let mut sets = vec![StudySet {
        name: "own",
        title: "each cohort over its own genes and sites".into(),
        cohorts: own,
        taught: false,
    }];
    let Some(shared) = shared else {
        return sets;
    };
    let common = shared.iter().zip(&cohorts).all(|(s, c)| {
        s.data.genes == c.data.genes
            && s.data.companions[0].features == c.data.companions[0].features
    });
    let cohorts = alike(&shared, given.most_varying);
    let genes = cohorts[0].data.n_genes();
    let sites = cohorts[0].data.companions[0].n_features();
    if common {
        sets.clear();
    }
    sets.push(StudySet {
        name: "shared",
        title: format!("the {genes} genes and {sites} sites that all cohorts share"),
        cohorts,
        taught: true,
    });
    sets
}

/// The cohorts over the genes and sites of all; nothing for one cohort or too few genes.
fn shared(cohorts: &[Cohort]) -> Option<Vec<Cohort>> {
    let (first, others) = cohorts
        .split_first()
        .filter(|(_, others)| !others.is_empty())?;
    let in_all = |names: &Names, of: fn(&Dataset) -> &Names| -> Vec<String> {
        let everywhere = |name: &&str| others.iter().all(|c| of(&c.data).position(name).is_some());
        names.iter().filter(everywhere).map(String::from).collect()
    };
    let genes = in_all(&first.data.genes, |data| &data.genes);
    let sites = in_all(&first.data.companions[0].features, |data| {
        &data.companions[0].features
    });
    (genes.len() >= FEWEST_SHARED && !sites.is_empty())
        .then(|| cohorts.iter().map(|c| c.over(&genes, &sites)).collect())
}

/// The genes and sites that vary most over all cohorts together.
fn alike(cohorts: &[Cohort], most: Option<usize>) -> Vec<Cohort> {
    let Some(most) = most else {
        return cohorts.to_vec();
    };
    let all = joined(&cohorts.iter().collect::<Vec<_>>());
    let chosen = Cohort {
        name: String::new(),
        seen: Vec::new(),
        notes: Vec::new(),
        data: all,
    }
    .most_varying(Some(most));
    let names = |names: &Names| names.as_slice().to_vec();
    let (genes, sites) = (
        names(&chosen.data.genes),
        names(&chosen.data.companions[0].features),
    );
    cohorts.iter().map(|c| c.over(&genes, &sites)).collect()
}

/// Samples of several cohorts over the same genes and sites, one under the other.
pub(super) fn joined(cohorts: &[&Cohort]) -> Dataset {
    let stacked = |of: &dyn Fn(&Dataset) -> Array2<f32>| {
        let parts: Vec<Array2<f32>> = cohorts.iter().map(|c| of(&c.data)).collect();
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        ndarray::concatenate(Axis(0), &views).expect("cohorts over the same columns")
    };
    let gaps_apart = |data: &Dataset| {
        let mut values = data.values.clone();
        ndarray::Zip::from(&mut values)
            .and(&data.measured.0)
            .for_each(|v, &m| {
                if !m {
                    *v = f32::NAN;
                }
            });
        values
    };
    let values = stacked(&gaps_apart);
    let sites = stacked(&|data: &Dataset| data.companions[0].values.clone());
    let mut taken = HashSet::new();
    let names = cohorts.iter().flat_map(|c| {
        c.data
            .samples
            .iter()
            .map(|sample| (c.name.as_str(), sample))
            .collect::<Vec<_>>()
    });
    let names = names
        .map(|(cohort, sample)| match taken.insert(sample.to_string()) {
            true => sample.to_string(),
            false => format!("{cohort}/{sample}"),
        })
        .collect();
    let first = &cohorts[0].data;
    Dataset {
        measured: Mask(values.mapv(f32::is_finite)),
        samples: Names::new("sample", names).expect("made unique"),
        genes: first.genes.clone(),
        covariates: imputome_core::Covariates::none(values.nrows()),
        groups: None,
        scale: first.scale,
        companions: vec![Companion {
            name: "methylation".into(),
            measured: Mask(sites.mapv(f32::is_finite)),
            values: sites,
            features: first.companions[0].features.clone(),
        }],
        values,
    }
}

impl Cohort {
    /// What it is, in a line.
    pub(super) fn in_words(&self) -> String {
        let deaths = self.seen.iter().flatten().filter(|(_, dead)| *dead).count();
        format!(
            "{}: {} samples, {} genes, {} sites; {deaths} deaths known; {}",
            self.name,
            self.data.n_samples(),
            self.data.n_genes(),
            self.data.companions[0].n_features(),
            self.notes.join("; ")
        )
    }

    fn over(&self, genes: &[String], sites: &[String]) -> Self {
        let places = |names: &Names, wanted: &[String]| -> Vec<usize> {
            wanted
                .iter()
                .filter_map(|name| names.position(name))
                .collect()
        };
        let companion = &self.data.companions[0];
        let companion = companion.select_features(&places(&companion.features, sites));
        let mut data = self.data.select_genes(&places(&self.data.genes, genes));
        data.companions = vec![companion];
        Self {
            data,
            ..self.clone()
        }
    }

    /// Over the `most` genes without gaps and twice as many sites that vary most; over all without `most`.
    fn most_varying(&self, most: Option<usize>) -> Self {
        let Some(most) = most else {
            return self.clone();
        };
        let data = &self.data;
        let complete = (0..data.n_genes()).filter(|&g| data.measured.column(g).iter().all(|&m| m));
        let genes = highest(complete, most, |g| variance(data.values.column(g).iter()));
        let companion = &data.companions[0];
        let sites = highest(0..companion.n_features(), 2 * most, |f| {
            variance(companion.values.column(f).iter())
        });
        let companion = companion.select_features(&sites);
        let mut data = data.select_genes(&genes);
        data.companions = vec![companion];
        Self {
            data,
            ..self.clone()
        }
    }
}

/// The `most` of highest worth, in order of place.
fn highest(
    all: impl Iterator<Item = usize>,
    most: usize,
    worth: impl Fn(usize) -> f64,
) -> Vec<usize> {
    let mut ranked: Vec<(f64, usize)> = all.map(|at| (worth(at), at)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut chosen: Vec<usize> = ranked.into_iter().take(most).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    chosen
}

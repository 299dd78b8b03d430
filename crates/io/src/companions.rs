//! Other assays of the same samples, joined to a table by the names of samples.

use std::collections::HashSet;

use imputome_core::{Companion, Dataset, Mask, Names};
use ndarray::{Array2, Axis};

use crate::barcode::SampleKeys;
use crate::covariates::first_few;
use crate::number::{COMMA_ADVICE, POINT_ADVICE, TEXT_ADVICE};
use crate::{CompanionOptions, Error, GroupRule, ReadOptions, Result, Rows, TableRead, read_table};

/// A companion as it stands in its file.
struct Assay {
    name: String,
    file: String,
    values: Array2<f32>,
    measured: Mask,
    samples: Names,
    features: Names,
}

/// Joins every companion asked for. Samples that only a companion has become rows without
/// expression, after the others.
///
/// Refused when a companion cannot be read or shares no sample with the table.
pub(crate) fn join(read: &mut TableRead, options: &ReadOptions) -> Result<()> {
    for asked in &options.companions {
        if read.dataset.companions.iter().any(|c| c.name == asked.name) {
            return Err(Error::Request(format!(
                "two companions are called {:?}; name them apart, as in --companion {}2={}",
                asked.name,
                asked.name,
                asked.source.name()
            )));
        }
        let assay = Assay::read(asked, options, &read.dataset.samples)?;
        assay.join(read)?;
    }
    tell_empty_rows(read);
    Ok(())
}

impl Assay {
    fn read(asked: &CompanionOptions, options: &ReadOptions, known: &Names) -> Result<Self> {
        let found = read_table(
            &asked.source,
            &ReadOptions {
                rows: Rows::Auto,
                delimiter: None,
                decimal: asked.decimal.unwrap_or(options.decimal),
                groups: GroupRule::None,
                ..ReadOptions::default()
            },
        )
        .map_err(as_of_companion)?;
        let Dataset {
            values,
            measured,
            samples,
            genes,
            ..
        } = found.dataset;
        let as_guessed = Self {
            name: asked.name.clone(),
            file: asked.source.name(),
            values,
            measured,
            samples,
            features: genes,
        };
        Ok(as_guessed.turned_towards(known))
    }

    /// With samples in rows: names that the table knows say which side they are on.
    fn turned_towards(self, known: &Names) -> Self {
        let shared = |names: &Names| SampleKeys::between(known, names).shared();
        if shared(&self.samples) >= shared(&self.features) {
            return self;
        }
        Self {
            values: self.values.reversed_axes(),
            measured: Mask(self.measured.0.reversed_axes()),
            samples: self.features,
            features: self.samples,
            ..self
        }
    }

    fn join(self, read: &mut TableRead) -> Result<()> {
        let keys = SampleKeys::between(&read.dataset.samples, &self.samples);
        if keys.shared() == 0 {
            return Err(self.stranger(&read.dataset.samples));
        }
        let matched: HashSet<usize> = keys.rows.iter().flatten().copied().collect();
        let alone: Vec<usize> = (0..self.samples.len())
            .filter(|row| !matched.contains(row) && !keys.repeated.contains(row))
            .collect();
        self.tell(read, &keys, &alone);
        append_rows(read, &self.samples, &alone);
        let rows = keys
            .rows
            .iter()
            .copied()
            .chain(alone.iter().map(|&row| Some(row)));
        let rows: Vec<Option<usize>> = rows.collect();
        let companion = Companion {
            values: Array2::from_shape_fn((rows.len(), self.features.len()), |(s, f)| {
                rows[s].map_or(f32::NAN, |row| self.values[(row, f)])
            }),
            measured: Mask(Array2::from_shape_fn(
                (rows.len(), self.features.len()),
                |(s, f)| rows[s].is_some_and(|row| self.measured.get(row, f)),
            )),
            name: self.name,
            features: self.features,
        };
        read.dataset.companions.push(companion);
        Ok(())
    }

    fn tell(&self, read: &mut TableRead, keys: &SampleKeys, alone: &[usize]) {
        let table = &read.dataset.samples;
        let (name, file) = (&self.name, &self.file);
        let facts = &mut read.facts;
        facts.notes.push(format!(
            "{name}: {file}: {} samples, {} features; {} samples have both assays, matched by {}",
            self.samples.len(),
            self.features.len(),
            (0..table.len())
                .filter(|&s| keys.rows[s].is_some() && read.dataset.expressed(s))
                .count(),
            keys.by
        ));
        let without: Vec<&str> = (0..table.len())
            .filter(|&s| keys.rows[s].is_none())
            .map(|s| &table[s])
            .collect();
        if !without.is_empty() {
            facts.notes.push(format!(
                "{name}: {} samples of the table are not in it: {}",
                without.len(),
                first_few(&without)
            ));
        }
        if !keys.other_vials.is_empty() {
            let pair = |&sample: &usize| {
                let row = keys.rows[sample].expect("a vial matched has a row");
                format!("{} with {}", &table[sample], &self.samples[row])
            };
            let pairs: Vec<String> = keys.other_vials.iter().map(pair).collect();
            let pairs: Vec<&str> = pairs.iter().map(String::as_str).collect();
            facts.notes.push(format!(
                "{name}: {} samples are matched to another vial of the same patient and sample type, the only one there is: {}",
                pairs.len(),
                first_few(&pairs)
            ));
        }
        if !alone.is_empty() {
            let names: Vec<&str> = alone.iter().map(|&row| &self.samples[row]).collect();
            facts.notes.push(format!(
                "{name}: {} samples have {name} and are not in the table: {}; they are added to it, their expression to be imputed",
                names.len(),
                first_few(&names)
            ));
        }
        if !keys.repeated.is_empty() {
            let names: Vec<&str> = keys
                .repeated
                .iter()
                .map(|&row| &self.samples[row])
                .collect();
            facts.warnings.push(format!(
                "{name}: {} rows are further measurements of samples already matched, and are left out: {}",
                names.len(),
                first_few(&names)
            ));
        }
    }

    fn stranger(&self, known: &Names) -> Error {
        let ours: Vec<&str> = known.iter().take(4).collect();
        let theirs: Vec<&str> = self.samples.iter().take(4).collect();
        Error::Content {
            file: self.file.clone(),
            place: String::new(),
            expected: format!(
                "samples of the expression table, such as {}",
                first_few(&ours)
            ),
            found: format!("none of them (the first are {})", first_few(&theirs)),
            advice: "make the names alike, or leave the companion out".into(),
        }
    }
}

/// The same refusal with what to do about a companion.
fn as_of_companion(error: Error) -> Error {
    match error {
        Error::Content {
            file,
            place,
            expected,
            found,
            advice,
        } => Error::Content {
            advice: match &*advice {
                TEXT_ADVICE => "leave columns of text out of a companion's table: one of names, and numbers beside it".into(),
                COMMA_ADVICE => "if commas are decimal marks in this file, say so with --companion-decimal comma".into(),
                POINT_ADVICE => "if points are decimal marks in this file, say so with --companion-decimal point".into(),
                _ => advice,
            },
            file,
            place,
            expected,
            found,
        },
        other => other,
    }
}

/// Rows of gaps for samples that have no expression.
fn append_rows(read: &mut TableRead, samples: &Names, rows: &[usize]) {
    if rows.is_empty() {
        return;
    }
    let dataset = &mut read.dataset;
    let names = dataset
        .samples
        .iter()
        .chain(rows.iter().map(|&row| &samples[row]));
    let names = names.map(String::from).collect();
    dataset.samples = Names::new("sample", names).expect("a sample that matched none is new");
    let gaps = Array2::from_elem((rows.len(), dataset.n_genes()), f32::NAN);
    let same_width = "rows of the table's width";
    dataset
        .values
        .append(Axis(0), gaps.view())
        .expect(same_width);
    let none = gaps.mapv(|_| false);
    dataset
        .measured
        .0
        .append(Axis(0), none.view())
        .expect(same_width);
    for companion in &mut dataset.companions {
        let gaps = Array2::from_elem((rows.len(), companion.n_features()), f32::NAN);
        companion
            .values
            .append(Axis(0), gaps.view())
            .expect(same_width);
        let none = gaps.mapv(|_| false);
        companion
            .measured
            .0
            .append(Axis(0), none.view())
            .expect(same_width);
    }
    read.facts.appended += rows.len();
}

/// Names samples of which nothing at all is known.
fn tell_empty_rows(read: &mut TableRead) {
    let dataset = &read.dataset;
    let empty: Vec<&str> = (0..dataset.n_samples())
        .filter(|&s| !dataset.expressed(s) && !dataset.companions.iter().any(|c| c.present(s)))
        .map(|s| &dataset.samples[s])
        .collect();
    if !dataset.companions.is_empty() && !empty.is_empty() {
        read.facts.warnings.push(format!(
            "{} samples have neither expression nor a companion, and can get the mean at best: {}",
            empty.len(),
            empty.join(", ")
        ));
    }
}

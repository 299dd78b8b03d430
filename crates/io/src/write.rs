//! A table out, in any form.

use std::collections::HashMap;
use std::io::Write;

use imputome_core::{CovariateValues, Dataset};
use rayon::prelude::*;

use crate::fields::Splitter;
use crate::number::push_number;
use crate::output::{Packer, compression_of, unwritable, write_whole};
use crate::{Error, Format, Layout, LineText, Orientation, Result, Target};

/// Values in a block of lines; ours, about half a megabyte of text.
const VALUES_IN_BLOCK: usize = 1 << 16;
/// What GCT puts where there is no text.
const NO_TEXT: &str = "na";

/// Writes a table in a given layout, compressed as the name of the target asks (`.gz`, `.zst`).
///
/// Values are written as the shortest text that gives the same single-precision number back;
/// entries not measured as the layout's gap. Texts beside genes and above samples are found by
/// name; GCT 1.3 gets the covariates above the samples too. The same bytes for any number of
/// threads.
pub fn write_table(target: &Target, dataset: &Dataset, layout: &Layout) -> Result<()> {
    let name = target.name();
    let form = Form::of(dataset, layout);
    form.expect_writable(&name)?;
    let preamble = form.preamble();
    write_whole(target, |out| {
        write_blocks(&form, preamble, compression_of(target), out)
            .map_err(|e| unwritable(&name, &e))
    })
}

fn write_blocks(
    form: &Form<'_>,
    preamble: Vec<u8>,
    compression: crate::Compression,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let mut packer = Packer::new(compression, out)?;
    packer.write(&[preamble])?;
    let lines: Vec<usize> = (0..form.lines().len()).collect();
    let in_block = (VALUES_IN_BLOCK / form.columns().len().max(1)).max(1);
    let blocks: Vec<&[usize]> = lines.chunks(in_block).collect();
    for batch in blocks.chunks(2 * rayon::current_num_threads()) {
        let written: Vec<Vec<u8>> = batch.par_iter().map(|block| form.block(block)).collect();
        packer.write(&written)?;
    }
    packer.finish()
}

/// A dataset seen as lines and columns of a file.
struct Form<'a> {
    dataset: &'a Dataset,
    layout: &'a Layout,
    splitter: Splitter,
    gap: &'a str,
    /// Columns of text: header, and text by line name.
    texts: Vec<(&'a str, HashMap<&'a str, &'a str>)>,
}

impl<'a> Form<'a> {
    fn of(dataset: &'a Dataset, layout: &'a Layout) -> Self {
        let delimited = matches!(layout.format, Format::Delimited(_));
        let delimiter = layout.format.delimiter().byte();
        let by_name = |text: &'a LineText| {
            let named = layout.text_lines.iter().zip(&text.texts);
            let texts = named.map(|(name, text)| (name.as_str(), text.as_str()));
            (text.name.as_str(), texts.collect())
        };
        Self {
            dataset,
            layout,
            splitter: Splitter {
                delimiter,
                quotes: delimited,
            },
            gap: match layout.gap.as_str() {
                "" if delimiter == b' ' => "NA",
                gap => gap,
            },
            texts: match layout.format {
                Format::Delimited(_) => Vec::new(),
                Format::Gct13 => layout.line_texts.iter().map(by_name).collect(),
                Format::Gct12 => {
                    let described = layout.line_texts.iter();
                    let described = described.filter(|text| text.name == "Description");
                    let described = described.map(by_name).next();
                    vec![described.unwrap_or(("Description", HashMap::new()))]
                }
            },
        }
    }

    fn lines(&self) -> &[String] {
        match self.rows() {
            Orientation::Samples => self.dataset.samples.as_slice(),
            Orientation::Genes => self.dataset.genes.as_slice(),
        }
    }

    fn columns(&self) -> &[String] {
        match self.rows() {
            Orientation::Samples => self.dataset.genes.as_slice(),
            Orientation::Genes => self.dataset.samples.as_slice(),
        }
    }

    /// GCT is always genes by samples.
    fn rows(&self) -> Orientation {
        match self.layout.format {
            Format::Delimited(_) => self.layout.rows,
            Format::Gct12 | Format::Gct13 => Orientation::Genes,
        }
    }

    /// Refuses names that the format cannot hold.
    fn expect_writable(&self, file: &str) -> Result<()> {
        let cannot = |name: &&String| {
            name.contains(['\n', '\r']) || (!self.splitter.quotes && name.contains('\t'))
        };
        match self.lines().iter().chain(self.columns()).find(cannot) {
            None => Ok(()),
            Some(name) => Err(Error::Request(format!(
                "{file}: the name {name:?} holds a line end or a tab, which the format cannot \
                 hold; rename it"
            ))),
        }
    }

    fn preamble(&self) -> Vec<u8> {
        let metadata = match self.layout.format {
            Format::Gct13 => self.metadata(),
            Format::Gct12 | Format::Delimited(_) => Vec::new(),
        };
        let (lines, columns) = (self.lines().len(), self.columns().len());
        let mut out = match self.layout.format {
            Format::Delimited(_) => String::new(),
            Format::Gct12 => format!("#1.2\n{lines}\t{columns}\n"),
            Format::Gct13 => {
                let (texts, above) = (self.texts.len(), metadata.len());
                format!("#1.3\n{lines}\t{columns}\t{texts}\t{above}\n")
            }
        }
        .into_bytes();
        let index = self.layout.index_header.as_deref().into_iter();
        let texts = self.texts.iter().map(|(name, _)| *name);
        let columns = self.columns().iter().map(String::as_str);
        self.push_line(&mut out, index.chain(texts).chain(columns));
        for (name, texts) in &metadata {
            let beside = self.texts.iter().map(|_| NO_TEXT);
            let texts = texts.iter().map(String::as_str);
            self.push_line(
                &mut out,
                std::iter::once(name.as_str()).chain(beside).chain(texts),
            );
        }
        out
    }

    /// Lines above the values of GCT 1.3: those the input had, then covariates of other names.
    fn metadata(&self) -> Vec<(String, Vec<String>)> {
        let mut lines: Vec<(String, Vec<String>)> = Vec::new();
        for text in &self.layout.column_texts {
            let named = self.layout.text_columns.iter().zip(&text.texts);
            let by_name: HashMap<&String, &String> = named.collect();
            let of = |name| by_name.get(name).map_or(NO_TEXT.into(), |t| t.to_string());
            lines.push((text.name.clone(), self.columns().iter().map(of).collect()));
        }
        for covariate in self.dataset.covariates.columns() {
            if lines.iter().all(|(name, _)| *name != covariate.name) {
                lines.push((covariate.name.clone(), texts_of(&covariate.values)));
            }
        }
        lines
    }

    fn push_line<'t>(&self, out: &mut Vec<u8>, fields: impl Iterator<Item = &'t str>) {
        for (position, field) in fields.enumerate() {
            if position > 0 {
                out.push(self.splitter.delimiter);
            }
            self.splitter.push_field(out, field);
        }
        out.push(b'\n');
    }

    fn block(&self, lines: &[usize]) -> Vec<u8> {
        let mut out = Vec::new();
        for &line in lines {
            let name = &self.lines()[line];
            self.splitter.push_field(&mut out, name);
            for (_, texts) in &self.texts {
                out.push(self.splitter.delimiter);
                out.extend_from_slice(texts.get(name.as_str()).unwrap_or(&NO_TEXT).as_bytes());
            }
            for column in 0..self.columns().len() {
                out.push(self.splitter.delimiter);
                let entry = match self.rows() {
                    Orientation::Samples => self.dataset.entry(line, column),
                    Orientation::Genes => self.dataset.entry(column, line),
                };
                match entry {
                    Some(value) => push_number(&mut out, value, self.layout.decimal),
                    None => out.extend_from_slice(self.gap.as_bytes()),
                }
            }
            out.push(b'\n');
        }
        out
    }
}

fn texts_of(values: &CovariateValues) -> Vec<String> {
    match values {
        CovariateValues::Categorical(values) => values
            .iter()
            .map(|value| value.clone().unwrap_or(NO_TEXT.into()))
            .collect(),
        CovariateValues::Numeric(values) => values
            .iter()
            .map(|value| value.map_or(NO_TEXT.into(), |v| v.to_string()))
            .collect(),
    }
}

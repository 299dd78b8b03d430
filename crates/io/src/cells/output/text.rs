//! Cells as a table of text, a line for each, window after window.

use imputome_core::{Counts, Run};
use rayon::prelude::*;

use crate::cells::file::CellFile;
use crate::cells::refusal;
use crate::fields::Splitter;
use crate::number::push_number;
use crate::output::{Packer, compression_of, unwritable, write_whole};
use crate::{Error, Format, Layout, Orientation, Result, Target};

/// Bytes of entries that are held at once; ours, 64 MiB.
const HELD_BYTES: u64 = 1 << 26;
/// Fields in a block of lines; ours, about a quarter of a megabyte of text.
const FIELDS_IN_BLOCK: usize = 1 << 17;

/// Writes the cells of a file as a table, a line for each and a column for each gene, zeros too,
/// compressed as the name of the target asks (`.gz`, `.zst`). The same bytes for any number of
/// threads; memory is that of a window.
///
/// Refused: a layout with genes in lines, which could not be written cell after cell, and names
/// that a line cannot hold.
pub fn write_cell_table(
    target: &Target,
    input: &CellFile,
    layout: &Layout,
    run: &Run,
) -> Result<()> {
    let name = target.name();
    let Format::Delimited(delimiter) = layout.format else {
        return Err(genes_in_lines(&name));
    };
    if layout.rows == Orientation::Genes {
        return Err(genes_in_lines(&name));
    }
    let splitter = Splitter {
        delimiter: delimiter.byte(),
        quotes: true,
    };
    let lines = Lines { splitter, layout };
    expect_writable(&name, input)?;
    let progress = run.progress();
    progress.begin("writing cells", input.cells().len() as u64);
    write_whole(target, |out| {
        let failed = |error| unwritable(&name, &error);
        let mut packer = Packer::new(compression_of(target), out).map_err(failed)?;
        packer.write(&[lines.header(input)]).map_err(failed)?;
        let mut done = 0;
        for window in input.windows(input.cells_within(HELD_BYTES)) {
            let proceed = run.proceed();
            proceed.map_err(|error| refusal::dataset(&input.facts().name, error))?;
            let window = window?;
            packer.write(&lines.blocks(&window)).map_err(failed)?;
            done += window.n_cells() as u64;
            progress.advance(done, "");
        }
        packer.finish().map_err(failed)
    })?;
    progress.end();
    Ok(())
}

fn genes_in_lines(target: &str) -> Error {
    Error::Request(format!(
        "{target}: cells are written one after the other, each in a line; choose a name that ends in .tsv or .csv, with or without .gz or .zst"
    ))
}

fn expect_writable(target: &str, input: &CellFile) -> Result<()> {
    let mut names = input.cells().iter().chain(input.genes().iter());
    match names.find(|name| name.contains(['\n', '\r'])) {
        None => Ok(()),
        Some(name) => Err(Error::Request(format!(
            "{target}: the name {name:?} holds a line end, which a table of text cannot hold; rename it"
        ))),
    }
}

/// How lines are written.
struct Lines<'a> {
    splitter: Splitter,
    layout: &'a Layout,
}

impl Lines<'_> {
    fn header(&self, input: &CellFile) -> Vec<u8> {
        let mut line = Vec::new();
        let index = self.layout.index_header.as_deref().into_iter();
        for (position, name) in index.chain(input.genes().iter()).enumerate() {
            if position > 0 {
                line.push(self.splitter.delimiter);
            }
            self.splitter.push_field(&mut line, name);
        }
        line.push(b'\n');
        line
    }

    /// The cells of a window, so many in a block as are worth a thread.
    fn blocks(&self, window: &Counts) -> Vec<Vec<u8>> {
        let in_block = (FIELDS_IN_BLOCK / window.n_genes().max(1)).max(1);
        let firsts = (0..window.n_cells()).into_par_iter().step_by(in_block);
        let block = |first: usize| {
            let mut block = Vec::new();
            for cell in first..(first + in_block).min(window.n_cells()) {
                self.push_cell(&mut block, window, cell);
            }
            block
        };
        firsts.map(block).collect()
    }

    fn push_cell(&self, out: &mut Vec<u8>, window: &Counts, cell: usize) {
        self.splitter.push_field(out, &window.cells()[cell]);
        let (genes, values) = window.row(cell);
        let mut stored = genes.iter().zip(values).peekable();
        for gene in 0..window.n_genes() {
            out.push(self.splitter.delimiter);
            match stored.next_if(|(stored, _)| **stored as usize == gene) {
                Some((_, &value)) => push_number(out, value, self.layout.decimal),
                None => out.push(b'0'),
            }
        }
        out.push(b'\n');
    }
}

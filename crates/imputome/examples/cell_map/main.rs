//! Maps and groups the cells of a raw table and leaves every step in files, for `benches/cell_map`.
//!
//! `cargo run --release -p imputome --example cell_map -- COUNTS CELLS GENES SEED FOLDER`
//!
//! COUNTS holds numbers of 4 bytes, row by row. FOLDER receives `genes.txt` (positions of those
//! that vary), `components.f32`, `edges.txt` (point, point, weight), `places.f32` and `groups.txt`;
//! modularity and CPU seconds of each step are printed.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a program, not the library: it reads files and prints"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use imputome::Run;
use imputome::evaluate::cells::Recipe;
use imputome_projection::{NeighborGraph, Umap, principal_components};
use ndarray::{Array2, ArrayView2};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [counts, cells, genes, seed, folder] = arguments.as_slice() else {
        return Err("COUNTS CELLS GENES SEED FOLDER are asked for".into());
    };
    let counts = read(counts, (cells.parse()?, genes.parse()?))?;
    let run = Run::new(seed.parse()?, 1)?;
    let folder = Path::new(folder);
    let mut clock = Clock::start();
    let varying = Recipe::default().apply(counts.view())?;
    clock.tell("recipe");
    let components = principal_components(varying.table.view(), 50, &run)?;
    clock.tell("components");
    let graph = NeighborGraph::new(components.view(), 15, &run)?;
    clock.tell("graph");
    let groups = graph.communities(1.0, &run)?;
    clock.tell("groups");
    let places = Umap::default().project_graph(&graph, components.view(), &run)?;
    clock.tell("places");
    println!("modularity {:.6}", groups.modularity);
    fs::write(folder.join("genes.txt"), lines(varying.genes.iter()))?;
    fs::write(folder.join("groups.txt"), lines(groups.labels.iter()))?;
    fs::write(folder.join("components.f32"), bytes(components.view()))?;
    fs::write(folder.join("places.f32"), bytes(places.view()))?;
    let mut edges = String::new();
    for (from, to, weight) in graph.edges() {
        writeln!(edges, "{from} {to} {weight}")?;
    }
    fs::write(folder.join("edges.txt"), edges)?;
    Ok(())
}

fn read(path: &str, shape: (usize, usize)) -> Outcome<Array2<f32>> {
    let bytes = fs::read(path)?;
    let numbers = bytes.chunks_exact(4);
    let numbers = numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    Ok(Array2::from_shape_vec(shape, numbers.collect())?)
}

fn bytes(table: ArrayView2<'_, f32>) -> Vec<u8> {
    table.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn lines(numbers: impl Iterator<Item = impl ToString>) -> String {
    numbers.map(|number| number.to_string() + "\n").collect()
}

/// CPU time of this process, step by step.
struct Clock(f64);

impl Clock {
    fn start() -> Self {
        Self(seconds())
    }

    fn tell(&mut self, step: &str) {
        let now = seconds();
        println!("{step} {:.3} CPU s", now - self.0);
        self.0 = now;
    }
}

fn seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

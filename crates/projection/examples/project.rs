//! Puts a table of numbers from standard input on a map: `project SEED < TABLE > PLACES`, without header or names, fields
//! by tabs, to compare with other implementations.
#![expect(
    clippy::print_stdout,
    reason = "an example talks to whoever started it"
)]

use std::error::Error;
use std::io::read_to_string;

use imputome_core::Run;
use imputome_projection::Umap;
use ndarray::Array2;

fn main() -> Result<(), Box<dyn Error>> {
    let seed = std::env::args()
        .nth(1)
        .unwrap_or_default()
        .parse()
        .unwrap_or(0);
    let text = read_to_string(std::io::stdin())?;
    let rows = text.lines().count();
    let values: Vec<f32> = text
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let table = Array2::from_shape_vec((rows, values.len() / rows.max(1)), values)?;
    for place in Umap::default()
        .project(table.view(), &Run::new(seed, 1)?)?
        .rows()
    {
        println!("{}\t{}", place[0], place[1]);
    }
    Ok(())
}

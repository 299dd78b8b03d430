//! `imputome convert`: any readable table to any writable format.

use imputome_core::{Dataset, Scale};
use imputome_io::{Orientation, Target};

use crate::arguments::{ConvertArguments, Kind};
use crate::cells;
use crate::context::Context;
use crate::evaluation::Earlier;
use crate::failure::{Failure, Result};
use crate::places::Places;
use crate::plan::{ReadingPlan, SamplesPlan, Zeros};
use crate::reading::{Asked, Table, read};

use super::inspect::as_plan;

/// What `--transform` calls log2(x + 1).
const LOGARITHM: &str = "log2p1";

/// Reads a table or cells and writes them in another form.
pub(crate) fn convert(arguments: &ConvertArguments, context: &Context) -> Result<()> {
    let input = &arguments.input;
    let output = arguments.written.as_ref().or(arguments.output.as_ref());
    let output = output.expect("the parser asks for one");
    let mut reading: ReadingPlan = as_plan(&arguments.reading)?;
    if cells::named_h5ad(output) && reading.zeros == Zeros::Auto {
        // Zeros of cells are counts, and need no word.
        reading.zeros = Zeros::Values;
    }
    let samples = SamplesPlan::default();
    let kind = Kind::of(input)?;
    context.typed.expect_effect_on(kind, input)?;
    Places::reading(input)
        .with_plans(&reading, &samples)
        .replacing(Earlier::from(arguments.overwrite))
        .writing(output)
        .check()?;
    if kind == Kind::Cells {
        return cells::convert(input, output, arguments.cells.layer.as_deref(), context);
    }
    expect_effect(arguments, output)?;
    let asked = Asked::new(input, &reading, &samples);
    let run = context.run(0)?;
    let table = read(asked, &run, &context.terminal)?;
    match cells::named_h5ad(output) {
        true => cells::write_table(&table.data, &table.facts.name, output, context),
        false => write(table, arguments, output, context),
    }
}

/// Refuses options that would have no effect.
fn expect_effect(arguments: &ConvertArguments, output: &str) -> Result<()> {
    let logarithm = arguments.transform == LOGARITHM;
    if !logarithm && arguments.reading.scale.is_some() {
        return Err(Failure::usage(
            "--scale would have no effect: only --transform looks at it",
        ));
    }
    if !cells::named_h5ad(output) {
        return Ok(());
    }
    if logarithm {
        return Err(Failure::usage(
            "--transform: a file of cells holds counts, and logarithms are none",
        )
        .hint("leave it out; programs for cells take logarithms themselves"));
    }
    match arguments.to_rows.as_deref() {
        Some("genes") => Err(
            Failure::usage("--to-rows genes: an h5ad has cells in lines")
                .hint("leave it out; --rows genes says what a line of the input is"),
        ),
        _ => Ok(()),
    }
}

/// Writes a table as a table.
fn write(
    mut table: Table,
    arguments: &ConvertArguments,
    output: &str,
    context: &Context,
) -> Result<()> {
    let logarithm = arguments.transform == LOGARITHM;
    if logarithm {
        take_logarithms(&mut table.data)?;
    }
    let target = Target::from_argument(output);
    let mut layout = table.facts.layout.for_target(&target)?;
    match arguments.to_rows.as_deref() {
        Some("samples") => layout.rows = Orientation::Samples,
        Some("genes") => layout.rows = Orientation::Genes,
        _ => {}
    }
    if !logarithm && table.as_in_file && layout == table.facts.layout {
        // The same form: every field keeps its very text.
        imputome_io::fill_table(&table.source, &target, &table.facts, &|_, _| None)?;
    } else {
        imputome_io::write_table(&target, &table.data, &layout)?;
        context.terminal.note_all(&table.rounding());
    }
    context.terminal.say(format!(
        "{} samples x {} genes written: {}",
        table.data.n_samples(),
        table.data.n_genes(),
        target.name()
    ));
    Ok(())
}

/// log2(x + 1) of every measured value. Refused where that makes no sense.
fn take_logarithms(data: &mut Dataset) -> Result<()> {
    if matches!(data.scale, Scale::Log | Scale::Standardized) {
        return Err(Failure::policy(format!(
            "--transform log2p1 wants counts or linear abundance, and the table holds {} values",
            data.scale
        ))
        .hint("if they were mistaken for that, say what they are: --scale tpm or --scale counts"));
    }
    for ((s, g), value) in data.values.indexed_iter_mut() {
        if !data.measured.get(s, g) {
            continue;
        }
        if *value < 0.0 {
            return Err(Failure::policy(format!(
                "--transform log2p1 wants values of at least 0, found {value} in sample {:?}, gene {:?}",
                &data.samples[s], &data.genes[g]
            )));
        }
        // Rounded once, from double precision.
        *value = (f64::from(*value) + 1.0).log2() as f32;
    }
    data.scale = Scale::Log;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use imputome_core::Names;
    use ndarray::array;

    fn table(values: ndarray::Array2<f32>, scale: Scale) -> Dataset {
        let names =
            |kind, n: usize| Names::new(kind, (0..n).map(|i| format!("{kind}{i}")).collect());
        let (s, g) = values.dim();
        let mut data = Dataset::new(
            values,
            names("sample", s).unwrap(),
            names("gene", g).unwrap(),
        )
        .unwrap();
        data.scale = scale;
        data
    }

    #[test]
    fn logarithms_leave_gaps_and_refuse_what_has_none() {
        let mut counts = table(array![[0.0, 3.0], [f32::NAN, 7.0]], Scale::Counts);
        take_logarithms(&mut counts).unwrap();
        assert_eq!(counts.values.row(0).to_vec(), [0.0, 2.0]);
        assert_eq!(counts.values[(1, 1)], 3.0);
        assert!(!counts.measured.get(1, 0));
        assert!(take_logarithms(&mut table(array![[1.0]], Scale::Log)).is_err());
        assert!(take_logarithms(&mut table(array![[-1.0]], Scale::Unknown)).is_err());
    }
}

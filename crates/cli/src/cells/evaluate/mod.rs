//! `imputome evaluate` on files of cells: counts are hidden, methods fill them, a report says how near.

mod files;
mod methods;
mod plan;
mod score_table;

pub(crate) use files::{read_evaluation, write_cell_report};
pub(crate) use plan::{CellEvaluatePlan, asks_for_cells};

use std::path::Path;
use std::time::Instant;

use imputome::cells::contestant_memory;
use imputome_core::Counts;
use imputome_evaluate::cells::{
    CellContest, CellDataFacts, CellEvaluation, CellExperiment, CellLabels, CellMethod, Clock,
    TooMuchHidden,
};
use imputome_io::CellFile;

use crate::arguments::EvaluateArguments;
use crate::cells::{self, expect_counts, open, read_from};
use crate::commands::print;
use crate::commands::trial::processor_seconds;
use crate::context::Context;
use crate::evaluation::{Contestant, MadeFolder};
use crate::failure::{Failure, Result};
use crate::plan::{MethodEntry, Record, Resolved};
use crate::terminal::paragraph;

/// Bytes of an entry that is held: position and value; the table, what is seen of it, and once more
/// while it is made.
const BYTES_OF_AN_ENTRY: u64 = 32;

/// Compares methods on the cells of a file.
pub(crate) fn evaluate(arguments: &EvaluateArguments, context: &Context) -> Result<()> {
    if arguments.shard.is_some() {
        return Err(Failure::usage("--shard would have no effect on cells: their methods are judged on the genes that all of them impute")
            .hint("what takes long can be shared out: imputome fit CELLS -o MODEL --shard I/N"));
    }
    let Resolved { plan, earlier } = plan::as_meant(arguments, context)?;
    carry_out(&plan, earlier.as_ref(), context)
}

/// Does what a plan says; `earlier` is the run that it repeats, if any.
pub(crate) fn carry_out(
    plan: &CellEvaluatePlan,
    earlier: Option<&Record>,
    context: &Context,
) -> Result<()> {
    methods::expect_known(&plan.methods)?;
    let asked = plan.methods.iter().map(MethodEntry::contestant);
    let (contestants, baseline) = methods::contestants(asked.collect::<Result<_>>()?, context)?;
    let ready = contestants.iter().map(methods::cell_method);
    let ready: Vec<Box<dyn CellMethod>> = ready.collect::<Result<_>>()?;
    let file = open(&plan.input, plan.layer.as_deref(), &context.terminal)?;
    expect_counts(&file)?;
    let labels = labels(plan.by.as_deref(), &file)?;
    let counts = file.read()?;
    expect_room(&contestants, &counts, context)?;
    let experiment = plan.experiment()?;
    expect_most_seen(&experiment, &counts)?;
    let started = Instant::now();
    let contest = CellContest {
        counts: &counts,
        data: facts(&plan.input, &file, &counts),
        methods: &ready,
        baseline,
        labels,
        clock: &|| Clock {
            wall: started.elapsed().as_secs_f64(),
            cpu: processor_seconds(),
        },
        experiment: experiment.clone(),
    };
    let made = MadeFolder::make(Path::new(&plan.output))?;
    let evaluation = contest.run(&context.run(plan.seed)?);
    let evaluation = evaluation.inspect_err(|_| made.remove_if_empty())?;
    let told_before = file.facts().warnings.len();
    context
        .terminal
        .note_all(&evaluation.data.remarks[told_before..]);
    let plan = plan.spelled_out(&experiment, &contestants, file.facts());
    let record = cells::record(
        &read_from(&file, []),
        evaluation.data.remarks.clone(),
        context,
    )?;
    record.compare(earlier, &context.terminal);
    let page = files::write_all(Path::new(&plan.output), &evaluation, &record, &plan)?;
    print(&told(&evaluation))?;
    context.terminal.say(format!("report: {}", page.display()));
    Ok(())
}

/// Scores and findings for the terminal.
fn told(evaluation: &CellEvaluation) -> String {
    let mut text = score_table::score_table(evaluation);
    for finding in imputome_report::cell_findings(evaluation) {
        paragraph(&mut text, "", &finding);
    }
    text
}

/// Labels of the cells, where a column of them is named; refused when there is none of that name.
fn labels(by: Option<&str>, file: &CellFile) -> Result<Option<CellLabels>> {
    let Some(by) = by else { return Ok(None) };
    let Some(labels) = file.labels(by)? else {
        let facts = file.facts();
        let columns = file.label_columns()?;
        let failure = Failure::input(format!("{}: no column {by:?} of the cells", facts.name));
        return Err(match columns.is_empty() {
            true => failure.hint("give an h5ad with the column in obs; other forms have none"),
            false => failure.hint(format!("obs has {}", columns.join(", "))),
        });
    };
    let labels = CellLabels::of_kinds(by, labels).map_err(|wrong| {
        Failure::usage(format!("--by {by}: {wrong}"))
            .hint("name a column of kinds of cells, or leave --by out")
    })?;
    Ok(Some(labels))
}

/// Refuses numbers of cells or genes, and shares, that hide more than half of the counts that are not zero.
fn expect_most_seen(experiment: &CellExperiment, counts: &Counts) -> Result<()> {
    let name = experiment.mask.name();
    match experiment.hides_too_much(counts) {
        None => Ok(()),
        Some(TooMuchHidden::Share(share)) => Err(Failure::policy(format!(
            "--mask {name} --hide {share} would hide more than half: too little would be left to learn from"
        ))
        .hint("hide a tenth, as usual: --hide 0.1; at most --hide 0.5")),
        Some(TooMuchHidden::Number { asked, hides, of, at_most }) => Err(Failure::policy(format!(
            "--mask {name} --hide {asked} would hide up to {hides} of the {of} counts that are not zero, more than half: too few would be left to learn from"
        ))
        .hint(match at_most {
            0 => "hide a share of the counts instead: --mask even --hide 0.1".into(),
            _ => format!("hide at most {at_most} here: --hide {at_most}; or a share of the counts: --mask even --hide 0.1"),
        })),
    }
}

/// Refuses methods that need more memory than allowed.
fn expect_room(contestants: &[Contestant], counts: &Counts, context: &Context) -> Result<()> {
    let Some(limit) = context.memory_limit else {
        return Ok(());
    };
    let table = BYTES_OF_AN_ENTRY * counts.n_entries() as u64;
    for contestant in contestants {
        let needed = table + contestant_memory(&contestant.method, counts);
        if needed > limit.0 {
            return Err(Failure::resource(format!(
                "{} on these cells needs about {} MiB, more than --memory-limit allows",
                contestant.label,
                needed >> 20
            ))
            .hint("leave it out of --methods, or evaluate on fewer cells"));
        }
    }
    Ok(())
}

/// What the report says of the data.
fn facts(input: &str, file: &CellFile, counts: &Counts) -> CellDataFacts {
    let facts = file.facts();
    let name = Path::new(input.trim_end_matches('/')).file_name();
    CellDataFacts {
        name: name.map_or(input.into(), |name| name.to_string_lossy().into_owned()),
        element: facts.element.clone(),
        scale: facts.scale_reason.clone(),
        cells: counts.n_cells(),
        genes: counts.n_genes(),
        entries: counts.n_entries(),
        remarks: facts.warnings.clone(),
    }
}

//! The imputome program.
//!
//! [`arguments`] are what was typed, a [`plan`] is what is meant by it, [`commands`] carry it
//! out. Data goes to stdout or a file, everything else to stderr.
#![expect(
    clippy::disallowed_methods,
    reason = "this crate is the edge that touches files, clock and environment"
)]

mod arguments;
mod cells;
mod checkpoints;
mod commands;
mod context;
mod evaluation;
mod failure;
mod filled;
mod gene_list;
mod interrupt;
mod levels;
mod memory;
mod places;
mod plan;
mod reading;
mod study;
mod teacher;
mod terminal;
mod transfer;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use arguments::{Arguments, Command, TypedArguments};
use context::Context;
use failure::{Exit, Result};

fn main() -> ExitCode {
    tell_panics_as_bugs();
    let matches = match Arguments::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return answer_parser(&error),
    };
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => return answer_parser(&error.format(&mut Arguments::command())),
    };
    match carry_out(arguments, TypedArguments::of(&matches)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if failure.exit != Exit::Unheard {
                terminal::print_failure(&failure);
            }
            ExitCode::from(failure.exit as u8)
        }
    }
}

fn carry_out(arguments: Arguments, typed: TypedArguments) -> Result<()> {
    let Some(command) = arguments.command else {
        return commands::print(&Arguments::command().render_help().to_string());
    };
    let context = Context::new(&arguments.common, typed)?;
    let result = match command {
        Command::Demo(demo) => commands::demo::demo(&demo, &context),
        Command::Inspect(inspect) => commands::inspect::inspect(&inspect, &context),
        Command::Impute(impute) => commands::impute::impute(&impute, &context),
        Command::Fit(fit) => commands::fit::fit(&fit, &context),
        Command::Evaluate(evaluate) => commands::evaluate::evaluate(&evaluate, &context),
        Command::Merge(merge) => commands::merge::merge(&merge, &context),
        Command::Report(report) => commands::report::report(&report, &context),
        Command::Embeddings(embeddings) => commands::embeddings::embeddings(&embeddings, &context),
        Command::Methods(methods) => commands::methods::methods(&methods),
        Command::Convert(convert) => commands::convert::convert(&convert, &context),
        Command::Simulate(simulate) => commands::simulate::simulate(&simulate, &context),
        Command::Study(study) => commands::study::study(&study, &context),
        Command::Trial(trial) => commands::trial::trial(&trial, &context),
    };
    context.terminal.clear();
    match result {
        Err(_) if context.interrupt.asked() => Err(failure::Failure::interrupted()),
        result => result,
    }
}

/// Help and version go to stdout with code 0, wrong usage to stderr with code 2.
fn answer_parser(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell when the terminal is gone.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// A panic is our bug and never the user's data; say so, and how to report it.
fn tell_panics_as_bugs() {
    std::panic::set_hook(Box::new(|panic| {
        let failure = failure::Failure::resource(format!(
            "this is a bug in imputome {}, not in your data: {panic}",
            env!("CARGO_PKG_VERSION")
        ));
        terminal::print_failure(&failure.hint(format!(
            "please report it with the command line and the lines above: {}/issues",
            env!("CARGO_PKG_REPOSITORY")
        )));
    }));
}

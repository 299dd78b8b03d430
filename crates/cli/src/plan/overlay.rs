//! What was typed, laid over a plan file.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use crate::failure::{Failure, Result};

use super::Record;

/// What was typed after a command.
pub(crate) struct Typed<'a, T> {
    /// The command.
    pub(crate) command: &'a str,
    /// Its options; those not typed are absent, false or empty.
    pub(crate) options: &'a T,
    /// The seed.
    pub(crate) seed: Option<u64>,
    /// The plan file.
    pub(crate) file: Option<&'a Path>,
    /// What the plan cannot do without: key and how it is typed.
    pub(crate) needs: &'a [(&'a str, &'a str)],
}

/// A plan, and the record of the run that it repeats.
#[derive(Debug)]
pub(crate) struct Resolved<P> {
    /// The plan.
    pub(crate) plan: P,
    /// What an earlier run said of itself, when the plan file is its `run.toml`.
    pub(crate) earlier: Option<Record>,
}

/// The plan that was typed, with a plan file's word where nothing was typed.
pub(crate) fn resolve<T: Serialize, P: DeserializeOwned>(typed: &Typed<T>) -> Result<Resolved<P>> {
    let mut options = Table::try_from(typed.options).expect("options are plain data");
    move_settings(&mut options)?;
    expect_one_value_each(&options)?;
    if let Some(seed) = typed.seed {
        options.insert("seed".into(), (seed as i64).into());
    }
    let mut plan = Table::new();
    let mut earlier = None;
    if let Some(file) = typed.file {
        plan = read_plan(file, typed.command)?;
        earlier = take_record(&mut plan, file)?;
    }
    make_way(&mut plan, &options);
    overlay(&mut plan, options);
    plan.insert("command".into(), typed.command.into());
    for (key, how) in typed.needs {
        if !plan.contains_key(*key) {
            return Err(Failure::usage(format!("{how} is missing")).hint(format!(
                "see `imputome {} --help` for an example",
                typed.command
            )));
        }
    }
    let plan = P::deserialize(Value::Table(plan)).map_err(|error| {
        let place = typed
            .file
            .map_or("options".into(), |f| f.display().to_string());
        Failure::usage(format!("{place}: {}", error.to_string().trim()))
    })?;
    Ok(Resolved { plan, earlier })
}

/// `--set key=value` as entries of the table `settings`.
fn move_settings(options: &mut Table) -> Result<()> {
    let Some(Value::Array(set)) = options.remove("set") else {
        return Ok(());
    };
    let mut settings = Table::new();
    for entry in set.iter().filter_map(Value::as_str) {
        let Some((key, value)) = entry.split_once('=') else {
            return Err(Failure::usage(format!(
                "--set expects key=value, found {entry:?}"
            )));
        };
        if settings
            .insert(key.trim().into(), value.trim().into())
            .is_some()
        {
            return Err(Failure::usage(format!("--set gives {key} twice")));
        }
    }
    options.insert("settings".into(), settings.into());
    Ok(())
}

/// Refuses a setting that is typed with two values, be it in a method's name or with `--set`.
fn expect_one_value_each(options: &Table) -> Result<()> {
    let set = options.get("settings").and_then(Value::as_table);
    let set = set.into_iter().flatten();
    let set: Vec<(&str, &str)> = set
        .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
        .collect();
    let methods = options.get("methods").and_then(Value::as_array);
    let methods = methods.into_iter().flatten().chain(options.get("method"));
    for spec in methods.filter_map(Value::as_str) {
        let mut known: Vec<(&str, &str)> = Vec::new();
        let named = spec.split(':').filter_map(|part| part.split_once('='));
        for (key, value) in named.chain(set.iter().copied()) {
            if let Some((_, other)) = known.iter().find(|(k, v)| *k == key && *v != value) {
                return Err(Failure::usage(format!(
                    "{spec}: the setting {key} is given two values, {other} and {value}"
                ))
                .hint("give it once"));
            }
            known.push((key, value));
        }
    }
    Ok(())
}

fn read_plan(file: &Path, command: &str) -> Result<Table> {
    let text = imputome_io::read_text(file)?;
    let plan: Table = text.parse().map_err(|error: toml::de::Error| {
        Failure::usage(format!(
            "{}: not a plan: {}",
            file.display(),
            error.to_string().trim()
        ))
    })?;
    match plan.get("command").map(Value::as_str) {
        None => Ok(plan),
        Some(Some(found)) if found == command => Ok(plan),
        Some(found) => Err(Failure::usage(format!(
            "{}: a plan of `imputome {}`, not of `imputome {command}`",
            file.display(),
            found.unwrap_or("?")
        ))),
    }
}

fn take_record(plan: &mut Table, file: &Path) -> Result<Option<Record>> {
    let Some(record) = plan.remove("record") else {
        return Ok(None);
    };
    let record = record
        .try_into()
        .map_err(|error| Failure::usage(format!("{}: record: {error}", file.display())))?;
    Ok(Some(record))
}

/// A typed method or model takes the place of the plan's method, model and settings.
fn make_way(plan: &mut Table, typed: &Table) {
    if typed.contains_key("method") || typed.contains_key("model") {
        for key in ["method", "model", "settings"] {
            plan.remove(key);
        }
    }
    // A model brings its own.
    if typed.contains_key("model") {
        plan.remove("normalization");
    }
}

/// Puts every option that was typed in place of the plan's.
fn overlay(plan: &mut Table, typed: Table) {
    for (key, value) in typed {
        match value {
            Value::Boolean(false) => {}
            Value::Array(list) if list.is_empty() => {}
            Value::Table(inner) => {
                let entry = plan.entry(key).or_insert_with(|| Table::new().into());
                if let Value::Table(below) = entry {
                    overlay(below, inner);
                }
            }
            typed => {
                plan.insert(key, typed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(plan: &str, typed: &str) -> Table {
        let mut plan: Table = plan.parse().unwrap();
        let typed: Table = typed.parse().unwrap();
        make_way(&mut plan, &typed);
        overlay(&mut plan, typed);
        plan
    }

    #[test]
    fn what_is_typed_goes_before_the_plan_and_the_rest_stays() {
        let plan = laid(
            "output = 'a'\nadd-genes = true\n[reading]\nrows = 'genes'\nzeros = 'gaps'",
            "output = 'b'\nadd-genes = false\n[reading]\nrows = 'samples'",
        );
        let expected: Table =
            "output = 'b'\nadd-genes = true\n[reading]\nrows = 'samples'\nzeros = 'gaps'"
                .parse()
                .unwrap();
        assert_eq!(plan, expected);
    }

    #[test]
    fn a_typed_method_does_not_inherit_the_settings_of_another() {
        let plan = laid(
            "method = 'knn'\n[settings]\nneighbors = 3",
            "method = 'factor'",
        );
        assert_eq!(plan, "method = 'factor'".parse().unwrap());
    }
}

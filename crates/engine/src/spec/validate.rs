//! What a declaration must satisfy before a network is built.

use std::collections::BTreeSet;

use super::{Branch, Dense, Input, Source, Spec};
use crate::error::EngineError;

impl Spec {
    /// Refuses a declaration that contradicts itself, naming the part and the problem.
    pub fn validate(&self) -> Result<(), EngineError> {
        distinct_names("inputs", self.inputs.iter().map(Input::name))?;
        distinct_names(
            "branches",
            self.branches.iter().map(|branch| branch.name.as_str()),
        )?;
        self.inputs.iter().try_for_each(validate_input)?;
        if self.branches.is_empty() {
            return refuse("branches", "there are none; a network needs at least one");
        }
        self.branches
            .iter()
            .try_for_each(|branch| self.validate_branch(branch))
    }

    fn validate_branch(&self, branch: &Branch) -> Result<(), EngineError> {
        let place = format!("branch `{}`", branch.name);
        if branch.reads.is_empty() {
            return refuse(&place, "it reads no input");
        }
        branch
            .reads
            .iter()
            .try_for_each(|source| self.validate_source(&place, source))?;
        if branch.heads.is_empty() {
            return refuse(&place, "it has no head");
        }
        distinct_names(&place, branch.heads.iter().map(|head| head.name.as_str()))?;
        for (number, block) in (1..).zip(&branch.blocks) {
            validate_dense(&format!("{place}, block {number}"), block)?;
        }
        branch.heads.iter().try_for_each(|head| {
            validate_dense(&format!("{place}, head `{}`", head.name), &head.block)
        })
    }

    fn validate_source(&self, place: &str, source: &Source) -> Result<(), EngineError> {
        let name = source.input();
        let Some(input) = self.inputs.iter().find(|input| input.name() == name) else {
            return refuse(
                place,
                &format!("it reads input `{name}`, which is not declared"),
            );
        };
        match (source, input) {
            (Source::Input(_), _) => Ok(()),
            (Source::Columns { .. }, Input::Embedding { .. }) => refuse(
                place,
                &format!("it reads columns of embedding `{name}`; read it whole"),
            ),
            (Source::Columns { columns, .. }, Input::Dense { width, .. }) => {
                match columns.iter().find(|&&column| column as usize >= *width) {
                    _ if columns.is_empty() => {
                        refuse(place, &format!("it reads no column of input `{name}`"))
                    }
                    Some(column) => refuse(
                        place,
                        &format!("it reads column {column} of input `{name}`, which has {width}"),
                    ),
                    None => Ok(()),
                }
            }
        }
    }
}

fn validate_input(input: &Input) -> Result<(), EngineError> {
    match input {
        Input::Dense { width: 0, .. } | Input::Embedding { dim: 0, .. } => refuse(
            &format!("input `{}`", input.name()),
            "its width is 0; expected at least 1",
        ),
        Input::Embedding { levels: 0, .. } => refuse(
            &format!("input `{}`", input.name()),
            "it has 0 levels; expected at least 1",
        ),
        _ => Ok(()),
    }
}

fn validate_dense(place: &str, block: &Dense) -> Result<(), EngineError> {
    if block.width == 0 {
        return refuse(place, "its width is 0; expected at least 1");
    }
    if !(0.0..1.0).contains(&block.dropout) {
        return refuse(
            place,
            &format!("dropout is {}; expected 0 to below 1", block.dropout),
        );
    }
    match block.norm {
        Some(norm) if !(0.0..1.0).contains(&norm.momentum) => refuse(
            place,
            &format!("momentum is {}; expected 0 to below 1", norm.momentum),
        ),
        Some(norm) if !(norm.epsilon > 0.0 && norm.epsilon.is_finite()) => refuse(
            place,
            &format!("epsilon is {}; expected a positive number", norm.epsilon),
        ),
        _ => Ok(()),
    }
}

fn distinct_names<'a>(
    place: &str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), EngineError> {
    let mut seen = BTreeSet::new();
    for name in names {
        // Names become parts of tensor names, separated by dots.
        if name.is_empty() || name.contains('.') {
            return refuse(place, &format!("name `{name}` is empty or holds a dot"));
        }
        if !seen.insert(name) {
            return refuse(place, &format!("name `{name}` is used twice"));
        }
    }
    Ok(())
}

fn refuse(place: &str, problem: &str) -> Result<(), EngineError> {
    Err(EngineError::Spec {
        place: place.to_owned(),
        problem: problem.to_owned(),
    })
}

//! A method in an evaluation, and what it has learned before.

use std::path::PathBuf;

use imputome::{Method, Model};
use imputome_core::{Dataset, Run};
use imputome_evaluate::MethodFacts;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::teacher::KnownModel;

/// A method and the name it has in tables.
pub(crate) type Labeled = (String, Method);

/// A method, the name it has in tables, and what it has learned before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contestant {
    /// Its name in tables.
    pub(crate) label: String,
    /// The method.
    pub(crate) method: Method,
    /// What it has learned before.
    pub(crate) lesson: Lesson,
}

/// What a method has learned before an evaluation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Lesson {
    /// Nothing: it learns from the samples of the evaluation alone.
    #[default]
    Nothing,
    /// This model, tuned to the samples of the evaluation.
    Tuned(PathBuf),
    /// This model, taken as it is.
    AsItIs(PathBuf),
}

impl Contestant {
    /// The method that `spec` names: `METHOD`, `METHOD@MODEL` (the model, tuned) or `@MODEL` (the
    /// model as it is).
    pub(crate) fn parse(spec: &str) -> Result<Self> {
        let label = spec.to_string();
        let (method, lesson) = match spec.split_once('@') {
            None => (Method::parse(spec)?, Lesson::Nothing),
            Some(("", file)) => {
                let known = KnownModel::read(file)?;
                (known.model.method, Lesson::AsItIs(file.into()))
            }
            Some((method, file)) => (Method::parse(method)?, Lesson::Tuned(file.into())),
        };
        Ok(Self {
            label,
            method,
            lesson,
        })
    }

    /// Refuses a model that was fitted on donors of the table, whose hidden values it has seen, and
    /// one of another method than is to be tuned.
    pub(crate) fn expect_fair(&self, data: &Dataset) -> Result<()> {
        let Some(model) = self.lesson.read()? else {
            return Ok(());
        };
        if model.method.name() != self.method.name() {
            return Err(Failure::usage(format!(
                "{}: the model is of {}, and {} cannot be tuned from it",
                self.label,
                model.method.name(),
                self.method.name()
            )));
        }
        match model.donors_seen(data) {
            0 => Ok(()),
            seen => Err(Failure::policy(format!(
                "{}: the model was fitted on {seen} of the donors or samples of this table, and has seen what is hidden here",
                self.label
            ))
            .hint("fit the source without them, or judge on other samples")),
        }
    }

    /// What a report says of it.
    pub(crate) fn facts(&self) -> MethodFacts {
        self.method.facts(&self.label)
    }

    /// Files that it reads.
    pub(crate) fn files(&self) -> Option<&str> {
        match &self.lesson {
            Lesson::Nothing => None,
            Lesson::Tuned(file) | Lesson::AsItIs(file) => file.to_str(),
        }
    }
}

impl From<Labeled> for Contestant {
    fn from((label, method): Labeled) -> Self {
        Self {
            label,
            method,
            lesson: Lesson::Nothing,
        }
    }
}

impl Lesson {
    /// The model behind it, if any.
    pub(crate) fn read(&self) -> Result<Option<Model>> {
        let file = match self {
            Self::Nothing => return Ok(None),
            Self::Tuned(file) | Self::AsItIs(file) => file.display().to_string(),
        };
        Ok(Some(KnownModel::read(&file)?.model))
    }

    /// The model to judge, learned from `train` and from `start`, which [`Lesson::read`] gave.
    pub(crate) fn learn(
        &self,
        start: Option<Model>,
        method: Method,
        train: &Dataset,
        run: &Run,
    ) -> Result<Model> {
        Ok(match (self, start) {
            (Self::Tuned(_), Some(start)) => Model::fit_from(&start, method, train, run)?,
            (Self::AsItIs(_), Some(model)) => model,
            _ => Model::fit(method, train, run)?,
        })
    }
}

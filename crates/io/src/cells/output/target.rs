//! An h5ad that is being added to, beside the place it will take.

use std::path::Path;

use hdf5_pure::{AttrValue, DatasetBuilder, File, FileAccessProperties, StagedGroup, SyncPolicy};

use serde_json::Value;

use super::additions::Column;
use super::encoding::{self, dict, text};
use crate::cells::refusal;
use crate::output::{Beside, unwritable};
use crate::{Error, Result};

/// A file open for additions.
#[derive(Debug)]
pub(super) struct Target {
    name: String,
    beside: Beside,
    file: File,
}

impl Target {
    /// A copy of `source` beside `place`, or the file that `fill` writes there.
    pub(super) fn new(
        place: &Path,
        fill: impl FnOnce(&mut Beside) -> std::io::Result<()>,
    ) -> Result<Self> {
        let name = place.display().to_string();
        let failed = |error: std::io::Error| unwritable(&name, &error);
        let mut beside = Beside::create(place).map_err(failed)?;
        fill(&mut beside).map_err(failed)?;
        // One pass to disk at the end is enough for a file that nobody reads before.
        let access = FileAccessProperties::new().with_sync_policy(SyncPolicy::OnClose);
        let file = File::open_rw_with_options(beside.path(), access)
            .map_err(|error| refused(&name, &error))?;
        Ok(Self { name, beside, file })
    }

    /// What messages call the output.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// True when something stands at a path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.file.group(path).is_ok() || self.file.dataset(path).is_ok()
    }

    /// Adds a group with attributes and content.
    pub(super) fn add_group(
        &self,
        path: &str,
        attributes: impl IntoIterator<Item = (&'static str, AttrValue)>,
        build: impl FnOnce(&mut StagedGroup<'_>),
    ) -> Result<()> {
        let added = self.file.root().create_group_with(path, |group| {
            for (name, value) in attributes {
                group.set_attr(name, value);
            }
            build(group);
        });
        added.map(|_| ()).map_err(|error| self.refused(&error))
    }

    /// Adds a group of named things unless there is one.
    pub(super) fn require_dict(&self, path: &str) -> Result<()> {
        match self.has(path) {
            true => Ok(()),
            false => self.add_group(path, dict(), |_| {}),
        }
    }

    /// Adds the groups that a key of `uns` lies in, unless there are such; gives their paths.
    pub(super) fn require_parents(&self, key: &str) -> Result<Vec<String>> {
        let places = key.match_indices('/').map(|(at, _)| &key[..at]);
        let parents: Vec<String> = places.map(|parent| format!("uns/{parent}")).collect();
        for parent in &parents {
            self.require_dict(parent)?;
        }
        Ok(parents)
    }

    /// Adds an array.
    pub(super) fn add_array(
        &self,
        path: &str,
        build: impl FnOnce(&mut DatasetBuilder),
    ) -> Result<()> {
        let added = self.file.root().create_dataset(path, build);
        added.map(|_| ()).map_err(|error| self.refused(&error))
    }

    /// Adds a column of a data frame; [`Target::name_columns`] makes it known.
    pub(super) fn add_column(&self, frame: &str, column: &Column) -> Result<()> {
        let path = format!("{frame}/{}", column.name);
        self.add_array(&path, |array| encoding::column(array, &column.values))
    }

    /// Adds settings to `uns` under a key.
    pub(super) fn add_settings(&self, key: &str, settings: &Value) -> Result<()> {
        let path = format!("uns/{key}");
        self.add_group(&path, dict(), |group| {
            let Value::Object(items) = settings else {
                encoding::value(group, "settings", settings);
                return;
            };
            for (name, content) in items {
                encoding::value(group, &name.replace('/', "_"), content);
            }
        })
    }

    /// Puts bytes behind those of an array.
    pub(super) fn append(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let appended = self.file.dataset(path).and_then(|mut array| {
            array.append_staged(|rows| {
                rows.append_raw(bytes);
            })
        });
        appended.map_err(|error| self.refused(&error))
    }

    /// Adds names to the columns of a data frame.
    pub(super) fn name_columns(&self, frame: &str, names: Vec<String>) -> Result<()> {
        let named = self.file.group(frame).and_then(|group| {
            let order = group.attrs()?.get("column-order").cloned();
            let mut columns = order
                .and_then(|order| order.as_strings().map(<[String]>::to_vec))
                .unwrap_or_default();
            columns.extend(names);
            group.set_attr("column-order", AttrValue::VarLenStringArray(columns))
        });
        named.map_err(|error| self.refused(&error))
    }

    /// Rewrites a data frame that will get columns as it is; refused when that cannot be done.
    pub(super) fn try_frame(&self, frame: &str, columns: &[String]) -> Result<()> {
        match columns.is_empty() {
            true => Ok(()),
            false => self.name_columns(frame, Vec::new()),
        }
    }

    /// Rewrites a group as it is; refused when that cannot be done.
    pub(super) fn try_group(&self, path: &str) -> Result<()> {
        let tried = self.file.group(path).and_then(|group| {
            let kind = group.attrs()?.get("encoding-type").cloned();
            match kind.as_ref().and_then(AttrValue::as_str) {
                Some(kind) => group.set_attr("encoding-type", text(kind)),
                None => Ok(()),
            }
        });
        tried.map_err(|error| self.refused(&error))
    }

    /// Writes what was added.
    pub(super) fn commit(&self) -> Result<()> {
        self.file.commit().map_err(|error| self.refused(&error))
    }

    /// Ends the additions; the file takes its place.
    pub(super) fn take_place(self) -> Result<()> {
        let Self { name, beside, file } = self;
        file.close().map_err(|error| refused(&name, &error))?;
        beside
            .take_place()
            .map_err(|error| unwritable(&name, &error))
    }

    fn refused(&self, error: &hdf5_pure::Error) -> Error {
        refused(&self.name, error)
    }
}

/// The attributes of a group that says how it is encoded; used for the file itself.
pub(super) fn root_attributes() -> [(&'static str, AttrValue); 2] {
    [
        ("encoding-type", text("anndata")),
        ("encoding-version", text("0.1.0")),
    ]
}

/// The refusal of an addition.
pub(super) fn refused(file: &str, error: &hdf5_pure::Error) -> Error {
    match error {
        hdf5_pure::Error::Io(error) => unwritable(file, error),
        error => refusal::content(
            file,
            "",
            "an HDF5 file that can be added to",
            error.to_string(),
            "write the input again with Python, anndata.read_h5ad(path).write_h5ad(path), or ask for a new file",
        ),
    }
}

//! One line of a table: cells out and cells in.

use std::fmt::Write;

use imputome_core::{Error, Result};

/// A line being written.
#[derive(Default)]
pub(crate) struct Line {
    /// Cells so far, joined by tabs.
    pub(crate) text: String,
    cells: usize,
}

impl Line {
    /// A name, with the characters that would break the table escaped.
    pub(crate) fn text(&mut self, name: &str) {
        self.separate();
        for character in name.chars() {
            match character {
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\\' => self.text.push_str("\\\\"),
                other => self.text.push(other),
            }
        }
    }

    /// The shortest decimal that reads back to the same number.
    pub(crate) fn number(&mut self, value: impl std::fmt::Display) {
        self.separate();
        write!(self.text, "{value}").expect("writing to a string succeeds");
    }

    /// A number, or nothing.
    pub(crate) fn optional(&mut self, value: Option<impl std::fmt::Display>) {
        match value {
            Some(value) => self.number(value),
            None => self.separate(),
        }
    }

    fn separate(&mut self) {
        if self.cells > 0 {
            self.text.push('\t');
        }
        self.cells += 1;
    }
}

/// A line being read, from left to right.
pub(super) struct Cells<'a> {
    file: &'a str,
    line: usize,
    columns: &'static [&'static str],
    cells: Vec<&'a str>,
    next: usize,
}

impl<'a> Cells<'a> {
    /// The cells of `text`, line `line` of `file`. Refused when there are not as many as columns.
    pub(super) fn new(
        file: &'a str,
        line: usize,
        text: &'a str,
        columns: &'static [&'static str],
    ) -> Result<Self> {
        let cells: Vec<&str> = text.split('\t').collect();
        if cells.len() != columns.len() {
            return Err(Error::Unusable(format!(
                "{file} line {line}: expected {} cells, found {}",
                columns.len(),
                cells.len()
            )));
        }
        Ok(Self {
            file,
            line,
            columns,
            cells,
            next: 0,
        })
    }

    /// The next cell as a name.
    pub(super) fn text(&mut self) -> Result<String> {
        let cell = self.take();
        let mut name = String::with_capacity(cell.len());
        let mut characters = cell.chars();
        while let Some(character) = characters.next() {
            if character != '\\' {
                name.push(character);
                continue;
            }
            name.push(match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('\\') => '\\',
                _ => {
                    return Err(self.wrong(
                        "text with \\t, \\n, \\r or \\\\ for what breaks a table",
                        cell,
                    ));
                }
            });
        }
        Ok(name)
    }

    /// The next cell as a number; `expected` says which, such as `a number`.
    pub(super) fn number<T: std::str::FromStr>(&mut self, expected: &str) -> Result<T> {
        let cell = self.take();
        cell.parse().map_err(|_| self.wrong(expected, cell))
    }

    /// The next cell as a number, or nothing where it is empty.
    pub(super) fn optional<T: std::str::FromStr>(&mut self, expected: &str) -> Result<Option<T>> {
        match self.cells[self.next] {
            "" => {
                self.take();
                Ok(None)
            }
            _ => self.number(expected).map(Some),
        }
    }

    fn take(&mut self) -> &'a str {
        self.next += 1;
        self.cells[self.next - 1]
    }

    fn wrong(&self, expected: &str, found: &str) -> Error {
        let (file, line, column) = (self.file, self.line, self.columns[self.next - 1]);
        Error::Unusable(format!(
            "{file} line {line}: {column}: expected {expected}, found {found:?}"
        ))
    }
}

//! The columns of each table and how a row fills them.

use imputome_core::Result;

use super::cells::{Cells, Line};
use crate::scores::{Example, GeneScore, Runtime, Score};

const NUMBER: &str = "a number";
const COUNT: &str = "a whole number";

/// A row of a table; `write` and `read` go through the columns in order.
pub(super) trait Row: Sized {
    const COLUMNS: &'static [&'static str];
    fn write(&self, line: &mut Line);
    fn read(cells: &mut Cells) -> Result<Self>;
}

impl Row for Score {
    const COLUMNS: &'static [&'static str] = &[
        "method", "scenario", "hidden", "repeat", "group", "metric", "value",
    ];

    fn write(&self, line: &mut Line) {
        line.text(&self.method);
        line.text(&self.scenario);
        line.number(self.hidden);
        line.number(self.repeat);
        line.text(&self.group);
        line.text(&self.metric);
        line.number(self.value);
    }

    fn read(cells: &mut Cells) -> Result<Self> {
        Ok(Self {
            method: cells.text()?,
            scenario: cells.text()?,
            hidden: cells.number(NUMBER)?,
            repeat: cells.number(COUNT)?,
            group: cells.text()?,
            metric: cells.text()?,
            value: cells.number(NUMBER)?,
        })
    }
}

impl Row for GeneScore {
    const COLUMNS: &'static [&'static str] = &[
        "method", "scenario", "hidden", "repeat", "group", "gene", "entries", "r2", "rmse", "mae",
        "pearson",
    ];

    fn write(&self, line: &mut Line) {
        line.text(&self.method);
        line.text(&self.scenario);
        line.number(self.hidden);
        line.optional(self.repeat);
        line.text(&self.group);
        line.text(&self.gene);
        line.number(self.entries);
        line.number(self.r2);
        line.number(self.rmse);
        line.number(self.mae);
        line.number(self.pearson);
    }

    fn read(cells: &mut Cells) -> Result<Self> {
        Ok(Self {
            method: cells.text()?,
            scenario: cells.text()?,
            hidden: cells.number(NUMBER)?,
            repeat: cells.optional(COUNT)?,
            group: cells.text()?,
            gene: cells.text()?,
            entries: cells.number(COUNT)?,
            r2: cells.number(NUMBER)?,
            rmse: cells.number(NUMBER)?,
            mae: cells.number(NUMBER)?,
            pearson: cells.number(NUMBER)?,
        })
    }
}

impl Row for Runtime {
    const COLUMNS: &'static [&'static str] = &[
        "method",
        "scenario",
        "hidden",
        "repeat",
        "fit_wall_seconds",
        "wall_seconds",
        "cpu_seconds",
        "peak_mib",
        "status",
    ];

    fn write(&self, line: &mut Line) {
        line.text(&self.method);
        line.text(&self.scenario);
        line.optional(self.hidden);
        line.number(self.repeat);
        line.number(self.fit_wall_seconds);
        line.number(self.wall_seconds);
        line.number(self.cpu_seconds);
        line.number(self.peak_mib);
        line.text(&self.status);
    }

    fn read(cells: &mut Cells) -> Result<Self> {
        Ok(Self {
            method: cells.text()?,
            scenario: cells.text()?,
            hidden: cells.optional(NUMBER)?,
            repeat: cells.number(COUNT)?,
            fit_wall_seconds: cells.number(NUMBER)?,
            wall_seconds: cells.number(NUMBER)?,
            cpu_seconds: cells.number(NUMBER)?,
            peak_mib: cells.number(NUMBER)?,
            status: cells.text()?,
        })
    }
}

impl Row for Example {
    const COLUMNS: &'static [&'static str] = &[
        "method", "scenario", "hidden", "sample", "gene", "truth", "estimate", "spread",
    ];

    fn write(&self, line: &mut Line) {
        line.text(&self.method);
        line.text(&self.scenario);
        line.number(self.hidden);
        line.text(&self.sample);
        line.text(&self.gene);
        line.number(self.truth);
        line.number(self.estimate);
        line.optional(self.spread);
    }

    fn read(cells: &mut Cells) -> Result<Self> {
        Ok(Self {
            method: cells.text()?,
            scenario: cells.text()?,
            hidden: cells.number(NUMBER)?,
            sample: cells.text()?,
            gene: cells.text()?,
            truth: cells.number(NUMBER)?,
            estimate: cells.number(NUMBER)?,
            spread: cells.optional(NUMBER)?,
        })
    }
}

/// One point of a learning curve.
pub(super) struct CurvePoint {
    /// Which curve, counted from 1: two curves of one method may have the same name.
    pub(super) curve: usize,
    pub(super) method: String,
    pub(super) scenario: String,
    pub(super) hidden: Option<f64>,
    /// What is followed.
    pub(super) name: String,
    /// What the steps are.
    pub(super) unit: String,
    pub(super) step: f64,
    pub(super) value: f64,
}

impl Row for CurvePoint {
    const COLUMNS: &'static [&'static str] = &[
        "curve", "method", "scenario", "hidden", "name", "unit", "step", "value",
    ];

    fn write(&self, line: &mut Line) {
        line.number(self.curve);
        line.text(&self.method);
        line.text(&self.scenario);
        line.optional(self.hidden);
        line.text(&self.name);
        line.text(&self.unit);
        line.number(self.step);
        line.number(self.value);
    }

    fn read(cells: &mut Cells) -> Result<Self> {
        Ok(Self {
            curve: cells.number(COUNT)?,
            method: cells.text()?,
            scenario: cells.text()?,
            hidden: cells.optional(NUMBER)?,
            name: cells.text()?,
            unit: cells.text()?,
            step: cells.number(NUMBER)?,
            value: cells.number(NUMBER)?,
        })
    }
}

//! The inputs of a batch on a card: brought there, gathered for each branch, their gradients scattered to the tables.

use std::sync::Arc;

use super::card::{Argument, Card};
use super::layer::{Tensors, column_sums};
use super::parameter::Learning;
use super::plan::{Branch, Plan};
use super::workspace::{Array, Workspace, count};
use crate::batch::{Batch, InputValues, UNKNOWN_LEVEL};
use crate::error::EngineError;
use crate::reads::Read;

/// The columns that each read of each branch picks, where it picks some; brought to the card once.
#[derive(Debug)]
pub(super) struct Picks<C: Card> {
    branches: Vec<Vec<Option<C::Words>>>,
}

/// The inputs of a batch on the card.
#[derive(Debug)]
pub(super) struct Loaded<C: Card> {
    samples: usize,
    inputs: Vec<Values<C>>,
}

/// The values of one input on the card.
#[derive(Debug)]
enum Values<C: Card> {
    Dense(Array<C>),
    Levels(C::Words),
}

/// Where a stretch of columns goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Width of the matrix it goes to, and its first column there.
    pub(super) target_width: usize,
    pub(super) target_start: usize,
}

/// The gradient of what a branch looked up in a table: number of the input, shape `[samples, dim]`.
pub(super) type LookedUp<C> = (usize, Array<C>);

impl<C: Card> Picks<C> {
    pub(super) fn new(workspace: &Workspace<C>, plan: &Plan) -> Result<Self, EngineError> {
        let pick = |read: &Read| {
            let columns = read.columns.as_deref();
            columns.map(|columns| workspace.words(columns)).transpose()
        };
        let branch = |branch: &Branch| branch.reads.iter().map(pick).collect();
        let branches = plan.branches.iter().map(branch).collect::<Result<_, _>>()?;
        Ok(Self { branches })
    }
}

impl<C: Card> Loaded<C> {
    /// Brings the inputs of a checked batch to the card.
    pub(super) fn new(
        workspace: &Arc<Workspace<C>>,
        batch: &Batch<'_>,
    ) -> Result<Self, EngineError> {
        let load = |values: &InputValues<'_>| match values {
            InputValues::Dense(values) => Ok(Values::Dense(workspace.numbers(values)?)),
            InputValues::Levels(levels) => Ok(Values::Levels(workspace.words(levels)?)),
        };
        Ok(Self {
            samples: batch.samples,
            inputs: batch.inputs.iter().map(load).collect::<Result<_, _>>()?,
        })
    }
}

impl<C: Card> Tensors<C> {
    /// What branch number `branch` reads, shape `[samples, width]`.
    pub(super) fn gather(
        &self,
        plan: &Plan,
        branch: usize,
        picks: &Picks<C>,
        loaded: &Loaded<C>,
        workspace: &Arc<Workspace<C>>,
    ) -> Result<Array<C>, EngineError> {
        let (rows, picks) = (loaded.samples, &picks.branches[branch]);
        let branch = &plan.branches[branch];
        let mut gathered = workspace.room(rows * branch.width)?;
        for (read, pick) in branch.reads.iter().zip(picks) {
            let stretch = Stretch {
                rows,
                columns: read.width,
                target_width: branch.width,
                target_start: read.start,
            };
            match (&loaded.inputs[read.input], plan.tables[read.input], pick) {
                (Values::Dense(values), _, None) => {
                    copy_columns(values, [read.input_width, 0], &mut gathered, stretch)?;
                }
                (Values::Dense(values), _, Some(list)) => {
                    let list = Argument::Words(list, read.width);
                    pick_columns((values, read.input_width), list, &mut gathered, stretch)?;
                }
                (Values::Levels(levels), Some(table), _) => {
                    let table = &self.trainable[table].values;
                    look_up(table, Argument::Words(levels, rows), &mut gathered, stretch)?;
                }
                (Values::Levels(_), None, _) => unreachable!("the batch is checked"),
            }
        }
        Ok(gathered)
    }

    /// Teaches the tables, given the gradients of what the branches looked up.
    pub(super) fn learn_tables(
        &mut self,
        plan: &Plan,
        loaded: &Loaded<C>,
        looked_up: &[LookedUp<C>],
        learning: Learning,
    ) -> Result<(), EngineError> {
        for (input, table) in plan.tables.iter().enumerate() {
            let (Some(table), Values::Levels(levels)) = (table, &loaded.inputs[input]) else {
                continue;
            };
            let table = &mut self.trainable[*table];
            let mut sums = table.values.workspace().zeros(table.values.len())?;
            for (_, gradient) in looked_up.iter().filter(|(read, _)| *read == input) {
                let levels = Argument::Words(levels, loaded.samples);
                scatter(&mut sums, gradient, levels, loaded.samples)?;
            }
            table.learn(&sums, learning)?;
        }
        Ok(())
    }
}

/// Copies columns of a matrix of some width, from a first column on.
pub(super) fn copy_columns<C: Card>(
    source: &Array<C>,
    [source_width, source_start]: [usize; 2],
    target: &mut Array<C>,
    stretch: Stretch,
) -> Result<(), EngineError> {
    stretch.check(target);
    assert_eq!(source.len(), stretch.rows * source_width);
    assert!(source_start + stretch.columns <= source_width);
    let workspace = Arc::clone(target.workspace());
    let arguments = vec![
        source.reads(),
        target.writes(),
        count(source_width),
        count(source_start),
        count(stretch.target_width),
        count(stretch.target_start),
        count(stretch.rows),
        count(stretch.columns),
    ];
    workspace.launch("copy_columns", stretch.rows * stretch.columns, arguments)
}

/// Copies the columns listed, which the declaration has checked against the width of the matrix.
fn pick_columns<C: Card>(
    (source, source_width): (&Array<C>, usize),
    list: Argument<'_, C::Numbers, C::Words>,
    target: &mut Array<C>,
    stretch: Stretch,
) -> Result<(), EngineError> {
    stretch.check(target);
    assert_eq!(source.len(), stretch.rows * source_width);
    let workspace = Arc::clone(target.workspace());
    let arguments = vec![
        source.reads(),
        list,
        target.writes(),
        count(source_width),
        count(stretch.target_width),
        count(stretch.target_start),
        count(stretch.rows),
        count(stretch.columns),
    ];
    workspace.launch("pick_columns", stretch.rows * stretch.columns, arguments)
}

/// Copies the rows of the levels, which the batch has checked against the table; their mean for an unknown one.
fn look_up<C: Card>(
    table: &Array<C>,
    levels: Argument<'_, C::Numbers, C::Words>,
    target: &mut Array<C>,
    stretch: Stretch,
) -> Result<(), EngineError> {
    stretch.check(target);
    let dim = stretch.columns;
    let mean = column_sums(table, dim, (table.len() / dim) as f32)?;
    let workspace = Arc::clone(target.workspace());
    let arguments = vec![
        table.reads(),
        mean.reads(),
        levels,
        target.writes(),
        Argument::Count(UNKNOWN_LEVEL),
        count(stretch.target_width),
        count(stretch.target_start),
        count(stretch.rows),
        count(dim),
    ];
    workspace.launch("look_up", stretch.rows * dim, arguments)
}

/// Adds the gradient of the rows looked up to that of their table.
fn scatter<C: Card>(
    sums: &mut Array<C>,
    gradient: &Array<C>,
    levels: Argument<'_, C::Numbers, C::Words>,
    rows: usize,
) -> Result<(), EngineError> {
    let dim = gradient.len() / rows;
    let (workspace, entries) = (Arc::clone(sums.workspace()), sums.len());
    let arguments = vec![
        sums.writes(),
        gradient.reads(),
        levels,
        Argument::Count(UNKNOWN_LEVEL),
        count(rows),
        count(entries / dim),
        count(dim),
    ];
    workspace.launch("scatter", entries, arguments)
}

impl Stretch {
    fn check<C: Card>(self, target: &Array<C>) {
        assert_eq!(target.len(), self.rows * self.target_width);
        assert!(self.target_start + self.columns <= self.target_width);
    }
}

//! Batch norm on a card.

use std::sync::Arc;

use super::card::{Argument, Card};
use super::layer::{Tensors, Trace};
use super::plan::Layer;
use super::workspace::{Array, count};
use crate::error::EngineError;
use crate::spec::BatchNorm;

impl<C: Card> Tensors<C> {
    /// Normalizes the products of a block in place, scales, shifts and activates them; gives the normalized values.
    pub(super) fn normalize(
        &self,
        layer: &Layer,
        norm: BatchNorm,
        values: &mut Array<C>,
        statistics: Option<&[Array<C>; 2]>,
    ) -> Result<Array<C>, EngineError> {
        let entries = values.len();
        let workspace = Arc::clone(values.workspace());
        let mut normalized = workspace.room(entries)?;
        let [mean, variance] = self.statistics(layer, statistics);
        let (scale, shift) = (self.values(layer.scale()), self.values(layer.shift()));
        let width = layer.block.width;
        assert!([mean, variance, scale, shift].map(Array::len) == [width; 4]);
        let arguments = vec![
            values.writes(),
            normalized.writes(),
            mean.reads(),
            variance.reads(),
            scale.reads(),
            shift.reads(),
            Argument::Value(norm.epsilon),
            Argument::Count(layer.block.activation as u32),
            count(width),
            count(entries),
        ];
        workspace.launch("normalize", entries, arguments)?;
        Ok(normalized)
    }

    /// Statistics of the batch where there are any, else the running ones.
    fn statistics<'a>(
        &'a self,
        layer: &Layer,
        statistics: Option<&'a [Array<C>; 2]>,
    ) -> [&'a Array<C>; 2] {
        match statistics {
            Some([mean, variance]) => [mean, variance],
            None => [&self.running[layer.mean], &self.running[layer.variance()]],
        }
    }

    /// Gradient before batch norm with running statistics.
    pub(super) fn norm_backward_running(
        &self,
        layer: &Layer,
        gradient: &mut Array<C>,
        norm: BatchNorm,
    ) -> Result<(), EngineError> {
        let (width, entries) = (layer.block.width, gradient.len());
        let variance = &self.running[layer.variance()];
        let scale = self.values(layer.scale());
        assert!([variance, scale].map(Array::len) == [width; 2]);
        let workspace = Arc::clone(gradient.workspace());
        let arguments = vec![
            gradient.writes(),
            variance.reads(),
            scale.reads(),
            Argument::Value(norm.epsilon),
            count(width),
            count(entries),
        ];
        workspace.launch("norm_backward_running", entries, arguments)
    }

    /// Moves the running statistics towards those of the batch.
    pub(super) fn follow_batch(
        &mut self,
        layer: &Layer,
        trace: &Trace<C>,
    ) -> Result<(), EngineError> {
        let (Some(norm), Some([mean, variance])) = (layer.block.norm, &trace.statistics) else {
            return Ok(());
        };
        for (number, batch) in [(layer.mean, mean), (layer.variance(), variance)] {
            let running = &mut self.running[number];
            let (workspace, entries) = (Arc::clone(running.workspace()), running.len());
            assert_eq!(batch.len(), entries);
            let share = Argument::Value(1.0 - norm.momentum);
            let arguments = vec![running.writes(), batch.reads(), share, count(entries)];
            workspace.launch("follow", entries, arguments)?;
        }
        Ok(())
    }
}

/// Mean and variance of every column.
pub(super) fn column_statistics<C: Card>(
    matrix: &Array<C>,
    width: usize,
) -> Result<[Array<C>; 2], EngineError> {
    let workspace = matrix.workspace();
    let (mut mean, mut variance) = (workspace.room(width)?, workspace.room(width)?);
    let arguments = vec![
        matrix.reads(),
        mean.writes(),
        variance.writes(),
        count(matrix.len() / width),
        count(width),
    ];
    workspace.launch("column_statistics", width, arguments)?;
    Ok([mean, variance])
}

/// Gradients of scale and shift.
pub(super) fn norm_gradients<C: Card>(
    gradient: &Array<C>,
    normalized: &Array<C>,
    width: usize,
) -> Result<[Array<C>; 2], EngineError> {
    assert_eq!(gradient.len(), normalized.len());
    let workspace = gradient.workspace();
    let (mut scale, mut shift) = (workspace.room(width)?, workspace.room(width)?);
    let arguments = vec![
        gradient.reads(),
        normalized.reads(),
        scale.writes(),
        shift.writes(),
        count(gradient.len() / width),
        count(width),
    ];
    workspace.launch("norm_gradients", width, arguments)?;
    Ok([scale, shift])
}

/// Gradient before batch norm with the statistics of the batch.
pub(super) fn norm_backward_batch<C: Card>(
    gradient: &mut Array<C>,
    [normalized, variance, scale]: [&Array<C>; 3],
    [scale_gradient, shift_gradient]: [&Array<C>; 2],
    norm: BatchNorm,
) -> Result<(), EngineError> {
    let (width, entries) = (scale.len(), gradient.len());
    assert_eq!(normalized.len(), entries);
    assert!([variance, scale_gradient, shift_gradient].map(Array::len) == [width; 3]);
    let workspace = Arc::clone(gradient.workspace());
    let arguments = vec![
        gradient.writes(),
        normalized.reads(),
        variance.reads(),
        scale.reads(),
        scale_gradient.reads(),
        shift_gradient.reads(),
        Argument::Value(norm.epsilon),
        Argument::Value(width as f32 / entries as f32),
        count(width),
        count(entries),
    ];
    workspace.launch("norm_backward_batch", entries, arguments)
}

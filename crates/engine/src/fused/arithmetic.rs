//! A dense block in panels and blocks of weights.

use std::ops::Range;

use rayon::prelude::*;

use super::kernels::{ForwardPanels, InputGradient, Instructions, LearnBlock};
use super::panels::{Panels, panel_of, panel_rows, transposed, transposed_samples};
use super::work::{at_least, pieces_of_task};
use crate::adam::Moving;
use crate::network::{
    Arithmetic, Arrangement, Layer, Learning, Pass, SIDE, Section, SmallGradients, Stretch, Trace,
};

/// Panels of the output that share one reading of the input: with a batch of 128, four of them, their blocks of weights
/// and a panel of the input fit a second-level cache of 256 KiB.
const MOST_PANELS: usize = 4;

/// Arithmetic over panels and blocks, with some instructions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fused {
    pub(super) instructions: Instructions,
}

/// What the backward pass needs of the forward pass, panel by panel.
#[derive(Debug)]
pub(super) struct PanelTrace {
    samples: usize,
    output: Panels,
    sections: Vec<(Section, Trace)>,
}

/// The gradient with respect to the product, for one panel.
#[derive(Debug)]
struct Backward {
    /// Shape `[samples, 64]`.
    rows: Vec<f32>,
    /// Shape `[64, samples]`; empty where no gradient of the input is wanted.
    columns: Vec<f32>,
    vectors: SmallGradients,
}

impl Arithmetic for Fused {
    const KERNELS: Arrangement = Arrangement::Blocks;

    type Matrix = Panels;
    type Trace = PanelTrace;

    fn forward(self, layer: &Layer, input: &Panels, pass: Pass) -> PanelTrace {
        let (ins, outs) = (layer.ins(), layer.width());
        let panels = outs.div_ceil(SIDE);
        let operations = pass.samples * ins * SIDE;
        let group = pieces_of_task(panels, operations, MOST_PANELS);
        let groups = (0..panels.div_ceil(group)).into_par_iter();
        let groups = groups.map(|number| {
            let panels = number * group..panels.min((number + 1) * group);
            self.forward_panels(layer, input, pass, panels)
        });
        let parts: Vec<_> = groups.collect();
        let mut output = Vec::with_capacity(panels);
        let mut sections = Vec::with_capacity(panels);
        for (panel, section, trace) in parts.into_iter().flatten() {
            output.push(panel);
            sections.push((section, trace));
        }
        PanelTrace {
            samples: pass.samples,
            output: Panels(output),
            sections,
        }
    }

    fn output(trace: &PanelTrace) -> &Panels {
        &trace.output
    }

    fn input_gradient(self, layer: &Layer, trace: &PanelTrace, gradient: Panels) -> Panels {
        let backward = backward(trace, gradient, true);
        let stripe_length = layer.kernel.stripe();
        let stripes = layer.kernel.values.par_chunks(stripe_length).enumerate();
        let panels = stripes.map(|(number, stripe)| {
            let mut columns = vec![0.0; SIDE * transposed_samples(trace.samples)];
            let rows = SIDE.min(layer.ins() - number * SIDE);
            for (panel, backward) in backward.iter().enumerate() {
                let weights = &stripe[panel * SIDE * SIDE..][..SIDE * SIDE];
                let outs = SIDE.min(layer.width() - panel * SIDE);
                self.add_input_gradient(weights, [rows, outs], backward, &mut columns);
            }
            panel_of(&columns, trace.samples)
        });
        Panels(panels.collect())
    }

    fn learn(
        self,
        layer: &mut Layer,
        (input, trace): (&Panels, &PanelTrace),
        gradient: Panels,
        wanted: &(dyn Fn(usize, usize) -> bool + Sync),
        learning: Learning,
    ) -> Panels {
        let (ins, outs, samples) = (layer.ins(), layer.width(), trace.samples);
        let wants = |number: usize| wanted(number * SIDE, ins.min((number + 1) * SIDE));
        let stripes = ins.div_ceil(SIDE);
        let backward = backward(trace, gradient, (0..stripes).any(wants));
        let stripes = learn_stripes(layer, input, samples, wants, learning).into_par_iter();
        let stripes = stripes.with_min_len(at_least(samples * outs * SIDE));
        let panels = stripes.map(|mut stripe| {
            for (panel, backward) in backward.iter().enumerate() {
                let outs = SIDE.min(outs - panel * SIDE);
                self.learn_block(&mut stripe, (panel, outs), (backward, samples), learning);
            }
            match stripe.columns.is_empty() {
                true => Vec::new(),
                false => panel_of(&stripe.columns, samples),
            }
        });
        let panels = Panels(panels.collect());
        layer.learn_vectors(side_by_side(backward, outs), learning);
        panels
    }

    fn follow_batch(layer: &mut Layer, trace: &PanelTrace) {
        for (number, (_, trace)) in trace.sections.iter().enumerate() {
            if let Some(statistics) = trace.statistics() {
                layer.follow_batch(number * SIDE, statistics);
            }
        }
    }
}

/// 64 rows of a kernel as they learn.
#[derive(Debug)]
struct LearnStripe<'a> {
    weights: Stretch<'a>,
    /// The panel of the inputs that meet these rows.
    input: &'a [f32],
    /// Rows that belong to the kernel.
    rows: usize,
    /// Gradient of the inputs, `[64, samples]`; empty where it is not wanted.
    columns: Vec<f32>,
}

impl Fused {
    /// Some panels of the output, each with what follows the product.
    fn forward_panels(
        self,
        layer: &Layer,
        input: &Panels,
        pass: Pass,
        panels: Range<usize>,
    ) -> Vec<(Vec<f32>, Section, Trace)> {
        let rows = panel_rows(pass.samples);
        let mut outputs = vec![vec![0.0; rows * SIDE]; panels.len()];
        self.instructions.run(ForwardPanels {
            kernel: &layer.kernel.values,
            ins: layer.ins(),
            outs: layer.width(),
            input: &input.0,
            rows,
            first: panels.start,
            outputs: &mut outputs,
        });
        let finished = outputs.into_iter().zip(panels).map(|(mut output, panel)| {
            let section = layer.section(panel * SIDE, SIDE);
            let matrix = &mut output[..pass.samples * SIDE];
            let trace = pulp::Arch::new().dispatch(|| section.finish(matrix, pass));
            (output, section, trace)
        });
        finished.collect()
    }

    /// Teaches one block of a stripe, after its share in the gradient of the input was taken.
    fn learn_block(
        self,
        stripe: &mut LearnStripe<'_>,
        (panel, outs): (usize, usize),
        (backward, samples): (&Backward, usize),
        learning: Learning,
    ) {
        let block = panel * SIDE * SIDE..(panel + 1) * SIDE * SIDE;
        let moving = &mut stripe.weights.moving;
        if !stripe.columns.is_empty() {
            let weights = &moving.values[block.clone()];
            let shape = [stripe.rows, outs];
            self.add_input_gradient(weights, shape, backward, &mut stripe.columns);
        }
        let accumulated = stripe.weights.accumulated.as_deref_mut();
        self.instructions.run(LearnBlock {
            moving: Moving {
                values: &mut moving.values[block.clone()],
                first: &mut moving.first[block.clone()],
                second: &mut moving.second[block.clone()],
            },
            accumulated: accumulated.map(|gradient| &mut gradient[block]),
            input: stripe.input,
            gradient: &backward.rows,
            samples,
            rows: stripe.rows,
            columns: outs,
            learning,
        });
    }

    fn add_input_gradient(
        self,
        weights: &[f32],
        [rows, columns]: [usize; 2],
        backward: &Backward,
        input_gradient: &mut [f32],
    ) {
        self.instructions.run(InputGradient {
            weights,
            gradient: &backward.columns,
            samples: input_gradient.len() / SIDE,
            rows,
            columns,
            input_gradient,
        });
    }
}

/// The kernel of a layer in stripes, ready to learn; `wants` says which of them give a gradient of the input.
fn learn_stripes<'a>(
    layer: &'a mut Layer,
    input: &'a Panels,
    samples: usize,
    wants: impl Fn(usize) -> bool,
    learning: Learning,
) -> Vec<LearnStripe<'a>> {
    let (ins, length) = (layer.ins(), layer.kernel.stripe());
    let weights = layer.kernel.stretches(length, learning).into_iter();
    let stripes = weights.zip(&input.0).enumerate();
    let stripes = stripes.map(|(number, (weights, input))| LearnStripe {
        weights,
        input,
        rows: SIDE.min(ins - number * SIDE),
        columns: match wants(number) {
            true => vec![0.0; SIDE * transposed_samples(samples)],
            false => Vec::new(),
        },
    });
    stripes.collect()
}

/// Turns the gradient with respect to the output into that with respect to the product, panel by panel.
fn backward(trace: &PanelTrace, gradient: Panels, transpose: bool) -> Vec<Backward> {
    let samples = trace.samples;
    let panels = gradient
        .0
        .into_par_iter()
        .zip(&trace.sections)
        .zip(&trace.output.0);
    let panels = panels.with_min_len(at_least(8 * samples * SIDE));
    let panels = panels.map(|((mut rows, (section, trace)), output)| {
        let matrix = &mut rows[..samples * SIDE];
        let vectors = pulp::Arch::new().dispatch(|| section.backward(output, trace, &mut *matrix));
        let columns = match transpose {
            true => transposed(matrix, samples),
            false => Vec::new(),
        };
        Backward {
            rows,
            columns,
            vectors,
        }
    });
    panels.collect()
}

/// The gradients of the vectors of all panels, one number for each of `width` columns.
fn side_by_side(panels: Vec<Backward>, width: usize) -> SmallGradients {
    let mut all = SmallGradients::default();
    for panel in panels {
        all.append(panel.vectors);
    }
    all.truncate(width);
    all
}

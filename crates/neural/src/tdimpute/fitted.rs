//! A fitted TDimpute and its estimates.

use imputome_core::{Dataset, Error, FittedImputer, Imputation, Result, Run, Summary, Weights};
use imputome_engine::{Adam, Batch, InputValues, Model, Spec, Weights as EngineWeights};
use ndarray::Array2;

use super::NAME;
use super::judgement::Judgement;
use super::network::spec;
use super::scales::Scales;
use super::settings::Tdimpute;
use super::stored::Stored;
use crate::network;
use crate::training::{engine, refused};

/// Samples that a network reads at once; ours, some tens of megabytes for all genes.
pub(super) const AT_ONCE: usize = 256;

/// A fitted TDimpute.
#[derive(Debug)]
pub(super) struct FittedTdimpute {
    pub(super) spec: Spec,
    pub(super) stored: Stored,
    pub(super) judgement: Judgement,
    pub(super) summary: Summary,
}

/// What networks make of a table, shape `[samples, genes]` each.
#[derive(Debug)]
pub(super) struct Reading {
    /// Mean of their estimates; the gene's mean where the companion is absent.
    pub(super) mean: Array2<f32>,
    /// Mean squared distance of their estimates from the mean.
    pub(super) variance: Array2<f32>,
}

impl FittedTdimpute {
    /// Rebuilds what an earlier fit with the same settings learned.
    pub(super) fn restore(settings: &Tdimpute, weights: &Weights) -> Result<Self> {
        let stored = Stored::read(weights)?;
        let spec = spec(settings, stored.features.len(), stored.genes.len());
        for weights in &stored.networks {
            network::expect_weights(&spec, weights)?;
        }
        Ok(Self {
            judgement: Judgement::restore(settings, weights, stored.genes.len())?,
            summary: weights.fact("summary")?,
            spec,
            stored,
        })
    }

    /// Both paths together, and their spread.
    fn conclude(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        let networks: Vec<usize> = (0..self.stored.networks.len()).collect();
        let Reading {
            mut mean,
            mut variance,
        } = read(&self.spec, &self.stored, &networks, data, run)?;
        let weighing = self.judgement.weighing();
        let regressed = self.judgement.regressed(data, run)?;
        let companion = data.companion(NAME)?;
        let deviations = self.stored.scales.deviations();
        for sample in 0..data.n_samples() {
            let present = companion.present(sample);
            for (gene, &deviation) in deviations.iter().enumerate() {
                let at = (sample, gene);
                if !(present && deviation > 0.0) {
                    variance[at] = deviation;
                    continue;
                }
                let share = weighing.share(gene);
                if let Some(regressed) = &regressed {
                    mean[at] = regressed[at] + share * (mean[at] - regressed[at]);
                }
                variance[at] = weighing.deviation(gene, variance[at]);
            }
        }
        Ok(Imputation {
            spread: Some(variance),
            ..Imputation::of(mean)
        })
    }

    fn expect_features(&self, found: &[String]) -> Result<()> {
        let known = &self.stored.features;
        if found == known {
            return Ok(());
        }
        let at = found.iter().zip(known).take_while(|(a, b)| a == b).count();
        let name = |names: &[String]| names.get(at).cloned().unwrap_or_else(|| "(end)".into());
        Err(Error::Unusable(format!(
            "{NAME} was fitted on {} features of the companion; the table does not hold them in that order \
             (first difference at feature {}: expected {:?}, found {:?})",
            known.len(),
            at + 1,
            name(known),
            name(found)
        )))
    }
}

impl FittedImputer for FittedTdimpute {
    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        data.expect_genes(NAME, &self.stored.genes)?;
        let companion = data.companion(NAME)?;
        self.expect_features(companion.features.as_slice())?;
        let mut imputation = self.conclude(data, run)?;
        let absent = (0..data.n_samples())
            .filter(|&s| !companion.present(s))
            .count();
        if absent > 0 {
            imputation.remarks.push(format!(
                "{absent} samples have no {}: every gene's mean estimated",
                companion.name
            ));
        }
        Ok(imputation)
    }

    fn weights(&self) -> Weights {
        let mut all = self.stored.weights();
        let judgement = self.judgement.weights();
        all.tensors.extend(judgement.tensors);
        all.facts.extend(judgement.facts);
        all.with_fact("summary", &self.summary)
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

/// What some of the networks make of a table, one after the other.
pub(super) fn read(
    spec: &Spec,
    stored: &Stored,
    networks: &[usize],
    data: &Dataset,
    run: &Run,
) -> Result<Reading> {
    let companion = data.companion(NAME)?;
    let present: Vec<usize> = (0..data.n_samples())
        .filter(|&s| companion.present(s))
        .collect();
    let means = stored.scales.means();
    let mut reading = Reading {
        mean: Array2::from_shape_fn(data.values.dim(), |(_, gene)| means[gene]),
        variance: Array2::zeros(data.values.dim()),
    };
    for (before, &network) in networks.iter().enumerate() {
        let model = opened(spec, &stored.networks[network], run)?;
        for rows in present.chunks(AT_ONCE) {
            run.proceed()?;
            let mut features = Vec::new();
            for &row in rows {
                let values = companion.values.row(row);
                stored.scales.add_features(values, &mut features);
            }
            let inputs = [InputValues::Dense(&features)];
            let mut output = vec![0.0; rows.len() * means.len()];
            let batch = Batch::new(rows.len(), &inputs);
            model.predict(&batch, &mut output).map_err(refused)?;
            for (output, &row) in output.chunks(means.len()).zip(rows) {
                reading.add(row, output, &stored.scales, before);
            }
        }
    }
    reading.variance /= networks.len() as f32;
    Ok(reading)
}

impl Reading {
    /// Adds what another network says of a sample to the means and sums of squares of those
    /// `before` it (Welford 1962).
    fn add(&mut self, row: usize, output: &[f32], scales: &Scales, before: usize) {
        let share = 1.0 / (before + 1) as f32;
        for (gene, &output) in output.iter().enumerate() {
            let estimate = scales.estimate(gene, output);
            let mean = &mut self.mean[(row, gene)];
            if before == 0 {
                *mean = estimate;
                continue;
            }
            let step = estimate - *mean;
            *mean += share * step;
            self.variance[(row, gene)] += step * (estimate - *mean);
        }
    }
}

fn opened(spec: &Spec, weights: &EngineWeights, run: &Run) -> Result<Box<dyn Model>> {
    let mut model = engine(run)?
        .build(spec, Adam::default(), 0)
        .map_err(refused)?;
    model.import(weights).map_err(refused)?;
    Ok(model)
}

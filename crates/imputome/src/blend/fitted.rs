//! A fitted blend and its estimates.

use imputome_core::{
    Dataset, Error, FittedImputer, Imputation, Result, RowsTogether, Run, Summary, Weights,
};
use imputome_neural::spread::Spread;
use ndarray::Array2;

use super::judgement::{LEAST_SPREAD, mix};
use super::parts::Part;
use super::weights::PartWeights;

/// The fact beside a part's weights that holds how its fit went, named unlike any of its own.
pub(super) const SUMMARY_OF_PART: &str = "summary-of-part";

/// A part after it has learned.
#[derive(Debug)]
pub(super) struct FittedPart {
    pub(super) part: Part,
    pub(super) fitted: Box<dyn FittedImputer>,
    pub(super) summary: Summary,
}

/// A blend that has learned.
#[derive(Debug)]
pub(super) struct FittedBlend {
    pub(super) genes: Vec<String>,
    pub(super) parts: Vec<FittedPart>,
    pub(super) weights: PartWeights,
    /// None where there was too little to learn it from.
    pub(super) spread: Option<Spread>,
    pub(super) summary: Summary,
}

impl FittedBlend {
    /// Back from what [`FittedImputer::weights`] gave.
    pub(super) fn restore(weights: &Weights) -> Result<Self> {
        let genes: Vec<String> = weights.fact("genes")?;
        let texts: Vec<String> = weights.fact("parts")?;
        let part = |(at, text): (usize, &String)| {
            let part = Part::parse(text)?;
            let stored = weights.under(&name_of_part(at));
            Ok(FittedPart {
                fitted: part.method.imputer().restore(&stored)?,
                summary: stored.fact(SUMMARY_OF_PART)?,
                part,
            })
        };
        let parts: Vec<FittedPart> = texts.iter().enumerate().map(part).collect::<Result<_>>()?;
        if parts.is_empty() {
            return Err(Error::Weights("a blend without parts".into()));
        }
        let has_spread: bool = weights.fact("spread-is-learned")?;
        let spread = has_spread.then(|| Spread::restore(&weights.under("spread"), genes.len()));
        Ok(Self {
            weights: PartWeights::restore(&weights.under("weights"), genes.len(), parts.len())?,
            spread: spread.transpose()?,
            summary: weights.fact("summary")?,
            genes,
            parts,
        })
    }
}

fn name_of_part(at: usize) -> String {
    format!("part{at}")
}

impl FittedImputer for FittedBlend {
    fn rows_together(&self) -> RowsTogether {
        let of_parts = self.parts.iter().map(|part| part.fitted.rows_together());
        of_parts.max().unwrap_or_default()
    }

    fn impute(&self, data: &Dataset, run: &Run) -> Result<Imputation> {
        data.expect_genes("blend", &self.genes)?;
        let mut of_parts = Vec::new();
        let mut remarks = Vec::new();
        for FittedPart { part, fitted, .. } in &self.parts {
            run.proceed()?;
            let mut imputation = fitted.impute(data, &run.as_part(&part.text))?;
            let said = std::mem::take(&mut imputation.remarks);
            remarks.extend(
                said.into_iter()
                    .map(|remark| format!("{}: {remark}", part.text)),
            );
            of_parts.push(imputation);
        }
        let mut estimates = Array2::zeros(data.values.dim());
        let mut spread = Array2::zeros(data.values.dim());
        for s in 0..data.n_samples() {
            let measured = data
                .measured
                .row(s)
                .iter()
                .filter(|&&measured| measured)
                .count();
            let shown = measured as f64 / data.n_genes() as f64;
            let weights = self.weights.at(shown);
            for (g, weights) in weights.chunks(self.parts.len()).enumerate() {
                let given =
                    |part: usize| of_parts[part].spread.as_ref().map(|spread| spread[(s, g)]);
                let mixed = mix(weights, |part| of_parts[part].estimates[(s, g)], given);
                estimates[(s, g)] = mixed.estimate as f32;
                let deviation = mixed.deviation as f32;
                let calibrated = self
                    .spread
                    .as_ref()
                    .map(|spread| spread.at(shown, g, deviation));
                spread[(s, g)] = calibrated.unwrap_or(deviation).max(LEAST_SPREAD);
            }
        }
        Ok(Imputation {
            estimates,
            spread: Some(spread),
            remarks,
        })
    }

    fn weights(&self) -> Weights {
        let texts: Vec<&String> = self.parts.iter().map(|fitted| &fitted.part.text).collect();
        let mut all = Weights::new()
            .with_fact("genes", &self.genes)
            .with_fact("parts", &texts)
            .with_fact("summary", &self.summary)
            .with_fact("spread-is-learned", &self.spread.is_some())
            .nested("weights", self.weights.weights());
        if let Some(spread) = &self.spread {
            all = all.nested("spread", spread.weights());
        }
        for (
            at,
            FittedPart {
                fitted, summary, ..
            },
        ) in self.parts.iter().enumerate()
        {
            let stored = fitted.weights().with_fact(SUMMARY_OF_PART, summary);
            all = all.nested(&name_of_part(at), stored);
        }
        all
    }

    fn summary(&self) -> Summary {
        self.summary.clone()
    }
}

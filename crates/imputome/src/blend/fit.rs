//! From a training table to a fitted blend.

use imputome_core::{Dataset, Error, ErrorKind, FittedImputer, Result, Run, TableShape};

use super::evidence::{Evidence, bring_together, opinions};
use super::fitted::{FittedBlend, FittedPart};
use super::judgement::Judgement;
use super::parts::{self, Part};
use super::rounds::{self, Round};
use super::state::State;
use super::weights::PartWeights;
use super::{Blend, summary};

/// Judges the parts by what is hidden from them, then lets those that are used learn from all of `train`.
pub(super) fn fit(settings: &Blend, train: &Dataset, run: &Run) -> Result<FittedBlend> {
    let parts = parts::of(settings, TableShape::of(train))?;
    let mut state = State::latest(settings, train, run)?;
    if !rounds::are_possible(train) {
        return first_alone(parts, train, &mut state, run);
    }
    let rounds = rounds::of(settings, train, run)?;
    let mut panel = Panelists::ask(settings, parts, &rounds, &mut state, run)?;
    let judged = bring_together(&rounds, &std::mem::take(&mut panel.opinions));
    drop(rounds);
    let evidence = Evidence::of(&judged, train.n_genes(), panel.parts.len());
    if !evidence.is_sufficient() {
        return first_alone(panel.parts, train, &mut state, run);
    }
    run.proceed()?;
    let judgement = Judgement::of(judged, &evidence, settings.pull);
    let used: Vec<Part> = judgement
        .used
        .iter()
        .map(|&part| panel.parts[part].clone())
        .collect();
    let fitted = learn_all(&used, train, &mut state, run)?;
    let summary = summary::of(&panel, &judgement, &fitted);
    Ok(FittedBlend {
        genes: train.genes.as_slice().to_vec(),
        parts: fitted,
        weights: judgement.weights,
        spread: Some(judgement.spread),
        summary,
    })
}

/// The parts that take the table, and what they made of what was hidden.
pub(super) struct Panelists {
    pub(super) parts: Vec<Part>,
    opinions: Vec<Vec<super::evidence::Opinion>>,
    /// Why others were left out.
    pub(super) remarks: Vec<String>,
}

impl Panelists {
    /// Asks each part. One that refuses is left out, unless the settings name it.
    fn ask(
        settings: &Blend,
        parts: Vec<Part>,
        rounds: &[Round],
        state: &mut State,
        run: &Run,
    ) -> Result<Self> {
        let mut panel = Self {
            parts: Vec::new(),
            opinions: Vec::new(),
            remarks: Vec::new(),
        };
        let mut last = None;
        for part in parts {
            run.proceed()?;
            match state.opinions(
                &part,
                rounds,
                || opinions(&part, rounds, &run.without_checkpoints()),
                run,
            ) {
                Ok(found) => {
                    panel.opinions.push(found);
                    panel.parts.push(part);
                }
                Err(refusal)
                    if settings.parts.is_some() || refusal.kind() == ErrorKind::Interrupted =>
                {
                    return Err(refusal);
                }
                Err(refusal) => {
                    panel
                        .remarks
                        .push(format!("{} is left out: {refusal}", part.text));
                    last = Some(refusal);
                }
            }
        }
        match last {
            Some(refusal) if panel.parts.is_empty() => Err(refusal),
            _ => Ok(panel),
        }
    }
}

/// The first part that takes the table, where there is too little to learn weights from.
fn first_alone(
    parts: Vec<Part>,
    train: &Dataset,
    state: &mut State,
    run: &Run,
) -> Result<FittedBlend> {
    let part = parts
        .into_iter()
        .next()
        .ok_or_else(|| Error::Unusable("no part is left to blend".into()))?;
    let remark = format!(
        "too few groups or genes to learn weights by cross-validation ({} and {}): {} alone is used",
        rounds::n_groups(train),
        train.n_genes(),
        part.text
    );
    let fitted = learn_all(&[part], train, state, run)?;
    Ok(FittedBlend {
        genes: train.genes.as_slice().to_vec(),
        weights: PartWeights::of_one(train.n_genes()),
        spread: None,
        summary: summary::of_one(remark, &fitted),
        parts: fitted,
    })
}

fn learn_all(
    parts: &[Part],
    train: &Dataset,
    state: &mut State,
    run: &Run,
) -> Result<Vec<FittedPart>> {
    let learn = |part: &Part| {
        run.proceed()?;
        let fit = || -> Result<Box<dyn FittedImputer>> {
            let run = run.without_checkpoints().as_part(&part.text);
            part.method.imputer().fit(train, &run)
        };
        state.fitted(part, fit, run)
    };
    parts.iter().map(learn).collect()
}

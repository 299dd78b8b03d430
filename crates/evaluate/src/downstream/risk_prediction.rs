//! The risk of new patients, foretold from genes.
//!
//! After Zhou et al. 2020, "Survival analysis", as the released code has it: in each of five folds,
//! genes expressed in more than half of the training samples, of those the ones with a univariate
//! Cox p value below 0.05 (or else the best 100), a ridge Cox model with its penalty by ten-fold
//! cross-validation, and Harrell's C on the samples left out. What differs: folds are dealt so that
//! each has its share of events, and the best 100 are taken where fewer than two genes pass.

use imputome_core::{Error, Result, Run};
use ndarray::{ArrayView2, Axis};
use rand::seq::SliceRandom;

use super::{expressed_genes, top};
use crate::survival::{
    Concordance, CoxOutcome, FollowUp, GeneTable, RidgeSettings, Ties, concordance, ridge_cox,
    univariate_cox,
};

/// How risks are foretold and judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictionSettings {
    /// Folds, each left out in turn; 5 in Zhou et al. 2020.
    pub folds: usize,
    /// Folds of the training samples that choose the penalty; 10 in Zhou et al. 2020.
    pub penalty_folds: usize,
    /// Genes must be above 0 in more than this share of the training samples; 0.5 there.
    pub expressed_share: f64,
    /// Genes must have a univariate p value below this; 0.05 there.
    pub largest_p_value: f64,
    /// Genes taken by p value when fewer than two pass; 100 there.
    pub otherwise: usize,
    /// The ridge model.
    pub ridge: RidgeSettings,
}

impl Default for PredictionSettings {
    fn default() -> Self {
        Self {
            folds: 5,
            penalty_folds: 10,
            expressed_share: 0.5,
            largest_p_value: 0.05,
            otherwise: 100,
            ridge: RidgeSettings::default(),
        }
    }
}

/// What came of one fold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoldPrediction {
    /// Pairs of samples left out.
    pub concordance: Concordance,
    /// Genes in the model.
    pub genes: usize,
    /// Its penalty.
    pub penalty: f64,
}

/// Risks foretold for samples left out.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskPrediction {
    /// Fold by fold.
    pub folds: Vec<FoldPrediction>,
}

impl RiskPrediction {
    /// Harrell's C of each fold, without folds in which no pair can be compared.
    pub fn indices(&self) -> Vec<f64> {
        let indices = self.folds.iter().map(|fold| fold.concordance.index());
        indices.flatten().collect()
    }

    /// Mean of Harrell's C over folds; nothing when no pair can be compared.
    pub fn mean_index(&self) -> Option<f64> {
        let indices = self.indices();
        let sum: f64 = indices.iter().sum();
        (!indices.is_empty()).then(|| sum / indices.len() as f64)
    }
}

/// Foretells the risk of each fold's samples from the others; `genes` of shape `[samples, genes]`,
/// without gaps, on a scale where 0 is not expressed.
///
/// Folds are drawn by the run's seed and are the same for every table of the same follow-up, so that
/// tables are compared on the same folds. Refused: another number of samples, gaps, too few
/// samples or events for the folds.
pub fn risk_prediction(
    follow_up: &FollowUp,
    genes: ArrayView2<'_, f32>,
    settings: &PredictionSettings,
    run: &Run,
) -> Result<RiskPrediction> {
    follow_up.expect_samples("the expression table", genes.nrows())?;
    let folds = balanced_folds(follow_up, settings.folds, run, "downstream/folds")?;
    let predict = |fold| {
        let samples = |inside: bool| -> Vec<usize> {
            let members = 0..folds.len();
            members.filter(|&s| (folds[s] == fold) == inside).collect()
        };
        let split = (samples(false), samples(true));
        of_fold(follow_up, genes, split, (fold, settings), run)
    };
    let folds: Result<Vec<FoldPrediction>> = (0..settings.folds).map(predict).collect();
    Ok(RiskPrediction { folds: folds? })
}

/// A fold for each sample, numbered from 0, dealt at random to samples with the event and to the
/// others apart, so that each fold has its share of events; by the run's seed and this name.
///
/// Refused: fewer than two folds, fewer events than folds.
pub fn balanced_folds(
    follow_up: &FollowUp,
    folds: usize,
    run: &Run,
    name: &str,
) -> Result<Vec<usize>> {
    if folds < 2 || follow_up.n_events() < folds {
        return Err(Error::TooLittle {
            method: format!("a hazards model judged over {folds} folds"),
            what: "samples with the event".into(),
            needed: folds.max(2),
            found: follow_up.n_events(),
            advice: "each fold needs one, and two folds are the least; take fewer folds or follow \
                     samples for longer"
                .into(),
        });
    }
    let mut random = run.stream(name);
    let mut order: Vec<usize> = (0..follow_up.n_samples()).collect();
    order.shuffle(&mut random);
    // Those with the event first: dealing goes on from them to the others, so that sizes differ
    // by one at most as well.
    order.sort_by_key(|&s| !follow_up.events()[s]);
    let mut dealt = vec![0; order.len()];
    for (at, sample) in order.into_iter().enumerate() {
        dealt[sample] = at % folds;
    }
    Ok(dealt)
}

fn of_fold(
    follow_up: &FollowUp,
    genes: ArrayView2<'_, f32>,
    (training, left_out): (Vec<usize>, Vec<usize>),
    (fold, settings): (usize, &PredictionSettings),
    run: &Run,
) -> Result<FoldPrediction> {
    let seen = follow_up.select(&training);
    let known = genes.select(Axis(0), &training);
    let chosen = chosen_genes(&seen, known.view(), settings, run)?;
    let name = format!("downstream/penalty-folds/{fold}");
    let folds = balanced_folds(&seen, settings.penalty_folds, run, &name)?;
    let known = known.select(Axis(1), &chosen);
    let model = ridge_cox(&seen, known.view(), &folds, &settings.ridge, run)?;
    let unknown = genes.select(Axis(0), &left_out).select(Axis(1), &chosen);
    let risks = model.risks(unknown.view());
    Ok(FoldPrediction {
        concordance: concordance(&follow_up.select(&left_out), &risks)?,
        genes: chosen.len(),
        penalty: model.penalty,
    })
}

fn chosen_genes(
    seen: &FollowUp,
    known: ArrayView2<'_, f32>,
    settings: &PredictionSettings,
    run: &Run,
) -> Result<Vec<usize>> {
    let expressed = expressed_genes(known, settings.expressed_share);
    let table = known.select(Axis(1), &expressed);
    let genes = GeneTable::complete(table.view());
    let outcomes = univariate_cox(seen, genes, Ties::Efron, run)?;
    let p_value = |outcome: &CoxOutcome| outcome.p_value().unwrap_or(1.0);
    let p_values: Vec<f64> = outcomes.iter().map(p_value).collect();
    let passes = |&at: &usize| p_values[at] < settings.largest_p_value;
    let mut chosen: Vec<usize> = (0..expressed.len()).filter(passes).collect();
    if chosen.len() < 2 {
        let scores: Vec<f64> = p_values.iter().map(|p| -p).collect();
        chosen = top(&scores, settings.otherwise);
        chosen.sort_unstable();
    }
    Ok(chosen.into_iter().map(|at| expressed[at]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn cohort() -> (FollowUp, Array2<f32>) {
        let genes = Array2::from_shape_fn((90, 40), |(s, g)| {
            (((s + 2) * (g + 3) * 7919 + s * s * 31 + g * 17) % 101) as f32 / 25.0
        });
        let risk = |s: usize| f64::from(genes[(s, 0)] + genes[(s, 1)] - genes[(s, 2)]);
        let times = (0..90).map(|s| (30.0 - 4.0 * risk(s) + f64::from(s as u32 % 3)).max(1.0));
        let events = (0..90).map(|s| s % 4 != 3).collect();
        (FollowUp::new(times.collect(), events).unwrap(), genes)
    }

    fn settings() -> PredictionSettings {
        PredictionSettings {
            ridge: RidgeSettings {
                penalties: 12,
                ..RidgeSettings::default()
            },
            ..PredictionSettings::default()
        }
    }

    fn index(follow_up: &FollowUp, genes: &Array2<f32>, threads: usize) -> RiskPrediction {
        let run = Run::new(3, threads).unwrap();
        risk_prediction(follow_up, genes.view(), &settings(), &run).unwrap()
    }

    #[test]
    fn genes_that_make_the_hazard_foretell_it_and_others_do_not() {
        let (follow_up, genes) = cohort();
        let found = index(&follow_up, &genes, 1);
        assert_eq!(found.folds.len(), 5);
        assert!(found.mean_index().unwrap() > 0.8);
        assert!(
            found
                .folds
                .iter()
                .all(|fold| fold.genes >= 2 && fold.genes < 40)
        );
        let others = genes.slice(ndarray::s![.., 3..]).to_owned();
        let chance = index(&follow_up, &others, 1).mean_index().unwrap();
        // Some 120 pairs a fold: a standard error of about 0.05 over five.
        assert!((chance - 0.5).abs() < 0.2, "{chance}");
    }

    #[test]
    fn a_prediction_is_the_same_for_any_number_of_threads() {
        let (follow_up, genes) = cohort();
        assert_eq!(index(&follow_up, &genes, 1), index(&follow_up, &genes, 3));
    }

    #[test]
    fn folds_share_samples_and_events_evenly() {
        let (follow_up, _) = cohort();
        let run = Run::new(3, 1).unwrap();
        let folds = balanced_folds(&follow_up, 5, &run, "test").unwrap();
        for fold in 0..5 {
            let members: Vec<usize> = (0..90).filter(|&s| folds[s] == fold).collect();
            assert_eq!(members.len(), 18);
            let events = follow_up.select(&members).n_events();
            assert!((13..=14).contains(&events)); // 68 events over 5 folds
        }
    }

    #[test]
    fn fewer_events_than_folds_are_refused() {
        let (follow_up, genes) = cohort();
        let few = follow_up.events().iter().enumerate().map(|(s, _)| s < 3);
        let follow_up = FollowUp::new(follow_up.times().to_vec(), few.collect()).unwrap();
        let run = Run::new(3, 1).unwrap();
        let refused = risk_prediction(&follow_up, genes.view(), &settings(), &run).unwrap_err();
        assert!(refused.to_string().contains("fewer folds"));
    }
}

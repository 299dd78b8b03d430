//! Genes whose expression foretells survival, one hazards model each.
//!
//! After Zhou et al. 2020, "Prognosis-related genes": Wald's test of univariate Cox models with
//! Efron's ties. The released code rounds p values to four decimals before it ranks genes, which
//! leaves the order of the best to chance; here they are ranked as they are.

use imputome_core::{Result, Run};

use super::{enrichment_factor, overlap_of_top, precision_recall_area, top};
use crate::survival::{CoxOutcome, FollowUp, GeneTable, Ties, univariate_cox};

/// p value up to which a gene counts as prognostic: Zhou et al. 2020.
const LARGEST_P_VALUE: f64 = 0.05;

/// Every gene's model.
#[derive(Clone, Debug, PartialEq)]
pub struct Prognosis {
    /// What came of each gene, shape `[genes]`.
    pub outcomes: Vec<CoxOutcome>,
}

/// What a study of an imputed table finds of the prognostic genes of the full data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrognosisRecovery {
    /// Area under the precision-recall curve: prognostic genes of the full data ranked by p value
    /// in the imputed. Nothing when the full data have none.
    pub precision_recall_area: Option<f64>,
    /// How many genes are among the `top` by p value in both.
    pub overlap: usize,
    /// Genes compared so: as many as were asked for, or all.
    pub top: usize,
    /// How much more often than by chance the imputed data's `top` genes are on a list. Nothing
    /// without a list, or with none of the genes on it.
    pub enrichment: Option<f64>,
}

/// A hazards model of each gene of a table; the same for any number of threads. Refused: a table
/// of other samples than the follow-up.
pub fn prognosis(follow_up: &FollowUp, genes: GeneTable<'_>, run: &Run) -> Result<Prognosis> {
    let outcomes = univariate_cox(follow_up, genes, Ties::Efron, run)?;
    Ok(Prognosis { outcomes })
}

impl Prognosis {
    /// p value of each gene, shape `[genes]`; 1 where there is no model, as a gene without one
    /// gives no evidence by Wald's test.
    pub fn p_values(&self) -> Vec<f64> {
        let p_value = |outcome: &CoxOutcome| outcome.p_value().unwrap_or(1.0);
        self.outcomes.iter().map(p_value).collect()
    }

    /// Whether each gene has a p value of 0.05 or less, shape `[genes]`.
    pub fn prognostic(&self) -> Vec<bool> {
        let p_values = self.p_values().into_iter();
        p_values.map(|p| p <= LARGEST_P_VALUE).collect()
    }

    /// The `k` genes of smallest p value, from the smallest; of equal ones the first.
    pub fn top(&self, k: usize) -> Vec<usize> {
        top(&self.scores(), k)
    }

    /// How well `imputed`, of the same genes, finds what this study of the full data finds; the
    /// paper takes `top_genes` 100. `listed` says which genes a list has, such as that of the Human
    /// Protein Atlas.
    pub fn recovery(
        &self,
        imputed: &Self,
        top_genes: usize,
        listed: Option<&[bool]>,
    ) -> PrognosisRecovery {
        let scores = imputed.scores();
        let selected = imputed.top(top_genes);
        PrognosisRecovery {
            precision_recall_area: precision_recall_area(&self.prognostic(), &scores),
            overlap: overlap_of_top(&self.scores(), &scores, top_genes),
            top: selected.len(),
            enrichment: listed.and_then(|listed| enrichment_factor(&selected, listed)),
        }
    }

    /// Minus the p value ranks as one less it does, and tells small ones apart.
    fn scores(&self) -> Vec<f64> {
        self.p_values().into_iter().map(|p| -p).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn cohort() -> (FollowUp, Array2<f32>) {
        let genes = Array2::from_shape_fn((60, 30), |(s, g)| {
            (((s + 2) * (g + 3) * 7919 + s * s * 31 + g * 17) % 101) as f32 / 25.0
        });
        let risk = |s: usize| f64::from(genes[(s, 0)] + genes[(s, 1)]);
        let times = (0..60).map(|s| 40.0 - 4.0 * risk(s) + f64::from(s as u32 % 3));
        let events = (0..60).map(|s| s % 4 != 3).collect();
        (FollowUp::new(times.collect(), events).unwrap(), genes)
    }

    fn study(follow_up: &FollowUp, genes: &Array2<f32>) -> Prognosis {
        let run = Run::new(0, 1).unwrap();
        prognosis(follow_up, GeneTable::complete(genes.view()), &run).unwrap()
    }

    #[test]
    fn genes_that_make_the_hazard_come_first() {
        let (follow_up, genes) = cohort();
        let found = study(&follow_up, &genes);
        let mut best = found.top(2);
        best.sort_unstable();
        assert_eq!(best, [0, 1]);
        assert!(found.prognostic()[0] && !found.prognostic().iter().all(|p| *p));
    }

    #[test]
    fn the_full_table_recovers_itself_and_a_spoiled_one_less() {
        let (follow_up, mut genes) = cohort();
        let full = study(&follow_up, &genes);
        let listed: Vec<bool> = (0..30).map(|g| g < 2).collect();
        let same = full.recovery(&full, 2, Some(&listed));
        assert_eq!(same.precision_recall_area, Some(1.0));
        // Two of two selected are among two of thirty.
        assert_eq!(
            (same.overlap, same.top, same.enrichment),
            (2, 2, Some(15.0))
        );
        genes.column_mut(0).fill(1.0);
        let spoiled = full.recovery(&study(&follow_up, &genes), 2, None);
        assert!(spoiled.precision_recall_area.unwrap() < 1.0);
        assert_eq!((spoiled.overlap, spoiled.enrichment), (1, None));
    }

    #[test]
    fn a_gene_without_a_model_is_no_evidence() {
        let (follow_up, mut genes) = cohort();
        genes.column_mut(5).fill(1.0);
        let found = study(&follow_up, &genes);
        assert_eq!(found.outcomes[5], CoxOutcome::Constant);
        assert_eq!(found.p_values()[5], 1.0);
        assert_eq!(found.top(30).last(), Some(&5));
    }
}

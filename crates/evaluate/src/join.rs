//! Evaluations of one experiment, made apart and put together.

use imputome_core::{Error, Result};

use crate::scores::Evaluation;

impl Evaluation {
    /// Adds the methods of another evaluation: the same experiment on the same table, hence the
    /// same splits and masks. Refused when experiment or table differ, or a method is in both.
    pub fn join(&mut self, other: Self) -> Result<()> {
        let table = |e: &Self| (e.data.name.clone(), e.data.samples, e.data.groups);
        if self.experiment != other.experiment || table(self) != table(&other) {
            return Err(Error::Unusable(format!(
                "evaluations of {} and {} cannot be joined: experiment or table differ",
                self.data.name, other.data.name
            )));
        }
        let known = |label: &str| self.methods.iter().any(|method| method.label == label);
        if let Some(twice) = other.methods.iter().find(|method| known(&method.label)) {
            return Err(Error::Unusable(format!(
                "method {} is in both evaluations that were to be joined",
                twice.label
            )));
        }
        self.data.genes = self.data.genes.max(other.data.genes);
        for remark in other.data.remarks {
            if !self.data.remarks.contains(&remark) {
                self.data.remarks.push(remark);
            }
        }
        self.methods.extend(other.methods);
        self.scores.extend(other.scores);
        self.per_gene.extend(other.per_gene);
        self.runtime.extend(other.runtime);
        self.curves.extend(other.curves);
        self.examples.extend(other.examples);
        Ok(())
    }
}

//! A user's table against the genes of a model, by name.

use std::collections::HashSet;

use imputome_core::{Dataset, Error, Imputation, Mask, Names, Result, Scale};
use ndarray::Array2;

use super::gene_names::columns_by_name;
use super::prepare::{GeneRole, Preparation};
use super::{AddedGenes, Completed};

/// Names shown in remarks before the rest is only counted.
const NAMES_SHOWN: usize = 5;

/// Where each gene of a model stands in a table.
#[derive(Clone, Debug)]
pub struct Alignment {
    /// Column of each learned gene in the table, if it has it.
    learned_columns: Vec<Option<usize>>,
    /// Genes that never vary.
    constants: Vec<Constant>,
    /// Names of learned genes that the table lacks.
    missing: Vec<String>,
    /// Columns of genes that the model does not know.
    extra: Vec<usize>,
    /// True when the shared genes stand in another order.
    reordered: bool,
    /// Genes matched after leaving out the version of an Ensembl id.
    without_version: usize,
}

/// A gene of the table that never varies in training.
#[derive(Clone, Copy, Debug)]
struct Constant {
    column: usize,
    /// Its place among the genes of the training table.
    gene: usize,
    /// As normalized.
    value: f32,
}

impl Alignment {
    /// Matches columns by name. Refused when none is known or the scales differ.
    pub fn between(preparation: &Preparation, data: &Dataset) -> Result<Self> {
        expect_scale(preparation.scale, data.scale)?;
        let columns = columns_by_name(&preparation.genes, &data.genes);
        let learned = preparation.learned();
        let learned_columns: Vec<Option<usize>> = learned.iter().map(|&g| columns[g]).collect();
        let constants = constants(preparation, &columns);
        if learned_columns.iter().all(Option::is_none) && constants.is_empty() {
            return Err(no_gene_known(preparation, data));
        }
        let missing = learned
            .iter()
            .zip(&learned_columns)
            .filter(|(_, column)| column.is_none())
            .map(|(&g, _)| preparation.genes[g].clone())
            .collect();
        let known: HashSet<usize> = columns.iter().copied().flatten().collect();
        let named_otherwise = |(gene, column): &(&String, &Option<usize>)| {
            column.is_some_and(|c| data.genes[c] != **gene)
        };
        let pairs = preparation.genes.iter().zip(&columns);
        Ok(Self {
            extra: (0..data.n_genes()).filter(|c| !known.contains(c)).collect(),
            reordered: !learned_columns.iter().flatten().is_sorted(),
            without_version: pairs.filter(named_otherwise).count(),
            learned_columns,
            constants,
            missing,
        })
    }

    /// The table over the learned genes in the model's order; genes it lacks are gaps.
    pub(super) fn known_genes(&self, preparation: &Preparation, data: &Dataset) -> Dataset {
        let (n, g) = (data.n_samples(), self.learned_columns.len());
        let mut values = Array2::from_elem((n, g), f32::NAN);
        let mut measured = Mask::filled(n, g, false);
        for (gene, column) in self.learned_columns.iter().enumerate() {
            let Some(column) = *column else { continue };
            values.column_mut(gene).assign(&data.values.column(column));
            measured
                .0
                .column_mut(gene)
                .assign(&data.measured.0.column(column));
        }
        let names = preparation
            .learned()
            .iter()
            .map(|&g| preparation.genes[g].clone())
            .collect();
        Dataset {
            values,
            measured,
            samples: data.samples.clone(),
            genes: Names::new("gene", names).expect("the names of a fitted model are unique"),
            covariates: data.covariates.clone(),
            groups: data.groups.clone(),
            scale: data.scale,
            companions: Vec::new(),
        }
    }

    /// Estimates of learned genes at the columns of the table, constants beside them; not a
    /// number in genes that the model does not know.
    pub(super) fn spread_out(
        &self,
        preparation: &Preparation,
        data: &Dataset,
        estimates: &Array2<f32>,
    ) -> Array2<f32> {
        let mut out = Array2::from_elem(data.values.dim(), f32::NAN);
        for (gene, column) in self.columns() {
            out.column_mut(column).assign(&estimates.column(gene));
        }
        for constant in &self.constants {
            let values = preparation.constant(constant.gene, constant.value, &data.covariates);
            out.column_mut(constant.column).assign(&values.column(0));
        }
        out
    }

    /// Deviations of learned genes at the columns of the table, 0 elsewhere.
    pub(super) fn spread_out_deviations(
        &self,
        data: &Dataset,
        spread: &Array2<f32>,
    ) -> Array2<f32> {
        let mut out = Array2::zeros(data.values.dim());
        for (gene, column) in self.columns() {
            out.column_mut(column).assign(&spread.column(gene));
        }
        out
    }

    /// The table with its gaps filled from estimates over the learned genes.
    pub(super) fn complete(
        &self,
        preparation: &Preparation,
        data: &Dataset,
        imputation: Imputation,
    ) -> Completed {
        let estimates = self.spread_out(preparation, data, &imputation.estimates);
        let values = Imputation::of(estimates).fill(data);
        let spread = imputation.spread.as_ref().map(|spread| {
            let mut spread = self.spread_out_deviations(data, spread);
            ndarray::Zip::from(&mut spread)
                .and(&data.measured.0)
                .for_each(|deviation, &measured| {
                    if measured {
                        *deviation = 0.0;
                    }
                });
            spread
        });
        let gaps = data.values.len() - data.measured.count();
        let left = values
            .iter()
            .zip(&data.measured.0)
            .filter(|(v, m)| !**m && v.is_nan())
            .count();
        let mut remarks = self.remarks(preparation, data, left);
        remarks.extend(imputation.remarks);
        let added = self.added(&imputation.estimates);
        Completed {
            values,
            spread,
            added,
            filled: gaps - left,
            left,
            remarks,
        }
    }

    /// Learned genes that the table has, with their columns.
    fn columns(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.learned_columns
            .iter()
            .enumerate()
            .filter_map(|(gene, column)| Some((gene, (*column)?)))
    }

    fn added(&self, estimates: &Array2<f32>) -> AddedGenes {
        let absent: Vec<usize> = (0..self.learned_columns.len())
            .filter(|&gene| self.learned_columns[gene].is_none())
            .collect();
        AddedGenes {
            genes: self.missing.clone(),
            values: estimates.select(ndarray::Axis(1), &absent),
        }
    }

    fn remarks(&self, preparation: &Preparation, data: &Dataset, left: usize) -> Vec<String> {
        let mut remarks = Vec::new();
        let absent = covariates_not_given(preparation, data);
        if !absent.is_empty() {
            remarks.push(format!(
                "the model was fitted with {}, not given here: counted as unknown, which costs accuracy",
                absent.join(", ")
            ));
        }
        if self.without_version > 0 {
            remarks.push(format!(
                "{} genes matched by Ensembl id without its version",
                self.without_version
            ));
        }
        if self.reordered {
            remarks.push("genes stand in another order than in the model; matched by name".into());
        }
        if !self.missing.is_empty() {
            remarks.push(format!(
                "{} of the model's {} genes are not in the table and counted as gaps: {}",
                self.missing.len(),
                self.learned_columns.len(),
                shown(self.missing.iter().map(String::as_str))
            ));
        }
        if !self.extra.is_empty() {
            remarks.push(format!(
                "{} genes of the table are not known to the model and stay as they are: {}",
                self.extra.len(),
                shown(self.extra.iter().map(|&c| &data.genes[c]))
            ));
        }
        if !self.constants.is_empty() {
            remarks.push(format!(
                "{} genes have one value in all training samples; their gaps get that value",
                self.constants.len()
            ));
        }
        let never = preparation
            .roles
            .iter()
            .filter(|r| **r == GeneRole::NeverMeasured)
            .count();
        if never > 0 {
            remarks.push(format!(
                "{never} genes were never measured in training; nothing is known of them"
            ));
        }
        if left > 0 {
            remarks.push(format!(
                "{left} gaps are left empty, in genes that nothing is known of"
            ));
        }
        remarks
    }
}

fn constants(preparation: &Preparation, columns: &[Option<usize>]) -> Vec<Constant> {
    let genes = columns.iter().zip(&preparation.roles).enumerate();
    genes
        .filter_map(|(gene, (column, role))| match role {
            GeneRole::Constant(value) => Some(Constant {
                column: (*column)?,
                gene,
                value: *value,
            }),
            GeneRole::Learned | GeneRole::NeverMeasured => None,
        })
        .collect()
}

fn covariates_not_given<'a>(preparation: &'a Preparation, data: &Dataset) -> Vec<&'a str> {
    let given = |name: &str| data.covariates.columns().iter().any(|c| c.name == name);
    preparation
        .covariates
        .iter()
        .map(String::as_str)
        .filter(|name| !given(name))
        .collect()
}

pub(super) fn expect_scale(model: Scale, table: Scale) -> Result<()> {
    if model == table || model == Scale::Unknown || table == Scale::Unknown {
        return Ok(());
    }
    Err(Error::Refused(format!(
        "the model was fitted on {model} values and the table holds {table} values; transform the table, or state its scale with --scale {model} if it was recognized wrongly"
    )))
}

fn no_gene_known(preparation: &Preparation, data: &Dataset) -> Error {
    Error::Unusable(format!(
        "none of the {} genes of the table is known to the model (table: {}; model: {}); are genes in columns, and named the same way?",
        data.n_genes(),
        shown(data.genes.iter()),
        shown(preparation.genes.iter().map(String::as_str)),
    ))
}

/// The first few names, and how many more there are.
fn shown<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = names.len().saturating_sub(NAMES_SHOWN);
    let first: Vec<&str> = names.take(NAMES_SHOWN).collect();
    if more > 0 {
        format!("{} and {more} more", first.join(", "))
    } else {
        first.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Method, Model};
    use imputome_core::{CompanionUse, Run};
    use ndarray::array;

    fn table(values: Array2<f32>, genes: &[&str]) -> Dataset {
        let samples = (0..values.nrows()).map(|s| format!("S{s}")).collect();
        let genes = genes.iter().map(|g| g.to_string()).collect();
        let samples = Names::new("sample", samples).unwrap();
        Dataset::new(values, samples, Names::new("gene", genes).unwrap()).unwrap()
    }

    fn mean_model() -> (Model, Run) {
        let run = Run::new(1, 1).unwrap();
        let train = table(array![[1.0, 10.0, 4.0], [3.0, 30.0, 4.0]], &["A", "B", "C"]);
        (
            Model::fit(Method::parse("mean").unwrap(), &train, &run).unwrap(),
            run,
        )
    }

    #[test]
    fn extra_genes_stay_and_missing_ones_can_be_added() {
        let (model, run) = mean_model();
        let new = table(array![[7.0, f32::NAN, f32::NAN]], &["X", "C", "A"]);
        let completed = model.impute(&new, &run).unwrap();
        assert_eq!(completed.values, array![[7.0, 4.0, 2.0]]);
        assert_eq!(completed.added.genes, ["B"]);
        assert_eq!(completed.added.values, array![[20.0]]);
        assert_eq!((completed.filled, completed.left), (2, 0));
        let said = completed.remarks.join("\n");
        assert!(
            said.contains("1 of the model's 2 genes are not in the table"),
            "{said}"
        );
        assert!(
            said.contains("1 genes of the table are not known to the model"),
            "{said}"
        );
    }

    #[test]
    fn ensembl_ids_match_without_their_version_where_that_is_unambiguous() {
        let run = Run::new(1, 1).unwrap();
        let train = table(
            array![[1.0, 10.0], [3.0, 30.0]],
            &["ENSG00000000003.14", "ENSG00000000005.5"],
        );
        let model = Model::fit(Method::parse("mean").unwrap(), &train, &run).unwrap();
        let nan = f32::NAN;
        let new = table(
            array![[nan, nan, 1.0]],
            &["ENSG00000000003", "ENSG00000000005.6", "ENSG00000000005.7"],
        );
        let completed = model.impute(&new, &run).unwrap();
        assert_eq!(completed.values[(0, 0)], 2.0);
        assert!(
            completed.values[(0, 1)].is_nan(),
            "two versions of one gene: neither is taken"
        );
        let said = completed.remarks.join("\n");
        assert!(
            said.contains("1 genes matched by Ensembl id without its version"),
            "{said}"
        );
    }

    #[test]
    fn a_table_that_never_varies_is_filled_with_its_constants() {
        let run = Run::new(1, 1).unwrap();
        let train = table(array![[1.0, f32::NAN], [1.0, 4.0]], &["A", "B"]);
        let needs_no_other =
            |method: &Method| method.imputer().companions() != CompanionUse::Required;
        for method in Method::all().into_iter().filter(needs_no_other) {
            let model = Model::fit(method, &train, &run).unwrap();
            let model = Model::from_weights(&model.to_weights()).unwrap();
            assert_eq!(
                model.impute(&train, &run).unwrap().values,
                array![[1.0, 4.0], [1.0, 4.0]]
            );
        }
    }

    #[test]
    fn covariates_not_given_are_remarked_on() {
        let (mut model, run) = mean_model();
        model.preparation.covariates = vec!["tissue".into()];
        let said = model
            .impute(&table(array![[1.0]], &["A"]), &run)
            .unwrap()
            .remarks
            .join("\n");
        assert!(
            said.contains("fitted with tissue, not given here"),
            "{said}"
        );
    }

    #[test]
    fn a_table_with_another_detection_floor_is_remarked_on() {
        let run = Run::new(1, 1).unwrap();
        let train = table(array![[-9.97, 5.0], [-9.97, 4.0], [1.0, 6.0]], &["A", "B"]);
        let model = Model::fit(Method::parse("mean").unwrap(), &train, &run).unwrap();
        let new = table(array![[0.0, 5.0], [0.0, f32::NAN]], &["A", "B"]);
        let said = model.impute(&new, &run).unwrap().remarks.join("\n");
        assert!(
            said.contains("undetected genes stand at 0 in this table and at -9.97"),
            "{said}"
        );
    }

    #[test]
    fn a_gap_in_an_unknown_gene_is_left_and_counted() {
        let (model, run) = mean_model();
        let new = table(array![[f32::NAN, 1.0]], &["X", "A"]);
        let completed = model.impute(&new, &run).unwrap();
        assert!(completed.values[(0, 0)].is_nan());
        assert_eq!((completed.filled, completed.left), (0, 1));
    }

    #[test]
    fn a_table_far_from_the_training_samples_is_remarked_on() {
        let (model, run) = mean_model();
        let new = table(array![[1000.0, 9000.0]], &["A", "B"]);
        let said = model.impute(&new, &run).unwrap().remarks.join("\n");
        assert!(said.contains("100 % of the measured values lie more than 3 standard deviations"));
    }
}

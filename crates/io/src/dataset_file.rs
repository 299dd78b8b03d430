//! Datasets handed from one process to another, bit for bit.

use std::path::Path;

use imputome_core::{
    Companion, Covariate, CovariateValues, Covariates, Dataset, Mask, Names, Scale,
};
use ndarray::{Array2, CowArray, Ix2};
use safetensors::Dtype;
use serde::{Deserialize, Serialize};

use crate::container::{self, Container, Numbers, TensorOut, content_error};
use crate::{Error, Result};

const KIND: &str = "dataset";

/// Everything about a dataset that is not in its tensors.
#[derive(Serialize, Deserialize)]
struct About {
    samples: Vec<String>,
    genes: Vec<String>,
    covariates: Vec<AboutCovariate>,
    groups: Option<Vec<String>>,
    scale: Scale,
    companions: Vec<AboutCompanion>,
}

#[derive(Serialize, Deserialize)]
struct AboutCompanion {
    name: String,
    features: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct AboutCovariate {
    name: String,
    values: AboutValues,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum AboutValues {
    Categorical(Vec<Option<String>>),
    Numeric(Vec<Option<f64>>),
}

/// Writes a dataset whole: values (also what stands at gaps), gaps, names, covariates, groups,
/// scale and companions.
pub fn write_dataset(path: &Path, dataset: &Dataset) -> Result<()> {
    let companions = dataset.companions.iter().enumerate();
    let mut tables = vec![Table::new("", &dataset.values, &dataset.measured)];
    tables.extend(companions.map(|(at, c)| Table::new(&prefix(at), &c.values, &c.measured)));
    let tensors: Vec<TensorOut> = tables.iter().flat_map(Table::tensors).collect();
    container::write(path, KIND, &about(dataset), &tensors)
}

/// Before the names of a companion's tensors.
fn prefix(companion: usize) -> String {
    format!("companion-{companion}-")
}

/// Values and gaps as they are written.
struct Table<'a> {
    names: [String; 2],
    values: CowArray<'a, f32, Ix2>,
    measured: CowArray<'a, bool, Ix2>,
}

impl<'a> Table<'a> {
    fn new(prefix: &str, values: &'a Array2<f32>, measured: &'a Mask) -> Self {
        Self {
            names: ["values", "measured"].map(|name| format!("{prefix}{name}")),
            values: values.as_standard_layout(),
            measured: measured.0.as_standard_layout(),
        }
    }

    fn tensors(&self) -> [TensorOut<'_>; 2] {
        let contiguous = "an array in standard layout is contiguous";
        let shape = self.values.shape();
        [
            TensorOut {
                name: &self.names[0],
                shape: shape.to_vec(),
                numbers: Numbers::Single(self.values.as_slice().expect(contiguous)),
            },
            TensorOut {
                name: &self.names[1],
                shape: shape.to_vec(),
                numbers: Numbers::Flags(self.measured.as_slice().expect(contiguous)),
            },
        ]
    }
}

/// Reads a dataset that [`write_dataset`] wrote. Refused when the file is anything else.
pub fn read_dataset(path: &Path) -> Result<Dataset> {
    let mut container = container::open(path, KIND)?;
    let about: About = container.content(KIND)?;
    let name = container.name().to_string();
    if container.tensors() != about.tensors() {
        let found = "tensors other than its values and gaps".into();
        return Err(content_error(&name, KIND, found, "write it again"));
    }
    let rows = about.samples.len();
    let (values, measured) = next_table(&mut container, rows, about.genes.len())?;
    let companions: Vec<_> = about
        .companions
        .iter()
        .map(|companion| next_table(&mut container, rows, companion.features.len()))
        .collect::<Result<_>>()?;
    let inside = |source| Error::Dataset { file: name, source };
    assemble(about, values, measured, companions).map_err(inside)
}

impl About {
    /// What the file must hold.
    fn tensors(&self) -> Vec<(String, Dtype, Vec<usize>)> {
        let widths = self.companions.iter().map(|c| c.features.len());
        let companions = widths.enumerate().map(|(at, width)| (prefix(at), width));
        std::iter::once((String::new(), self.genes.len()))
            .chain(companions)
            .flat_map(|(prefix, width)| {
                let shape = vec![self.samples.len(), width];
                [
                    (format!("{prefix}values"), Dtype::F32, shape.clone()),
                    (format!("{prefix}measured"), Dtype::U8, shape),
                ]
            })
            .collect()
    }
}

fn next_table(
    container: &mut Container,
    rows: usize,
    columns: usize,
) -> Result<(Array2<f32>, Array2<bool>)> {
    let entries = rows * columns;
    let values = container.next_numbers(entries)?;
    let measured = container.next_bytes(entries)?;
    let measured: Vec<bool> = measured.into_iter().map(|flag| flag != 0).collect();
    let consistent = "as many entries as were read";
    let values = Array2::from_shape_vec((rows, columns), values).expect(consistent);
    let measured = Array2::from_shape_vec((rows, columns), measured).expect(consistent);
    let unusable = ndarray::Zip::from(&values)
        .and(&measured)
        .any(|value, &measured| measured && !value.is_finite());
    if unusable {
        let found = "a measured value that is not finite".into();
        let advice = "write it again";
        return Err(content_error(container.name(), KIND, found, advice));
    }
    Ok((values, measured))
}

fn about(dataset: &Dataset) -> About {
    let covariate = |column: &Covariate| AboutCovariate {
        name: column.name.clone(),
        values: match &column.values {
            CovariateValues::Categorical(values) => AboutValues::Categorical(values.clone()),
            CovariateValues::Numeric(values) => AboutValues::Numeric(values.clone()),
        },
    };
    About {
        samples: dataset.samples.as_slice().to_vec(),
        genes: dataset.genes.as_slice().to_vec(),
        covariates: dataset.covariates.columns().iter().map(covariate).collect(),
        groups: dataset.groups.clone(),
        scale: dataset.scale,
        companions: dataset
            .companions
            .iter()
            .map(|companion| AboutCompanion {
                name: companion.name.clone(),
                features: companion.features.as_slice().to_vec(),
            })
            .collect(),
    }
}

fn assemble(
    about: About,
    values: Array2<f32>,
    measured: Array2<bool>,
    companions: Vec<(Array2<f32>, Array2<bool>)>,
) -> imputome_core::Result<Dataset> {
    let columns = about.covariates.into_iter().map(|column| Covariate {
        name: column.name,
        values: match column.values {
            AboutValues::Categorical(values) => CovariateValues::Categorical(values),
            AboutValues::Numeric(values) => CovariateValues::Numeric(values),
        },
    });
    let covariates = Covariates::new(about.samples.len(), columns.collect())?;
    let samples = Names::new("sample", about.samples)?;
    let genes = Names::new("gene", about.genes)?;
    let mut dataset = Dataset::new(values, samples, genes)?.with_covariates(covariates)?;
    dataset.measured = Mask(measured);
    dataset.scale = about.scale;
    let companions = about.companions.into_iter().zip(companions);
    dataset.companions = companions
        .map(|(about, (values, measured))| {
            Ok(Companion {
                name: about.name,
                values,
                measured: Mask(measured),
                features: Names::new("feature", about.features)?,
            })
        })
        .collect::<imputome_core::Result<_>>()?;
    match about.groups {
        Some(groups) => dataset.with_groups(groups),
        None => Ok(dataset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_comes_back_bit_for_bit() {
        let names = |kind, names: &[&str]| {
            Names::new(kind, names.iter().map(|n| n.to_string()).collect()).unwrap()
        };
        let values = ndarray::arr2(&[[1.5, -0.0, f32::NAN], [0.1, 7.0, 1e-40]]);
        let columns = vec![
            Covariate {
                name: "tissue".into(),
                values: CovariateValues::Categorical(vec![Some("Lung".into()), None]),
            },
            Covariate {
                name: "age".into(),
                values: CovariateValues::Numeric(vec![None, Some(0.1)]),
            },
        ];
        let mut dataset = Dataset::new(
            values,
            names("sample", &["s", "t"]),
            names("gene", &["A", "B", "C"]),
        )
        .unwrap()
        .with_covariates(Covariates::new(2, columns).unwrap())
        .unwrap()
        .with_groups(vec!["d".into(), "d".into()])
        .unwrap();
        dataset.scale = Scale::Log;
        dataset.measured.0[(1, 1)] = false;
        let betas = ndarray::arr2(&[[0.5, f32::NAN], [1e-20, 1.0]]);
        let methylation = Companion::new("methylation", betas, names("feature", &["a", "b"]));
        let dataset = dataset.with_companions(vec![methylation.unwrap()]).unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("data");
        write_dataset(&path, &dataset).unwrap();
        let back = read_dataset(&path).unwrap();
        let bits = |d: &Dataset| d.values.mapv(f32::to_bits);
        assert_eq!(bits(&back), bits(&dataset));
        assert_eq!(back.measured, dataset.measured);
        let (found, given) = (&back.companions[0], &dataset.companions[0]);
        assert_eq!(
            found.values.mapv(f32::to_bits),
            given.values.mapv(f32::to_bits)
        );
        assert_eq!(
            (&found.measured, &found.features),
            (&given.measured, &given.features)
        );
        assert_eq!((back.samples, back.genes), (dataset.samples, dataset.genes));
        assert_eq!(back.covariates, dataset.covariates);
        assert_eq!((back.groups, back.scale), (dataset.groups, dataset.scale));
    }
}

//! Datasets handed from one process to another, bit for bit.

use std::path::Path;

use imputome_core::{Covariate, CovariateValues, Covariates, Dataset, Mask, Names, Scale};
use ndarray::Array2;
use safetensors::Dtype;
use serde::{Deserialize, Serialize};

use crate::container::{self, Numbers, TensorOut, content_error};
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

/// Writes a dataset whole: values (also what stands at gaps), gaps, names, covariates, groups
/// and scale.
pub fn write_dataset(path: &Path, dataset: &Dataset) -> Result<()> {
    let values = dataset.values.as_standard_layout();
    let measured = dataset.measured.0.as_standard_layout();
    let contiguous = "an array in standard layout is contiguous";
    let shape = vec![dataset.n_samples(), dataset.n_genes()];
    let tensors = [
        TensorOut {
            name: "values",
            shape: shape.clone(),
            numbers: Numbers::Single(values.as_slice().expect(contiguous)),
        },
        TensorOut {
            name: "measured",
            shape,
            numbers: Numbers::Flags(measured.as_slice().expect(contiguous)),
        },
    ];
    container::write(path, KIND, &about(dataset), &tensors)
}

/// Reads a dataset that [`write_dataset`] wrote. Refused when the file is anything else.
pub fn read_dataset(path: &Path) -> Result<Dataset> {
    let mut container = container::open(path, KIND)?;
    let about: About = container.content(KIND)?;
    let name = container.name().to_string();
    let shape = (about.samples.len(), about.genes.len());
    let list = vec![shape.0, shape.1];
    let expected = [
        ("values".to_string(), Dtype::F32, list.clone()),
        ("measured".to_string(), Dtype::U8, list),
    ];
    if container.tensors() != expected {
        let found = "tensors other than its values and gaps".into();
        return Err(content_error(&name, KIND, found, "write it again"));
    }
    let entries = shape.0 * shape.1;
    let values = container.next_numbers(entries)?;
    let measured = container.next_bytes(entries)?;
    let measured: Vec<bool> = measured.into_iter().map(|flag| flag != 0).collect();
    let consistent = "as many entries as were read";
    let values = Array2::from_shape_vec(shape, values).expect(consistent);
    let measured = Array2::from_shape_vec(shape, measured).expect(consistent);
    let unusable = ndarray::Zip::from(&values)
        .and(&measured)
        .any(|value, &measured| measured && !value.is_finite());
    if unusable {
        let found = "a measured value that is not finite".into();
        return Err(content_error(&name, KIND, found, "write it again"));
    }
    assemble(about, values, measured).map_err(|source| Error::Dataset { file: name, source })
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
    }
}

fn assemble(
    about: About,
    values: Array2<f32>,
    measured: Array2<bool>,
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
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("data");
        write_dataset(&path, &dataset).unwrap();
        let back = read_dataset(&path).unwrap();
        let bits = |d: &Dataset| d.values.mapv(f32::to_bits);
        assert_eq!(bits(&back), bits(&dataset));
        assert_eq!(back.measured, dataset.measured);
        assert_eq!((back.samples, back.genes), (dataset.samples, dataset.genes));
        assert_eq!(back.covariates, dataset.covariates);
        assert_eq!((back.groups, back.scale), (dataset.groups, dataset.scale));
    }
}

//! A folder of raw tables.

use std::collections::HashMap;
use std::path::Path;

use imputome::core::{Covariate, CovariateValues, Covariates, Dataset, Mask, Names};
use ndarray::{Array2, ShapeBuilder};

use crate::Outcome;

/// The table of a folder and what is to be hidden in it.
pub(crate) fn read(folder: &Path) -> Outcome<(Dataset, Mask)> {
    let mut tables: HashMap<String, Array2<f64>> = HashMap::new();
    for line in std::fs::read_to_string(folder.join("shapes.txt"))?.lines() {
        let mut words = line.split_whitespace();
        let name = words.next().ok_or("an empty line in shapes.txt")?;
        let sizes = words.map(str::parse).collect::<Result<Vec<usize>, _>>()?;
        let shape = (sizes[0], sizes.get(1).copied().unwrap_or(1));
        let bytes = std::fs::read(folder.join(format!("{name}.f64")))?;
        let numbers = bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|b| f64::from_le_bytes(*b));
        let table = Array2::from_shape_vec(shape.f(), numbers.collect())?;
        tables.insert(name.into(), table);
    }
    let table = |name: &str| tables.get(name).ok_or(format!("no table {name}"));
    let values = table("X")?
        .mapv(|v| v as f32)
        .as_standard_layout()
        .into_owned();
    let hidden = table("mask")?
        .mapv(|v| v != 0.0)
        .as_standard_layout()
        .into_owned();
    let (n, genes) = values.dim();
    let named = |kind: &'static str, n: usize| {
        Names::new(kind, (0..n).map(|i| format!("{kind}{i:05}")).collect())
    };
    let mut data = Dataset::new(values, named("sample", n)?, named("gene", genes)?)?
        .with_covariates(covariates(&tables, n)?)?;
    if let Some(donors) = tables.get("donor") {
        data = data.with_groups(donors.iter().map(f64::to_string).collect())?;
    }
    Ok((data, Mask(hidden)))
}

fn covariates(tables: &HashMap<String, Array2<f64>>, n: usize) -> Outcome<Covariates> {
    let mut columns = Vec::new();
    for name in ["tissue", "sex", "age"] {
        let Some(table) = tables.get(name) else {
            continue;
        };
        let values = match name {
            "age" => CovariateValues::Numeric(table.iter().map(|&v| Some(v)).collect()),
            _ => CovariateValues::Categorical(table.iter().map(|v| Some(v.to_string())).collect()),
        };
        columns.push(Covariate {
            name: name.into(),
            values,
        });
    }
    Ok(Covariates::new(n, columns)?)
}

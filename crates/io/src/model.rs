//! Fitted models and checkpoints: data, never code.

use std::collections::BTreeMap;
use std::path::Path;

use imputome_core::{Tensor, Weights};
use safetensors::Dtype;
use sha2::{Digest, Sha256};

use crate::container::{self, Container, Numbers, TensorOut, content_error};
use crate::{Error, Result};

const KIND: &str = "model";

/// The fact under which a file keeps the checksum of everything else in it.
const CHECKSUM: &str = "sha256";

/// Writes weights: tensors as safetensors, facts as JSON beside them. The same weights give the
/// same bytes. Refused when a number is not finite.
pub fn write_model(path: &Path, weights: &Weights) -> Result<()> {
    for (name, tensor) in &weights.tensors {
        if let Some(at) = tensor.values.iter().position(|v| !v.is_finite()) {
            return Err(Error::Unwritable {
                file: path.display().to_string(),
                reason: format!("tensor {name:?} is not finite at position {at}"),
            });
        }
    }
    let tensors: Vec<TensorOut<'_>> = weights
        .tensors
        .iter()
        .map(|(name, tensor)| TensorOut {
            name,
            shape: tensor.shape.clone(),
            numbers: Numbers::Single(&tensor.values),
        })
        .collect();
    let mut facts = weights.facts.clone();
    facts.insert(CHECKSUM.into(), checksum(weights).into());
    container::write(path, KIND, &facts, &tensors)
}

/// Reads weights. Refused when the file is not a model of this format version, is cut off or
/// added to, holds a number that is not finite, or has changed since it was written.
pub fn read_model(path: &Path) -> Result<Weights> {
    let mut container = container::open(path, KIND)?;
    let mut facts: BTreeMap<String, serde_json::Value> = container.content(KIND)?;
    let expected = facts.remove(CHECKSUM);
    let mut weights = Weights {
        facts,
        ..Weights::default()
    };
    for (name, dtype, shape) in container.tensors() {
        let tensor = read_tensor(&mut container, &name, dtype, shape)?;
        weights.tensors.insert(name, tensor);
    }
    if expected.as_ref().and_then(|sum| sum.as_str()) != Some(&checksum(&weights)) {
        let found = "contents that differ from their checksum".into();
        let advice = "the file was damaged or edited; fit again, or fetch it again";
        return Err(content_error(container.name(), KIND, found, advice));
    }
    Ok(weights)
}

/// SHA-256 of facts and tensors, by name, in hexadecimal.
fn checksum(weights: &Weights) -> String {
    let mut hash = Sha256::new();
    hash.update(serde_json::to_vec(&weights.facts).expect("facts are plain data"));
    for (name, tensor) in &weights.tensors {
        hash.update(format!("{name:?} {:?}", tensor.shape));
        for value in &tensor.values {
            hash.update(value.to_le_bytes());
        }
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn read_tensor(
    container: &mut Container,
    name: &str,
    dtype: Dtype,
    shape: Vec<usize>,
) -> Result<Tensor> {
    let refuse = |container: &Container, found| {
        let advice = "fit again, or give another file";
        Err(content_error(container.name(), KIND, found, advice))
    };
    if dtype != Dtype::F32 {
        let found = format!("tensor {name:?} of type {dtype:?} instead of F32");
        return refuse(container, found);
    }
    let values = container.next_numbers(shape.iter().product())?;
    match values.iter().position(|v| !v.is_finite()) {
        Some(at) => {
            let found =
                format!("tensor {name:?} with a number that is not finite at position {at}");
            refuse(container, found)
        }
        None => Ok(Tensor { shape, values }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights() -> Weights {
        Weights::new()
            .with_tensor("mean", &[3], vec![1.5, -0.0, f32::MIN_POSITIVE])
            .with_tensor("empty", &[0, 4], Vec::new())
            .with_tensor("loadings", &[2, 2], vec![0.1, 0.2, 0.3, 1e30])
            .with_fact("genes", &["A", "B", "C"])
            .with_fact("loss", &0.1f32)
    }

    #[test]
    fn a_model_comes_back_bit_for_bit_and_repeats_its_bytes() {
        let scratch = tempfile::tempdir().unwrap();
        let (a, b) = (
            scratch.path().join("a.model"),
            scratch.path().join("b.model"),
        );
        write_model(&a, &weights()).unwrap();
        write_model(&b, &weights()).unwrap();
        assert_eq!(std::fs::read(&a).unwrap(), std::fs::read(&b).unwrap());
        let read = read_model(&a).unwrap();
        assert_eq!(read, weights());
        assert_eq!(
            read.tensors["mean"].values[1].to_bits(),
            (-0.0f32).to_bits()
        );
        assert_eq!(read.fact::<f32>("loss").unwrap(), 0.1);
    }

    #[test]
    fn a_single_bit_changed_is_noticed() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("m");
        write_model(&path, &weights()).unwrap();
        let whole = std::fs::read(&path).unwrap();
        let text = whole.windows(5).position(|w| w == b"genes").unwrap();
        let last = whole.len() - 1;
        for at in [last, text] {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(refusal_of(&changed).contains("differ from their checksum"));
        }
    }

    #[test]
    fn weights_that_are_not_finite_are_not_written() {
        let scratch = tempfile::tempdir().unwrap();
        let bad = Weights::new().with_tensor("mean", &[1], vec![f32::NAN]);
        let error = write_model(&scratch.path().join("m"), &bad).unwrap_err();
        assert!(error.to_string().contains("\"mean\" is not finite"));
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    }

    /// The refusal of a file that starts with `header` and goes on with `data`.
    fn refusal(header: &str, data: &[u8]) -> String {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        refusal_of(&bytes)
    }

    fn refusal_of(bytes: &[u8]) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("model");
        std::fs::write(&path, bytes).unwrap();
        let error = read_model(&path).unwrap_err();
        assert_eq!(error.kind(), imputome_core::ErrorKind::Input);
        error.to_string()
    }

    const OURS: &str =
        r#""__metadata__":{"imputome":"{\"format_version\":1,\"kind\":\"model\",\"content\":{}}"}"#;

    #[test]
    fn hostile_files_are_refused_with_what_is_wrong() {
        let tensor = |dtype: &str, shape: &str, offsets: &str| {
            format!(
                r#"{{{OURS},"w":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#
            )
        };
        let four = [0u8; 4];
        assert!(refusal_of(b"PK").contains("too few"));
        assert!(refusal_of(&[0xff; 64]).contains("a header said to have"));
        assert!(refusal_of(&1_000_000u64.to_le_bytes()).contains("a header said to have"));
        assert!(refusal("not json", b"").contains("broken header"));
        assert!(refusal(&tensor("F32", "[1]", "[0,4]"), b"").contains("cut off"));
        assert!(refusal(&tensor("F32", "[1]", "[0,4]"), &[0; 5]).contains("added to"));
        assert!(refusal(&tensor("F32", "[1]", "[4,8]"), &four).contains("broken header"));
        assert!(refusal(&tensor("F32", "[2]", "[0,4]"), &four).contains("broken header"));
        assert!(
            refusal(&tensor("F32", "[18446744073709551615,2]", "[0,4]"), &four)
                .contains("broken header")
        );
        assert!(refusal(&tensor("U8", "[4]", "[0,4]"), &four).contains("of type"));
        assert!(
            refusal(&tensor("F32", "[1]", "[0,4]"), &f32::NAN.to_le_bytes()).contains("not finite")
        );
        let overlapping = format!(
            r#"{{{OURS},"a":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"b":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}"#
        );
        assert!(refusal(&overlapping, &four).contains("broken header"));
    }

    #[test]
    fn files_without_our_description_or_of_another_version_are_refused() {
        assert!(refusal("{}", b"").contains("another program"));
        let other = OURS.replace(":1,", ":2,");
        assert!(refusal(&format!("{{{other}}}"), b"").contains("format version 2"));
        let dataset = OURS.replace("model", "dataset");
        assert!(refusal(&format!("{{{dataset}}}"), b"").contains("a dataset file"));
        let broken = OURS.replace(r"{}}", "");
        assert!(refusal(&format!("{{{broken}}}"), b"").contains("broken"));
    }

    proptest::proptest! {
        #[test]
        fn a_damaged_model_never_panics(position in 0usize..500, byte: u8, cut in 0usize..600) {
            let scratch = tempfile::tempdir().unwrap();
            let path = scratch.path().join("model");
            write_model(&path, &weights()).unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            let at = position % bytes.len();
            bytes[at] = byte;
            bytes.truncate(cut.max(8));
            std::fs::write(&path, &bytes).unwrap();
            let _ = read_model(&path);
        }
    }
}

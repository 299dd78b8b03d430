//! Numbers in JSON, which has no words for those that are not finite: they stand there as text.

use serde::{Deserialize, Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Finite(f64),
    Other(String),
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
pub(crate) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    if number.is_finite() {
        to.serialize_f64(*number)
    } else {
        to.collect_str(number)
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    match Stored::deserialize(from)? {
        Stored::Finite(number) => Ok(number),
        Stored::Other(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Field(#[serde(with = "super")] f64);

    #[test]
    fn what_is_not_finite_comes_back() {
        for number in [0.1, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let text = serde_json::to_string(&Field(number)).unwrap();
            let Field(back) = serde_json::from_str(&text).unwrap();
            assert_eq!(back.to_bits(), number.to_bits(), "{text}");
        }
        assert!(serde_json::from_str::<Field>("\"x\"").is_err());
    }
}

//! What a report says of a method.

use imputome_evaluate::MethodFacts;
use serde_json::Value;

use crate::Method;

impl Method {
    /// What a report says of the method under the name it has there.
    pub fn facts(&self, label: &str) -> MethodFacts {
        let card = self.imputer().card();
        let settings = self.imputer().settings().into_iter();
        MethodFacts {
            label: label.into(),
            name: card.name.into(),
            title: card.title.into(),
            source: card.source.into(),
            settings: settings
                .map(|setting| (setting.name, readable(&setting.value), setting.doc))
                .collect(),
            chosen: Vec::new(),
            remarks: Vec::new(),
        }
    }
}

/// A setting's value for people: `none` for nothing, lists joined by `+`, single precision in its own digits.
pub fn readable(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.to_string(),
            None => shortest(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(readable).collect::<Vec<_>>().join("+"),
        Value::Bool(_) | Value::Object(_) => value.to_string(),
    }
}

/// The shortest digits that are the same in single precision, when `value` came from there; a point tells
/// it from a whole number.
fn shortest(value: f64) -> String {
    let single = value as f32;
    let digits = match f64::from(single) == value {
        true => single.to_string(),
        false => value.to_string(),
    };
    match value.is_finite() && !digits.contains('.') {
        true => digits + ".0",
        false => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_precision_is_shown_in_its_own_digits() {
        assert_eq!(readable(&Value::from(0.2_f32)), "0.2");
        assert_eq!(readable(&Value::from(1.0)), "1.0");
        assert_eq!(readable(&Value::from(7)), "7");
        assert_eq!(readable(&Value::Null), "none");
        assert_eq!(readable(&serde_json::json!([16, 8])), "16+8");
    }
}

//! Settings explained once, on their fields.
//!
//! A method's settings are a plain struct that derives [`schemars::JsonSchema`]: the first
//! paragraph of a field's doc is its help text and `#[schemars(range(min = .., max = ..))]` its
//! limits. Help, reference pages, checks and the contract test all read them from here.

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{Error, Result};

/// A plain struct of documented fields with defaults.
pub trait Settings: Serialize + DeserializeOwned + JsonSchema + Default {}

impl<T: Serialize + DeserializeOwned + JsonSchema + Default> Settings for T {}

/// One setting: its name, meaning, value and limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Name of the field.
    pub name: String,
    /// What it means, from the field's doc.
    pub doc: String,
    /// Its value in the struct described.
    pub value: Value,
    /// Its value by default.
    pub default: Value,
    /// What is legal.
    pub limit: Limit,
}

/// The legal values of a setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Limit {
    /// A whole number within bounds.
    Integer {
        /// Smallest legal value.
        min: Option<i64>,
        /// Largest legal value.
        max: Option<i64>,
    },
    /// A number within bounds.
    Number {
        /// Smallest legal value.
        min: Option<f64>,
        /// Largest legal value.
        max: Option<f64>,
    },
    /// One of these words.
    Words(Vec<String>),
    /// True or false.
    Truth,
    /// Any text.
    Text,
    /// A list of such values.
    List(Box<Limit>),
    /// Such a value, or `null` for none.
    Optional(Box<Limit>),
}

/// Every setting of a method with its doc, value and limits.
pub fn describe<S: Settings>(settings: &S) -> Vec<Setting> {
    let schema = schemars::schema_for!(S).to_value();
    let values = serde_json::to_value(settings).expect("settings are plain data");
    let defaults = serde_json::to_value(S::default()).expect("settings are plain data");
    let empty = Map::new();
    let fields = schema
        .get("properties")
        .and_then(Value::as_object)
        .unwrap_or(&empty);
    fields
        .iter()
        .map(|(name, field)| Setting {
            name: name.clone(),
            doc: first_paragraph(
                field
                    .get("description")
                    .and_then(Value::as_str)
                    .unwrap_or(""),
            ),
            value: values.get(name).cloned().unwrap_or(Value::Null),
            default: defaults.get(name).cloned().unwrap_or(Value::Null),
            limit: limit_of(field, &schema),
        })
        .collect()
}

/// Refuses a value outside its limits, naming method, setting and rule.
pub fn check(method: &str, settings: &[Setting]) -> Result<()> {
    match settings.iter().find(|s| !s.limit.admits(&s.value)) {
        None => Ok(()),
        Some(setting) => Err(Error::IllegalSetting {
            method: method.into(),
            setting: setting.name.clone(),
            rule: setting.limit.to_string(),
            found: setting.value.to_string(),
        }),
    }
}

/// The value typed as `text` for a setting, read by its limits: numbers as numbers, words as
/// words, `none` as nothing where that is legal.
pub fn parse(method: &str, setting: &Setting, text: &str) -> Result<Value> {
    setting
        .limit
        .parse(text)
        .ok_or_else(|| Error::IllegalSetting {
            method: method.into(),
            setting: setting.name.clone(),
            rule: setting.limit.to_string(),
            found: text.into(),
        })
}

impl Limit {
    /// True when `value` is legal.
    pub fn admits(&self, value: &Value) -> bool {
        match self {
            Self::Integer { min, max } => value
                .as_i64()
                .is_some_and(|v| min.is_none_or(|m| v >= m) && max.is_none_or(|m| v <= m)),
            Self::Number { min, max } => value
                .as_f64()
                .is_some_and(|v| min.is_none_or(|m| v >= m) && max.is_none_or(|m| v <= m)),
            Self::Words(words) => value.as_str().is_some_and(|v| words.iter().any(|w| w == v)),
            Self::Truth => value.is_boolean(),
            Self::Text => value.is_string(),
            Self::List(inner) => value
                .as_array()
                .is_some_and(|list| list.iter().all(|v| inner.admits(v))),
            Self::Optional(inner) => value.is_null() || inner.admits(value),
        }
    }

    /// Values just outside the limits, for tests that expect a refusal.
    pub fn illegal_values(&self) -> Vec<Value> {
        match self {
            Self::Integer { min, max } => {
                let below = min.and_then(|m| m.checked_sub(1)).map(Value::from);
                let above = max.and_then(|m| m.checked_add(1)).map(Value::from);
                below.into_iter().chain(above).collect()
            }
            Self::Number { min, max } => {
                let below = min.map(|m| Value::from(m - 1.0));
                let above = max.map(|m| Value::from(m + 1.0));
                below.into_iter().chain(above).collect()
            }
            Self::Words(_) => vec![Value::from("no-such-word")],
            Self::Optional(inner) => inner.illegal_values(),
            Self::List(inner) => inner
                .illegal_values()
                .into_iter()
                .map(|v| Value::from(vec![v]))
                .collect(),
            Self::Truth | Self::Text => Vec::new(),
        }
    }

    fn parse(&self, text: &str) -> Option<Value> {
        match self {
            Self::Integer { .. } => text.parse::<i64>().ok().map(Value::from),
            Self::Number { .. } => text
                .parse::<f64>()
                .ok()
                .filter(|v| v.is_finite())
                .map(Value::from),
            Self::Words(words) => words
                .iter()
                .find(|w| *w == text)
                .map(|w| Value::from(w.as_str())),
            Self::Truth => text.parse::<bool>().ok().map(Value::from),
            Self::Text => Some(Value::from(text)),
            Self::List(inner) => {
                let parts = text.split(['+', ' ']).filter(|part| !part.is_empty());
                parts
                    .map(|part| inner.parse(part))
                    .collect::<Option<Vec<_>>>()
                    .map(Value::from)
            }
            Self::Optional(_) if text == "none" => Some(Value::Null),
            Self::Optional(inner) => inner.parse(text),
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer { min, max } => bounds(
                f,
                "a whole number",
                min.map(|m| m.to_string()),
                max.map(|m| m.to_string()),
            ),
            Self::Number { min, max } => bounds(
                f,
                "a number",
                min.map(|m| m.to_string()),
                max.map(|m| m.to_string()),
            ),
            Self::Words(words) => write!(f, "one of {}", words.join(", ")),
            Self::Truth => f.write_str("true or false"),
            Self::Text => f.write_str("text"),
            Self::List(inner) => write!(f, "a list, each {inner}"),
            Self::Optional(inner) => write!(f, "none or {inner}"),
        }
    }
}

fn bounds(
    f: &mut std::fmt::Formatter<'_>,
    what: &str,
    min: Option<String>,
    max: Option<String>,
) -> std::fmt::Result {
    match (min, max) {
        (None, None) => f.write_str(what),
        (Some(min), None) => write!(f, "{what} of at least {min}"),
        (None, Some(max)) => write!(f, "{what} of at most {max}"),
        (Some(min), Some(max)) => write!(f, "{what} from {min} to {max}"),
    }
}

fn first_paragraph(doc: &str) -> String {
    doc.split("\n\n")
        .next()
        .unwrap_or("")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Reads the legal values of a field from its schema; `root` resolves references.
fn limit_of(field: &Value, root: &Value) -> Limit {
    if let Some(target) = field.get("$ref").and_then(Value::as_str) {
        let path = target.trim_start_matches('#');
        return root
            .pointer(path)
            .map_or(Limit::Text, |inner| limit_of(inner, root));
    }
    if let Some(choices) = field
        .get("anyOf")
        .or(field.get("oneOf"))
        .and_then(Value::as_array)
    {
        return limit_of_choices(choices, root);
    }
    if let Some(words) = field.get("enum").and_then(Value::as_array) {
        return Limit::Words(
            words
                .iter()
                .filter_map(|w| Some(w.as_str()?.to_string()))
                .collect(),
        );
    }
    let kinds: Vec<&str> = match field.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let limit = limit_of_kind(kinds.iter().find(|k| **k != "null").copied(), field, root);
    if kinds.contains(&"null") {
        Limit::Optional(Box::new(limit))
    } else {
        limit
    }
}

fn limit_of_choices(choices: &[Value], root: &Value) -> Limit {
    let is_null = |c: &&Value| c.get("type").and_then(Value::as_str) == Some("null");
    let words: Option<Vec<String>> = choices
        .iter()
        .map(|c| Some(c.get("const")?.as_str()?.to_string()))
        .collect();
    if let Some(words) = words {
        return Limit::Words(words);
    }
    let inner = choices
        .iter()
        .find(|c| !is_null(c))
        .map_or(Limit::Text, |c| limit_of(c, root));
    if choices.iter().any(|c| is_null(&c)) {
        Limit::Optional(Box::new(inner))
    } else {
        inner
    }
}

fn limit_of_kind(kind: Option<&str>, field: &Value, root: &Value) -> Limit {
    let min = field.get("minimum");
    let max = field.get("maximum");
    match kind {
        Some("integer") => Limit::Integer {
            min: min.and_then(whole),
            max: max.and_then(whole),
        },
        Some("number") => Limit::Number {
            min: min.and_then(Value::as_f64),
            max: max.and_then(Value::as_f64),
        },
        Some("boolean") => Limit::Truth,
        Some("array") => {
            let items = field
                .get("items")
                .map_or(Limit::Text, |items| limit_of(items, root));
            Limit::List(Box::new(items))
        }
        _ => Limit::Text,
    }
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|v| v as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    enum Weighting {
        #[default]
        Uniform,
        Distance,
    }

    #[derive(Debug, Serialize, Deserialize, JsonSchema)]
    #[serde(default, deny_unknown_fields)]
    struct Example {
        /// Neighbors averaged per gap.
        ///
        /// More is smoother.
        #[schemars(range(min = 1))]
        neighbors: usize,
        /// Share of units dropped.
        #[schemars(range(min = 0.0, max = 0.9))]
        dropout: f32,
        /// How distance weighs a vote.
        weighting: Weighting,
        /// Number of factors, or none to choose it.
        #[schemars(range(min = 1))]
        factors: Option<usize>,
        /// Widths of hidden layers.
        #[schemars(inner(range(min = 1)))]
        widths: Vec<usize>,
    }

    impl Default for Example {
        fn default() -> Self {
            let weighting = Weighting::Uniform;
            Self {
                neighbors: 5,
                dropout: 0.2,
                weighting,
                factors: None,
                widths: vec![8],
            }
        }
    }

    fn setting(name: &str) -> Setting {
        let found = describe(&Example::default())
            .into_iter()
            .find(|s| s.name == name);
        found.expect("a field of the struct")
    }

    #[test]
    fn docs_defaults_and_limits_come_from_the_fields() {
        let neighbors = setting("neighbors");
        assert_eq!(neighbors.doc, "Neighbors averaged per gap.");
        assert_eq!(neighbors.default, Value::from(5));
        assert_eq!(neighbors.limit.to_string(), "a whole number of at least 1");
        assert_eq!(
            setting("dropout").limit.to_string(),
            "a number from 0 to 0.9"
        );
        assert_eq!(
            setting("weighting").limit.to_string(),
            "one of uniform, distance"
        );
        assert_eq!(
            setting("factors").limit.to_string(),
            "none or a whole number of at least 1"
        );
    }

    #[test]
    fn a_value_outside_its_limits_is_refused_with_the_rule() {
        let settings = describe(&Example {
            neighbors: 0,
            ..Example::default()
        });
        let error = check("knn", &settings).expect_err("zero neighbors");
        assert_eq!(
            error.to_string(),
            "knn: setting neighbors must be a whole number of at least 1, found 0"
        );
    }

    #[test]
    fn typed_text_is_read_by_the_limits() {
        assert_eq!(
            parse("knn", &setting("neighbors"), "7").unwrap(),
            Value::from(7)
        );
        assert_eq!(
            parse("knn", &setting("factors"), "none").unwrap(),
            Value::Null
        );
        assert_eq!(
            parse("knn", &setting("widths"), "16+8").unwrap(),
            Value::from(vec![16, 8])
        );
        assert!(parse("knn", &setting("weighting"), "both").is_err());
        assert!(parse("knn", &setting("dropout"), "nan").is_err());
    }

    #[test]
    fn every_limit_names_values_it_does_not_admit() {
        for setting in describe(&Example::default()) {
            assert!(setting.limit.admits(&setting.default), "{}", setting.name);
            for illegal in setting.limit.illegal_values() {
                assert!(
                    !setting.limit.admits(&illegal),
                    "{} {illegal}",
                    setting.name
                );
            }
        }
    }
}

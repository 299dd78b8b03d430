//! The catalog as data, from which the Python classes are generated.

use imputome::Method;
use imputome::core::settings::Limit;
use imputome::core::{Error, Result, Scale};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::{Map, Value, json};

use crate::error::raised;

/// Every method as JSON: name, what it is, presets, and each setting with meaning, default and limit.
#[pyfunction]
pub(crate) fn catalog() -> String {
    let methods: Vec<Value> = Method::all().iter().map(method).collect();
    Value::from(methods).to_string()
}

/// A method written as `name[:preset][:setting=value]...`, with further settings as JSON by name, as the JSON of
/// all its settings.
#[pyfunction]
#[pyo3(signature = (text, settings="{}"))]
pub(crate) fn parse(text: &str, settings: &str) -> PyResult<String> {
    let settings: Map<String, Value> = serde_json::from_str(settings)
        .map_err(|error| PyValueError::new_err(format!("settings: {error}")))?;
    let method = Method::parse(text).and_then(|method| changed(method, settings));
    Ok(json_of(&method.map_err(|error| raised(&error))?))
}

/// The settings of a method's preset as JSON.
#[pyfunction]
pub(crate) fn preset(method: &str, preset: &str) -> PyResult<String> {
    let method = Method::named(method).and_then(|method| method.preset(preset));
    Ok(json_of(&method.map_err(|error| raised(&error))?))
}

fn changed(mut method: Method, settings: Map<String, Value>) -> Result<Method> {
    let known: Vec<String> = method
        .imputer()
        .settings()
        .into_iter()
        .map(|s| s.name)
        .collect();
    for (setting, value) in settings {
        if !known.contains(&setting) {
            return Err(Error::UnknownSetting {
                method: method.name().into(),
                setting,
                known: known.join(", "),
            });
        }
        method = method.with_value(&setting, value)?;
    }
    method.imputer().check()?;
    Ok(method)
}

/// A method and its settings as JSON.
pub(crate) fn json_of(method: &Method) -> String {
    serde_json::to_string(method).expect("settings are plain data")
}

fn method(method: &Method) -> Value {
    let imputer = method.imputer();
    let card = imputer.card();
    let presets = card.presets.iter();
    let presets: Vec<Value> = presets
        .map(|preset| json!({"name": preset.name, "doc": preset.doc}))
        .collect();
    let settings = imputer.settings();
    let settings: Vec<Value> = settings
        .iter()
        .map(|setting| {
            json!({
                "name": setting.name,
                "doc": setting.doc,
                "default": setting.default,
                "type": type_of(&setting.limit),
                "rule": setting.limit.to_string(),
            })
        })
        .collect();
    json!({
        "name": card.name,
        "title": card.title,
        "idea": card.idea,
        "source": card.source,
        "needs": card.needs,
        "cost": card.cost,
        "spread": card.spread,
        "companion": method.needs_companion(),
        "positive": !card.scales.contains(&Scale::Standardized),
        "presets": presets,
        "settings": settings,
    })
}

/// The type of a legal value, as Python annotates it.
fn type_of(limit: &Limit) -> String {
    match limit {
        Limit::Integer { .. } => "int".into(),
        Limit::Number { .. } => "float".into(),
        Limit::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
            format!("Literal[{}]", words.join(", "))
        }
        Limit::Text => "str".into(),
        Limit::Truth => "bool".into(),
        Limit::List(items) => format!("Sequence[{}]", type_of(items)),
        Limit::Optional(value) => format!("{} | None", type_of(value)),
    }
}

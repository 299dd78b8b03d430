//! Methods and their settings in plans.

use std::collections::BTreeMap;

use imputome::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evaluation::{Contestant, Lesson};
use crate::failure::Result;

/// Settings of a method by name; `"none"` stands for no value.
pub(crate) type SettingsTable = BTreeMap<String, toml::Value>;

/// A method of an evaluation: as typed, or spelled out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum MethodEntry {
    /// `name[:preset][:setting=value]...`
    Spec(String),
    /// Every setting spelled out.
    Plan(MethodPlan),
}

/// A method with every setting spelled out, and the name it has in tables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MethodPlan {
    pub(crate) label: String,
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) settings: SettingsTable,
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub(crate) lesson: Lesson,
}

fn is_nothing(lesson: &Lesson) -> bool {
    *lesson == Lesson::Nothing
}

impl MethodEntry {
    /// Label and method.
    pub(crate) fn method(&self) -> Result<(String, Method)> {
        match self {
            Self::Spec(spec) => Ok((spec.clone(), Method::parse(spec)?)),
            Self::Plan(plan) => Ok((
                plan.label.clone(),
                method_with(&plan.method, &plan.settings)?,
            )),
        }
    }

    /// The method's name, with all that was typed behind it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Spec(spec) => spec,
            Self::Plan(plan) => &plan.method,
        }
    }

    /// Label, method and what it has learned before.
    pub(crate) fn contestant(&self) -> Result<Contestant> {
        match self {
            Self::Spec(spec) => Contestant::parse(spec),
            Self::Plan(plan) => Ok(Contestant {
                label: plan.label.clone(),
                method: method_with(&plan.method, &plan.settings)?,
                lesson: plan.lesson.clone(),
            }),
        }
    }

    /// The method with every setting spelled out.
    pub(crate) fn spelled_out(contestant: &Contestant) -> Self {
        Self::Plan(MethodPlan {
            label: contestant.label.clone(),
            method: contestant.method.name().into(),
            settings: settings_of(&contestant.method),
            lesson: contestant.lesson.clone(),
        })
    }
}

/// The method that `spec` names, with `settings` changed, within its limits.
pub(crate) fn method_with(spec: &str, settings: &SettingsTable) -> Result<Method> {
    let mut method = Method::parse(spec)?;
    for (name, value) in settings {
        method = method.with(name, &as_typed(value))?;
    }
    method.imputer().check()?;
    Ok(method)
}

/// Every setting of a method.
pub(crate) fn settings_of(method: &Method) -> SettingsTable {
    let settings = method.imputer().settings();
    settings
        .into_iter()
        .map(|setting| (setting.name, plan_value(&setting.value)))
        .collect()
}

/// Every setting of a method, some changed.
pub(crate) fn settings_with(method: &Method, changed: &SettingsTable) -> SettingsTable {
    let mut settings = settings_of(method);
    settings.extend(changed.iter().map(|(k, v)| (k.clone(), v.clone())));
    settings
}

/// Every method of the catalog with its default settings.
pub(crate) fn every_method() -> Vec<MethodEntry> {
    let all = Method::all();
    all.iter()
        .map(|method| MethodEntry::Spec(method.name().into()))
        .collect()
}

/// A setting's value of a plan as it is typed.
pub(crate) fn as_typed(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(list) => list.iter().map(as_typed).collect::<Vec<_>>().join("+"),
        other => other.to_string(),
    }
}

/// A setting's value as plans have it.
pub(crate) fn plan_value(value: &Value) -> toml::Value {
    match value {
        Value::Null => "none".into(),
        Value::Bool(truth) => (*truth).into(),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.into(),
            None => shortest(number.as_f64().unwrap_or(f64::NAN)).into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(list) => list.iter().map(plan_value).collect::<Vec<_>>().into(),
        Value::Object(_) => value.to_string().into(),
    }
}

/// The shortest number that is the same in single precision, when `value` came from there.
fn shortest(value: f64) -> f64 {
    let single = value as f32;
    if f64::from(single) == value {
        single.to_string().parse().unwrap_or(value)
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_spelled_out_is_the_same_method() {
        for method in Method::all() {
            let labeled = ("any".to_string(), method.clone());
            let entry = MethodEntry::spelled_out(&labeled.into());
            assert_eq!(entry.method().unwrap(), ("any".to_string(), method));
        }
    }

    #[test]
    fn a_plan_says_what_people_read() {
        let settings = Method::all()
            .iter()
            .flat_map(|method| method.imputer().settings())
            .collect::<Vec<_>>();
        for setting in settings {
            assert_eq!(
                as_typed(&plan_value(&setting.value)),
                imputome::readable(&setting.value)
            );
        }
    }
}

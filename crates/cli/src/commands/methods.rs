//! `imputome methods`: the list of methods, and the card of one.

use std::fmt::Write;

use imputome::{Method, readable};
use imputome_core::{MethodCard, Scale};
use serde_json::{Value, json};

use crate::arguments::MethodsArguments;
use crate::failure::Result;
use crate::terminal::paragraph;

use super::print;

/// Prints the list, or the card of one method.
pub(crate) fn methods(arguments: &MethodsArguments) -> Result<()> {
    let chosen = arguments.name.as_deref().map(Method::parse).transpose()?;
    if arguments.json {
        let json = match &chosen {
            Some(method) => as_json(method),
            None => Method::all().iter().map(as_json).collect(),
        };
        let text = serde_json::to_string_pretty(&json).expect("plain data");
        return print(&format!("{text}\n"));
    }
    match &chosen {
        Some(method) => print(&card(method)),
        None => print(&list()),
    }
}

fn list() -> String {
    let mut out = String::new();
    for method in Method::all() {
        let card = method.imputer().card();
        let text = format!("{}. {}", card.title, card.idea);
        paragraph(&mut out, &format!("{:<9}", card.name), &text);
    }
    out += "\nOne method's source, needs and settings: imputome methods NAME\n";
    out += "Which is best on your data: imputome evaluate INPUT -o DIR\n";
    out
}

fn card(method: &Method) -> String {
    let card = method.imputer().card();
    let scales: Vec<&str> = card
        .scales
        .iter()
        .filter(|scale| **scale != Scale::Unknown)
        .map(|scale| scale.name())
        .collect();
    let yes = |able: bool| if able { "yes" } else { "no" };
    let abilities = format!(
        "fills new samples from a saved model: {}; says how far each fill can be trusted (--spread): {}",
        yes(card.inductive),
        yes(card.spread)
    );
    let mut out = format!("{}: {}\n\n", card.name, card.title);
    for (label, text) in [
        ("idea", card.idea),
        ("source", card.source),
        ("differs", card.differs),
        ("needs", card.needs),
        ("cost", card.cost),
        ("scales", &scales.join(", ")),
        ("abilities", &abilities),
    ] {
        if !text.is_empty() {
            paragraph(&mut out, &format!("{label:<11}"), text);
        }
    }
    presets(&mut out, card);
    settings(&mut out, method);
    out
}

fn presets(out: &mut String, card: &MethodCard) {
    if card.presets.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nPresets, written as {}:PRESET:", card.name);
    let width = widest(card.presets.iter().map(|preset| preset.name));
    for preset in card.presets {
        paragraph(out, &format!("  {:<width$}  ", preset.name), preset.doc);
    }
}

fn settings(out: &mut String, method: &Method) {
    let settings = method.imputer().settings();
    if settings.is_empty() {
        *out += "\nIt has no settings.\n";
        return;
    }
    let _ = writeln!(
        out,
        "\nSettings, written as --set KEY=VALUE or {}:KEY=VALUE:",
        method.name()
    );
    let width = widest(settings.iter().map(|setting| setting.name.as_str()));
    for setting in settings {
        let value = if setting.value == setting.default {
            String::new()
        } else {
            format!("{} here; ", readable(&setting.value))
        };
        let text = format!(
            "{} ({value}default {}; {})",
            setting.doc,
            readable(&setting.default),
            setting.limit
        );
        paragraph(out, &format!("  {:<width$}  ", setting.name), &text);
    }
}

fn widest<'a>(names: impl Iterator<Item = &'a str>) -> usize {
    names.map(str::len).max().unwrap_or(0)
}

fn as_json(method: &Method) -> Value {
    let card = method.imputer().card();
    let presets = card.presets.iter();
    let settings = method.imputer().settings();
    json!({
        "name": card.name,
        "title": card.title,
        "idea": card.idea,
        "source": card.source,
        "differs": card.differs,
        "needs": card.needs,
        "cost": card.cost,
        "inductive": card.inductive,
        "spread": card.spread,
        "scales": card.scales.iter().map(|scale| scale.name()).collect::<Vec<_>>(),
        "presets": presets.map(|p| json!({"name": p.name, "doc": p.doc})).collect::<Vec<_>>(),
        "settings": settings.iter().map(|s| json!({
            "name": s.name,
            "doc": s.doc,
            "value": s.value,
            "default": s.default,
            "limit": s.limit.to_string(),
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_a_line_and_a_card_with_its_settings() {
        let list = list();
        for method in Method::all() {
            assert!(list.contains(method.name()));
            let idea = method.imputer().card().idea;
            assert!(
                idea.starts_with(char::is_uppercase) && idea.ends_with('.'),
                "{idea}"
            );
            let card = card(&method);
            for setting in method.imputer().settings() {
                assert!(card.contains(&setting.name), "{}", setting.name);
            }
        }
    }
}

//! Values as AnnData encodes them (the on-disk format of anndata, versions 0.8 and later).

use hdf5_pure::{AttrValue, DatasetBuilder, Datatype, EnumTypeBuilder, StagedGroup, make_i8_type};
use serde_json::Value;

use super::additions::ColumnValues;

/// A text as an attribute.
pub(super) fn text(value: &str) -> AttrValue {
    AttrValue::VarLenString(value.into())
}

/// The attributes that say how something is encoded.
pub(super) fn encoded(kind: &str, version: &str) -> [(&'static str, AttrValue); 2] {
    [
        ("encoding-type", text(kind)),
        ("encoding-version", text(version)),
    ]
}

/// The attributes of a group of named things.
pub(super) fn dict() -> [(&'static str, AttrValue); 2] {
    encoded("dict", "0.1.0")
}

/// Fills an array with the values of a column.
pub(super) fn column(array: &mut DatasetBuilder, values: &ColumnValues) {
    match values {
        ColumnValues::Flags(values) => flags(array, values, "array"),
        ColumnValues::Numbers(values) => {
            array.with_f64_data(values);
            mark(array, "array");
        }
        ColumnValues::Whole(values) => {
            array.with_i64_data(values);
            mark(array, "array");
        }
        ColumnValues::Texts(values) => texts(array, values),
    }
}

/// Fills an array with texts. The older `string-array` is read by every version of anndata and by
/// the readers of other languages.
pub(super) fn texts(array: &mut DatasetBuilder, values: &[String]) {
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    array.with_vlen_strings(&values);
    mark(array, "string-array");
}

/// Adds a value of JSON under a name; what is null is left out.
pub(super) fn value(group: &mut StagedGroup<'_>, name: &str, content: &Value) {
    match content {
        Value::Null => {}
        Value::Bool(flag) => {
            group.create_dataset(name, |array| {
                flags(array, &[*flag], "numeric-scalar");
                array.with_shape(&[]);
            });
        }
        Value::Number(number) => {
            group.create_dataset(name, |array| {
                match number.as_i64() {
                    Some(whole) => array.with_i64_data(&[whole]),
                    None => array.with_f64_data(&[number.as_f64().unwrap_or(f64::NAN)]),
                };
                array.with_shape(&[]);
                mark(array, "numeric-scalar");
            });
        }
        Value::String(content) => scalar_text(group, name, content),
        Value::Array(items) => list(group, name, items),
        Value::Object(items) => {
            group.create_group_with(name, |group| {
                for (name, content) in dict() {
                    group.set_attr(name, content);
                }
                for (name, content) in items {
                    // A slash would be a path.
                    value(group, &name.replace('/', "_"), content);
                }
            });
        }
    }
}

fn list(group: &mut StagedGroup<'_>, name: &str, items: &[Value]) {
    let numbers: Option<Vec<f64>> = items.iter().map(Value::as_f64).collect();
    let strings: Option<Vec<String>> = items
        .iter()
        .map(|item| item.as_str().map(String::from))
        .collect();
    match (numbers, strings) {
        _ if items.is_empty() => {}
        (Some(numbers), _) => {
            group.create_dataset(name, |array| {
                array.with_f64_data(&numbers);
                mark(array, "array");
            });
        }
        (None, Some(strings)) => {
            group.create_dataset(name, |array| texts(array, &strings));
        }
        (None, None) => scalar_text(group, name, &Value::from(items).to_string()),
    }
}

fn scalar_text(group: &mut StagedGroup<'_>, name: &str, content: &str) {
    group.create_dataset(name, |array| {
        array.with_vlen_strings(&[content]).with_shape(&[]);
        mark(array, "string");
    });
}

fn flags(array: &mut DatasetBuilder, values: &[bool], kind: &str) {
    let bytes = values.iter().map(|&flag| u8::from(flag)).collect();
    array.with_raw_data(flag_type(), bytes, values.len() as u64);
    mark(array, kind);
}

/// Yes or no as h5py has it: an enumeration of FALSE and TRUE over one byte.
fn flag_type() -> Datatype {
    EnumTypeBuilder::with_base(make_i8_type())
        .value("FALSE", 0)
        .value("TRUE", 1)
        .build()
        .expect("two values fit one byte")
}

fn mark(array: &mut DatasetBuilder, kind: &str) {
    for (name, content) in encoded(kind, "0.2.0") {
        array.set_attr(name, content);
    }
}

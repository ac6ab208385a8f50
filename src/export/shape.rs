//! The shape of a format's records: which fields, of which types.
//!
//! Responsible for saying the same thing to everyone who must know it: the dataset card
//! (`features`), Parquet (an Arrow schema of plain Utf8 and List, which all versions of
//! `datasets` read), and the check that a record is what its format promises.

use std::fmt::Write;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema};
use serde_json::Value;

/// The type of a field. Every field may be null.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// Text.
    Text,
    /// True or false.
    Bool,
    /// A whole number of 64 bits.
    Integer,
    /// A number.
    Float,
    /// Any number of the same.
    List(&'static Shape),
    /// Named fields, in order.
    Record(&'static [(&'static str, Shape)]),
}

/// A conversation in which each turn is a role and a text.
pub const MESSAGES: Shape = Shape::List(&MESSAGE);
/// A turn of a conversation.
pub const MESSAGE: Shape = Shape::Record(&[("role", Shape::Text), ("content", Shape::Text)]);

impl Shape {
    /// Returns the fields of a record; none of any other shape.
    #[must_use]
    pub fn fields(&self) -> &'static [(&'static str, Self)] {
        match self {
            Self::Record(fields) => fields,
            _ => &[],
        }
    }

    /// Returns whether a value has this shape and nothing more. A field that is missing is null.
    #[must_use]
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) => true,
            (Self::Text, Value::String(_)) | (Self::Bool, Value::Bool(_)) => true,
            (Self::Integer, Value::Number(number)) => number.is_i64(),
            (Self::Float, Value::Number(number)) => number.is_f64(),
            (Self::List(item), Value::Array(items)) => items.iter().all(|value| item.fits(value)),
            (Self::Record(fields), Value::Object(map)) => map.iter().all(|(key, value)| {
                let field = fields.iter().find(|(name, _)| name == key);
                field.is_some_and(|(_, shape)| shape.fits(value))
            }),
            _ => false,
        }
    }

    /// Returns the schema of a table whose rows are records of this shape.
    #[must_use]
    pub fn schema(&self) -> Schema {
        Schema::new(arrow_fields(self.fields()))
    }

    fn arrow(&self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Bool => DataType::Boolean,
            Self::Integer => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::List(item) => DataType::List(Arc::new(Field::new("item", item.arrow(), true))),
            Self::Record(fields) => DataType::Struct(arrow_fields(fields)),
        }
    }

    /// Writes the fields as the `features` of a dataset card, each line indented by `indent`.
    #[must_use]
    pub fn features(&self, indent: usize) -> String {
        let mut yaml = String::new();
        for (name, shape) in self.fields() {
            let _ = writeln!(yaml, "{:indent$}- name: {name}", "");
            shape.feature(indent + 2, &mut yaml);
        }
        yaml
    }

    fn feature(&self, indent: usize, yaml: &mut String) {
        let _ = match self {
            Self::List(item) => match item {
                Self::Record(_) => {
                    write!(yaml, "{:indent$}list:\n{}", "", item.features(indent))
                }
                Self::List(_) => {
                    let _ = writeln!(yaml, "{:indent$}list:", "");
                    item.feature(indent + 2, yaml);
                    Ok(())
                }
                _ => writeln!(yaml, "{:indent$}list: {}", "", item.word()),
            },
            Self::Record(_) => write!(yaml, "{:indent$}struct:\n{}", "", self.features(indent)),
            _ => writeln!(yaml, "{:indent$}dtype: {}", "", self.word()),
        };
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Bool => "bool",
            Self::Integer => "int64",
            Self::Float => "float64",
            Self::List(_) => "list",
            Self::Record(_) => "struct",
        }
    }
}

fn arrow_fields(fields: &[(&str, Shape)]) -> Fields {
    fields.iter().map(|(name, shape)| Field::new(*name, shape.arrow(), true)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use serde_json::json;

    const SHAPE: Shape = Shape::Record(&[
        ("prompt", MESSAGES),
        ("steps", Shape::List(&Shape::Text)),
        ("label", Shape::Record(&[("good", Shape::Bool), ("score", Shape::Float)])),
    ]);

    #[test]
    fn a_value_fits_with_known_fields_of_their_types() {
        let value = json!({"prompt": [{"role": "user", "content": "q"}], "steps": ["a"], "label": {"good": true, "score": null}});
        assert!(SHAPE.fits(&value));
        for (field, wrong) in [("prompt", json!("q")), ("steps", json!([1])), ("label", json!([]))]
        {
            let mut other = value.clone();
            other[field] = wrong;
            assert!(!SHAPE.fits(&other), "{field}");
        }
        let mut more = value;
        more["more"] = json!(1);
        assert!(!SHAPE.fits(&more));
    }

    #[test]
    fn the_card_gets_the_form_that_all_versions_of_datasets_read() {
        let expected = [
            "- name: prompt",
            "  list:",
            "  - name: role",
            "    dtype: string",
            "  - name: content",
            "    dtype: string",
            "- name: steps",
            "  list: string",
            "- name: label",
            "  struct:",
            "  - name: good",
            "    dtype: bool",
            "  - name: score",
            "    dtype: float64",
            "",
        ];
        assert_eq!(SHAPE.features(0), expected.join("\n"));
    }

    #[test]
    fn parquet_gets_plain_strings_and_lists() {
        let schema = SHAPE.schema();
        let steps = schema.field_with_name("steps").unwrap().data_type();
        assert!(matches!(steps, DataType::List(item) if *item.data_type() == DataType::Utf8));
    }
}

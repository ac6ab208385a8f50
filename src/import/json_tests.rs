//! Tests of the reader of foreign JSON.

use std::io::Cursor;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn records(text: &[u8]) -> Result<Vec<Json>, String> {
    let mut records = Records::new(Cursor::new(text), Limits::USUAL);
    let mut all = Vec::new();
    while let Some(record) = records.next().map_err(|error| error.to_string())? {
        all.push(record);
    }
    Ok(all)
}

fn of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Number(number) => Json::Number(number.as_f64().unwrap()),
        Value::String(text) => Json::Text(text.clone()),
        Value::Array(list) => Json::List(list.iter().map(of).collect()),
        Value::Object(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), of(value))).collect())
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1.0e9..1.0e9f64).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(".{0,8}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Every document reads as another reader reads it: alone, pretty, in lines, and in an array.
    #[test]
    fn documents_read_as_serde_reads_them(values in prop::collection::vec(any_value(), 1..5)) {
        let objects: Vec<Value> = values.iter().map(|value| serde_json::json!({"value": value})).collect();
        let expected: Vec<Json> = objects.iter().map(of).collect();
        let lines = objects.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        prop_assert_eq!(records(lines.as_bytes()), Ok(expected.clone()));
        let array = serde_json::to_string_pretty(&objects).unwrap();
        prop_assert_eq!(records(array.as_bytes()), Ok(expected.clone()));
        prop_assert_eq!(records(format!("\u{feff}{array}").as_bytes()), Ok(expected));
    }

    #[test]
    fn nothing_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = records(&bytes);
    }

    #[test]
    fn half_a_document_is_refused(value in any_value(), cut in 0.0..1.0f64) {
        let text = serde_json::json!({"value": value}).to_string();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let cut = text.floor_char_boundary((text.len() as f64 * cut) as usize);
        prop_assume!(cut > 0);
        prop_assert!(records(&text.as_bytes()[..cut]).is_err());
    }
}

#[test]
fn what_python_and_javascript_write_is_read() {
    assert_eq!(records(b"{\"a\": NaN, \"b\": -Infinity}").unwrap()[0].get("a"), None);
    let text = |json: &[u8]| records(json).unwrap()[0].text("a").unwrap().to_owned();
    assert_eq!(text(br#"{"a": "\ud83c\udf33"}"#), "🌳");
    assert_eq!(text(br#"{"a": "\ud83cx"}"#), "\u{fffd}x");
    assert_eq!(text(br#"{"a": "\ud83c\n"}"#), "\u{fffd}\n");
    assert_eq!(text(b"{\"a\": \"\xff\"}"), "\u{fffd}");
    assert_eq!(text(br#"{"a": "first", "a": "last"}"#), "last");
}

#[test]
fn strings_and_escapes_survive_the_ends_of_blocks() {
    for shift in 0..12 {
        let filler = "x".repeat(BLOCK - 20 + shift);
        let json = format!("{{\"a\": \"{filler}\\ud83c\\udf33\\ud83c\\n\"}}");
        let found = records(json.as_bytes()).unwrap();
        assert_eq!(found[0].text("a"), Some(format!("{filler}🌳\u{fffd}\n").as_str()), "{shift}");
    }
}

#[test]
fn bounds_hold() {
    let limits = Limits { bytes: 1000, text: 10, depth: 3, values: 5 };
    let refused = |text: &str| {
        Records::new(Cursor::new(text.to_owned()), limits).next().unwrap_err().to_string()
    };
    assert!(refused("{\"a\": \"0123456789abc\"}").contains("string is longer"));
    assert!(refused("{\"a\": [[[1]]]}").contains("deeper than 3"));
    assert!(refused("{\"a\": [1, 2, 3, 4, 5]}").contains("more than 5 values"));
    assert!(refused(&" ".repeat(2000)).contains("more than 0 MiB"));
}

#[test]
fn long_values_are_written_up_to_a_bound() {
    let json = of(&serde_json::json!({"a": ["x".repeat(500), 1], "b": {"c": null}}));
    assert!(json.written(100).len() < 150 && json.written(100).contains('…'));
    assert!(json.written(10_000).ends_with("\"b\": {\"c\": null}}"));
}

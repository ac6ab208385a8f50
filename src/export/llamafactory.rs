//! `dataset_info.json`: how LLaMA-Factory learns which columns a data set has.
//!
//! A column that is not listed counts as absent there, so all of them are.

use serde_json::{Map, Value, json};

use super::dataset::data_path;
use super::options::Encoding;
use super::plan::Split;
use super::report::Table;

/// Returns the file's text, if there is anything to say.
#[must_use]
pub fn dataset_info(tables: &[Table], encoding: Encoding) -> Option<String> {
    let mut info = Map::new();
    for table in tables {
        let Some(entry) = entry(table.format) else { continue };
        for (split, rows) in Split::ALL.into_iter().zip([table.train, table.test]) {
            if rows > 0 {
                let mut entry = entry.clone();
                entry["file_name"] = json!(data_path(table.format, split, encoding));
                let name = format!("{}_{}", table.format.replace('-', "_"), split.name());
                info.insert(name, entry);
            }
        }
    }
    let text = serde_json::to_string_pretty(&info).ok()?;
    (!info.is_empty()).then(|| text + "\n")
}

fn entry(format: &str) -> Option<Value> {
    let (columns, ranking) = match format {
        "llamafactory-sft" => (json!({"messages": "conversations", "system": "system"}), false),
        "llamafactory-dpo" => {
            let columns =
                json!({"messages": "conversations", "chosen": "chosen", "rejected": "rejected"});
            (columns, true)
        }
        "llamafactory-kto" => (json!({"messages": "conversations", "kto_tag": "kto_tag"}), false),
        _ => return None,
    };
    Some(json!({
        "file_name": "",
        "formatting": "sharegpt",
        "ranking": ranking,
        "columns": columns,
        "tags": {
            "role_tag": "from",
            "content_tag": "value",
            "user_tag": "human",
            "assistant_tag": "gpt",
            "system_tag": "system"
        }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn table(format: &'static str, train: usize, test: usize) -> Table {
        let (judged_by, flags, left_out) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        Table { format, train, test, bad: 0, judged_by, flags, left_out }
    }

    #[test]
    fn each_split_with_records_is_a_dataset_of_its_own() {
        let tables = [
            table("llamafactory-dpo", 3, 1),
            table("llamafactory-kto", 2, 0),
            table("trl-sft", 5, 5),
        ];
        let info: Value =
            serde_json::from_str(&dataset_info(&tables, Encoding::Jsonl).unwrap()).unwrap();
        let names: Vec<_> = info.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            ["llamafactory_dpo_test", "llamafactory_dpo_train", "llamafactory_kto_train"]
        );
        assert_eq!(info["llamafactory_dpo_test"]["file_name"], "data/llamafactory-dpo/test.jsonl");
        assert_eq!(info["llamafactory_dpo_test"]["ranking"], true);
    }

    #[test]
    fn other_formats_need_no_such_file() {
        assert_eq!(dataset_info(&[table("trl-sft", 5, 5)], Encoding::Jsonl), None);
    }
}

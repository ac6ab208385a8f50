//! Inspect's log in JSON: each trajectory as a sample with its scores.

use serde_json::{Value, json};

use super::super::format_time::iso;
use super::super::material::Material;
use super::super::trajectory::{Trajectory, trajectories};
use super::View;
use crate::tree::Tree;

pub const VIEW: View = View {
    name: "inspect",
    shows: "Inspect's viewer: each trajectory as a sample with its scores",
    ending: "inspect.json",
    draw,
};

fn draw(material: &Material) -> String {
    let model = material.tree.model().map_or("none", |model| model.name.as_str());
    let paths = trajectories(&material.tree);
    let samples: Vec<_> = paths.iter().map(|path| sample(material, path, model)).collect();
    let log = json!({
        "version": 2,
        "status": "success",
        "eval": {
            "created": format!("{}+00:00", iso(material.created)),
            "task": "pleach",
            "dataset": { "name": material.file, "samples": samples.len() },
            "model": format!("pleach/{model}"),
            "config": {},
        },
        "results": {
            "total_samples": samples.len(),
            "completed_samples": samples.len(),
            "scores": [],
        },
        "samples": samples,
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn sample(material: &Material, path: &Trajectory, model: &str) -> Value {
    let text = path.text();
    let answer = json!({ "role": "assistant", "content": text });
    json!({
        "id": format!("{}", path.leaf.0),
        "epoch": 1,
        "input": material.problem.text,
        "target": material.problem.answer.as_deref().unwrap_or_default(),
        "messages": [{ "role": "user", "content": material.problem.text }, answer],
        "output": { "model": model, "choices": [{ "message": answer, "stop_reason": "stop" }] },
        "scores": scores(&material.tree, path),
        "metadata": { "nodes": path.nodes(), "session": material.session },
    })
}

/// The newest value of each evaluator on the last step.
fn scores(tree: &Tree, path: &Trajectory) -> Value {
    let mut scores = serde_json::Map::new();
    for evaluation in tree.node(path.leaf).evaluations() {
        let score = json!({
            "value": evaluation.value,
            "explanation": evaluation.explanation,
            "metadata": { "raw": evaluation.raw, "scale": evaluation.scale },
        });
        scores.insert(evaluation.evaluator.clone().into(), score);
    }
    Value::Object(scores)
}

//! A small session for tests: a right and a wrong path, a splice, an edit, labels, a choice.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::material::Material;
use super::rendering::Rendering;
use crate::engine::template::ChatTemplate;
use crate::evaluate::{Rating, verify};
use crate::session::{Header, Log, VERSION};
use crate::tree::sample::Grower;
use crate::tree::{
    Actor, Body, Evaluation, EvaluatorKind, Finish, Label, Meaning, Model, NodeId, Origin, Problem,
    Sampling, Splice, SplicedStep, Token,
};

/// The template of the embedded model.
pub const CHATML: &str = "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

pub fn rendering() -> Rendering {
    let (bos, eos) = ("<|endoftext|>".to_owned(), "<|im_end|>".to_owned());
    Rendering::of(&ChatTemplate { source: CHATML.to_owned(), bos, eos }).unwrap()
}

/// Grows a session step by step.
pub struct Sample {
    pub grower: Grower,
    session: String,
}

impl Sample {
    /// Begins a session on a problem; the number is its identity.
    pub fn new(number: u64, problem: Problem) -> Self {
        let mut grower = Grower::from(crate::tree::Tree::default());
        grower.act(Actor::Person, Body::ProblemSet { problem });
        let model = Model {
            name: "pleach-reasoner".to_owned(),
            fingerprint: "f".repeat(64),
            template: rendering().template,
            quantisation: Some("F16".to_owned()),
        };
        grower.act(Actor::Search, Body::ModelSet { model });
        Self { grower, session: format!("{number:032x}") }
    }

    /// Adds a step of made-up tokens, one a word, and a rating.
    pub fn step(&mut self, parent: NodeId, text: &str, rating: f64) -> NodeId {
        self.sampled(parent, text, Finish::Step, None, rating)
    }

    /// Adds the step that ends in an answer, and says whether it is right.
    pub fn answer(&mut self, parent: NodeId, text: &str, answer: &str, right: bool) -> NodeId {
        let answer = Some(answer.to_owned());
        let leaf = self.sampled(parent, text, Finish::EndOfTurn, answer, 0.9);
        self.judge(leaf, verify::NAME, f64::from(u8::from(right)), EvaluatorKind::Code);
        leaf
    }

    /// Adds the step that ends in an answer that nobody checked.
    pub fn unverified(&mut self, parent: NodeId, text: &str, answer: &str) -> NodeId {
        self.sampled(parent, text, Finish::EndOfTurn, Some(answer.to_owned()), 0.9)
    }

    fn sampled(
        &mut self,
        parent: NodeId,
        text: &str,
        finish: Finish,
        answer: Option<String>,
        rating: f64,
    ) -> NodeId {
        let node = NodeId(u32::try_from(self.grower.tree.len()).unwrap());
        let origin = Origin { proposer: "sample".into(), seed: 7, sampling: Sampling::default() };
        self.grower.act(Actor::Search, Body::NodeAdded { node, parent, origin });
        let token = |word: &str| Token {
            id: 100 + i32::try_from(word.len()).unwrap(),
            logprob: -0.5,
            bytes: word.as_bytes().to_vec(),
        };
        let tokens = text.split_inclusive(' ').map(token).collect();
        self.grower.act(Actor::Model, Body::TokensAppended { node, tokens });
        self.grower.act(Actor::Model, Body::NodeFinished { node, finish, answer });
        self.judge(node, Rating::NAME, rating, EvaluatorKind::Llm);
        let evaluator = Rating::NAME.into();
        self.grower.act(Actor::Search, Body::BackedUp { node, evaluator, value: rating });
        node
    }

    fn judge(&mut self, node: NodeId, evaluator: &str, value: f64, kind: EvaluatorKind) {
        let evaluation = Evaluation {
            evaluator: evaluator.into(),
            value,
            raw: value * 10.0,
            scale: "0..10".into(),
            mass: None,
            explanation: String::new(),
            kind,
            calls: 1,
            tokens: 5,
        };
        self.grower.act(Actor::Model, Body::Evaluated { node, evaluation });
    }

    pub fn label(&mut self, node: NodeId, label: Label) {
        self.grower.act(Actor::Person, Body::Labelled { node, label: Some(label) });
    }

    /// Splices a good end onto a bad path after its first error.
    pub fn splice(&mut self, bad: NodeId, cut: NodeId, good: NodeId, divergence: usize) -> NodeId {
        let tree = &self.grower.tree;
        let path = tree.path(good);
        let copied = path.iter().skip(1 + divergence);
        let steps = copied
            .map(|id| SplicedStep { text: tree.node(*id).text().to_owned(), of: Some(*id) })
            .collect();
        let splice = Splice {
            bad,
            good: Some(good),
            cut,
            signal: "Wait, that is wrong.\n".to_owned(),
            meaning: Meaning::Reset,
            steps,
            finish: Finish::EndOfTurn,
            answer: tree.node(good).answer().map(str::to_owned),
        };
        let node = NodeId(u32::try_from(tree.len()).unwrap());
        self.grower.act(Actor::Person, Body::Spliced { node, splice });
        node
    }

    pub fn log(&self) -> Log {
        Log {
            path: PathBuf::from("sample.pleach"),
            header: Header {
                version: VERSION,
                session: self.session.clone(),
                created: 0,
                facts: BTreeMap::new(),
            },
            operations: self.grower.log.clone(),
        }
    }

    pub fn material(&self) -> Material {
        Material::of(&self.log(), "sample.pleach".to_owned()).unwrap()
    }
}

/// A right path, a wrong one that leaves it after the first step, a splice of both, labels.
pub fn small() -> Sample {
    let problem = Problem {
        id: "sum".to_owned(),
        text: "What is 2 + 2 + 3?".to_owned(),
        answer: Some("7".to_owned()),
        verifier: Some("numeric".to_owned()),
        ..Problem::default()
    };
    let mut sample = Sample::new(1, problem);
    let first = sample.step(NodeId::ROOT, "2 + 2 = 4\n", 0.9);
    let right = sample.step(first, "4 + 3 = 7\n", 0.8);
    let good = sample.answer(right, "Answer: 7", "7", true);
    let wrong = sample.step(first, "4 + 3 = 8\n", 0.2);
    let bad = sample.answer(wrong, "Answer: 8", "8", false);
    for node in [first, right, good] {
        sample.label(node, Label::Good);
    }
    sample.grower.act(Actor::Person, Body::FirstErrorSet { node: wrong, error: true });
    sample.splice(bad, wrong, good, 1);
    sample
}

/// Saves a log as a session file with an identity of its own.
pub fn save(log: &Log, identity: u64, path: &std::path::Path) {
    use crate::session::{Fresh, create, open};
    let fresh = Fresh { identity: identity.into(), ..Fresh::default() };
    create(path, &fresh).unwrap();
    let (_, mut writer) = open(path, Box::new(|_| {})).unwrap();
    writer.append(log.operations.as_slice()).unwrap();
    writer.close().unwrap();
}

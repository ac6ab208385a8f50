//! Sessions with many judged trajectories, for what measures or kills an export.

#![allow(clippy::expect_used)] // a measurement fails loudly

use std::path::{Path, PathBuf};

use pleach::evaluate::{Rating, verify};
use pleach::session::{self, Fresh};
use pleach::tree::{
    Actor, Body, Evaluation, EvaluatorKind, Finish, Label, NodeId, Operation, Origin, Problem,
    Sampling, Token,
};

/// Steps of a trajectory before its answer.
const STEPS: u32 = 5;

/// Writes so many sessions of so many trajectories into a folder; half of them are right.
pub fn write(folder: &Path, sessions: u32, trajectories: u32) -> Vec<PathBuf> {
    (0..sessions).map(|number| session(folder, number, trajectories)).collect()
}

fn session(folder: &Path, number: u32, trajectories: u32) -> PathBuf {
    let path = folder.join(format!("{number:04}.pleach"));
    let fresh = Fresh { identity: u128::from(number) + 1, ..Fresh::default() };
    session::create(&path, &fresh).expect("a session");
    let (_, mut writer) = session::open(&path, Box::new(|_| {})).expect("its writer");
    let mut log = Log::default();
    let text = format!("Problem {number}: add the numbers from 1 to {}.", number + 10);
    log.push(Body::ProblemSet { problem: Problem { text, ..Problem::default() } });
    for trajectory in 0..trajectories {
        log.trajectory(number, trajectory);
    }
    writer.append(log.operations.as_slice()).expect("room for operations");
    writer.close().expect("a closed session");
    path
}

#[derive(Default)]
struct Log {
    operations: Vec<Operation>,
    nodes: u32,
}

impl Log {
    fn push(&mut self, body: Body) {
        let sequence = self.operations.len() as u64 + 1;
        self.operations.push(Operation { sequence, time: sequence, actor: Actor::Model, body });
    }

    fn trajectory(&mut self, session: u32, number: u32) {
        let right = number.is_multiple_of(2);
        let mut parent = NodeId::ROOT;
        for step in 0..STEPS {
            let text = format!(
                "Step {step} of way {number}: {} + {number} = {}\n",
                step * 7,
                step * 7 + number
            );
            parent = self.node(parent, &text, Finish::Step, None);
            let label = if right || step + 1 < STEPS { Label::Good } else { Label::Bad };
            self.push(Body::Labelled { node: parent, label: Some(label) });
        }
        let answer = session * 100 + u32::from(right);
        let text = format!("Answer: {answer} by way {number}");
        let leaf = self.node(parent, &text, Finish::EndOfTurn, Some(answer.to_string()));
        self.judge(leaf, verify::NAME, f64::from(u8::from(right)));
    }

    fn node(
        &mut self,
        parent: NodeId,
        text: &str,
        finish: Finish,
        answer: Option<String>,
    ) -> NodeId {
        self.nodes += 1;
        let node = NodeId(self.nodes);
        let origin = Origin { proposer: "sample".into(), seed: 1, sampling: Sampling::default() };
        self.push(Body::NodeAdded { node, parent, origin });
        let id = |word: &str| word.bytes().fold(0, |id, byte| (id * 31 + i32::from(byte)) % 32_000);
        let token =
            |word: &str| Token { id: id(word), logprob: -0.5, bytes: word.as_bytes().to_vec() };
        self.push(Body::TokensAppended {
            node,
            tokens: text.split_inclusive(' ').map(token).collect(),
        });
        self.push(Body::NodeFinished { node, finish, answer });
        self.judge(node, Rating::NAME, 0.5);
        self.push(Body::BackedUp { node, evaluator: Rating::NAME.into(), value: 0.5 });
        node
    }

    fn judge(&mut self, node: NodeId, evaluator: &str, value: f64) {
        let evaluation = Evaluation {
            evaluator: evaluator.into(),
            value,
            raw: value * 10.0,
            scale: "0..10".into(),
            mass: None,
            explanation: String::new(),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 5,
        };
        self.push(Body::Evaluated { node, evaluation });
    }
}

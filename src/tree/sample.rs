//! Trees for tests: a small way to grow them, and random ones from a seed.

use super::{
    Actor, Body, Evaluation, EvaluatorKind, Finish, FoldError, Label, Meaning, NodeId, Operation,
    Origin, Problem, Sampling, Splice, SplicedStep, State, Token, Tree,
};

/// Grows a tree by operations and keeps the log.
pub struct Grower {
    pub tree: Tree,
    pub log: Vec<Operation>,
}

impl From<Tree> for Grower {
    fn from(tree: Tree) -> Self {
        Self { tree, log: Vec::new() }
    }
}

impl Grower {
    pub fn new(problem: &str) -> Self {
        let mut grower = Self::from(Tree::default());
        let problem = Problem { text: problem.into(), ..Problem::default() };
        grower.act(Actor::Person, Body::ProblemSet { problem });
        grower
    }

    pub fn try_act(&mut self, actor: Actor, body: Body) -> Result<(), FoldError> {
        let operation = Operation { sequence: self.tree.sequence() + 1, time: 0, actor, body };
        self.tree.apply(&operation)?;
        self.log.push(operation);
        Ok(())
    }

    pub fn act(&mut self, actor: Actor, body: Body) {
        self.try_act(actor, body).expect("the operation fits");
    }

    /// Adds a node that goes on growing.
    pub fn sprout(&mut self, parent: NodeId, text: &str) -> NodeId {
        let node = NodeId(u32::try_from(self.tree.len()).unwrap());
        let origin = Origin { proposer: "sample".into(), seed: 7, sampling: Sampling::default() };
        self.act(Actor::Search, Body::NodeAdded { node, parent, origin });
        let tokens = vec![Token { id: 1, logprob: -0.5, bytes: text.as_bytes().to_vec() }];
        self.act(Actor::Model, Body::TokensAppended { node, tokens });
        node
    }

    /// Rewrites a step.
    pub fn edit(&mut self, of: NodeId, text: &str) {
        let node = NodeId(u32::try_from(self.tree.len()).unwrap());
        let (text, finish) = (text.to_owned(), Finish::Step);
        self.act(Actor::Person, Body::Edited { node, of, text, finish, answer: None });
    }

    /// Splices below a step, if it is whole: a signal and one copied step.
    pub fn splice(&mut self, cut: NodeId) {
        let node = NodeId(u32::try_from(self.tree.len()).unwrap());
        let splice = Splice {
            bad: cut,
            good: None,
            cut,
            signal: "Wait.\n".to_owned(),
            meaning: Meaning::Continue,
            steps: vec![SplicedStep { text: "better\n".to_owned(), of: Some(cut) }],
            finish: Finish::EndOfTurn,
            answer: Some("7".to_owned()),
        };
        let _ = self.try_act(Actor::Person, Body::Spliced { node, splice });
    }

    /// Adds a node whose step is whole.
    pub fn add(&mut self, parent: NodeId, text: &str) -> NodeId {
        let node = self.sprout(parent, text);
        self.act(Actor::Model, Body::NodeFinished { node, finish: Finish::Step, answer: None });
        node
    }

    /// Lets an evaluator judge a step.
    pub fn judge(&mut self, node: NodeId, evaluator: &str, value: f64) {
        let evaluation = Evaluation {
            evaluator: evaluator.into(),
            value,
            raw: value,
            scale: "0..1".into(),
            mass: None,
            explanation: String::new(),
            kind: EvaluatorKind::Llm,
            calls: 1,
            tokens: 0,
        };
        self.act(Actor::Model, Body::Evaluated { node, evaluation });
    }
}

/// A random session: growth, back-ups under two evaluators, prunes, restores, marks, edits,
/// splices, undos, redos.
pub fn random_session(seed: u64, steps: usize) -> (Tree, Vec<Operation>) {
    let mut state = seed | 1;
    let mut roll = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 11).unwrap() % below.max(1)
    };
    let mut grower = Grower::new("random");
    for _ in 0..steps {
        let node = NodeId(u32::try_from(roll(grower.tree.len())).unwrap());
        match roll(12) {
            0..=2 if grower.tree.node(node).state() == State::Open => {
                let child = grower.sprout(node, "step\n");
                let elder = grower.tree.node(child).previous();
                let finish = match elder.filter(|_| roll(4) == 0) {
                    Some(of) => Finish::Duplicate { of },
                    None => Finish::Step,
                };
                grower.act(Actor::Model, Body::NodeFinished { node: child, finish, answer: None });
            }
            3 | 4 => {
                let evaluator = ["rating", "person"][roll(2)].into();
                #[allow(clippy::cast_precision_loss)]
                let value = roll(11) as f64 / 10.0;
                grower.act(Actor::Search, Body::BackedUp { node, evaluator, value });
            }
            5 if node != NodeId::ROOT && !grower.tree.node(node).is_pruned() => {
                grower.act(Actor::Person, Body::Pruned { node });
            }
            6 if grower.tree.node(node).is_pruned() && !grower.tree.node(node).is_withdrawn() => {
                grower.act(Actor::Person, Body::Restored { node });
            }
            7 => {
                let undo = roll(2) == 0;
                if undo && let Some((operation, _)) = grower.tree.next_undo() {
                    grower.act(Actor::Person, Body::Undone { operation });
                } else if !undo && let Some((operation, _)) = grower.tree.next_redo() {
                    grower.act(Actor::Person, Body::Redone { operation });
                }
            }
            8 => {
                let mark = [
                    Body::Labelled { node, label: [None, Some(Label::Good)][roll(2)] },
                    Body::FirstErrorSet { node, error: roll(2) == 0 },
                    Body::Flagged { node, flagged: roll(2) == 0 },
                    Body::Tagged { node, tag: ["a", "b"][roll(2)].to_owned(), set: roll(2) == 0 },
                    Body::Noted { node, note: ["", "look"][roll(2)].to_owned() },
                    Body::Preferred { winner: node, loser: NodeId::ROOT, blind: roll(2) == 0 },
                ];
                // One that says what is so already is refused.
                let _ = grower.try_act(Actor::Person, mark[roll(6)].clone());
            }
            9 => {
                let bodies = vec![
                    Body::Labelled { node, label: Some([Label::Bad, Label::Neutral][roll(2)]) },
                    Body::Flagged { node, flagged: true },
                ];
                let _ = grower.try_act(Actor::Person, Body::Together { bodies });
            }
            10 if node != NodeId::ROOT => grower.edit(node, "rewrite\n"),
            11 if node != NodeId::ROOT => grower.splice(node),
            _ => {}
        }
    }
    (grower.tree, grower.log)
}

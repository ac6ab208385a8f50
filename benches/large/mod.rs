//! A large random tree for measurements: up to 6 children a node, up to 30 levels, a sixth of the
//! nodes with one of 50 answers, all judged.

#![allow(clippy::expect_used)] // a measurement fails loudly

use pleach::evaluate::Rating;
use pleach::tree::{
    Body, Evaluation, EvaluatorKind, Finish, Name, NodeId, Origin, Problem, Sampling, Token,
};

/// Random numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(limit)).expect("it fits")
    }
}

/// The most children of a node, and the deepest level.
const WIDTH: u32 = 6;
const DEPTH: u32 = 30;

/// Hands over the operations that make a tree of so many nodes, node by node.
pub fn tree(nodes: u32, take: &mut dyn FnMut(Vec<Body>)) {
    let text = "Which of 20 and 21 is right?".to_owned();
    take(vec![Body::ProblemSet { problem: Problem { text, ..Problem::default() } }]);
    let mut random = Random(1);
    // Nodes that may get children, with their depths and the children that they have.
    let mut open = vec![(NodeId::ROOT, 0, 0)];
    for number in 1..=nodes {
        // Half of the nodes go on where the last one was added, so that the tree gets deep.
        let last = u32::try_from(open.len()).expect("it fits") - 1;
        let at = if random.below(2) == 0 { last } else { random.below(last + 1) } as usize;
        let (parent, depth, children) = &mut open[at];
        let (parent, depth) = (*parent, *depth + 1);
        *children += 1;
        if *children == WIDTH {
            open.swap_remove(at);
        }
        let node = NodeId(number);
        let answered = random.below(6) == 0 && open.len() > 1;
        take(grown(node, parent, answered, &mut random));
        if !answered && depth < DEPTH || open.is_empty() {
            open.push((node, depth, 0));
        }
    }
}

/// The operations of one node.
fn grown(node: NodeId, parent: NodeId, answered: bool, random: &mut Random) -> Vec<Body> {
    let answer = answered.then(|| random.below(50).to_string());
    let text = match &answer {
        Some(answer) => format!("Answer: {answer}"),
        None => format!("Then {} plus {} is what is left.", node.0, random.below(100)),
    };
    let words = text.split_inclusive(' ').zip(2..);
    let tokens = words
        .map(|(word, id)| Token { id, logprob: -0.3, bytes: word.as_bytes().to_vec() })
        .chain([Token { id: 1, logprob: -0.01, bytes: b"\n".to_vec() }]);
    let value = f64::from(random.below(900)) / 1000.0;
    let evaluator = Name::from(Rating::NAME);
    let evaluation = Evaluation {
        evaluator: evaluator.clone(),
        value,
        raw: value * 10.0,
        scale: "0..10".into(),
        mass: Some(1.0),
        explanation: String::new(),
        kind: EvaluatorKind::Llm,
        calls: 1,
        tokens: 8,
    };
    let origin = Origin { proposer: "sample".into(), seed: 1, sampling: Sampling::default() };
    let finish = if answered { Finish::EndOfTurn } else { Finish::Step };
    vec![
        Body::NodeAdded { node, parent, origin },
        Body::TokensAppended { node, tokens: tokens.collect() },
        Body::NodeFinished { node, finish, answer },
        Body::Evaluated { node, evaluation },
        Body::BackedUp { node, evaluator, value },
    ]
}

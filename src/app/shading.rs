//! By what the tokens of the path are shaded, and the entropies that one of the ways needs.
//!
//! Responsible for asking what the model held likely at the places of the steps that are seen, and
//! for keeping the entropies while the session is open; they are never saved. Not responsible for
//! colours (`ui::view::prose`).

use std::collections::BTreeMap;

use super::Effect;
use super::argument::Arguments;
use super::model::Model;
use super::workbench::Workbench;
use crate::engine::protocol::RequestId;
use crate::engine::{Event, Request};
use crate::search::Alternatives;
use crate::tree::{NodeId, State, Token};

/// The most steps whose entropies are kept.
const KEPT: usize = 10_000;

/// By what tokens are shaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shading {
    /// By nothing.
    #[default]
    Off,
    /// By the probability of the token that was said.
    Probability,
    /// By how undecided the model was where the token was said.
    Entropy,
}

/// The ways, in the order in which the key goes through them.
const WAYS: [(&str, Shading, &str); 3] = [
    ("off", Shading::Off, "Tokens are not shaded."),
    (
        "probability",
        Shading::Probability,
        "Tokens are shaded by their probability; again for entropy.",
    ),
    (
        "entropy",
        Shading::Entropy,
        "Tokens are shaded by how undecided the model was; again for none.",
    ),
];

/// How undecided a model was at the places of a step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entropies {
    /// For each token of the step the entropy at its place, in bits, at least 0.
    pub bits: Vec<f32>,
    /// Of how many of the likeliest tokens it is; all others count as one more.
    pub of: usize,
}

impl Entropies {
    /// Computes them from what the model held likely.
    #[must_use]
    pub fn new(tokens: &[Vec<Token>]) -> Self {
        let bits = tokens.iter().map(|likely| entropy(likely)).collect();
        Self { bits, of: tokens.iter().map(Vec::len).max().unwrap_or(0) }
    }

    /// Returns their mean, in bits; nothing if there is none.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn mean(&self) -> Option<f32> {
        let count = self.bits.len();
        (count > 0).then(|| self.bits.iter().sum::<f32>() / count as f32)
    }
}

/// The entropy of the likeliest tokens and, as one more, of all others together, in bits. The
/// entropy of the whole distribution is this or more.
fn entropy(likely: &[Token]) -> f32 {
    let shares = || likely.iter().map(|token| token.logprob.exp());
    let others = (1.0 - shares().sum::<f32>()).max(0.0);
    let parts = shares().chain([others]).filter(|share| *share > 0.0);
    parts.map(|share| share * share.recip().log2()).sum::<f32>().max(0.0)
}

/// What is known of the entropies, step by step. A step that was asked for and is not known yet, or
/// cannot be, has an empty entry, so that it is not asked for again.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    steps: BTreeMap<NodeId, Entropies>,
    /// The request that is under way. One at a time is enough, and leaves the engine to the search.
    asked: Option<RequestId>,
}

impl Workbench {
    /// Returns the entropies of a step, if the model has told them.
    #[must_use]
    pub fn entropies(&self, id: NodeId) -> Option<&Entropies> {
        self.entropies.steps.get(&id).filter(|known| !known.bits.is_empty())
    }

    /// Returns whether the tokens of a step have no shade at present.
    #[must_use]
    pub fn is_unshaded(&self, id: NodeId) -> bool {
        match self.sight.shading {
            Shading::Off => true,
            Shading::Probability => id == NodeId::ROOT,
            Shading::Entropy => self.entropies(id).is_none(),
        }
    }

    /// Returns whether the model was asked for entropies and has not told them yet.
    #[must_use]
    pub fn asks_entropies(&self) -> bool {
        self.entropies.asked.is_some()
    }
}

/// Shades tokens by what is named, or by the next in turn.
pub(super) fn shade(model: &mut Model, arguments: &Arguments) -> Vec<Effect> {
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let at = |is: &dyn Fn(&(&str, Shading, &str)) -> bool| WAYS.iter().position(is);
    let wanted = match arguments.text() {
        "" => {
            at(&|(_, shading, _)| *shading == bench.sight.shading).map(|at| (at + 1) % WAYS.len())
        }
        named => at(&|(name, ..)| *name == named),
    };
    let Some((_, shading, told)) = wanted.map(|at| WAYS[at]) else {
        let names = WAYS.map(|(name, ..)| name).join(", ");
        model.complain(format!("Tokens are shaded by one of: {names}."));
        return Vec::new();
    };
    if let Some(why) = why_not(bench).filter(|_| shading == Shading::Entropy) {
        bench.sight.shading = Shading::Off;
        model.tell(format!("Tokens are not shaded; by entropy they cannot be, since {why}."));
        return Vec::new();
    }
    bench.sight.shading = shading;
    // What could not be told before is asked for again.
    bench.entropies.steps.retain(|_, known| !known.bits.is_empty());
    model.tell(told);
    Vec::new()
}

/// Why a model cannot tell entropies here, if so.
fn why_not(bench: &Workbench) -> Option<&'static str> {
    if bench.replay.is_some() {
        return Some("a replay asks no model");
    }
    let (grew, reads) = (bench.tree.model()?, bench.driver.model()?);
    let other = grew.fingerprint != reads.fingerprint;
    other.then_some("another model grew this tree, whose tokens mean something else")
}

/// The ways to shade.
pub(super) fn ways(_: &Model) -> Vec<String> {
    WAYS.map(|(name, ..)| name.to_owned()).to_vec()
}

/// Takes in what an event tells about the request that is under way.
pub(super) fn hear(bench: &mut Workbench, event: &Event) {
    let asked = bench.entropies.asked;
    match event {
        Event::Lost { .. } => bench.entropies.asked = None,
        Event::Failed { id, .. } if asked == Some(*id) => bench.entropies.asked = None,
        Event::Scored { id, .. } if asked == Some(*id) => {
            bench.entropies.asked = None;
            if let Some(found) = bench.driver.take_alternatives() {
                keep(bench, found);
            }
        }
        _ => {}
    }
}

/// Keeps what the model held likely at the places of a step: the entropies, and of the chosen step
/// the tokens, which may be listed.
pub(super) fn keep(bench: &mut Workbench, found: Alternatives) {
    bench.entropies.steps.insert(found.node, Entropies::new(&found.tokens));
    if bench.cursor == found.node {
        bench.alternatives = Some(found);
    }
}

/// Asks for one step that is seen and whose entropies are not known, the chosen one first.
pub(super) fn settle(model: &mut Model, now: u64) -> Vec<Effect> {
    let seen = usize::from(model.layout().path.height);
    let Some(bench) = model.workbench_mut() else { return Vec::new() };
    let shades = bench.sight.shading == Shading::Entropy && why_not(bench).is_none();
    if !shades || bench.entropies.asked.is_some() {
        return Vec::new();
    }
    let is_open = |id: &NodeId| {
        let node = bench.tree.node(*id);
        let can_be_told = node.token_ids().len() > 0 && node.state() != State::Growing;
        can_be_told && !bench.entropies.steps.contains_key(id)
    };
    let mut path = bench.tree.ancestors(bench.cursor).take(seen + bench.path_scroll);
    let Some(node) = path.find(is_open) else { return Vec::new() };
    // Without a model, or below a pruned step, nothing can be asked now.
    let Ok(turn) = bench.driver.ask_alternatives(&bench.tree, node) else { return Vec::new() };
    if bench.entropies.steps.len() >= KEPT {
        bench.entropies.steps.clear();
    }
    bench.entropies.steps.insert(node, Entropies::default());
    bench.entropies.asked = turn.requests.first().and_then(Request::awaited);
    bench.take(turn, now)
}

#[cfg(test)]
mod tests {
    use super::super::judge::tests::{opened, press};
    use super::super::message::Msg;
    use super::super::update;
    use super::*;
    use crate::engine::ModelInfo;
    use crate::search::Work;
    use crate::tree::sample::Grower;
    use crate::tree::{Actor, Body, Finish};

    fn token(share: f32) -> Token {
        Token { id: 1, logprob: share.ln(), bytes: b"x".to_vec() }
    }

    #[test]
    fn entropies_are_in_bits_and_what_is_not_told_counts_as_one() {
        for (shares, bits) in [
            (vec![1.0], 0.0),
            (vec![0.5, 0.5], 1.0),
            (vec![0.25; 4], 2.0),
            (vec![0.5], 1.0),
            (vec![0.5, 0.25], 1.5),
            (Vec::new(), 0.0),
        ] {
            let likely: Vec<_> = shares.iter().map(|share| token(*share)).collect();
            assert!((entropy(&likely) - bits).abs() < 1e-4, "{shares:?}: {}", entropy(&likely));
        }
        // Rounding may bring the shares of a sure token above 1.
        assert!(entropy(&[token(1.000_01)]).abs() < 1e-3);
        let two = Entropies::new(&[vec![token(0.5), token(0.5)], vec![token(1.0)]]);
        assert_eq!((two.of, two.mean()), (2, Some(0.5)));
    }

    /// A path of two steps, with a model loaded and the second step chosen.
    fn session() -> Model {
        let mut grower = Grower::new("p");
        let mut parent = NodeId::ROOT;
        for text in ["one\n", "two\n"] {
            let node = grower.sprout(parent, text);
            let finish = Finish::Step;
            grower.act(Actor::Model, Body::NodeFinished { node, finish, answer: None });
            parent = node;
        }
        let mut model = opened(grower);
        update(&mut model, Msg::Engine(Event::Loaded(ModelInfo::default())), 2);
        press(&mut model, "jl");
        model
    }

    fn asked(effects: &[Effect]) -> Vec<RequestId> {
        let ask = |effect: &Effect| match effect {
            Effect::Ask(request) => request.awaited(),
            _ => None,
        };
        effects.iter().filter_map(ask).collect()
    }

    fn line(model: &mut Model, line: &str) -> Vec<RequestId> {
        asked(&update(model, Msg::Line(line.to_owned()), 9))
    }

    fn reply(model: &mut Model, id: RequestId) -> Vec<RequestId> {
        let alternatives = vec![vec![token(0.5), token(0.5)]];
        let event = Event::Scored { id, tokens: vec![token(0.5)], alternatives };
        asked(&update(model, Msg::Engine(event), 10))
    }

    #[test]
    fn the_steps_that_are_seen_are_asked_for_one_at_a_time_and_once() {
        let mut model = session();
        let chosen = model.workbench().unwrap().cursor;
        assert_eq!(chosen, NodeId(2));
        assert!(line(&mut model, "shade probability").is_empty());
        let first = line(&mut model, "shade entropy");
        assert_eq!(first.len(), 1, "the chosen step");
        let bench = model.workbench().unwrap();
        assert!(bench.asks_entropies());
        assert_ne!(bench.driver.work(), Work::Growing, "the status does not say so, either");
        assert!(line(&mut model, "messages").is_empty(), "one at a time");
        press(&mut model, "<esc>");
        let second = reply(&mut model, first[0]);
        assert_eq!(second.len(), 1, "the step above it");
        assert!(model.overlays.is_empty(), "nobody asked for a list");
        assert!(reply(&mut model, second[0]).is_empty());
        let bench = model.workbench().unwrap();
        let told = |id| bench.entropies(NodeId(id)).map(|known| known.bits.clone());
        assert_eq!((told(1), told(2)), (Some(vec![1.0]), Some(vec![1.0])));
        assert_eq!(told(0), None, "a problem was not sampled");
        assert!(bench.entropies.asked.is_none());
        // What is known serves the list of tokens, too, without another request.
        assert!(line(&mut model, "alternatives").is_empty() && !model.overlays.is_empty());
    }

    #[test]
    fn what_the_model_cannot_tell_is_asked_again_only_if_the_person_does() {
        let mut model = session();
        let first = line(&mut model, "shade entropy");
        let message = "the step is too long".to_owned();
        let failed = Msg::Engine(Event::Failed { id: first[0], message: message.clone() });
        let second = asked(&update(&mut model, failed, 10));
        let failed = Msg::Engine(Event::Failed { id: second[0], message });
        assert!(asked(&update(&mut model, failed, 11)).is_empty());
        assert!(model.workbench().unwrap().entropies(NodeId(2)).is_none());
        assert!(line(&mut model, "shade off").is_empty());
        assert_eq!(line(&mut model, "shade entropy").len(), 1);
    }

    #[test]
    fn a_model_that_did_not_grow_the_tree_is_not_asked() {
        let mut model = session();
        let other = ModelInfo { fingerprint: "other".into(), ..ModelInfo::default() };
        let bench = model.workbench_mut().unwrap();
        let record = crate::tree::Model::default();
        bench.act(Actor::Search, Body::ModelSet { model: record }, 3);
        update(&mut model, Msg::Engine(Event::Loaded(other)), 4);
        assert!(line(&mut model, "shade entropy").is_empty());
        let bench = model.workbench().unwrap();
        assert_eq!(bench.sight.shading, Shading::Off);
        assert!(model.notice.as_ref().unwrap().text.contains("another model"));
        assert!(line(&mut model, "shade nonsense").is_empty());
        assert!(model.notice.as_ref().unwrap().text.contains("off, probability, entropy"));
    }
}

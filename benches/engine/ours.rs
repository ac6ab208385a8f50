//! pleach's engine, through its protocol, in its worker process.

use std::collections::BTreeMap;

use pleach::engine::protocol::{Content, Counters, Generate, ModelOptions, Prompt, Role, Turn};
use pleach::engine::{Engine, Event, Events, Request, Worker};
use pleach::reasoning::Segmentation;
use pleach::tree::Sampling;
use serde_json::json;

use crate::{CHILDREN, EXPANSIONS, Figure, ROOT, STEP, Setting, own_seconds, parent, prefix};

/// Prints the turns as they are, so that a prompt is the tokens that it is given.
const TEMPLATE: &str = "{% for message in messages %}{{ message['content'] }}{% endfor %}";
/// Never ends by itself.
const ENDLESS: &str = "root ::= [^~] root";

struct Bench {
    worker: Worker,
    events: Events,
    endless: Option<String>,
    id: u64,
}

impl Bench {
    fn start(setting: &Setting) -> Self {
        let (worker, mut events) = Worker::start(env!("CARGO_BIN_EXE_pleach").into());
        worker.send(Request::Load(ModelOptions {
            file: setting.model.clone(),
            template: Some(TEMPLATE.to_owned()),
            context: Some(setting.context),
            threads: Some(setting.threads),
            ..ModelOptions::default()
        }));
        loop {
            match events.blocking_recv().expect("the engine lives") {
                Event::Loaded(_) => break,
                Event::LoadFailed { message } => panic!("{message}"),
                _ => {}
            }
        }
        // Random weights next to never end a turn; the embedded model does all the time.
        let endless = setting.model.is_none().then(|| ENDLESS.to_owned());
        Self { worker, events, endless, id: 0 }
    }

    /// Continues a sequence in branches of a length and returns the tokens of each.
    fn grow(&mut self, tokens: &[i32], branches: usize, length: usize) -> Vec<Vec<i32>> {
        self.id += 1;
        let turn = |role, content| Turn { role, content };
        let (first, rest) = tokens.split_at(1);
        self.worker.send(Request::Generate(Generate {
            id: self.id,
            prompt: Prompt {
                turns: vec![
                    turn(Role::User, Content::Tokens(first.to_vec())),
                    turn(Role::Assistant, Content::Tokens(rest.to_vec())),
                ],
            },
            seeds: (0..branches as u64).map(|branch| self.id * 1000 + branch).collect(),
            sampling: Sampling { temperature: 1.0, ..Sampling::default() },
            segmentation: Segmentation::Whole,
            max_tokens: u32::try_from(length).unwrap(),
            grammar: self.endless.clone(),
            ..Generate::default()
        }));
        let mut grown: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
        let mut left = branches;
        while left > 0 {
            match self.events.blocking_recv().expect("the engine lives") {
                Event::Tokens { branch, tokens, .. } => {
                    grown.entry(branch).or_default().extend(tokens.iter().map(|token| token.id));
                }
                Event::BranchDone { .. } => left -= 1,
                Event::Failed { message, .. } => panic!("{message}"),
                _ => {}
            }
        }
        grown.into_values().collect()
    }

    fn counters(&mut self) -> Counters {
        self.worker.send(Request::Count { id: 0 });
        loop {
            if let Event::Counted { counters, .. } =
                self.events.blocking_recv().expect("the engine lives")
            {
                return counters;
            }
        }
    }
}

/// Runs a piece of work until it took a second, each time from an empty cache.
fn measure(
    setting: &Setting,
    (work, prefix, branches): (&'static str, usize, usize),
    mut run: impl FnMut(&mut Bench),
) -> Figure {
    let (mut tokens, mut seconds, mut decoding) = (0, 0.0, 0.0);
    let mut last = Counters::default();
    while seconds < 1.0 {
        let mut bench = Bench::start(setting);
        let before = bench.counters();
        let host = own_seconds();
        run(&mut bench);
        last = bench.counters();
        seconds += last.processor - before.processor + own_seconds() - host;
        decoding += last.decoding - before.decoding;
        tokens += last.sampled;
    }
    let more = json!({
        "outside": 1.0 - decoding / seconds, "steps": last.steps, "decoded": last.decoded,
        "saved": last.saved, "restored": last.restored,
        "saving": last.saving / last.saved.max(1) as f64,
        "restoring": last.restoring / last.restored.max(1) as f64,
    });
    Figure { way: "pleach", work, prefix, branches, tokens, seconds, more }
}

/// One node that grows branches.
pub fn node(setting: &Setting, length: usize, branches: usize) -> Figure {
    measure(setting, ("node", length, branches), |bench| {
        bench.grow(&prefix(length), branches, setting.new);
    })
}

/// A whole tree.
pub fn tree(setting: &Setting) -> Figure {
    measure(setting, ("tree", ROOT, CHILDREN), |bench| {
        let mut expanded: Vec<Vec<Vec<i32>>> = Vec::new();
        for expansion in 0..EXPANSIONS {
            let path =
                parent(expansion).map_or(prefix(ROOT), |(of, child)| expanded[of][child].clone());
            let children = bench.grow(&path, CHILDREN, STEP);
            expanded
                .push(children.into_iter().map(|step| [&path[..], &step[..]].concat()).collect());
        }
    })
}

//! pleach's engine, through its protocol, in its worker process.

use std::collections::{BTreeMap, BTreeSet};

use pleach::engine::protocol::{Content, Counters, Generate, ModelOptions, Prompt, Role, Turn};
use pleach::engine::{Engine, Event, Events, Request, Worker};
use pleach::reasoning::Segmentation;
use pleach::tree::Sampling;
use serde_json::json;

use crate::{CHILDREN, EXPANSIONS, Figure, ROOT, STEP, Setting, own_seconds, parent, prefix};

/// Prints the turns as they are, so that a prompt is the tokens that it is given.
const TEMPLATE: &str = "{% for message in messages %}{{ message['content'] }}{% endfor %}";
/// The tokens of a path that a search still expands: the embedded model reads 512.
const DEEPEST: usize = 440;

struct Bench {
    worker: Worker,
    events: Events,
    id: u64,
}

impl Bench {
    fn start(setting: &Setting) -> Self {
        let (worker, mut events) = Worker::start(env!("CARGO_BIN_EXE_pleach").into());
        worker.send(Request::Load(ModelOptions {
            file: Some(setting.model.clone()),
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
        Self { worker, events, id: 0 }
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

/// What a tree grew, and how many of its tokens have to be decoded.
#[derive(Default)]
struct Grown {
    /// The paths that each expansion added, in its order.
    paths: Vec<Vec<Vec<i32>>>,
    /// Tokens that no way of growing this tree can do without: those of the prefix and of all nodes,
    /// but for the last of a node without children; what siblings have in common counts once.
    unique: u64,
}

impl Grown {
    /// Expands a path by children.
    fn expand(&mut self, bench: &mut Bench, path: &[i32]) {
        let steps = bench.grow(path, CHILDREN, STEP);
        self.unique += if self.paths.is_empty() { path.len() as u64 } else { 1 };
        let proper =
            |step: &Vec<i32>| (1..step.len()).map(|end| step[..end].to_vec()).collect::<Vec<_>>();
        self.unique += steps.iter().flat_map(proper).collect::<BTreeSet<_>>().len() as u64;
        self.paths.push(steps.into_iter().map(|step| [path, &step[..]].concat()).collect());
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
    let mut unique = 0;
    let mut figure = measure(setting, ("tree", ROOT, CHILDREN), |bench| {
        let mut grown = Grown::default();
        for expansion in 0..EXPANSIONS {
            let path = parent(expansion)
                .map_or(prefix(ROOT), |(of, child)| grown.paths[of][child].clone());
            grown.expand(bench, &path);
        }
        unique = grown.unique;
    });
    figure.more["unique"] = unique.into();
    figure
}

/// A search over many nodes with a quarter of the cells that they fill: a child of any expansion is
/// expanded, whichever comes. Also what it costs to read the longest path from nothing.
pub fn search(setting: &Setting, nodes: usize) -> Figure {
    let cells = (ROOT + nodes * STEP) / 4;
    let setting = &Setting {
        context: u32::try_from(cells).unwrap(),
        model: setting.model.clone(),
        ..*setting
    };
    let (mut unique, mut longest) = (0, Vec::new());
    let mut figure = measure(setting, ("search", ROOT, CHILDREN), |bench| {
        let (mut grown, mut expanded) = (Grown::default(), BTreeSet::new());
        grown.expand(bench, &prefix(ROOT));
        let mut state = 7usize;
        while grown.paths.len() * CHILDREN < nodes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let (of, child) = ((state >> 33) % grown.paths.len(), (state >> 20) % CHILDREN);
            let path = grown.paths[of][child].clone();
            if path.len() <= DEEPEST && expanded.insert(path.clone()) {
                grown.expand(bench, &path);
            }
        }
        unique = grown.unique;
        longest = grown.paths.into_iter().flatten().max_by_key(Vec::len).unwrap_or_default();
    });
    let mut bench = Bench::start(setting);
    bench.grow(&longest, 1, 1);
    let reading = bench.counters();
    figure.more["unique"] = unique.into();
    figure.more["reading"] = (reading.decoding / reading.decoded as f64).into();
    figure
}

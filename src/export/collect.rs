//! From sessions to entries: everything that a data set could hold, and why the rest cannot be.
//!
//! Sessions are read one after another, and of each example only an [`Entry`] is kept; the
//! record itself goes to a sink, so that memory does not grow with the texts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;

use super::Error;
use super::example::{Example, Left, examples};
use super::format::{Format, Kit, Masks, Tokenizer};
use super::material::Material;
use super::options::Options;
use super::plan::Entry;
use super::quality::Traits;
use super::rendering::Rendering;
use super::standing::Basis;
use crate::evaluate::verify;
use crate::tree::{Label, Model, NodeId, QueryError, Sampling, Tree};

/// What an export works with besides the sessions.
pub struct Tools<'a> {
    /// The chat template, if a format needs one.
    pub rendering: Option<&'a Rendering>,
    /// The tokenizer, if a format needs one.
    pub tokenizer: Option<Tokenizer<'a>>,
    /// Told how many of how many sessions are read; returns whether to go on.
    pub progress: &'a mut dyn FnMut(usize, usize) -> bool,
}

/// A session that was read.
#[derive(Debug, Clone, Serialize)]
pub struct SessionEntry {
    /// Its identity.
    pub session: String,
    /// The name of its file.
    pub file: String,
    /// The name of its problem, where it has one.
    pub problem: String,
    /// The sequence number of its last operation.
    pub operations: u64,
    /// The seed of all its randomness.
    pub seed: u64,
    /// The model that grew it.
    pub model: Option<Model>,
    /// The policies that searched it.
    pub policies: Vec<String>,
    /// The sampler's settings, each once.
    pub sampling: Vec<Sampling>,
    /// Whether a person judged anything in it.
    pub labelled_by_person: bool,
}

/// Where a record comes from.
#[derive(Debug, Serialize)]
pub struct Provenance<'a> {
    session: &'a str,
    problem: &'a str,
    nodes: Vec<NodeId>,
    operations: Vec<u64>,
    evaluators: BTreeSet<&'a str>,
    judged_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verifier: Option<&'a str>,
}

/// The examples of one format.
#[derive(Debug)]
pub struct Draft {
    /// The format.
    pub format: &'static Format,
    /// Its examples, in the order of the sessions.
    pub entries: Vec<Entry>,
    /// How many were left out already, and why.
    pub left: BTreeMap<Left, usize>,
}

/// Everything that was found.
#[derive(Debug)]
pub struct Collected {
    /// The sessions, in order.
    pub sessions: Vec<SessionEntry>,
    /// What tells each problem from the others.
    pub problems: Vec<String>,
    /// The examples of each format.
    pub drafts: Vec<Draft>,
    /// What a person should know before anything is written.
    pub warnings: Vec<String>,
}

/// Is told the place of a format, a record and where it comes from.
pub type Sink<'a> = &'a mut dyn FnMut(usize, &str, &Provenance) -> Result<(), Error>;

/// Reads sessions and makes all records that could be written.
///
/// # Errors
/// Returns why a session cannot be read, the sink's error, that the query fits none of the
/// sessions, or [`Error::Stopped`].
pub fn collect(
    sources: &[PathBuf],
    formats: &[&'static Format],
    options: &Options,
    tools: &mut Tools,
    sink: Sink,
) -> Result<Collected, Error> {
    // In an order that does not depend on that of the command line.
    let mut sources: Vec<_> = sources.to_vec();
    sources.sort_by(|a, b| (a.file_name(), a).cmp(&(b.file_name(), b)));
    let mut gathering = Gathering::new(formats);
    for (index, source) in sources.iter().enumerate() {
        if !(tools.progress)(index, sources.len()) {
            return Err(Error::Stopped);
        }
        gathering.take_in(&Material::read(source)?, options, tools, sink)?;
    }
    (tools.progress)(sources.len(), sources.len());
    gathering.finish(options)
}

/// Makes all records of one session that is read already.
///
/// # Errors
/// Returns the sink's error, or that the query does not fit the session.
pub fn collect_one(
    material: &Material,
    formats: &[&'static Format],
    options: &Options,
    tools: &Tools,
    sink: Sink,
) -> Result<Collected, Error> {
    let mut gathering = Gathering::new(formats);
    gathering.take_in(material, options, tools, sink)?;
    gathering.finish(options)
}

struct Gathering {
    found: Collected,
    identities: BTreeSet<String>,
    problems: BTreeMap<String, usize>,
    repeated: usize,
    overruled: usize,
    thinking: bool,
    /// Sessions whose model had another chat template.
    other_template: usize,
    /// Sessions that lack what the query names, and what the first of them lacks.
    unfit: usize,
    lacks: Option<QueryError>,
}

impl Gathering {
    fn new(formats: &[&'static Format]) -> Self {
        let draft =
            |format: &&'static Format| Draft { format, entries: Vec::new(), left: BTreeMap::new() };
        let drafts = formats.iter().map(draft).collect();
        let found =
            Collected { sessions: Vec::new(), problems: Vec::new(), drafts, warnings: Vec::new() };
        Self {
            found,
            identities: BTreeSet::new(),
            problems: BTreeMap::new(),
            repeated: 0,
            overruled: 0,
            thinking: false,
            other_template: 0,
            unfit: 0,
            lacks: None,
        }
    }

    fn take_in(
        &mut self,
        material: &Material,
        options: &Options,
        tools: &Tools,
        sink: Sink,
    ) -> Result<(), Error> {
        if !self.identities.insert(material.session.clone()) {
            self.repeated += 1;
            return Ok(());
        }
        let key = material.problem_key();
        let problem = *self.problems.entry(key.clone()).or_insert(self.found.problems.len());
        if problem == self.found.problems.len() {
            self.found.problems.push(key);
        }
        self.found.sessions.push(entry(material));
        self.overruled += overruled(&material.tree);
        if let (Some(rendering), Some(model)) = (tools.rendering, material.tree.model()) {
            self.other_template += usize::from(rendering.template != model.template);
        }
        let meant = self.meant(material, options);
        let kit = Kit { material, rendering: tools.rendering, tokenizer: tools.tokenizer };
        let mut made = BTreeMap::new();
        for (place, draft) in self.found.drafts.iter_mut().enumerate() {
            let wants = draft.format.wants;
            let found = made.entry(wants).or_insert_with(|| examples(material, wants, options));
            for example in &*found {
                let record = example
                    .as_ref()
                    .map_err(Clone::clone)
                    .and_then(|example| match &meant {
                        Some(meant) if !example.has_one_of(meant) => Err(Left::NotMeant),
                        _ => Ok(example),
                    })
                    .and_then(|example| Ok((example, (draft.format.record)(example, &kit)?)));
                match record {
                    Ok((example, record)) => {
                        self.thinking |=
                            draft.format.masks == Masks::Turns && record.contains("<think>");
                        sink(place, &record, &provenance(material, example))?;
                        draft.entries.push(Entry {
                            problem,
                            content: half(&record),
                            bad: example.is_bad(),
                            basis: example.basis(),
                            traits: Traits::of(&material.tree, example),
                        });
                    }
                    Err(left) => *draft.left.entry(left).or_default() += 1,
                }
            }
        }
        Ok(())
    }

    /// The steps of a session that the query means, if there is a query.
    fn meant(&mut self, material: &Material, options: &Options) -> Option<BTreeSet<NodeId>> {
        if let Err(error) = options.query.as_ref()?.check(&material.tree) {
            self.unfit += 1;
            self.lacks.get_or_insert(error);
            return Some(BTreeSet::new());
        }
        options.meant(&material.tree)
    }

    fn finish(mut self, options: &Options) -> Result<Collected, Error> {
        let sessions = self.found.sessions.len();
        if let (Some(query), Some(error)) = (&options.query, &self.lacks)
            && self.unfit == sessions
        {
            return Err(Error::query(query, error));
        }
        let mut warn = |text: String| self.found.warnings.push(text);
        if let Some(error) = &self.lacks {
            let unfit = self.unfit;
            let unfit = count(unfit, "session");
            warn(format!("{unfit} of {sessions} without what the query names ({error})"));
        }
        if self.repeated > 0 {
            let repeated = count(self.repeated, "file");
            warn(format!("left out: {repeated} with a copy of a session that is in already"));
        }
        if self.overruled > 0 {
            let overruled = count(self.overruled, "trajectory");
            warn(format!(
                "a person and the verifier disagree on {overruled}; the person's word counts"
            ));
        }
        if self.other_template > 0 {
            let other = count(self.other_template, "session");
            warn(format!(
                "{other} grown with another chat template than the one of this export; name theirs with --model or --chat-template"
            ));
        }
        if self.thinking {
            warn("some chat templates drop <think> blocks of earlier turns, and with them the wrong part of a splice; axolotl-chat and trl-prompt-completion keep it in one answer".to_owned());
        }
        let models: BTreeSet<_> = self
            .found
            .sessions
            .iter()
            .filter_map(|session| session.model.as_ref().map(|model| &model.fingerprint))
            .collect();
        if models.len() > 1 {
            let count = models.len();
            warn(format!(
                "the sessions were grown by {count} models; tokens and templates are those of one"
            ));
        }
        Ok(self.found)
    }
}

/// Returns a number and what is counted, such as `1 session` and `2 trajectories`.
#[must_use]
pub fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}

fn entry(material: &Material) -> SessionEntry {
    let tree = &material.tree;
    let mut sampling: Vec<Sampling> = Vec::new();
    for origin in tree.ids().filter_map(|id| tree.node(id).origin()) {
        if !sampling.contains(&origin.sampling) {
            sampling.push(origin.sampling);
        }
    }
    SessionEntry {
        session: material.session.clone(),
        file: material.file.clone(),
        problem: material.problem.id.clone(),
        operations: material.operations,
        seed: material.seed,
        model: tree.model().cloned(),
        policies: material.policies.clone(),
        sampling,
        labelled_by_person: material.has_human_labels,
    }
}

fn provenance<'a>(material: &'a Material, example: &Example) -> Provenance<'a> {
    let mut nodes = example.nodes();
    nodes.sort_unstable();
    nodes.dedup();
    let judged = nodes.iter().flat_map(|node| material.tree.node(*node).evaluations());
    let basis = example.basis();
    Provenance {
        session: &material.session,
        problem: &material.problem.id,
        operations: material.operations_of(&nodes),
        evaluators: judged.map(|evaluation| evaluation.evaluator.as_str()).collect(),
        judged_by: basis.map(Basis::word),
        verifier: material.problem.verifier.as_deref().filter(|_| basis == Some(Basis::Verifier)),
        nodes,
    }
}

/// How often a person's verdict on a trajectory is not the verifier's.
fn overruled(tree: &Tree) -> usize {
    let disagree = |leaf: &NodeId| {
        let verdict = tree.evaluation(*leaf, verify::NAME).map(|verdict| verdict.value > 0.5);
        let word = match tree.node(*leaf).label() {
            Some(Label::Good) => Some(true),
            Some(Label::Bad) => Some(false),
            _ => None,
        };
        verdict.is_some() && word.is_some() && verdict != word
    };
    tree.trajectories().filter(disagree).count()
}

fn half(record: &str) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&blake3::hash(record.as_bytes()).as_bytes()[..16]);
    half
}

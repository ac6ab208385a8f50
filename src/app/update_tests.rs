//! Transitions of the model: a message in, the model and its effects out. No I/O, no clock.

use std::collections::VecDeque;
use std::path::PathBuf;

use proptest::prelude::*;

use super::super::{Entry, MouseKind, parse_keys, tour};
use super::*;
use crate::app::command::COMMANDS;
use crate::engine::protocol::ModelOptions;
use crate::engine::{Request, Script};
use crate::tree::{Problem, Tree};

/// The program with a scripted engine and a disk that saves at once.
struct Bench {
    model: Model,
    script: Script,
    events: VecDeque<Event>,
    saved: Vec<crate::tree::Operation>,
    effects: Vec<Effect>,
}

impl Bench {
    fn new() -> Self {
        let mut bench = Self {
            model: Model::new((100, 30), 0),
            script: Script::default(),
            events: VecDeque::new(),
            saved: Vec::new(),
            effects: Vec::new(),
        };
        for event in bench.script.answer(&Request::Load(ModelOptions::default())) {
            bench.tell(&Msg::Engine(event));
        }
        bench
    }

    /// A program with a session that has grown until its search stopped.
    fn grown() -> Self {
        let mut bench = Self::new();
        let problem = Problem { text: "p".into(), answer: Some("21".into()), ..Problem::default() };
        bench.tell(&Msg::Opened(opened(Some(problem))));
        bench.settle();
        bench
    }

    fn tell(&mut self, message: &Msg) {
        // Every message can be recorded and played back.
        let json = serde_json::to_string(message).unwrap();
        let message = serde_json::from_str(&json).unwrap();
        let effects = update(&mut self.model, message, 1);
        for effect in &effects {
            match effect {
                Effect::Ask(request) => self.events.extend(self.script.answer(request)),
                Effect::Save(operations) => self.saved.extend(operations.clone()),
                _ => {}
            }
        }
        self.effects = effects;
    }

    fn keys(&mut self, keys: &str) {
        for key in parse_keys(keys).unwrap() {
            self.tell(&Msg::Key(key));
        }
    }

    fn settle(&mut self) {
        while let Some(event) = self.events.pop_front() {
            self.tell(&Msg::Engine(event));
        }
    }

    fn bench(&self) -> &Workbench {
        self.model.workbench().expect("the workbench is on the screen")
    }

    fn notice(&self) -> &str {
        self.model.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }
}

fn opened(problem: Option<Problem>) -> Opened {
    Opened {
        path: PathBuf::from("s.pleach"),
        seed: 7,
        operations: Vec::new(),
        problem,
        read_only: None,
    }
}

#[test]
fn enter_on_a_sample_creates_a_session_that_grows_by_itself() {
    let mut bench = Bench::new();
    bench.tell(&Msg::Listed(Vec::new()));
    bench.keys("<enter>");
    let [Effect::Create(problem)] = bench.effects.as_slice() else { panic!("{:?}", bench.effects) };
    let problem = problem.clone();
    assert_eq!(problem.verifier.as_deref(), Some("countdown"));
    bench.tell(&Msg::Opened(opened(Some(problem))));
    assert_eq!(bench.bench().driver.mode(), Mode::Running);
    bench.settle();
    assert_eq!(bench.bench().tree.len(), 61);
    assert_eq!(&Tree::fold(&bench.saved).unwrap(), &bench.bench().tree, "all of it was saved");
}

#[test]
fn a_typed_problem_keeps_every_character_and_escape_leaves_the_field() {
    let mut bench = Bench::new();
    bench.keys("nq j?<bs>!<enter>");
    assert_eq!(
        bench.effects,
        [Effect::Create(Problem { text: "q j!".into(), ..Problem::default() })]
    );
    bench.keys("<esc>");
    let Screen::Start(start) = &bench.model.screen else { panic!() };
    assert!(start.input.is_none());
    assert!(matches!(start.entries.get(start.cursor), Some(Entry::New)));
}

#[test]
fn an_empty_problem_is_not_created_and_a_pasted_one_has_no_line_ends() {
    let mut bench = Bench::new();
    bench.keys("n   <enter>");
    assert!(bench.effects.is_empty());
    bench.keys("<esc>");
    bench.tell(&Msg::Paste("two\nlines\u{1b}[31m".into()));
    bench.keys("<enter>");
    let [Effect::Create(problem)] = bench.effects.as_slice() else { panic!("{:?}", bench.effects) };
    assert_eq!(problem.text, "two lines [31m");
}

#[test]
fn what_cannot_be_created_is_told_and_the_typed_text_stays() {
    let mut bench = Bench::new();
    bench.keys("nsix<enter>");
    bench.tell(&Msg::OpenFailed("The folder is read-only.".into()));
    assert_eq!(bench.notice(), "The folder is read-only.");
    let Screen::Start(start) = &bench.model.screen else { panic!() };
    assert_eq!(start.input.as_ref().unwrap().text(), "six");
}

#[test]
fn prune_undo_and_redo_are_saved_operations() {
    let mut bench = Bench::grown();
    let before = bench.saved.len();
    bench.keys("jx");
    assert!(bench.notice().starts_with("Pruned #"));
    bench.keys("u");
    assert!(bench.notice().starts_with("Undid"));
    bench.keys("<c-r>");
    assert!(bench.notice().starts_with("Redid"));
    bench.keys("x");
    assert!(bench.notice().starts_with("Restored"));
    let kinds: Vec<_> = bench.saved[before..].iter().map(|operation| &operation.body).collect();
    assert!(matches!(
        kinds.as_slice(),
        [Body::Pruned { .. }, Body::Undone { .. }, Body::Redone { .. }, Body::Restored { .. }]
    ));
    assert!(bench.saved[before..].iter().all(|operation| operation.actor == Actor::Person));
}

#[test]
fn moving_goes_to_parent_siblings_and_the_child_visited_last() {
    let mut bench = Bench::grown();
    bench.keys("l");
    let first = bench.bench().cursor;
    bench.keys("j");
    let second = bench.bench().cursor;
    assert_ne!(first, second);
    assert_eq!(bench.bench().tree.node(second).parent(), Some(NodeId::ROOT));
    bench.keys("h");
    assert_eq!(bench.bench().cursor, NodeId::ROOT);
    bench.keys("l");
    assert_eq!(bench.bench().cursor, second, "the child visited last");
    bench.keys("k");
    assert_eq!(bench.bench().cursor, first);
    bench.keys("G");
    let last = bench.bench().outline.len() - 1;
    assert_eq!(bench.bench().outline.position(&bench.bench().tree, bench.bench().cursor), last);
    bench.keys("gg");
    assert_eq!(bench.bench().cursor, NodeId::ROOT);
}

#[test]
fn a_read_only_session_refuses_changes_and_saves_nothing() {
    let mut grown = Bench::grown();
    let operations = std::mem::take(&mut grown.saved);
    let mut bench = Bench::new();
    let read_only = Some("process 5 has it open.".to_owned());
    bench.tell(&Msg::Opened(Opened { operations, read_only, ..opened(None) }));
    for keys in ["jx", "s", ".", "ge", "gr", "u"] {
        bench.keys(keys);
        assert!(bench.notice().contains("read-only"), "{keys}: {}", bench.notice());
    }
    assert!(bench.saved.is_empty());
}

#[test]
fn a_session_whose_log_is_broken_is_refused_with_its_name() {
    let mut grown = Bench::grown();
    let mut operations = std::mem::take(&mut grown.saved);
    operations.remove(10);
    let mut bench = Bench::new();
    bench.tell(&Msg::Opened(Opened { operations, ..opened(None) }));
    assert!(bench.model.workbench().is_none());
    assert!(bench.notice().contains("s.pleach is damaged"), "{}", bench.notice());
}

#[test]
fn a_failure_to_save_stops_growth_and_makes_quitting_ask() {
    let mut bench = Bench::grown();
    bench.keys("s");
    bench.tell(&Msg::SaveFailed("The disk is full.".into()));
    assert_eq!(bench.bench().driver.mode(), Mode::Paused);
    assert_eq!(bench.bench().saved.failure.as_deref(), Some("The disk is full."));
    bench.keys("q");
    assert!(matches!(bench.model.overlays.as_slice(), [Overlay::Quit]));
    assert!(bench.effects.is_empty());
    bench.keys("n");
    bench.keys("gw");
    assert_eq!(bench.effects, [Effect::RetrySave]);
    bench.tell(&Msg::Saved(1));
    bench.keys("q");
    assert_eq!(bench.effects, [Effect::Quit]);
}

#[test]
fn a_full_disk_stops_growth_while_all_is_saved() {
    let mut bench = Bench::grown();
    bench.keys("s");
    bench.tell(&Msg::DiskFull("The disk is full: all is saved.".into()));
    assert_eq!(bench.bench().driver.mode(), Mode::Paused);
    assert_eq!(bench.bench().saved.failure, None);
    assert!(bench.model.notice.as_ref().is_some_and(|notice| notice.is_error));
}

#[test]
fn control_c_stops_growing_then_asks_then_quits() {
    let mut bench = Bench::grown();
    bench.keys("s");
    assert_eq!(bench.bench().driver.mode(), Mode::Running);
    bench.keys("<c-c>");
    assert_eq!(bench.bench().driver.mode(), Mode::Paused);
    bench.settle();
    bench.keys("<c-c>");
    assert!(matches!(bench.model.overlays.as_slice(), [Overlay::Quit]));
    bench.keys("<c-c>");
    assert_eq!(bench.effects, [Effect::Quit]);
}

#[test]
fn a_lost_engine_is_told_and_the_session_goes_on() {
    let mut bench = Bench::grown();
    bench.tell(&Msg::Engine(Event::Lost { why: "signal: 9".into(), restarting: true }));
    assert!(bench.notice().contains("signal: 9") && bench.notice().contains("the tree is whole"));
    bench.keys("ge");
    assert!(bench.notice().contains("No model is loaded"), "{}", bench.notice());
    let before = bench.bench().tree.len();
    for event in bench.script.answer(&Request::Load(ModelOptions::default())) {
        bench.tell(&Msg::Engine(event));
    }
    bench.keys("ge");
    bench.settle();
    assert!(bench.bench().tree.len() > before);
}

#[test]
fn answers_of_an_earlier_session_do_not_reach_the_next() {
    let mut bench = Bench::new();
    bench.tell(&Msg::Opened(opened(Some(Problem { text: "a".into(), ..Problem::default() }))));
    bench.keys("gh");
    bench.tell(&Msg::Opened(opened(Some(Problem { text: "b".into(), ..Problem::default() }))));
    bench.saved.clear();
    bench.settle();
    assert_eq!(bench.bench().tree.growing(), 0);
    assert_eq!(bench.bench().tree.len(), 61);
}

#[test]
fn half_a_key_sequence_is_dropped_by_escape() {
    let mut bench = Bench::grown();
    bench.keys("g");
    assert_eq!(bench.model.keys.len(), 1);
    bench.keys("<esc>");
    assert!(bench.model.keys.is_empty());
    assert_eq!(bench.notice(), "");
}

#[test]
fn a_line_does_what_its_command_does() {
    let mut bench = Bench::grown();
    bench.keys("j:prune<enter>");
    assert!(bench.notice().starts_with("Pruned #"), "{}", bench.notice());
    bench.keys(":unod<enter>");
    assert_eq!(bench.notice(), "There is no command unod. Did you mean undo?");
    bench.keys(":<up><up><enter>");
    assert!(bench.notice().starts_with("Restored #"), "{}", bench.notice());
    bench.keys(":start-open<enter>");
    assert_eq!(bench.notice(), "start-open works on: start.");
    bench.keys(":prune<esc>");
    assert!(bench.model.overlays.is_empty());
}

#[test]
fn a_line_is_completed_by_what_works_below_it() {
    let mut bench = Bench::grown();
    bench.keys(":und<tab>");
    let Some(Overlay::Line(line)) = bench.model.overlays.last() else { panic!() };
    assert_eq!(line.field.text(), "undo");
    bench.keys("<c-u>fold<tab><tab><backtab>");
    let Some(Overlay::Line(line)) = bench.model.overlays.last() else { panic!() };
    assert_eq!(line.field.text(), "fold");
    let names: Vec<_> = line.choices.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["fold", "fold-all", "unfold-all"]);
    bench.keys("<c-u>start-<tab>");
    let Some(Overlay::Line(line)) = bench.model.overlays.last() else { panic!() };
    assert_eq!(line.field.text(), "start-", "what works elsewhere is not offered");
}

#[test]
fn the_palette_runs_what_is_chosen() {
    let mut bench = Bench::grown();
    bench.keys("j<space><space>");
    let Some(Overlay::List(list)) = bench.model.overlays.last() else { panic!() };
    let here = COMMANDS.iter().filter(|command| command.works_at(Place::Workbench)).count();
    assert_eq!(list.matches.len(), here);
    bench.keys("prune<enter>");
    assert!(bench.notice().starts_with("Pruned #"), "{}", bench.notice());
}

#[test]
fn escape_and_control_c_close_one_layer_at_a_time() {
    let mut bench = Bench::grown();
    for close in ["<esc>", "<c-c>"] {
        for open in [":", "<space><space>", "?"] {
            bench.keys(open);
            assert_eq!(bench.model.overlays.len(), 1, "{open}");
            bench.keys(close);
            assert!(bench.model.overlays.is_empty(), "{open} {close}");
        }
    }
}

#[test]
fn finding_goes_to_matches_as_they_are_typed_and_round_again() {
    let mut bench = Bench::grown();
    bench.keys("j");
    let from = bench.bench().cursor;
    bench.keys("/Answer: 2");
    let first = bench.bench().cursor;
    assert!(bench.bench().tree.node(first).text().contains("Answer: 2"));
    bench.keys("<esc>");
    assert_eq!(bench.bench().cursor, from, "Escape leads back");
    bench.keys("/answer: 2<enter>n");
    let second = bench.bench().cursor;
    assert_ne!(second, first, "small letters match large ones");
    bench.keys("N");
    assert_eq!(bench.bench().cursor, first);
    bench.keys("<esc>n");
    assert!(bench.notice().starts_with("Nothing is looked for"), "{}", bench.notice());
    bench.keys("/ANSWER<enter>");
    assert_eq!(bench.notice(), "No step has \"ANSWER\".");
}

#[test]
fn a_filter_keeps_what_leads_to_matches_and_escape_ends_it() {
    let mut bench = Bench::grown();
    let all = bench.bench().outline.len();
    bench.keys("fAnswer: 21<enter>");
    let (tree, outline) = (&bench.bench().tree, &bench.bench().outline);
    assert!(outline.len() < all);
    for id in tree.ids().filter(|id| !outline.is_hidden(*id)) {
        assert!(tree.subtree(id).any(|at| tree.node(at).text().contains("Answer: 21")));
    }
    bench.keys("<esc>");
    assert_eq!(bench.bench().outline.len(), all);
    bench.keys("fAnswer: 21<enter>ga");
    assert_eq!(bench.bench().cursor, bench.bench().best().unwrap().best);
}

#[test]
fn a_hoisted_node_stands_for_the_root_until_escape() {
    let mut bench = Bench::grown();
    bench.keys("l");
    let top = bench.bench().cursor;
    bench.keys("zo");
    bench.keys("hG");
    assert!(bench.bench().tree.is_within(bench.bench().cursor, top));
    assert_ne!(bench.bench().cursor, top);
    bench.keys("gg");
    assert_eq!(bench.bench().cursor, top);
    bench.keys("j<esc>gg");
    assert_eq!(bench.bench().cursor, NodeId::ROOT);
}

#[test]
fn a_filter_that_leaves_nothing_of_what_was_hoisted_shows_the_whole_tree() {
    let mut bench = Bench::grown();
    bench.keys("lzofno step has this<enter>");
    assert_eq!(bench.bench().sight.top, None);
    assert_eq!(bench.bench().cursor, NodeId::ROOT);
    bench.keys("<esc>lzofAnswer: 21<enter>");
    let cursor = bench.bench().cursor;
    assert!(!bench.bench().outline.is_hidden(cursor));
}

#[test]
fn the_end_of_a_search_is_told_to_who_looks_elsewhere() {
    for focused in [true, false] {
        let mut bench = Bench::new();
        bench.tell(&Msg::Focus(focused));
        bench.tell(&Msg::Opened(opened(Some(Problem { text: "p".into(), ..Problem::default() }))));
        let mut told = Vec::new();
        while let Some(event) = bench.events.pop_front() {
            bench.tell(&Msg::Engine(event));
            told.extend(
                bench.effects.iter().filter(|effect| matches!(effect, Effect::Notify(_))).cloned(),
            );
        }
        assert_eq!(told.len(), usize::from(!focused), "{told:?}");
    }
}

#[test]
fn the_tour_moves_on_with_what_is_done_and_escape_ends_it() {
    let mut bench = Bench::grown();
    bench.keys(":tour<enter>");
    let step = |bench: &Bench| tour::current(&bench.model).map(|(_, number)| number);
    for (keys, after) in [("zR", 2), ("j", 3), ("ga", 4), (":prune<enter>", 5), ("u", 6), ("s", 7)]
    {
        bench.keys(keys);
        bench.settle();
        assert_eq!(step(&bench), Some(after), "{keys}");
    }
    bench.keys("?");
    assert_eq!((step(&bench), bench.effects.as_slice()), (None, &[Effect::EndTour][..]));
    bench.keys("<esc>:tour<enter><esc>");
    assert_eq!((step(&bench), bench.effects.as_slice()), (None, &[Effect::EndTour][..]));
}

#[test]
fn the_mouse_chooses_folds_and_moves_the_border() {
    let mut bench = Bench::grown();
    let mouse = |kind, x, y| Msg::Mouse(super::super::Mouse { kind, x, y });
    bench.tell(&mouse(MouseKind::Press, 20, 3));
    assert_eq!(bench.bench().outline.position(&bench.bench().tree, bench.bench().cursor), 1);
    let rows = bench.bench().outline.len();
    bench.tell(&mouse(MouseKind::Press, 1, 3));
    assert!(bench.bench().outline.len() < rows, "the fold mark folds");
    let before = bench.model.layout().tree.width;
    bench.tell(&mouse(MouseKind::Press, before, 10));
    bench.tell(&mouse(MouseKind::Drag, before + 9, 10));
    bench.tell(&mouse(MouseKind::Release, before + 9, 10));
    bench.tell(&mouse(MouseKind::Drag, 3, 10));
    assert_eq!(bench.model.layout().tree.width, before + 9);
}

/// Any message that a person, an engine or a disk might send.
fn any_message() -> impl Strategy<Value = Msg> {
    let sequences: Vec<Vec<Key>> = COMMANDS
        .iter()
        .flat_map(|command| command.keys.iter().map(|keys| parse_keys(keys).unwrap()))
        .collect();
    let keys: Vec<Key> = sequences.into_iter().flatten().collect();
    prop_oneof![
        20 => prop::sample::select(keys).prop_map(Msg::Key),
        1 => any::<char>().prop_map(|character| Msg::Key(KeyCode::Char(character).into())),
        1 => "\\PC{0,30}".prop_map(Msg::Paste),
        1 => (0u16..300, 0u16..100).prop_map(|(width, height)| Msg::Resize(width, height)),
        1 => (any::<u64>(), 0u32..9).prop_map(|(id, branch)| Msg::Engine(Event::BranchDone {
            id, branch, stop: crate::engine::protocol::StopReason::Step,
        })),
        1 => Just(Msg::Engine(Event::Lost { why: "test".into(), restarting: true })),
        1 => Just(Msg::Engine(Event::Loaded(crate::engine::ModelInfo::default()))),
        1 => Just(Msg::SaveFailed("test".into())),
        1 => Just(Msg::DiskFull("test".into())),
        1 => Just(Msg::WentOn),
        1 => any::<u64>().prop_map(Msg::Saved),
        1 => (0u32..99).prop_map(|node| Msg::Verified { node: NodeId(node), verdict: Ok((true, String::new())) }),
        1 => Just(Msg::Opened(opened(Some(Problem { text: "again".into(), ..Problem::default() })))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_run_of_messages_breaks_the_model(messages in prop::collection::vec((any_message(), 0usize..30), 1..120)) {
        let mut bench = Bench::grown();
        for (message, events) in messages {
            if matches!(message, Msg::Opened(_)) {
                bench.saved.clear();
            }
            bench.tell(&message);
            for _ in 0..events {
                if let Some(event) = bench.events.pop_front() {
                    bench.tell(&Msg::Engine(event));
                }
            }
            let told = bench.notice();
            prop_assert!(!told.contains("was refused"), "{}", told);
            if let Some(open) = bench.model.workbench() {
                prop_assert!(open.tree.contains(open.cursor));
                prop_assert!(!open.outline.is_hidden(open.cursor));
                prop_assert!(open.outline.position(&open.tree, open.cursor) < open.outline.len());
            }
        }
    }
}

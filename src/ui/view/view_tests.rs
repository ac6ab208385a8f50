//! Texts of every script, and very long ones, in every pane and over it: they show as they are or
//! with a mark where they are cut, and no pane or box loses its border to them.

use std::path::PathBuf;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::*;
use crate::app::{
    Msg, Opened, Opening, Overlay, Reader, Recent, Recorded, begin, parse_keys, update,
};
use crate::export::{FORMATS, Fate, Passage, Shown, Survey};
use crate::session::{Marks, Moment};
use crate::tree::{
    Actor, Body, Evaluation, EvaluatorKind, Finish, NodeId, Operation, Origin, Problem, Sampling,
    Token,
};

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 40), (200, 60), (40, 12)];

/// Texts with what of each must be seen in a wide pane.
fn texts() -> Vec<(String, String)> {
    let seen = |text: &str, shown: &str| (text.to_owned(), shown.to_owned());
    vec![
        seen("数を足すと二十一、한국어", "数を足すと二十一、한국어"),
        seen("cafe\u{301} n\u{303}o", "cafe\u{301} n\u{303}o"),
        seen("👍🏽 👩‍👩‍👧 🇩🇪 ok", "👍🏽 👩‍👩‍👧 🇩🇪 ok"),
        seen("שלום עולם مرحبا", "שלום עולם مرحبا"),
        seen("a\tb\tc", "a    b    c"),
        seen(&"x".repeat(1 << 20), "xxxxxxxxxx"),
        seen(&"数".repeat(1 << 16), "数数数数数"),
        seen(&"e\u{301}\u{302}".repeat(1 << 15), "e\u{301}\u{302}e\u{301}\u{302}"),
    ]
}

/// A session in which a text is everywhere.
fn session(text: &str) -> Vec<Operation> {
    let origin = || Origin {
        proposer: text.chars().take(300).collect(),
        seed: 1,
        sampling: Sampling::default(),
    };
    let token = Token { id: 1, logprob: -0.5, bytes: text.as_bytes().to_vec() };
    let evaluation = |evaluator: &str| Evaluation {
        evaluator: evaluator.into(),
        value: 0.5,
        raw: 5.0,
        scale: "0..10".into(),
        mass: Some(0.5),
        explanation: text.to_owned(),
        kind: EvaluatorKind::Llm,
        calls: 1,
        tokens: 1,
    };
    let mut bodies =
        vec![Body::ProblemSet { problem: Problem { text: text.to_owned(), ..Problem::default() } }];
    for (number, parent) in [(1, 0), (2, 1), (3, 1), (4, 0)] {
        let (node, parent) = (NodeId(number), NodeId(parent));
        bodies.push(Body::NodeAdded { node, parent, origin: origin() });
        // The last one is told apart by its end.
        let end = Token { id: 2, logprob: -0.5, bytes: b" 4".to_vec() };
        let tokens = [token.clone()].into_iter().chain((number == 4).then_some(end));
        bodies.push(Body::TokensAppended { node, tokens: tokens.collect() });
        let is_answer = number == 2;
        let finish = if is_answer { Finish::EndOfTurn } else { Finish::Step };
        let answer = is_answer.then(|| text.to_owned());
        bodies.push(Body::NodeFinished { node, finish, answer });
        bodies.push(Body::Evaluated { node, evaluation: evaluation("rating") });
        bodies.push(Body::BackedUp { node, evaluator: "rating".into(), value: 0.5 });
        bodies.push(Body::Evaluated { node, evaluation: evaluation("数") });
    }
    let short: String = text.chars().take(300).collect();
    bodies.push(Body::Tagged { node: NodeId(4), tag: short, set: true });
    bodies.push(Body::Noted { node: NodeId(4), note: text.to_owned() });
    bodies.push(Body::SearchStepped { node: NodeId(1), reason: text.to_owned() });
    bodies.push(Body::SearchStopped { reason: text.to_owned() });
    let operation = |(sequence, body)| Operation { sequence, time: 0, actor: Actor::Model, body };
    (1..).zip(bodies).map(operation).collect()
}

fn model(text: &str, size: (u16, u16)) -> Model {
    let mut model = Model::new(size, 0);
    let opened = Opened {
        path: PathBuf::from("s.pleach"),
        seed: 1,
        operations: session(text),
        problem: None,
        read_only: None,
    };
    update(&mut model, Msg::Opened(opened), 1);
    assert!(model.workbench().is_some(), "{:?}", model.notice);
    model
}

fn press(model: &mut Model, keys: &str) {
    for key in parse_keys(keys).expect("keys") {
        update(model, Msg::Key(key), 2);
    }
}

/// The sizes on which a text is looked at: a very long one on one.
fn sizes(text: &str) -> &'static [(u16, u16)] {
    if text.len() > 1000 { &SIZES[1..2] } else { &SIZES }
}

fn drawn(model: &Model, cache: &mut Cache) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| draw(model, &Theme::default(), cache, frame)).unwrap();
    terminal.backend().buffer().clone()
}

/// The text of a part of the screen, row by row; what a wide character covers is left out.
fn rows(buffer: &Buffer, area: Area) -> Vec<String> {
    let row = |y: u16| {
        let mut text = String::new();
        let mut x = area.x;
        while x < area.x + area.width {
            let symbol = buffer[(x, y)].symbol();
            text.push_str(symbol);
            let columns = u16::try_from(width(symbol)).unwrap().max(1);
            assert!(
                x + columns <= area.x + area.width,
                "{symbol:?} at {x},{y} reaches out of {area:?}"
            );
            x += columns;
        }
        text
    };
    (area.y..area.y + area.height).map(row).collect()
}

/// The panes of the workbench, with a word for each.
fn panes(model: &Model) -> Vec<(&'static str, Area)> {
    let layout = model.layout();
    let panes = [
        ("tree", Some(layout.tree)),
        ("path", Some(layout.path)),
        ("evaluations", layout.evaluations),
        ("answers", layout.answers),
        ("charts", layout.charts),
        ("title", Some(layout.title)),
        ("status", Some(layout.status)),
        ("hints", Some(layout.hints)),
    ];
    panes.into_iter().filter_map(|(name, area)| Some((name, area?))).collect()
}

/// Checks that every pane's text stays inside, and that its left border is whole.
fn check_panes(model: &Model, buffer: &Buffer, what: &str) {
    for (name, area) in panes(model) {
        let rows = rows(buffer, area);
        if area.x > 0 && area.width < model.size.0 {
            for (line, row) in rows.iter().enumerate() {
                assert!(
                    row.starts_with(['│', '├', '┬']),
                    "{what}: the {name} has lost its border at {line}: {row:?}"
                );
            }
        }
        if name != "hints" && name != "title" && name != "status" && area.height > 0 {
            assert!(rows[0].contains("─"), "{what}: the {name} has no heading: {:?}", rows[0]);
        }
    }
}

/// Checks that a box over the screen has all of its border.
fn check_box(buffer: &Buffer, what: &str) {
    let (wide, high) = (buffer.area.width, buffer.area.height);
    let symbol = |x: u16, y: u16| buffer[(x, y)].symbol();
    let corners = (0..high).flat_map(|y| (0..wide).map(move |x| (x, y)));
    let (left, top) = corners
        .clone()
        .find(|(x, y)| symbol(*x, *y) == "┌")
        .unwrap_or_else(|| panic!("{what}: there is no box"));
    let right = (left..wide).find(|x| symbol(*x, top) == "┐").expect("an upper right corner");
    let bottom = (top..high).find(|y| symbol(left, *y) == "└").expect("a lower left corner");
    assert_eq!(symbol(right, bottom), "┘", "{what}");
    for y in top + 1..bottom {
        assert_eq!((symbol(left, y), symbol(right, y)), ("│", "│"), "{what}, row {y}");
    }
    let inside =
        Area { x: left + 1, y: top + 1, width: right - left - 1, height: bottom - top - 1 };
    rows(buffer, inside);
}

/// A text on a screen of some size.
struct Case {
    text: String,
    /// What is seen of it.
    shown: String,
    /// What a failure calls it.
    begins: String,
    size: (u16, u16),
}

fn cases() -> impl Iterator<Item = Case> {
    texts().into_iter().flat_map(|(text, shown)| {
        let begins: String = text.chars().take(12).collect();
        sizes(&text).iter().map(move |size| Case {
            text: text.clone(),
            shown: shown.clone(),
            begins: begins.clone(),
            size: *size,
        })
    })
}

#[test]
fn texts_of_every_script_stay_in_their_panes() {
    for Case { text, shown, begins, size } in cases() {
        let (mut model, mut cache) = (model(&text, size), Cache::default());
        for keys in ["", "gt", "gt<gt>", "<lt><space>g", "<space>g+", "+", "+G!", "<esc>"] {
            press(&mut model, keys);
            let what = format!("{begins:?}, {size:?}, after {keys:?}");
            let buffer = drawn(&model, &mut cache);
            check_panes(&model, &buffer, &what);
        }
        press(&mut model, "ggl");
        let buffer = drawn(&model, &mut cache);
        for (name, area) in panes(&model) {
            let is_wide = area.width >= 60 && ["tree", "path"].contains(&name);
            let all = rows(&buffer, area).concat();
            let is_cut = all.contains('…');
            assert!(!is_wide || all.contains(&shown), "{begins:?} is not in the {name}: {all}");
            let is_long = text.len() > 1000;
            assert!(!is_long || name != "tree" || is_cut, "{begins:?} is cut without a mark");
        }
    }
}

#[test]
fn texts_of_every_script_stay_in_what_lies_over_the_screen() {
    for Case { text, begins, size, .. } in cases() {
        let (mut model, mut cache) = (model(&text, size), Cache::default());
        let typed: String = text.chars().filter(|each| !each.is_control()).take(200).collect();
        let mut check = |model: &Model, what: &str| {
            let what = format!("{begins:?}, {size:?}, {what}");
            let buffer = drawn(model, &mut cache);
            check_box(&buffer, &what);
            let screen = Area { x: 0, y: 0, width: size.0, height: size.1 };
            rows(&buffer, screen);
        };
        let paragraphs = vec![(text.clone(), false), (text.clone(), true)];
        let title = typed.clone();
        model.overlays.push(Overlay::Reader(Reader { title, paragraphs, scrolled: 0 }));
        check(&model, "reader");
        press(&mut model, "<pgup>");
        check(&model, "reader, scrolled");
        model.overlays.clear();
        for open in ["?", "<space><space>", ":", ":note ", "/", "gm", "<space>t", "g"] {
            press(&mut model, open);
            if !["g", "gm"].contains(&open) {
                update(&mut model, Msg::Paste(typed.clone()), 2);
            }
            if open != "/" {
                check(&model, open);
            }
            model.overlays.clear();
            model.keys.clear();
        }
    }
}

#[test]
fn texts_of_every_script_stay_in_the_start_screen() {
    for Case { text, shown, begins, size } in cases() {
        let recent = |title| Recent {
            path: PathBuf::from(format!("{begins}.pleach")),
            title,
            nodes: 3,
            changed: 0,
        };
        let mut model = Model::new(size, 0);
        let found = vec![recent(Ok(text.clone())), recent(Err(text.clone()))];
        update(&mut model, Msg::Listed(found), 1);
        press(&mut model, &"j".repeat(30));
        let whole = Area { x: 0, y: 0, width: size.0, height: size.1 };
        let all = rows(&drawn(&model, &mut Cache::default()), whole);
        let of = |note: &str| all.iter().find(|row| row.trim_end().ends_with(note));
        let what = format!("{begins:?}, {size:?}: {all:#?}");
        let row = of("3 nodes, just now").expect(&what);
        assert!(size.0 < 80 || row.contains(&shown), "{what}");
        assert!(text.len() < 1000 || row.contains('…'), "{what}");
        assert!(of("unreadable").is_some(), "{what}");

        let typed: String = text.chars().filter(|each| !each.is_control()).take(2000).collect();
        press(&mut model, "n");
        update(&mut model, Msg::Paste(typed), 2);
        let all = rows(&drawn(&model, &mut Cache::default()), whole);
        assert!(all.concat().contains('▏'), "the end of {begins:?} is not in sight: {all:#?}");
    }
}

#[test]
fn texts_of_every_script_stay_in_the_sides_that_are_compared() {
    for Case { text, shown, begins, size } in cases() {
        let mut model = model(&text, size);
        for keys in [":compare #2 #4<enter>", "b", "<c-d>", "1"] {
            press(&mut model, keys);
            let what = format!("{begins:?}, {size:?}, after {keys:?}");
            let buffer = drawn(&model, &mut Cache::default());
            check_box(&buffer, &what);
            // Below what the two have in common.
            let place = Area { x: 0, y: 2, width: size.0, height: size.1 - 5 };
            let inside = rows(&buffer, place);
            let beside = size.0 >= 80;
            assert!(!beside || inside.iter().all(|row| row.matches('│').count() == 3), "{what}");
            let is_seen = inside.concat().contains(&shown);
            assert!(!beside || keys == "<c-d>" || is_seen, "{what}: {inside:#?}");
        }
    }
}

#[test]
fn texts_of_every_script_stay_in_the_export_screen() {
    for Case { text, shown, begins, size } in cases() {
        let mut model = model(&text, size);
        press(&mut model, "<space>e");
        let passage = |fate| Passage { fate, text: text.clone() };
        let record = Shown {
            passages: vec![passage(Fate::Learnt), passage(Fate::Read)],
            json: text.clone(),
        };
        let raw = Shown { passages: Vec::new(), json: text.clone() };
        let found = Survey {
            format: FORMATS[0].name.to_owned(),
            counts: vec![1; FORMATS.len()],
            records: vec![record, raw],
            remarks: vec![text.clone(), text.clone()],
        };
        update(&mut model, Msg::Surveyed(Ok(found)), 2);
        let keys = ["", "l", "<c-d>"];
        for keys in if text.len() < 1000 { &keys[..] } else { &keys[..1] } {
            press(&mut model, keys);
            let what = format!("{begins:?}, {size:?}, after {keys:?}");
            let buffer = drawn(&model, &mut Cache::default());
            check_box(&buffer, &what);
            let all = rows(&buffer, Area { x: 0, y: 0, width: size.0, height: size.1 }).concat();
            assert!(size.0 < 80 || all.contains(&shown), "{what}");
            let is_marked = all.contains("more below") && all.contains('…');
            assert!(text.len() < 1000 || is_marked, "{what} is cut without a mark: {all}");
        }
    }
}

#[test]
fn texts_of_every_script_stay_in_the_panes_of_a_replay() {
    for Case { text, begins, size, .. } in cases() {
        let operations = session(&text);
        let recorded = Recorded {
            path: PathBuf::from(format!("{begins}.pleach")),
            seed: 1,
            length: operations.len() as u64,
            marks: Some(Marks::default()),
            speed: None,
            moment: Box::new(Moment::fold(&operations).unwrap()),
        };
        let mut model = Model::new(size, 0);
        begin(&mut model, &Opening::Replay(recorded.path.clone(), None));
        update(&mut model, Msg::Replaying(recorded), 1);
        assert!(model.workbench().is_some_and(|bench| bench.replay.is_some()));
        for keys in ["", "jl", "gt", "<space>g"] {
            press(&mut model, keys);
            let what = format!("a replay of {begins:?}, {size:?}, after {keys:?}");
            let buffer = drawn(&model, &mut Cache::default());
            check_panes(&model, &buffer, &what);
            let timeline = rows(&buffer, model.layout().status).concat();
            assert!(timeline.contains('┃') || size.0 < 60, "{what}: {timeline}");
        }
    }
}

#[test]
fn a_row_that_does_not_fit_ends_in_a_mark() {
    let cut = |spans: &[&str], columns: u16| {
        let mut terminal = Terminal::new(TestBackend::new(columns, 1)).unwrap();
        let area = Area { x: 0, y: 0, width: columns, height: 1 };
        let spans: Vec<_> = spans.iter().map(|text| Span::raw((*text).to_owned())).collect();
        terminal.draw(|frame| put(frame, area, 0, 0, &spans)).unwrap();
        rows(terminal.backend().buffer(), area).remove(0)
    };
    assert_eq!(cut(&["abcdef"], 6), "abcdef");
    assert_eq!(cut(&["abc", "def"], 6), "abcdef");
    assert_eq!(cut(&["abc", "  "], 3), "abc");
    assert_eq!(cut(&["abc", "def"], 3), "ab…");
    assert_eq!(cut(&["abc", "def"], 5), "abcd…");
    assert_eq!(cut(&["abc", "", "数"], 4), "abc…");
}

#[test]
fn the_way_back_from_the_end_of_a_text_takes_one_key() {
    let text = "A line that is told at some length, so that it has to be wrapped.\n".repeat(12);
    let rewritten = Ok(text.replace("some", "no"));
    let passage = |fate| Passage { fate, text: text.clone() };
    let passages = [Fate::Read, Fate::Learnt, Fate::Learnt, Fate::Bad].map(passage).to_vec();
    let survey = Survey {
        format: FORMATS[0].name.to_owned(),
        counts: vec![1; FORMATS.len()],
        records: vec![Shown { passages, json: text.clone() }],
        remarks: vec!["A remark that is longer than a line of this screen has room for.".into(); 3],
    };
    let composed = Msg::Composed { node: NodeId(1), text: rewritten };
    for (open, message, on, back) in [
        ("l", None, "K", "J"),
        ("lgt", None, "K", "J"),
        ("l++", None, "K", "J"),
        ("?", None, "<down>", "<up>"),
        ("?fold", None, "<up>", "<down>"),
        (":compare #2 #4<enter>", None, "j", "k"),
        ("<space>e", Some(Msg::Surveyed(Ok(survey))), "J", "K"),
        ("", Some(composed), "j", "k"),
    ] {
        for size in SIZES {
            let mut model = model(&text, size);
            press(&mut model, open);
            if let Some(message) = message.clone() {
                update(&mut model, message, 2);
            }
            model.notice = None;
            let first = drawn(&model, &mut Cache::default());
            press(&mut model, &on.repeat(300));
            let last = drawn(&model, &mut Cache::default());
            press(&mut model, on);
            assert_eq!(last, drawn(&model, &mut Cache::default()), "{open}, {size:?} has an end");
            if last == first {
                let fits = open.starts_with('?') || size.0 >= 120;
                assert!(fits, "{open}, {size:?} does not scroll");
                continue;
            }
            press(&mut model, back);
            assert_ne!(last, drawn(&model, &mut Cache::default()), "{open}, {size:?}, one back");
        }
    }
}

#[test]
fn a_notice_that_is_too_long_for_its_line_has_the_line_above_while_nothing_goes_on() {
    let mut model = model("p", (80, 24));
    model.complain("It is so long that a line has too little room. ".repeat(3));
    let all = |model: &Model| {
        rows(&drawn(model, &mut Cache::default()), Area { x: 0, y: 22, width: 80, height: 2 })
    };
    let shown = all(&model);
    assert!(
        shown[0].starts_with("! It is so long") && shown[1].trim_end().ends_with("room."),
        "{shown:#?}"
    );
    model.complain("It is so long that a line has too little room. ".repeat(9));
    assert!(all(&model)[1].ends_with('…'), "what is cut has a mark");
    // What is not saved is never hidden.
    update(&mut model, Msg::SaveFailed("The disk is full. ".repeat(9)), 2);
    let shown = all(&model);
    assert!(shown[0].contains("NOT SAVED") && shown[1].ends_with('…'), "{shown:#?}");
}

#[test]
fn what_is_not_saved_is_said_at_every_size() {
    for (wide, high) in SIZES {
        let mut model = model("p", (wide, high));
        let failure = "The disk is full; make room and press gw.".to_owned();
        update(&mut model, Msg::SaveFailed(failure), 2);
        let shown = rows(
            &drawn(&model, &mut Cache::default()),
            Area { x: 0, y: 0, width: wide, height: high },
        );
        assert!(shown[usize::from(high) - 2].contains("NOT SAVED since "), "{shown:#?}");
        insta::assert_snapshot!(format!("not-saved-{wide}x{high}"), shown.join("\n"));
        // Once that is read, the key that saves again stands first.
        press(&mut model, "j");
        let shown = rows(
            &drawn(&model, &mut Cache::default()),
            Area { x: 0, y: high - 1, width: wide, height: 1 },
        );
        assert!(shown[0].starts_with("gw save again   "), "{shown:?}");
    }
}

//! Queries against a naive oracle on random trees, and the errors that point at a spot.

use proptest::prelude::*;

use super::*;
use crate::tree::sample::random_session;
use crate::tree::{Actor, Body, Finish, Label, State};

/// A question in a form of its own: its words, and a slow way to answer it.
#[derive(Debug, Clone)]
enum Naive {
    Value(f64),
    Visits(u64),
    Depth(u32),
    Rating(f64),
    Text(&'static str),
    Label(Option<Label>),
    State(State),
    Flagged,
    FirstError,
    Tag(&'static str),
    Pruned,
    Downstream,
    Below(u32),
    Above(u32),
    Node(u32),
    Not(Box<Naive>),
    And(Box<Naive>, Box<Naive>),
    Or(Box<Naive>, Box<Naive>),
}

fn word(state: State) -> &'static str {
    match state {
        State::Growing => "growing",
        State::Open => "open",
        State::Answered => "answered",
        State::Duplicate => "duplicate",
        State::Interrupted => "interrupted",
    }
}

/// The evaluator whose statistics count as the value: the rating where it is known.
fn principal(tree: &Tree) -> &str {
    let known = tree.evaluators();
    let first = known.first().map_or("rating", String::as_str);
    if known.iter().any(|name| name == "rating") { "rating" } else { first }
}

impl Naive {
    fn written(&self) -> String {
        match self {
            Self::Value(number) => format!("value < {number}"),
            Self::Visits(number) => format!("visits>={number}"),
            Self::Depth(number) => format!("depth != {number}"),
            Self::Rating(number) => format!("rating>{number}"),
            Self::Text(text) => format!("text ~ \"{text}\""),
            Self::Label(label) => format!("label={}", label.map_or("none", Label::name)),
            Self::State(state) => word(*state).to_owned(),
            Self::Flagged => "flagged".to_owned(),
            Self::FirstError => "first-error".to_owned(),
            Self::Tag(tag) => format!("tag = {tag}"),
            Self::Pruned => "pruned".to_owned(),
            Self::Downstream => "downstream".to_owned(),
            Self::Below(node) => format!("below #{node}"),
            Self::Above(node) => format!("above #{node}"),
            Self::Node(node) => format!("#{node}"),
            Self::Not(inner) => format!("!({})", inner.written()),
            // Without parentheses on the left: & binds tighter than |.
            Self::And(left, right) => format!("({}) and ({})", left.written(), right.written()),
            Self::Or(left, right) => format!("{} | ({})", left.written(), right.written()),
        }
    }

    fn holds(&self, tree: &Tree, id: NodeId) -> bool {
        let node = tree.node(id);
        let path = tree.path(id);
        match self {
            Self::Value(number) => {
                let record = tree.statistics(id, principal(tree));
                record.visits > 0 && record.mean < *number
            }
            Self::Visits(number) => tree.statistics(id, principal(tree)).visits >= *number,
            Self::Depth(number) => path.len() - 1 != *number as usize,
            Self::Rating(number) => {
                let last = node.evaluations().iter().rfind(|judged| judged.evaluator == "rating");
                last.is_some_and(|judged| judged.value > *number)
            }
            Self::Text(text) => node.text().to_lowercase().contains(&text.to_lowercase()),
            Self::Label(label) => node.label() == *label,
            Self::State(state) => node.state() == *state,
            Self::Flagged => node.is_flagged(),
            Self::FirstError => node.is_first_error(),
            Self::Tag(tag) => node.tags().iter().any(|known| known == tag),
            Self::Pruned => path.iter().any(|at| tree.node(*at).is_pruned()),
            Self::Downstream => {
                path[..path.len() - 1].iter().any(|at| tree.node(*at).is_first_error())
            }
            Self::Below(top) => path[..path.len() - 1].contains(&NodeId(*top)),
            Self::Above(end) => {
                id.0 != *end && tree.contains(NodeId(*end)) && tree.path(NodeId(*end)).contains(&id)
            }
            Self::Node(number) => id.0 == *number,
            Self::Not(inner) => !inner.holds(tree, id),
            Self::And(left, right) => left.holds(tree, id) && right.holds(tree, id),
            Self::Or(left, right) => left.holds(tree, id) || right.holds(tree, id),
        }
    }
}

fn naive() -> impl Strategy<Value = Naive> {
    let tenths = (0u8..=10).prop_map(|tenths| f64::from(tenths) / 10.0);
    let label = prop_oneof![
        Just(None),
        Just(Some(Label::Bad)),
        Just(Some(Label::Neutral)),
        Just(Some(Label::Good))
    ];
    let state = prop_oneof![Just(State::Open), Just(State::Duplicate), Just(State::Answered)];
    let node = 0u32..40;
    let leaf = prop_oneof![
        tenths.clone().prop_map(Naive::Value),
        (0u64..5).prop_map(Naive::Visits),
        (0u32..5).prop_map(Naive::Depth),
        tenths.prop_map(Naive::Rating),
        prop_oneof![Just("STEP"), Just("signal"), Just("(a|b)")].prop_map(Naive::Text),
        label.prop_map(Naive::Label),
        state.prop_map(Naive::State),
        Just(Naive::Flagged),
        Just(Naive::FirstError),
        prop_oneof![Just("a"), Just("b")].prop_map(Naive::Tag),
        Just(Naive::Pruned),
        Just(Naive::Downstream),
        node.clone().prop_map(Naive::Below),
        node.clone().prop_map(Naive::Above),
        node.prop_map(Naive::Node),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            inner.prop_map(|inner| Naive::Not(Box::new(inner))),
            pair.clone().prop_map(|(left, right)| Naive::And(Box::new(left), Box::new(right))),
            pair.prop_map(|(left, right)| Naive::Or(Box::new(left), Box::new(right))),
        ]
    })
}

/// A random tree with evaluations, as other operations leave them out.
fn judged(seed: u64, steps: usize) -> Tree {
    let (tree, _) = random_session(seed, steps);
    let mut grower = crate::tree::sample::Grower::from(tree);
    for id in grower.tree.ids().collect::<Vec<_>>() {
        let value = f64::from((id.0 * 7) % 11) / 10.0;
        if id.0 % 3 == 0 {
            grower.judge(id, "rating", value);
        }
    }
    grower.tree
}

proptest! {
    #[test]
    fn a_query_selects_what_the_naive_reading_selects(
        seed in any::<u64>(), steps in 1usize..120, naive in naive()
    ) {
        let tree = judged(seed, steps);
        let query = Query::parse(&naive.written()).unwrap();
        let gone = |id: NodeId| tree.ancestors(id).any(|at| tree.node(at).is_withdrawn());
        let wanted: Vec<_> = tree
            .ids()
            .filter(|id| *id != NodeId::ROOT && !gone(*id) && naive.holds(&tree, *id))
            .collect();
        prop_assert_eq!(query.select(&tree), wanted, "{}", query);
    }

    #[test]
    fn no_text_makes_the_parser_panic_and_every_error_points_into_it(text in "\\PC{0,40}") {
        if let Err(error) = Query::parse(&text) {
            prop_assert!(error.span.end <= text.len() && text.get(error.span.clone()).is_some());
            prop_assert!(!error.pointing_at(&text).is_empty());
        }
    }

    #[test]
    fn nor_does_a_text_made_of_the_language_itself(
        parts in prop::collection::vec(
            prop_oneof!["value", "text", "label", "below", "#3", "0.5", "<", "~", "=", "!", "&",
                "[|]", "[(]", "[)]", "\"a\"", "/a+/", "none", "flagged", " "],
            0..14,
        )
    ) {
        let text = parts.concat();
        if let Err(error) = Query::parse(&text) {
            prop_assert!(text.get(error.span).is_some());
        }
    }
}

#[test]
fn a_tree_that_many_cores_look_at_is_answered_in_order() {
    let mut grower = crate::tree::sample::Grower::new("p");
    for at in 0..u32::try_from(LARGE + 100).unwrap() {
        grower.add(NodeId(at / 3), if at % 5 == 0 { "left\n" } else { "right\n" });
    }
    grower.act(Actor::Person, Body::Pruned { node: NodeId(4) });
    let naive = Naive::And(
        Box::new(Naive::Text("left")),
        Box::new(Naive::Or(Box::new(Naive::Pruned), Box::new(Naive::Below(2)))),
    );
    let tree = &grower.tree;
    let wanted: Vec<_> = tree.ids().skip(1).filter(|id| naive.holds(tree, *id)).collect();
    assert!(wanted.len() > 1000);
    assert_eq!(Query::parse(&naive.written()).unwrap().select(tree), wanted);
}

fn refusal(text: &str) -> String {
    let error = Query::parse(text).expect_err("the query is wrong");
    format!("{}\n{error}", error.pointing_at(text))
}

#[test]
fn errors_point_at_the_spot_and_say_the_mend() {
    let cases = [
        ("", "\n^\na query is empty; write one such as value<0.2 & visits>3"),
        ("value", "value\n     ^\na figure is compared with a number, as in value<0.2"),
        ("value<", "value<\n      ^\na number belongs here, such as 0.5, or none after = and !="),
        ("vlaue<0.2", "vlaue<0.2\n^^^^^\nvlaue is no word of queries; did you mean value?"),
        ("flaged", "flaged\n^^^^^^\nflaged is no word of queries; did you mean flagged?"),
        (
            "flagged visits>3",
            "flagged visits>3\n        ^^^^^^\nwrite & or | between two conditions",
        ),
        ("(value<1", "(value<1\n^\nthis parenthesis is never closed"),
        ("value<1)", "value<1)\n       ^\nthis parenthesis was never opened"),
        ("label=great", "label=great\n      ^^^^^\nlabel is good, neutral, bad or none"),
        ("text ~ \"a", "text ~ \"a\n       ^\nthis quote is never closed"),
        ("text ~ /(/", "text ~ /(/\n       ^^^\nthis pattern cannot be read: unclosed group"),
        ("text<3", "text<3\n    ^\ntext is compared by ~ or =, as in text ~ \"...\""),
        ("below 3", "below 3\n      ^\nbelow needs a node, such as below #12"),
        ("#x", "#x\n^\na node is written as # and its number, such as #12"),
        ("depth>1.2.3", "depth>1.2.3\n      ^^^^^\n1.2.3 is no number; write one such as 0.5"),
        ("open & ", "open & \n       ^\na condition is missing at the end"),
        ("é§", "é§\n ^\n'§' means nothing here; put texts in quotes"),
    ];
    for (text, expected) in cases {
        assert_eq!(refusal(text), expected, "{text}");
    }
    assert!(refusal(&"(".repeat(100_000)).contains("nest too deep"));
    assert!(refusal(&format!("{}open", "!".repeat(100_000))).contains("nest too deep"));
    assert!(refusal("text ~ /((a{1000}){1000}){1000}/").ends_with("this pattern is too large"));
}

#[test]
fn what_a_tree_lacks_is_said_before_nothing_is_found() {
    let tree = judged(3, 60);
    let check = |text: &str| {
        Query::parse(text).unwrap().check(&tree).map_err(|error| {
            format!("{} {error}", error.pointing_at(text).lines().last().unwrap_or_default())
        })
    };
    assert_eq!(check("rating>0.5 & below #1"), Ok(()));
    let lacks = check("verifier=1").unwrap_err();
    assert_eq!(
        lacks,
        "^^^^^^^^ nothing in this tree was judged by `verifier`; its evaluators are rating"
    );
    assert!(
        check("open & below #9999")
            .unwrap_err()
            .starts_with("             ^^^^^ there is no #9999")
    );
}

#[test]
fn words_of_a_node_are_matched_in_any_case_and_as_patterns() {
    let mut grower = crate::tree::sample::Grower::new("p");
    let step = grower.add(NodeId::ROOT, "8 - 4 = 4 (left: 7 8 4)\n");
    let end = grower.sprout(step, "Answer: \"24\" Äh\n");
    let answer = Some("24".to_owned());
    grower.act(Actor::Model, Body::NodeFinished { node: end, finish: Finish::EndOfTurn, answer });
    let found = |text: &str| Query::parse(text).unwrap().select(&grower.tree);
    for (text, wanted) in [
        ("text ~ \"(LEFT\"", vec![step]),
        ("text ~ äh", vec![end]),
        (r"text ~ /\d - \d = \d/", vec![step]),
        (r#"text ~ "\"24\"""#, vec![end]),
        ("text !~ '='", vec![end]),
        ("text = \"8 - 4 = 4 (left: 7 8 4)\"", vec![step]),
        ("answer = 24", vec![]),
        ("answer = \"24\"", vec![end]),
        ("answer != \"24\"", vec![step]),
        ("value = none & tokens = 1", vec![step, end]),
        ("logprob < -0.4 && logprob > -0.6", vec![step, end]),
        ("not answered or children = 0 and depth > 5", vec![step]),
    ] {
        if text == "answer = 24" {
            assert!(refusal(text).ends_with("a text in quotes belongs here"));
        } else {
            assert_eq!(found(text), wanted, "{text}");
        }
    }
}

use proptest::prelude::*;

use super::*;
use crate::reasoning::Stepper;

fn pattern(source: &str) -> Segmentation {
    Segmentation::pattern(source).unwrap()
}

fn all_rules() -> Vec<Segmentation> {
    vec![
        Segmentation::Line,
        Segmentation::BlankLine,
        Segmentation::Numbered,
        Segmentation::Paragraphs,
        Segmentation::Whole,
        pattern("Step [0-9]+"),
        pattern("[a-z]+:$"),
        pattern(r"\s*-\b"),
        pattern("x*"),
    ]
}

#[test]
fn cuts_lines() {
    let text = "\n8 - 4 = 4 (left: 7 8 4)\n\n7 - 4 = 3\r\nAnswer: 24\n \n";
    assert_eq!(
        Segmentation::Line.split(text),
        ["\n8 - 4 = 4 (left: 7 8 4)\n", "\n7 - 4 = 3\r\n", "Answer: 24\n \n"]
    );
}

#[test]
fn cuts_blank_lines() {
    let text = "one\nstill one\n  \ntwo\n\n\nthree";
    assert_eq!(Segmentation::BlankLine.split(text), ["one\nstill one\n  \n", "two\n\n", "\nthree"]);
}

#[test]
fn a_whole_text_is_one_step_that_settles_as_it_arrives() {
    let text = "Sound.\n\n1. It holds.\n</think>\nYes";
    assert_eq!(Segmentation::Whole.split(text), [text]);
    assert_eq!(Segmentation::Whole.scan(text), Scan { end: None, settled: text.len() });
}

#[test]
fn cuts_numbered_steps() {
    let text = "Let us see.\n1. Add 1.5\n1.5 is small\n  - a\n2) Next\n\n**Step 3:** go\nStep 4 is not new\n## Step 4\nStep 5 - end\n    1. inner\n";
    assert_eq!(
        Segmentation::Numbered.split(text),
        [
            "Let us see.\n",
            "1. Add 1.5\n1.5 is small\n  - a\n",
            "2) Next\n\n",
            "**Step 3:** go\nStep 4 is not new\n",
            "## Step 4\n",
            "Step 5 - end\n    1. inner\n"
        ]
    );
}

#[test]
fn cuts_paragraphs_of_thinking() {
    let text = "<think>\n\nFirst.\n\nSecond < 3.\n</think>\n\nThe answer is 3.\n\nDone.";
    assert_eq!(
        Segmentation::Paragraphs.split(text),
        ["<think>\n\nFirst.\n\n", "Second < 3.\n</think>", "\n\nThe answer is 3.\n\n", "Done."]
    );
    let no_thinking = "<think>\n\n</think>\n\nSeven.";
    assert_eq!(Segmentation::Paragraphs.split(no_thinking), [no_thinking]);
}

#[test]
fn cuts_at_a_pattern() {
    assert_eq!(
        pattern("Step [0-9]+").split("Step 1 a\nb Step 2\nStep 2 c\n"),
        ["Step 1 a\nb Step 2\n", "Step 2 c\n"]
    );
    // A pattern that looks at the line's end waits for it, and sees it under both line ends.
    let heading = pattern("[a-z]+:$");
    assert_eq!(heading.scan("a:\r\n1\r\nb:").end, None);
    assert_eq!(heading.scan("a:\r\n1\r\nb:\r\n").end, Some(7));
}

#[test]
fn leaves_an_undecided_line_unsettled() {
    let scan = |text| Segmentation::Numbered.scan(text);
    assert_eq!(scan("1. a\n2"), Scan { end: None, settled: 5 });
    assert_eq!(scan("1. a\nso"), Scan { end: None, settled: 5 });
    assert_eq!(scan("1. a\nthus"), Scan { end: None, settled: 9 });
    assert_eq!(scan("1. a\n2. "), Scan { end: Some(5), settled: 5 });
}

#[test]
fn refuses_bad_patterns_with_a_sentence() {
    assert_eq!(
        StepPattern::new("(a").unwrap_err().to_string(),
        "The step pattern `(a` is not a regular expression: unclosed group; correct it."
    );
    assert_eq!(StepPattern::new(""), Err(PatternError::Empty));
    assert_eq!(StepPattern::new(&"a".repeat(1001)), Err(PatternError::TooLong(1001)));
}

#[test]
fn serialises_by_name() {
    let json = serde_json::to_string(&all_rules()[..6]).unwrap();
    assert_eq!(
        json,
        r#"["line","blank-line","numbered","paragraphs","whole",{"pattern":"Step [0-9]+"}]"#
    );
    let back: Vec<Segmentation> = serde_json::from_str(&json).unwrap();
    assert_eq!(back, all_rules()[..6]);
    assert!(serde_json::from_str::<Segmentation>(r#"{"pattern":"("}"#).is_err());
}

#[test]
fn picks_presets_by_model_name() {
    let cases = [
        ("pleach-reasoner-30m", Segmentation::Line),
        ("DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf", Segmentation::Paragraphs),
        ("Qwen3-4B-Thinking-2507", Segmentation::Paragraphs),
        ("Qwen/QwQ-32B", Segmentation::Paragraphs),
        ("Llama-3.1-8B-Instruct", Segmentation::BlankLine),
    ];
    for (name, rule) in cases {
        assert_eq!(Segmentation::preset(name), rule, "{name}");
    }
}

#[test]
fn cuts_long_texts_in_linear_time() {
    let begin = std::time::Instant::now();
    for unit in ["a\n", "\n", "a</think>", "<", "a\n1", "1. ", "<think>", "é"] {
        let text = unit.repeat(300_000 / unit.len());
        for rule in all_rules() {
            assert_eq!(rule.split(&text).concat().len(), text.len());
            let mut stepper = Stepper::new(rule);
            for piece in text.as_bytes().chunks(4 * unit.len()) {
                stepper.push(std::str::from_utf8(piece).unwrap());
                while stepper.take_step().is_some() {}
            }
        }
    }
    // Quadratic time would take minutes; this takes about a second.
    assert!(begin.elapsed() < std::time::Duration::from_mins(1));
}

/// Text in which line ends, step numbers, tags and wide characters meet often.
fn texts() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "\n",
        "\n",
        "\n\n",
        "\r",
        " ",
        "a",
        "Step",
        " 3",
        ":",
        "1",
        ".",
        ")",
        "**",
        "<think>",
        "</think>",
        "</th",
        "<",
        "ink>",
        "é",
        "x",
        "-",
        "\u{2028}",
        "Step 12. go",
    ]);
    prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn steps_together_are_the_text(text in texts()) {
        for rule in all_rules() {
            let steps = rule.split(&text);
            prop_assert_eq!(steps.concat(), text.as_str());
            if !text.trim().is_empty() {
                prop_assert!(steps.iter().all(|step| !step.trim().is_empty()));
            }
        }
    }

    #[test]
    fn any_text_can_be_cut(text in any::<String>()) {
        for rule in all_rules() {
            prop_assert_eq!(rule.split(&text).concat(), text.as_str());
        }
    }

    #[test]
    fn a_scan_is_never_taken_back(text in texts()) {
        for rule in all_rules() {
            let mut before = Scan { end: None, settled: 0 };
            let mut stepper = Stepper::new(rule.clone());
            let mut pushed = 0;
            for length in (0..=text.len()).filter(|length| text.is_char_boundary(*length)) {
                let scan = rule.scan(&text[..length]);
                prop_assert_eq!(stepper.push(&text[pushed..length]), scan);
                pushed = length;
                prop_assert!(scan.settled >= before.settled);
                prop_assert!(scan.settled <= scan.end.unwrap_or(length));
                prop_assert!(before.end.is_none() || before.end == scan.end);
                prop_assert!(text.is_char_boundary(scan.settled));
                before = scan;
            }
        }
    }

    #[test]
    fn a_stepper_cuts_like_split(text in texts(), size in 1_usize..9) {
        for rule in all_rules() {
            let mut stepper = Stepper::new(rule.clone());
            let mut steps = Vec::new();
            for piece in text.chars().collect::<Vec<_>>().chunks(size) {
                stepper.push(&piece.iter().collect::<String>());
                steps.extend(std::iter::from_fn(|| stepper.take_step()));
            }
            let rest = stepper.take_rest();
            match steps.last_mut() {
                Some(last) if rest.trim().is_empty() => last.push_str(&rest),
                _ if rest.is_empty() => {}
                _ => steps.push(rest),
            }
            prop_assert_eq!(steps, rule.split(&text));
        }
    }
}

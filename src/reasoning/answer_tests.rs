use proptest::prelude::*;

use super::*;

#[test]
fn finds_answers() {
    let cases = [
        // One place each.
        (r"So \boxed{\frac{1}{2}} it is.", Some(r"\frac{1}{2}")),
        (r"\boxed{\{1, 2\}}", Some(r"\{1, 2\}")),
        (r"\boxed{5", None),
        ("8 - 4 = 4\nAnswer: (8 - 4) * 6 = 24\n", Some("(8 - 4) * 6 = 24")),
        ("final answer: 7.", Some("7")),
        ("**Answer:** 42", Some("42")),
        ("**Answer: 42**", Some("42")),
        ("### Final Answer: **B**", Some("B")),
        ("**Final Answer**: $x = 5$.", Some("x = 5")),
        ("Answer：5", Some("5")),
        ("Answer:\n\n  42\nmore", Some("42")),
        ("**Final Answer:**\n42", Some("42")),
        ("The answers: 5", None),
        ("work\n#### 1,234", Some("1,234")),
        ("#### Conclusion\ntext", None),
        ("#### cat\n \n", Some("cat")),
        ("##### 5", None),
        ("The answer is 3.5. It was easy.", Some("3.5")),
        ("so the final answer is: **Paris**!", Some("Paris")),
        ("The answer is not 5.", None),
        ("the answer isn't clear", None),
        ("The answer is", None),
        ("no answer here", None),
        ("", None),
        // Several places: the last wins.
        ("Answer: 5\nWait, no. The answer is 6.", Some("6")),
        (r"The answer is 5, so \boxed{6}", Some("6")),
        (r"\boxed{6}. Hence the answer is 7.", Some("7")),
        (r"Answer: $\boxed{5}$", Some("5")),
        (r"\boxed{1} \boxed{2} \boxed{", Some("2")),
        (r"\boxed{\boxed{3}}", Some("3")),
        ("#### Answer: 5", Some("5")),
        ("Answer: the answer is 9", Some("9")),
        // Places without an answer do not count.
        (r"Answer: 5 \boxed{}", Some(r"5 \boxed{}")),
        ("Answer: 5\nThe answer is .", Some("5")),
        // After the thinking.
        (r"<think>\boxed{1}</think>Answer: 2", Some("2")),
        (r"<think>\boxed{1}</think> I am done.", Some("1")),
    ];
    for (text, expected) in cases {
        assert_eq!(extract(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn takes_a_bare_answer_as_it_is() {
    assert_eq!(extract_or_whole(" $8 * 3 = 24$. "), "8 * 3 = 24");
    assert_eq!(extract_or_whole("Answer: **5**"), "5");
    assert_eq!(extract_or_whole(""), "");
}

#[test]
fn takes_linear_time() {
    let begin = std::time::Instant::now();
    for unit in [
        r"\boxed{",
        "the answer is ",
        "Answer:\n",
        "#### ",
        "{",
        "</think>",
        r"\boxed{}",
        "$",
        "Answer: **",
    ] {
        let _ = extract(&unit.repeat(1_000_000 / unit.len()));
    }
    assert!(begin.elapsed() < std::time::Duration::from_mins(1));
}

proptest! {
    #[test]
    fn any_text_is_searched(text in any::<String>(), parts in prop::collection::vec(prop::sample::select(vec![
        "\\boxed{", "}", "{", "Answer:", "the answer is", "\n", " ", "é", "####", "5", "**", "\\", "</think>", ".", "$",
    ]), 0..30)) {
        for text in [text, parts.concat()] {
            if let Some(answer) = extract(&text) {
                prop_assert!(!answer.trim().is_empty());
                prop_assert!(text.contains(&answer));
            }
        }
    }

    #[test]
    fn a_boxed_answer_is_found(before in "[a-z .\n]{0,40}", answer in "[0-9a-z]{1,9}", after in "[b-z .\n]{0,40}") {
        let text = format!("{before}\\boxed{{{answer}}}{after}");
        prop_assert_eq!(extract(&text), Some(answer));
    }
}

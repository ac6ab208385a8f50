use proptest::prelude::*;

use super::*;

#[test]
fn equal_answers_share_a_class() {
    let groups: &[&[&str]] = &[
        &[
            "1000",
            "1,000",
            "1e3",
            "1000.0",
            "+1000",
            "$1,000",
            "\\$1000",
            "1{,}000",
            "**1000**.",
            "10^3",
            "999+1",
        ],
        &[
            "1/2",
            "0.5",
            ".50",
            "50%",
            "50\\%",
            "\\frac{1}{2}",
            "\\dfrac12",
            "$\\tfrac{2}{4}$",
            "2/4",
        ],
        &["-3", "−3", "-3.0", "- 3", "-$3", "1-4"],
        &["7/2", "3 1/2", "3.5", "3\\frac{1}{2}", "3 \\frac12"],
        &["-7/2", "-3 1/2"],
        &["8 * 3 = 24", "3×8=24", "24 = 8*3", "(8)*(3) = 24.0"],
        &["6*4=24", "4 \\times 6 = 24"],
        &["(8-4)*(7-1) = 24", "(7-1)*(8-4)=24"],
        &["x = 5", "x=5.0", "$x=5$"],
        &["y = 5"],
        &["B", "(B)", "B.", "b)", "\\text{B}", "\\textbf{(B)}", "\"B\""],
        &["C"],
        &["Paris", "paris.", "  PARIS ", "“Paris”", "\\text{Paris}"],
        &["New York", "new   york", "New\nYork"],
        &["(1, 2)", "(1,2)", "\\left(1, 2\\right)", "(1.0, 4/2)"],
        &["[1, 2]"],
        &["(2, 1)"],
        &["1, 2", "1,2"],
        &["\\{1, 2\\}"],
        &["(1, x)", "(1, X)"],
        &["(1, 0)", "(1,000)"],
        &["5 cm", "5  CM"],
        &["5 m"],
        &["90^\\circ"],
        &["5"],
        &["24"],
        &["2x"],
        &["x^2+1"],
        &["?"],
        &[""],
    ];
    for (index, group) in groups.iter().enumerate() {
        for text in *group {
            assert_eq!(classify(text), classify(group[0]), "{text} and {}", group[0]);
            for other in &groups[index + 1..] {
                assert_ne!(classify(text), classify(other[0]), "{text} and {}", other[0]);
            }
        }
    }
}

#[test]
fn writes_readable_classes() {
    let cases = [
        ("50%", "1/2"),
        ("8 * 3 = 24", "3*8=24"),
        ("(B)", "b"),
        ("(0.5,  X )", "(1/2, x)"),
        ("The  Cat.", "the cat"),
    ];
    for (text, expected) in cases {
        assert_eq!(classify(text).to_string(), expected);
    }
    let class = classify("0.5");
    assert_eq!(serde_json::to_string(&class).unwrap(), "\"1/2\"");
}

#[test]
fn takes_linear_time() {
    let begin = std::time::Instant::now();
    for unit in ["(", "1,", "\\text{", "**", "1+", "'", "a ", "{", "9", "\\", "(a)", "e", "="] {
        let _ = classify(&unit.repeat(1_000_000 / unit.len()));
    }
    assert!(begin.elapsed() < std::time::Duration::from_mins(1));
}

proptest! {
    #[test]
    fn a_class_is_its_own_class(text in any::<String>(), marks in "[-+*/=(){}\\[\\]0-9., $%'\"xB\\\\]{0,24}") {
        for text in [text, marks] {
            let class = classify(&text);
            prop_assert_eq!(classify(class.as_str()), class);
        }
    }

    #[test]
    fn numbers_are_equal_by_value(number in -99_999_i64..99_999, places in 0_usize..4) {
        let plain = classify(&number.to_string());
        prop_assert_eq!(&classify(&format!("{number}.{}", "0".repeat(places))), &plain);
        prop_assert_eq!(&classify(&format!("{}/2", number * 2)), &plain);
        prop_assert_ne!(&classify(&format!("{}", number + 1)), &plain);
    }

    #[test]
    fn case_and_space_do_not_matter(words in prop::collection::vec("[a-z]{2,6}", 1..5)) {
        prop_assert_eq!(classify(&words.join(" ")), classify(&words.join("  ").to_uppercase()));
    }
}

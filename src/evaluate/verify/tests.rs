use super::*;

fn case<'a>(problem: &'a str, reference: Option<&'a str>, proposed: &'a str) -> Case<'a> {
    Case { problem, reference, numbers: &[], target: None, path: proposed, proposed }
}

fn countdown(proposed: &str) -> String {
    let case = case("Use 4, 7, 8 and 8 to make 24.", None, proposed);
    Verifier::Countdown.check(&case).unwrap().explanation
}

#[test]
fn reads_and_writes_names() {
    let command =
        |words: &[&str]| Verifier::Command(words.iter().map(|word| (*word).to_owned()).collect());
    let cases = [
        ("exact", Verifier::Exact),
        (" numeric ", Verifier::Numeric),
        ("countdown", Verifier::Countdown),
        ("python3 'my check.py' --fast", command(&["python3", "my check.py", "--fast"])),
        ("sh -c '$(rm x); y'", command(&["sh", "-c", "$(rm x); y"])),
    ];
    for (text, verifier) in cases {
        assert_eq!(Verifier::parse(text), Ok(verifier.clone()));
        assert_eq!(Verifier::parse(&verifier.to_string()), Ok(verifier.clone()));
        let json = serde_json::to_string(&verifier).unwrap();
        assert_eq!(serde_json::from_str::<Verifier>(&json).unwrap(), verifier);
        assert_eq!(verifier.is_pure(), !matches!(verifier, Verifier::Command(_)));
    }
    assert_eq!(Verifier::parse("  "), Err(VerifierError::Empty));
    assert_eq!(Verifier::parse("''"), Err(VerifierError::Empty));
    assert_eq!(
        Verifier::parse("check 'it").unwrap_err().to_string(),
        "The verifier command `check 'it` has an open quote or a lone backslash; close the quote."
    );
}

#[test]
fn compares_exactly() {
    let correct = |proposed, reference| {
        let case = case("", Some(reference), proposed);
        Verifier::Exact.check(&case).unwrap().correct
    };
    assert!(correct("  New\n York", "new york"));
    assert!(!correct("24.0", "24"));
    assert_eq!(
        Verifier::Exact.check(&case("", None, "5")),
        Err(VerifierError::NoReference("exact"))
    );
}

#[test]
fn compares_numbers() {
    let cases = [
        ("0.5", "1/2", true),
        ("Answer: 1,000", "1000", true),
        ("\\boxed{3.14159265}", "3.141593", true),
        ("0.3333333", "1/3", true),
        ("0.333", "1/3", false),
        ("x = 5", "5", true),
        ("8 * 3 = 24", "24", true),
        ("1000001", "1000000", false),
        ("Paris", "paris", true),
        ("Paris", "Rome", false),
        ("0", "0.0000001", false),
    ];
    for (proposed, reference, correct) in cases {
        let case = case("", Some(reference), proposed);
        let verdict = Verifier::Numeric.check(&case).unwrap();
        assert_eq!(verdict.correct, correct, "{proposed} {reference}");
    }
    let verdict = Verifier::Numeric.check(&case("", Some("6"), "5")).unwrap();
    assert_eq!(verdict.explanation, "`5` is not the reference `6`.");
}

#[test]
fn checks_countdown_answers() {
    let right = "It uses each of 4, 7, 8, 8 once and makes 24.";
    let cases = [
        ("(7 - 8 / 8) * 4 = 24", right),
        ("(7 - 8 / 8) * 4", right),
        ("Answer: (7 - 8 ÷ 8) × 4 = 24.", right),
        ("\\boxed{4 \\times (7 - \\frac{8}{8}) = 24}", right),
        ("24 = 4*(7-8/8)", right),
        ("**$(7 - 8 / 8) * 4$**", right),
        ("(7 - 8 / 8) * 4 = 6 * 4 = 24", right),
        ("8 * (7 - 4) = 24", "8 is used once but given twice."),
        ("(8 - 4) * (7 - 8 / 8) = 24", "8 is used 3 times but given twice."),
        ("4 * 6 = 24", "6 is used but not given."),
        ("7 + 8 + 8 = 23", "4 is not used."),
        ("4 + 7 + 8 + 8 = 24", "It makes 27, not 24."),
        ("(7 - 8 / 8) * 4 = 25", "It says that the result is 25, but it is 24."),
        ("(7 - 8 / 8) * 4 = x", "What stands after the equals sign is not a number."),
        ("4 ^ 7 + 8 + 8", "It uses a power, but only + - * / are allowed."),
        ("8 / (8 - 8)", "The expression divides by zero; choose another divisor."),
        ("no idea", "The expression has `n` where a number has to stand; correct it."),
        ("", "The expression stops where a number has to follow; complete it."),
        ("48 / 2", "48 is used but not given."),
        ("7.5 * 4", "15/2 is used but not given."),
    ];
    for (proposed, explanation) in cases {
        assert_eq!(countdown(proposed), explanation, "{proposed}");
        let case = case("Use 4, 7, 8 and 8 to make 24.", None, proposed);
        let verdict = Verifier::Countdown.check(&case).unwrap();
        assert_eq!(verdict.correct, explanation == right, "{proposed}");
    }
}

#[test]
fn prefers_the_fields_of_a_countdown_problem() {
    let case = Case {
        numbers: &[3, 8, 5],
        target: Some(24),
        ..case("Use some of the numbers.", None, "3 * 8")
    };
    assert_eq!(
        Verifier::Countdown.check(&case),
        Ok(Verdict::right("It uses some of 3, 8, 5 once and makes 24."))
    );
}

#[test]
fn takes_any_text() {
    let hostile = ["(", "=", "1+", "é", "8/", "Answer:", "\\boxed{", "-", "1 "];
    for unit in hostile {
        let text = unit.repeat(200_000 / unit.len());
        for verifier in [Verifier::Exact, Verifier::Numeric, Verifier::Countdown] {
            let _ = verifier.check(&case(&text, Some("24"), &text));
            let _ = verifier.check(&case("Use 1 to make 1", Some(&text), &text));
        }
    }
}

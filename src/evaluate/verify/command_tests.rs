use super::*;

const CASE: Case<'_> = Case {
    problem: "Use 3 and 8 to make \"24\".",
    reference: Some("24"),
    numbers: &[3, 8],
    target: Some(24),
    path: "one\ntwo\n",
    proposed: "3 * 8",
};

fn run_within(words: &[&str], timeout: Duration) -> Result<Verdict, VerifierError> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    check(&words, &CASE, timeout)
}

fn run(words: &[&str]) -> Result<Verdict, VerifierError> {
    run_within(words, Duration::from_secs(30))
}

fn run_shell(script: &str) -> Result<Verdict, VerifierError> {
    run(&["sh", "-c", script])
}

#[test]
fn reads_exit_codes() {
    assert_eq!(run(&["true"]), Ok(Verdict::right("")));
    assert_eq!(run(&["false"]), Ok(Verdict::wrong("")));
    assert_eq!(run_shell("echo close; exit 1"), Ok(Verdict::wrong("close")));
    assert_eq!(
        run_shell("echo oh >&2; exit 3").unwrap_err().to_string(),
        "The verifier command `sh` ended with exit code 3, saying `oh`; let it print \
         {\"correct\": true} or {\"correct\": false}, or exit with 0 or 1."
    );
    assert!(matches!(
        run_shell("kill -9 $$"),
        Err(VerifierError::NoVerdict { reason, .. }) if reason == "was ended by a signal"
    ));
}

#[test]
fn reads_printed_verdicts() {
    assert_eq!(
        run_shell(r#"echo '{"correct": false, "explanation": "no"}'"#),
        Ok(Verdict::wrong("no"))
    );
    assert_eq!(run_shell(r#"echo log; echo '{"correct": true}'; exit 1"#), Ok(Verdict::right("")));
    assert!(run_shell(r#"echo '{"correct": "no"}'"#).is_err());
}

#[test]
fn gives_the_case_on_standard_input() {
    let directory = tempfile::tempdir().unwrap();
    let script = directory.path().join("check it.sh");
    std::fs::write(
        &script,
        "printf '{\"correct\": true, \"explanation\": \"%s\"}' \"$(cat | tr -d '\\\\\\\\\"')\"\n",
    )
    .unwrap();
    let verdict = run(&["sh", script.to_str().unwrap()]).unwrap();
    assert_eq!(
        verdict.explanation,
        "{problem:Use 3 and 8 to make 24.,reference:24,numbers:[3,8],target:24,path:onentwon,proposed:3 * 8}"
    );
}

#[test]
fn kills_what_runs_too_long() {
    for script in ["sleep 60", "sleep 60 & wait", "exec >&-; sleep 60", "yes"] {
        let begin = Instant::now();
        let error = run_within(&["sh", "-c", script], Duration::from_millis(300)).unwrap_err();
        assert!(matches!(error, VerifierError::TimedOut { .. }), "{script}");
        assert!(begin.elapsed() < Duration::from_secs(20), "{script}");
    }
}

#[test]
fn kills_the_children_too() {
    let directory = tempfile::tempdir().unwrap();
    let mark = directory.path().join("mark");
    let script = format!("(sleep 1; touch '{}') & wait", mark.display());
    assert!(run_within(&["sh", "-c", &script], Duration::from_millis(200)).is_err());
    thread::sleep(Duration::from_millis(1500));
    assert!(!mark.exists());
}

#[test]
fn bounds_output_and_input() {
    let verdict = run_shell("head -c 3000000 /dev/zero | tr '\\0' x").unwrap();
    assert_eq!(verdict.explanation.chars().count(), LONGEST_EXPLANATION + 1);
    let path = "x".repeat(3_000_000);
    let case = Case { path: &path, ..CASE };
    let verdict = check(&["true".to_owned()], &case, Duration::from_secs(30)).unwrap();
    assert!(verdict.correct);
}

#[test]
fn says_why_a_program_cannot_run() {
    assert_eq!(
        run(&["/no/such/program"]).unwrap_err().to_string(),
        "The verifier command `/no/such/program` cannot be run: No such file or directory (os error 2); \
         check that it is installed and executable."
    );
    assert_eq!(run(&[]), Err(VerifierError::Empty));
}

//! The monitors as a page of text with plots, for the screen and for `pleach monitor` alike.

use super::balance::Balance;
use super::calibration::Calibration;
use super::chance::samples_to_see;
use super::confusion::Confusion;
use super::health::{Against, Judge, Report};
use super::revision::Revisions;
use super::words::Word;

/// Columns of a plot.
const PLOT: usize = 20;

/// Returns the rows of a report, each no wider than 76 columns as long as names are short.
#[must_use]
pub fn page(report: &Report) -> Vec<String> {
    let mut rows = vec![format!("{} and {}", count(report.trees, "tree"), steps(report.nodes))];
    agreement(report, &mut rows);
    success(report, &mut rows);
    if let Some(found) = &report.balance {
        balance(found, &mut rows);
    }
    if let Some(found) = &report.revisions {
        revisions(found, &mut rows);
    }
    for found in &report.judges {
        judge(found, &mut rows);
    }
    if report.judges.is_empty() {
        rows.push(String::new());
        rows.push("No evaluator can be checked yet: nothing is labelled or verified.".to_owned());
    }
    rows
}

fn agreement(report: &Report, rows: &mut Vec<String>) {
    heading("Agreement of the answers", rows);
    let Some(found) = &report.consistency else {
        return rows.push("No tree has two answers yet.".to_owned());
    };
    rows.push(format!("{} in {}", count(found.samples, "answer"), classes(found.classes)));
    let again = samples_to_see(found.agreement, 0.95);
    let again = again.map(|samples| format!("  (seen again within {samples} samples, at 95 %)"));
    rows.push(format!(
        "commonest  {} {:.2}{}",
        bar(found.agreement),
        found.agreement,
        again.unwrap_or_default()
    ));
    rows.push(format!(
        "disorder   {} {:.2}  ({:.2} bits)",
        bar(found.disorder),
        found.disorder,
        found.entropy
    ));
    if let Some(variance) = found.variance {
        rows.push(format!("variance   {variance:.2}"));
    }
    rows.push("Answers that agree need not be right.".to_owned());
}

fn success(report: &Report, rows: &mut Vec<String>) {
    heading("Chance that one of k samples is right", rows);
    let (verified, right) = report.verified;
    if verified == 0 {
        return rows.push("No answer was verified.".to_owned());
    }
    rows.push(format!("{right} of {verified} verified answers are right"));
    for pass in &report.pass {
        let problems = match report.trees {
            1 => String::new(),
            _ => format!("  over {}", count(pass.problems, "problem")),
        };
        rows.push(format!("k {:>3}  {} {:.2}{problems}", pass.k, bar(pass.chance), pass.chance));
    }
}

fn balance(found: &Balance, rows: &mut Vec<String>) {
    let pseudo = if found.pseudo { " (pseudo: right means of the majority)" } else { "" };
    heading(&format!("Balance of what a rating from a threshold on selects{pseudo}"), rows);
    for (threshold, score, kept) in found.curve.iter().step_by(2) {
        rows.push(format!(
            "from {threshold:.1}  {} {score:.2}  {:>3.0} % of problems left",
            bar(*score),
            kept * 100.0
        ));
    }
    if let Some((threshold, score, _)) = found.best() {
        rows.push(format!("best {score:.2}, from {threshold:.2} on"));
    }
}

fn revisions(found: &Revisions, rows: &mut Vec<String>) {
    heading("Revisions", rows);
    rows.push(format!(
        "{}: right before {:.2}, right after {:.2}",
        count(found.count, "revision"),
        found.first,
        found.second
    ));
    rows.push(format!("wrong to right  {} {:.2}", bar(found.mended), found.mended));
    rows.push(format!("right to wrong  {} {:.2}", bar(found.spoilt), found.spoilt));
    if found.spoilt > found.mended {
        rows.push("! Revising spoils more than it mends.".to_owned());
    }
}

fn judge(found: &Judge, rows: &mut Vec<String>) {
    let Judge { evaluator, calibration, confusion, .. } = found;
    let against = match found.against {
        Against::Labels => "your labels",
        Against::Verifier => "the verifier",
        Against::Solver => "the exact solver",
    };
    heading(&format!("{evaluator} against {against}"), rows);
    let kappa = found.kappa.map_or("-".to_owned(), |kappa| format!("{kappa:.2}"));
    rows.push(format!(
        "{}: agreement {:.2}, kappa {kappa}, ECE {:.3}, Brier {:.3}",
        count(calibration.count, "judgement"),
        found.agreement,
        calibration.ece,
        calibration.brier
    ));
    matrix(confusion, rows);
    words(&found.words, rows);
    reliability(calibration, rows);
}

/// One row a word: the bar is the share that is right.
fn words(found: &[Word], rows: &mut Vec<String>) {
    if !found.is_empty() {
        rows.push("depth  word          right (bar) of all".to_owned());
    }
    for Word { depth, word, right, of } in found {
        let share = f64::from(*right) / f64::from((*of).max(1));
        rows.push(format!("{depth:>5}  {word:<12}  {} {share:.2}  {right}/{of}", bar(share)));
    }
}

fn matrix(counts: &Confusion, rows: &mut Vec<String>) {
    rows.push("            said good  said bad".to_owned());
    rows.push(format!("  is good   {:>9} {:>9}", counts.good_as_good, counts.good_as_bad));
    rows.push(format!("  is bad    {:>9} {:>9}", counts.bad_as_good, counts.bad_as_bad));
}

/// One row a bin: the bar is the share that is right, the stroke is what was said.
fn reliability(calibration: &Calibration, rows: &mut Vec<String>) {
    rows.push("value       right (bar) and said (│)".to_owned());
    for (at, bin) in calibration.bins.iter().enumerate().rev() {
        let from = at as f64 / 10.0;
        let range = format!("{from:.1} to {:.1}", from + 0.1);
        if bin.count == 0 {
            rows.push(format!("{range}  {}    -", "·".repeat(PLOT)));
            continue;
        }
        let mut plot: Vec<char> = bar(bin.right).chars().collect();
        let said = cells(bin.said).min(PLOT - 1);
        plot[said] = '│';
        let plot: String = plot.into_iter().collect();
        rows.push(format!("{range}  {plot} {:.2}  of {}", bin.right, bin.count));
    }
}

fn heading(text: &str, rows: &mut Vec<String>) {
    rows.push(String::new());
    rows.push(text.to_owned());
}

/// A bar of a share, with dots for what is missing.
fn bar(share: f64) -> String {
    let full = cells(share);
    format!("{}{}", "█".repeat(full), "·".repeat(PLOT - full))
}

fn cells(share: f64) -> usize {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let cells = (share.clamp(0.0, 1.0) * PLOT as f64).round() as usize;
    cells
}

fn count(number: u32, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}

fn steps(number: u64) -> String {
    if number == 1 { "1 step".to_owned() } else { format!("{number} steps") }
}

fn classes(number: u32) -> String {
    if number == 1 { "1 class".to_owned() } else { format!("{number} classes") }
}

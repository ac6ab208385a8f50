//! The status line and the line below it: hints from the live keymap, or what was just told.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::overlay::clear;
use super::put;
use crate::app::command::{COMMANDS, Place};
use crate::app::layout::Area;
use crate::app::{EngineState, Model, Screen, Selected, Workbench};
use crate::search::{Mode, Work};
use crate::text::{SafeText, Wrapped, pad, width};
use crate::ui::theme::Theme;

pub fn draw(model: &Model, bench: &Workbench, theme: &Theme, frame: &mut Frame, area: Area) {
    let saved = saved(bench);
    let alert = bench.saved.failure.is_some() || bench.saved.read_only.is_some();
    let saved_style = theme.style(if alert { "status.alert" } else { "muted" });
    let room = area.width.saturating_sub(u16::try_from(width(&saved)).unwrap_or(0) + 1);
    let mode = mode(model, bench);
    let mut left = vec![Span::styled(mode, theme.style("accent"))];
    let mut parts = Vec::new();
    if bench.driver.mode() != Mode::Paused {
        let spent = bench.driver.spent(&bench.tree);
        parts.push(format!("{:.0} % of budget", spent * 100.0));
        if let Some(time) = time_left(spent, bench.driver.elapsed()) {
            parts.push(time);
        }
    }
    let rate = bench.tokens_per_second(model.now);
    if !bench.driver.is_idle() && rate > 0.0 {
        parts.push(format!("{rate:.0} tokens/s"));
    }
    parts.push(format!("{} tokens", bench.tree.tokens()));
    if let EngineState::Ready(info) = &model.engine {
        parts.push(SafeText::line(&info.name).into_string());
    }
    if let Some(progress) = bench.judging.progress.filter(|_| bench.judging.on) {
        parts.insert(0, format!("judging: {progress}"));
    }
    if let Some(words) = selected(bench) {
        parts.insert(0, words);
    }
    for part in parts {
        left.push(Span::styled(" · ", theme.style("border")));
        left.push(Span::styled(part, theme.style("status")));
    }
    put(frame, Area { width: room, ..area }, 0, 0, &left);
    put(frame, area, 0, room + 1, &[Span::styled(saved, saved_style)]);
}

/// What is selected, in words. All below a step may be a million, so they are not counted.
fn selected(bench: &Workbench) -> Option<String> {
    Some(match bench.selection.as_ref()? {
        Selected::Below { top } => format!("◆ {top} and all below"),
        Selected::Meant { nodes } => format!("◆ {} selected", nodes.len()),
        Selected::Range { .. } => format!("◆ {} selected", bench.selected()?.len()),
    })
}

fn mode(model: &Model, bench: &Workbench) -> String {
    match &model.engine {
        EngineState::Loading(share) => return format!("◌ loading model {:.0} %", share * 100.0),
        EngineState::Failed(_) => return "! no model".to_owned(),
        EngineState::Restarting(_) => return "! engine restarting".to_owned(),
        EngineState::Ready(_) => {}
    }
    if bench.driver.is_debating() {
        return debating(bench);
    }
    let looked_over = bench.driver.looked_over();
    if let Some(share) = looked_over.filter(|_| bench.driver.mode() != Mode::Paused) {
        return format!("◌ looking at the tree {:.0} %", share * 100.0);
    }
    match (bench.driver.mode(), bench.driver.is_idle()) {
        (Mode::Running, _) => "▶ searching",
        (Mode::Stepping, _) | (Mode::Paused, false) => match bench.driver.work() {
            Work::Growing => "◌ growing",
            Work::Judging => "◌ judging",
            Work::Alternatives if bench.asks_entropies() => "◌ asking for entropies",
            Work::Alternatives => "◌ asking what else was likely",
        },
        (Mode::Paused, true) => match &bench.stopped {
            // How far judging is says more than why an earlier search stopped.
            Some(reason) if !bench.judging.on && bench.selection.is_none() => {
                return format!("‖ {}", SafeText::line(reason));
            }
            _ => "‖ paused",
        },
    }
    .to_owned()
}

/// How far the debate is.
fn debating(bench: &Workbench) -> String {
    let last = bench.tree.debates().last();
    let said = last.map_or(0, |debate| debate.statements.len());
    let all = last.map_or(0, |debate| debate.agents * debate.rounds + 1);
    format!("◌ debating, {said} of {all} said")
}

/// The time left at the present speed, once there is enough to judge by.
fn time_left(spent: f64, elapsed: u64) -> Option<String> {
    if spent < 0.02 || elapsed < 500 {
        return None;
    }
    #[allow(clippy::cast_precision_loss)]
    let seconds = elapsed as f64 / 1000.0 * (1.0 - spent) / spent;
    Some(match seconds {
        seconds if seconds < 90.0 => format!("{seconds:.0} s left"),
        seconds if seconds < 5400.0 => format!("{:.0} min left", seconds / 60.0),
        seconds => format!("{:.1} h left", seconds / 3600.0),
    })
}

/// What of the session is on disk: the number of the last operation that is.
fn saved(bench: &Workbench) -> String {
    if bench.saved.read_only.is_some() {
        return "READ-ONLY".to_owned();
    }
    if bench.saved.failure.is_some() {
        return format!("NOT SAVED since {}", bench.saved.sequence);
    }
    format!("saved {}", bench.saved.sequence)
}

/// Leaves the folders out of the paths of a sentence that has too little room; the messages
/// (`Space` `m`) have it whole.
fn without_folders(sentence: &str) -> String {
    let words = sentence.split(' ').map(|word| match word.rsplit_once('/') {
        Some((folders, name)) if folders.contains('/') => {
            let before = &folders[..folders.find(|c| c != '(').unwrap_or(0)];
            format!("{before}…/{name}")
        }
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Draws a notice. One that is too long for its line begins on the line above, which has the status,
/// unless something is under way that the status tells of.
fn told(model: &Model, theme: &Theme, frame: &mut Frame, area: Area, text: &str, scope: &str) {
    let rests = model.workbench().is_none_or(|bench| {
        let paused = bench.driver.mode() == Mode::Paused && bench.driver.is_idle();
        let alert = bench.saved.failure.is_some() || bench.saved.read_only.is_some();
        paused && bench.replay.is_none() && !alert
    });
    let style = theme.style(scope);
    let text = SafeText::line(text);
    let wrapped = Wrapped::new(&text, usize::from(area.width).max(1));
    let second = wrapped.rows().get(1).filter(|_| rests && area.y > 0);
    let Some(second) = second else {
        return put(frame, area, 0, 0, &[Span::styled(text.as_str(), style)]);
    };
    let above = Area { y: area.y - 1, ..area };
    // Nothing of the status shows through, neither words nor styles.
    clear(theme, frame, Rect { x: above.x, y: above.y, width: above.width, height: 1 });
    let first = pad(wrapped.row(&text, 0), usize::from(area.width));
    put(frame, above, 0, 0, &[Span::styled(first, style)]);
    put(frame, area, 0, 0, &[Span::styled(&text[second.start..], style)]);
}

/// Draws the notice if there is one, the ways a key sequence can go on if one was begun, or
/// else the hints.
pub fn hints(model: &Model, theme: &Theme, frame: &mut Frame, area: Area) {
    if let Some(notice) = &model.notice {
        let scope = if notice.is_error { "notice.error" } else { "notice" };
        let mark = if notice.is_error { "! " } else { "" };
        let text = format!("{mark}{}", SafeText::line(&notice.text));
        let fits = width(&text) <= usize::from(area.width);
        let text = if fits { text } else { without_folders(&text) };
        return told(model, theme, frame, area, &text, scope);
    }
    let place = model.place();
    let mut spans = Vec::new();
    let mut add = |key: String, name: &'static str| {
        spans.push(Span::styled(key, theme.style("key")));
        spans.push(Span::styled(format!(" {name}   "), theme.style("muted")));
    };
    let mut hinted: Vec<_> = COMMANDS
        .iter()
        .filter(|command| !command.hint.is_empty() && command.places.contains(&place))
        .collect();
    if let Screen::Start(start) = &model.screen
        && !start.can_replay()
    {
        hinted.retain(|command| command.name != "start-replay");
    }
    let is_unsaved = model.workbench().is_some_and(|bench| bench.saved.failure.is_some());
    hinted.retain(|command| command.name != "retry-save" || is_unsaved);
    // What is needed now stands first, and what works everywhere behind what works here.
    hinted.sort_by_key(|command| {
        (command.name != "retry-save", command.places.len() == Place::ALL.len())
    });
    for command in hinted {
        if let Some(key) = model.keymap.keys_of(place, command).into_iter().next() {
            add(key, command.hint);
        }
    }
    put(frame, area, 0, 0, &spans);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_keeps_the_names_of_its_files() {
        let long = "could not save to /home/me/pleach/a-b.pleach: the disk is full (/tmp/x/y) 1/2";
        let short = "could not save to …/a-b.pleach: the disk is full (…/y) 1/2";
        assert_eq!(without_folders(long), short);
    }
}

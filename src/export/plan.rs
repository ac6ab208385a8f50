//! Which examples go where: to the train or the test split, or nowhere.
//!
//! Responsible for everything that needs to know all examples of a format: repeats, caps,
//! balance, splits and leaks. Pure: the same entries give the same fates, in whatever order
//! the choice could have gone otherwise, because ties are broken by a hash of the content.

use std::collections::{BTreeMap, BTreeSet};

use super::example::Left;
use super::options::{Flag, Options};
use super::quality::{self, Traits};
use super::standing::Basis;

/// What is kept of an example while all are collected.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The place of its problem in the list of problems.
    pub problem: usize,
    /// BLAKE3 of its record, cut to half.
    pub content: [u8; 16],
    /// Whether it counts as bad in the balance.
    pub bad: bool,
    /// Who judged it.
    pub basis: Option<Basis>,
    /// What is known of its text.
    pub traits: Option<Traits>,
}

/// A part of the data set that is kept apart from the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Split {
    /// To learn from.
    Train,
    /// To measure on.
    Test,
}

impl Split {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Train, Self::Test];

    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// Which problems are in the test split: whole problems, by the hash of their key, so that no
/// order of the sessions changes it.
#[must_use]
pub fn split(problems: &[String], share: f64) -> Vec<Split> {
    let mut order: Vec<_> = (0..problems.len()).collect();
    order.sort_by_key(|index| *blake3::hash(problems[*index].as_bytes()).as_bytes());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a count")]
    let tested = (problems.len() as f64 * share.clamp(0.0, 1.0)) as usize;
    let mut splits = vec![Split::Train; problems.len()];
    order.into_iter().take(tested).for_each(|index| splits[index] = Split::Test);
    splits
}

/// Says where each example goes, and the flags of each.
#[must_use]
pub fn plan(
    entries: &[Entry],
    splits: &[Split],
    options: &Options,
) -> (Vec<Result<Split, Left>>, Vec<Vec<Flag>>) {
    let mut fates: Vec<Result<Split, Left>> =
        entries.iter().map(|entry| Ok(splits[entry.problem])).collect();
    repeats(entries, &mut fates);
    let flags = flags(entries, &fates);
    for (fate, flags) in fates.iter_mut().zip(&flags) {
        if let (Ok(_), Some(flag)) = (&*fate, flags.iter().find(|flag| options.drop.contains(flag)))
        {
            *fate = Err(Left::Quality(flag.name()));
        }
    }
    if let Some(most) = options.per_problem {
        cap(entries, most, &mut fates);
    }
    if let Some(ratio) = options.balance {
        balance(entries, ratio, &mut fates);
    }
    (fates, flags)
}

/// Keeps each record once. One that is in both splits stays in the test split: what is measured
/// on must not be learnt.
fn repeats(entries: &[Entry], fates: &mut [Result<Split, Left>]) {
    let tested: BTreeSet<_> = entries
        .iter()
        .zip(&*fates)
        .filter(|(_, fate)| **fate == Ok(Split::Test))
        .map(|(entry, _)| entry.content)
        .collect();
    let mut seen = BTreeSet::new();
    for (entry, fate) in entries.iter().zip(fates) {
        if *fate == Ok(Split::Train) && tested.contains(&entry.content) {
            *fate = Err(Left::Leak);
        } else if !seen.insert(entry.content) {
            *fate = Err(Left::Repeat);
        }
    }
}

fn flags(entries: &[Entry], fates: &[Result<Split, Left>]) -> Vec<Vec<Flag>> {
    let known: Vec<_> = (0..entries.len()).filter(|index| fates[*index].is_ok()).collect();
    let measured: Vec<_> = known
        .iter()
        .filter_map(|index| {
            Some((*index, entries[*index].problem, entries[*index].traits.as_ref()?))
        })
        .collect();
    let traits: Vec<_> = measured.iter().map(|(_, problem, traits)| (*problem, *traits)).collect();
    let mut all = vec![Vec::new(); entries.len()];
    for ((index, ..), flags) in measured.iter().zip(quality::flags(&traits)) {
        all[*index] = flags;
    }
    all
}

/// Keeps at most so many examples of a problem: the first by hash, good and bad by turns.
fn cap(entries: &[Entry], most: usize, fates: &mut [Result<Split, Left>]) {
    let mut by_problem = BTreeMap::<_, [Vec<usize>; 2]>::new();
    for (index, entry) in entries.iter().enumerate().filter(|(index, _)| fates[*index].is_ok()) {
        by_problem.entry(entry.problem).or_default()[usize::from(entry.bad)].push(index);
    }
    for mut kinds in by_problem.into_values() {
        for kind in &mut kinds {
            kind.sort_by_key(|index| entries[*index].content);
        }
        let longest = kinds.iter().map(Vec::len).max().unwrap_or(0);
        let by_turns = (0..longest).flat_map(|turn| kinds.iter().filter_map(move |k| k.get(turn)));
        by_turns.skip(most).for_each(|index| fates[*index] = Err(Left::OverCap));
    }
}

/// Keeps at most `ratio` times as many bad ones as good ones, and the other way round.
fn balance(entries: &[Entry], ratio: f64, fates: &mut [Result<Split, Left>]) {
    for split in Split::ALL {
        let of = |bad: bool| -> Vec<usize> {
            let all = (0..entries.len()).filter(|index| fates[*index] == Ok(split));
            let mut all: Vec<_> = all.filter(|index| entries[*index].bad == bad).collect();
            all.sort_by_key(|index| entries[*index].content);
            all
        };
        let (good, bad) = (of(false), of(true));
        for (kind, other) in [(&good, &bad), (&bad, &good)] {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "of counts"
            )]
            let most = (other.len() as f64 * ratio.max(0.0)) as usize;
            kind.iter().skip(most).for_each(|index| fates[*index] = Err(Left::Unbalanced));
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

use super::*;
use proptest::prelude::*;

fn entry(problem: usize, content: u8, bad: bool) -> Entry {
    Entry { problem, content: [content; 16], bad, basis: None, traits: None }
}

fn fates(entries: &[Entry], splits: &[Split], options: &Options) -> Vec<Result<Split, Left>> {
    plan(entries, splits, options).0
}

#[test]
fn the_share_of_problems_is_exact_and_does_not_depend_on_their_order() {
    let problems: Vec<_> = (0..50).map(|number| format!("problem {number}")).collect();
    let splits = split(&problems, 0.1);
    assert_eq!(splits.iter().filter(|split| **split == Split::Test).count(), 5);
    let reversed: Vec<_> = problems.iter().rev().cloned().collect();
    let again: Vec<_> = split(&reversed, 0.1).into_iter().rev().collect();
    assert_eq!(splits, again);
    assert!(split(&problems, 0.0).iter().all(|split| *split == Split::Train));
}

#[test]
fn a_record_is_kept_once_and_never_in_both_splits() {
    let entries = [entry(0, 1, false), entry(0, 1, false), entry(1, 1, false), entry(0, 2, false)];
    let found = fates(&entries, &[Split::Train, Split::Test], &Options::default());
    let expected = [Err(Left::Leak), Err(Left::Leak), Ok(Split::Test), Ok(Split::Train)];
    assert_eq!(found, expected);
}

#[test]
fn a_cap_takes_good_and_bad_by_turns() {
    let entries: Vec<_> = (0..9).map(|number| entry(0, number, number > 1)).collect();
    let options = Options { per_problem: Some(5), ..Options::default() };
    let found = fates(&entries, &[Split::Train], &options);
    let kept: Vec<_> = (0..9).filter(|index| found[*index].is_ok()).collect();
    assert_eq!(kept, [0, 1, 2, 3, 4]);
}

#[test]
fn balance_holds_in_both_directions() {
    for (bad, good, kept) in [(9, 3, 6), (2, 8, 4)] {
        let entries: Vec<_> =
            (0..bad + good).map(|number| entry(0, number, number < bad)).collect();
        let options = Options { balance: Some(1.0), ..Options::default() };
        let found = fates(&entries, &[Split::Train], &options);
        assert_eq!(found.iter().filter(|fate| fate.is_ok()).count(), kept);
    }
}

proptest! {
    #[test]
    fn no_problem_and_no_record_is_in_two_splits(
        rolls in prop::collection::vec((0..12_usize, 0..40_u8, any::<bool>()), 1..200),
        share in 0.0..0.9_f64,
    ) {
        let problems: Vec<_> = (0..12).map(|number| number.to_string()).collect();
        let splits = split(&problems, share);
        let entries: Vec<_> =
            rolls.into_iter().map(|(problem, content, bad)| entry(problem, content, bad)).collect();
        let found = fates(&entries, &splits, &Options::default());
        let of = |wanted: Split| -> BTreeSet<_> {
            let kept = entries.iter().zip(&found).filter(|(_, fate)| **fate == Ok(wanted));
            kept.map(|(entry, _)| entry.content).collect()
        };
        prop_assert!(of(Split::Train).is_disjoint(&of(Split::Test)));
        for (entry, fate) in entries.iter().zip(&found) {
            prop_assert!(fate.is_err() || *fate == Ok(splits[entry.problem]));
        }
    }
}

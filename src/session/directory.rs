//! Where sessions are kept, and what they are called.
//!
//! Not responsible for making the directory or the files; see `create.rs`.

use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::error::Error;

/// How the name of a session file ends.
pub const EXTENSION: &str = ".pleach";

/// How many characters of the problem a name may have.
const SLUG: usize = 48;

/// Returns the directory where sessions are kept unless the user names another: `sessions` in
/// `$PLEACH_DATA_DIR`, or `pleach/sessions` in the user's data directory.
///
/// # Errors
/// Returns [`Error::NoHome`].
pub fn default_directory() -> Result<PathBuf, Error> {
    let data = || etcetera::choose_base_strategy().ok().map(|base| base.data_dir());
    directory_in(std::env::var_os("PLEACH_DATA_DIR"), data).ok_or(Error::NoHome)
}

fn directory_in(
    chosen: Option<OsString>,
    data: impl FnOnce() -> Option<PathBuf>,
) -> Option<PathBuf> {
    match chosen {
        Some(chosen) if !chosen.is_empty() => Some(PathBuf::from(chosen).join("sessions")),
        _ => Some(data()?.join("pleach").join("sessions")),
    }
}

/// Returns a file name for a session: the problem's first words in plain ASCII, and the time of
/// creation (milliseconds since 1970-01-01 UTC) as a UTC date. The name is safe on all systems.
#[must_use]
pub fn file_name_for(problem: &str, created: u64) -> String {
    let mut slug = String::new();
    for word in problem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
    {
        let room = SLUG.saturating_sub(slug.len() + 1);
        if slug.is_empty() {
            slug.extend(word.chars().take(SLUG));
        } else if word.len() <= room {
            slug.push('-');
            slug.push_str(word);
        } else {
            break;
        }
    }
    if slug.is_empty() {
        slug.push_str("session");
    }
    slug.make_ascii_lowercase();
    let (year, month, day) = date(created / 86_400_000);
    let second = created / 1000 % 86_400;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{slug}-{year:04}{month:02}{day:02}-{hour:02}{minute:02}{second:02}{EXTENSION}")
}

/// Turns days since 1970-01-01 into year, month and day of the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Years that begin in March have their leap day at the end, and the lengths of their
    // months then follow one formula. An era is 400 years, 146,097 days.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_tell_the_problem_and_the_day() {
        let name = |problem| file_name_for(problem, 1_795_490_518_000);
        assert_eq!(name("Make 24 from 1, 5, 5, 5!"), "make-24-from-1-5-5-5-20261124-032158.pleach");
        assert_eq!(name("../../etc/passwd"), "etc-passwd-20261124-032158.pleach");
        assert_eq!(name("¿Qué?"), "qu-20261124-032158.pleach");
        assert_eq!(name("木"), "session-20261124-032158.pleach");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (days, expected) in [
            (0, (1970, 1, 1)),
            (58, (1970, 2, 28)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_322, (2000, 12, 31)),
            (20_781, (2026, 11, 24)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(date(days), expected, "day {days}");
        }
    }

    proptest! {
        #[test]
        fn names_are_short_and_safe(problem in ".*", created in 0..10_000_000_000_000u64) {
            let name = file_name_for(&problem, created);
            prop_assert!(name.len() <= SLUG + 32 && !name.starts_with(['-', '.']), "{}", name);
            prop_assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b)));
        }
    }

    #[test]
    fn the_variable_goes_before_the_data_directory() {
        let data = || Some(PathBuf::from("/home/a/.local/share"));
        let kept = |chosen: Option<&str>| directory_in(chosen.map(Into::into), data).unwrap();
        assert_eq!(kept(Some("/data")), PathBuf::from("/data/sessions"));
        assert_eq!(kept(None), PathBuf::from("/home/a/.local/share/pleach/sessions"));
        assert_eq!(kept(Some("")), kept(None));
        assert_eq!(directory_in(None, || None), None);
    }
}

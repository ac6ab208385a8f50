//! Nothing lost, nobody let in: the tests that are worth repeating by the thousand.
//!
//! Each runs a small count with all other tests. `PLEACH_COUNT` says how often instead, and
//! `PLEACH_SEED` repeats an earlier run; the Makefile has a target for each (`make kill
//! CYCLES=20000`). What was measured is in `docs/reliability.md`.
//!
//! Those that need a second process run this same program again: the ignored tests among these
//! are such processes, and do nothing on their own.

#![cfg(target_os = "linux")] // processes are killed, watched and spoilt in Linux's ways
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)] // tests fail loudly
#![allow(clippy::print_stdout)] // counts and seeds
#![allow(clippy::cast_possible_truncation)] // random numbers are cut to size

mod damage;
mod faults;
mod kill;
mod messages;
mod openers;
#[path = "../pty/mod.rs"]
mod pty;
mod renders;
mod soak;
mod support;
mod workload;

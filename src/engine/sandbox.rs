//! What a process may still do that reads a stranger's bytes: read files, compute, and talk over its
//! pipes.
//!
//! Responsible for taking away everything else where the kernel can (Linux with Landlock): a
//! model file that takes llama.cpp over can change no file of the person's, start no program and
//! reach no network. How memory is bounded and a parent's death is heard of is in `process.rs`.
//!
//! Two places stay writable: `/dev`, through which graphics cards are used, and the temporary
//! folder, where the embedded model goes for a moment.

#[cfg(target_os = "linux")]
use std::path::Path;

use super::process;

/// How much was taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confined {
    /// Writing, running programs and the network.
    Whole,
    /// What an older kernel can take away of it.
    Partly,
    /// Nothing: the system has no Landlock.
    Not,
}

/// Makes this process one that may read a stranger's bytes: it ends with its parent, stays within the
/// machine's memory, leaves no core file and is confined. Before any other thread starts, for each is
/// confined with the one that starts it.
pub fn enter() {
    process::die_with_parent();
    process::stay_within_memory();
    process::leave_no_core();
    if confine() == Confined::Not {
        tracing::debug!("the system cannot confine this process");
    }
}

/// Confines this thread and all that it starts.
fn confine() -> Confined {
    #[cfg(target_os = "linux")]
    {
        confine_by_landlock(&std::env::temp_dir()).unwrap_or(Confined::Not)
    }
    #[cfg(not(target_os = "linux"))]
    {
        Confined::Not
    }
}

/// Confines this thread; one folder stays writable.
#[cfg(target_os = "linux")]
fn confine_by_landlock(writable: &Path) -> Result<Confined, landlock::RulesetError> {
    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
        RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    };
    let newest = ABI::V5;
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .create()?;
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let devices = read | AccessFs::WriteFile | AccessFs::IoctlDev;
    let passing =
        read | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile;
    let places = [(Path::new("/"), read), (Path::new("/dev"), devices), (writable, passing)];
    let mut rules = Vec::new();
    for (path, access) in places {
        if let Ok(path) = PathFd::new(path) {
            rules.push(Ok::<_, landlock::RulesetError>(PathBeneath::new(path, access)));
        }
    }
    // This also sets `no_new_privs`: no program that is started could gain rights.
    let status = ruleset.add_rules(rules)?.restrict_self()?;
    Ok(match status.ruleset {
        RulesetStatus::FullyEnforced => Confined::Whole,
        RulesetStatus::PartiallyEnforced => Confined::Partly,
        RulesetStatus::NotEnforced => Confined::Not,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_confined_thread_reads_and_no_more() {
        let (folder, writable) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = folder.path().join("a");
        std::fs::write(&file, "text").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // Only the thread is confined, and what it starts.
        let outcome = std::thread::spawn(move || {
            let confined = confine_by_landlock(writable.path()).unwrap_or(Confined::Not);
            let run = Command::new("true").status();
            let connected = std::net::TcpStream::connect(address).map(drop);
            let read = std::fs::read_to_string(&file);
            (confined, read, std::fs::write(&file, "other"), run.map(drop), connected)
        });
        let (confined, read, written, run, connected) = outcome.join().unwrap();
        assert_eq!(read.unwrap(), "text");
        let refused = |result: std::io::Result<()>| {
            result.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
        };
        match confined {
            Confined::Whole => assert!(refused(written) && refused(run) && refused(connected)),
            Confined::Partly => assert!(refused(written) && refused(run)),
            Confined::Not => written.unwrap(),
        }
        std::fs::write(folder.path().join("b"), "not confined here").unwrap();
    }
}

//! What the worker asks of the operating system: to die with its parent, to stay within the
//! machine's memory, and what time it took.
//!
//! Responsible for the system calls that the standard library does not have.

#[cfg(unix)]
use rustix::process::{Resource, Rlimit, setrlimit};

/// Has the kernel kill this process when the thread that started it ends, however it ends.
pub fn die_with_parent() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// Makes sure that a worker that wants too much memory fails alone: allocations beyond the
/// machine's memory are refused, and if memory runs out all the same, the kernel ends this
/// process first.
pub fn stay_within_memory() {
    // Refused where the system forbids it; then the limit below is what is left.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    #[cfg(target_os = "linux")]
    if let Some(most) = physical_memory() {
        limit(Resource::Data, most);
    }
}

/// Leaves no core file behind: it would hold the texts that the worker was reading.
pub fn leave_no_core() {
    #[cfg(unix)]
    limit(Resource::Core, 0);
}

#[cfg(unix)]
fn limit(resource: Resource, most: u64) {
    let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
}

/// Returns the machine's memory in bytes, where that is known: on Linux.
pub fn physical_memory() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let known = rustix::system::sysinfo();
        #[allow(clippy::useless_conversion)] // a C long, which is short on 32-bit systems
        let units: u64 = known.totalram.into();
        units.checked_mul(known.mem_unit.into()).filter(|bytes| *bytes > 0)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Returns the seconds of processor time of this process, all threads together.
pub fn processor_seconds() -> f64 {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
        time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
    }
    #[cfg(not(unix))]
    {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_processor_time_and_the_machine_has_memory() {
        let before = processor_seconds();
        let mut sum = 0u64;
        while processor_seconds() - before < 1e-3 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(sum > 0 && physical_memory().is_none_or(|bytes| bytes > 1 << 26));
    }
}

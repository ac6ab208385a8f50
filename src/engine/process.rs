//! What the worker asks of the operating system: to die with its parent, to stay within the
//! machine's memory, and what time it took.
//!
//! Responsible for the system calls that the standard library does not have. What is `unsafe` in it
//! are plain calls with numbers and pointers to locals.

#![allow(unsafe_code)] // system calls without a safe form in the standard library

/// Has the kernel kill this process when the thread that started it ends, however it ends.
pub fn die_with_parent() {
    #[cfg(target_os = "linux")]
    // SAFETY: takes numbers and touches no memory of ours.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
}

/// Makes sure that a worker that wants too much memory fails alone: allocations beyond the
/// machine's memory are refused, and if memory runs out all the same, the kernel ends this
/// process first.
pub fn stay_within_memory() {
    // Refused where the system forbids it; then the limit below is what is left.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    #[cfg(target_os = "linux")]
    if let Some(limit) = physical_memory() {
        let limit = libc::rlimit { rlim_cur: limit, rlim_max: limit };
        // SAFETY: the pointer is to a local that outlives the call.
        unsafe {
            libc::setrlimit(libc::RLIMIT_DATA, &raw const limit);
        }
    }
}

/// Leaves no core file behind: it would hold the texts that the worker was reading.
pub fn leave_no_core() {
    #[cfg(unix)]
    {
        let limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the pointer is to a local that outlives the call.
        unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const limit) };
    }
}

/// Returns the machine's memory in bytes.
pub fn physical_memory() -> Option<u64> {
    // SAFETY: takes a number and touches no memory of ours.
    #[cfg(unix)]
    let (pages, size) =
        unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    #[cfg(not(unix))]
    let (pages, size) = (0i64, 0i64);
    let bytes = u64::try_from(pages).ok()?.checked_mul(u64::try_from(size).ok()?)?;
    (bytes > 0).then_some(bytes)
}

/// Returns the seconds of processor time of this process, all threads together.
pub fn processor_seconds() -> f64 {
    #[cfg(unix)]
    {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the pointer is to a local that outlives the call.
        let failed =
            unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) } != 0;
        if failed { 0.0 } else { time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9 }
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

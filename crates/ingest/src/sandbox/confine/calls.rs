//! System calls, by seccomp: a list of those that reading needs. All others fail with
//! `EPERM`, as a program can live with; none of them is missed by a parser.

use std::collections::BTreeMap;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

/// Calls that are answered whatever their arguments: memory, threads, time, and
/// files that are open already or that Landlock lets be opened.
const NEEDED: &[c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getcwd,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Older calls for the same, which newer kinds of processors never had.
#[cfg(target_arch = "x86_64")]
const NEEDED_OF_OLD: &[c_long] = &[
    libc::SYS_arch_prctl,
    libc::SYS_getrlimit,
    libc::SYS_gettimeofday,
    libc::SYS_lstat,
    libc::SYS_poll,
    libc::SYS_stat,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const NEEDED_OF_OLD: &[c_long] = &[];

/// Calls that make and remove files, where Landlock decides which.
const FOR_WRITING: &[c_long] = &[libc::SYS_openat, libc::SYS_unlinkat];
#[cfg(target_arch = "x86_64")]
const FOR_WRITING_OF_OLD: &[c_long] = &[libc::SYS_open, libc::SYS_unlink];
#[cfg(not(target_arch = "x86_64"))]
const FOR_WRITING_OF_OLD: &[c_long] = &[];

/// Whether the kernel enforces it.
pub(super) fn confine(writes: bool) -> bool {
    match programs(writes) {
        Ok(programs) => programs.iter().all(|program| apply_filter(program).is_ok()),
        Err(error) => {
            eprintln!("no filter of system calls: {error}");
            false
        }
    }
}

fn programs(writes: bool) -> Result<[BpfProgram; 2], seccompiler::BackendError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let errno = |number: i32| SeccompAction::Errno(number.unsigned_abs());
    let no_clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    // The C library asks for threads by `clone3`, whose arguments cannot be looked at,
    // and falls back to `clone` where the kernel does not know it.
    let unknown = SeccompFilter::new(no_clone3, SeccompAction::Allow, errno(libc::ENOSYS), arch)?;
    let needed = SeccompFilter::new(
        rules(writes)?,
        errno(libc::EPERM),
        SeccompAction::Allow,
        arch,
    )?;
    Ok([unknown.try_into()?, needed.try_into()?])
}

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

fn rules(writes: bool) -> Result<Rules, seccompiler::BackendError> {
    let always =
        |calls: &[c_long]| -> Rules { calls.iter().map(|call| (*call, Vec::new())).collect() };
    let mut rules = always(NEEDED);
    rules.extend(always(NEEDED_OF_OLD));
    // For the last of these filters; the one before answers it.
    rules.extend(always(&[libc::SYS_clone3]));
    if writes {
        rules.extend(always(FOR_WRITING));
        rules.extend(always(FOR_WRITING_OF_OLD));
    } else {
        let to_write = flags(libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC);
        rules.insert(
            libc::SYS_openat,
            when(2, SeccompCmpOp::MaskedEq(to_write), 0)?,
        );
        #[cfg(target_arch = "x86_64")]
        rules.insert(
            libc::SYS_open,
            when(1, SeccompCmpOp::MaskedEq(to_write), 0)?,
        );
    }
    // Threads, but no processes.
    let thread = flags(libc::CLONE_THREAD);
    rules.insert(
        libc::SYS_clone,
        when(0, SeccompCmpOp::MaskedEq(thread), thread)?,
    );
    // To abort, but not to disturb others.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, when(0, SeccompCmpOp::Eq, own)?);
    // To look at limits and name threads, but to change nothing.
    rules.insert(libc::SYS_prlimit64, when(2, SeccompCmpOp::Eq, 0)?);
    rules.insert(
        libc::SYS_prctl,
        when(0, SeccompCmpOp::Eq, flags(libc::PR_SET_NAME))?,
    );
    Ok(rules)
}

fn flags(flags: libc::c_int) -> u64 {
    u64::from(flags.unsigned_abs())
}

/// The rule that one argument of a call compares so.
fn when(
    argument: u8,
    compares: SeccompCmpOp,
    to: u64,
) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let length = SeccompCmpArgLen::Qword;
    let condition = SeccompCondition::new(argument, length, compares, to)?;
    Ok(vec![SeccompRule::new(vec![condition])?])
}

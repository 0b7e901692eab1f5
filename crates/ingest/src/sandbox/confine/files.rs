//! Files, by Landlock: what is not named here cannot be opened, made or removed.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, PathFdError, Ruleset,
    RulesetAttr as _, RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope,
};

/// The newest rights that are asked for; an older kernel keeps what it knows of them.
const RIGHTS: ABI = ABI::V6;

/// Whether the kernel enforces it.
pub(super) fn confine(readable: &Path, writable: Option<&Path>) -> io::Result<bool> {
    let file = open(readable)?;
    let folder = writable.map(open).transpose()?;
    // Where a container's own filter forbids the call, the limits still hold.
    Ok(rules(file, folder).unwrap_or_else(|error| {
        eprintln!("no rules for files: {error}");
        false
    }))
}

fn open(path: &Path) -> io::Result<PathFd> {
    PathFd::new(path).map_err(|error| match error {
        PathFdError::OpenCall { source, .. } => source,
        other => io::Error::other(other),
    })
}

fn rules(file: PathFd, folder: Option<PathFd>) -> Result<bool, RulesetError> {
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(AccessNet::from_all(RIGHTS))?
        .scope(Scope::from_all(RIGHTS))?
        .create()?
        .add_rule(PathBeneath::new(file, AccessFs::ReadFile))?;
    let ruleset = match folder {
        Some(folder) => ruleset.add_rule(PathBeneath::new(folder, in_folder()))?,
        None => ruleset,
    };
    let status = ruleset.restrict_self()?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// Making files, reading them again, and removing them.
fn in_folder() -> BitFlags<AccessFs> {
    AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::MakeReg | AccessFs::RemoveFile
}

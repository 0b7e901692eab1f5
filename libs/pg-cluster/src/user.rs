//! As whom the server runs.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown, fchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::error::ClusterError;

/// The system user that owns the data and runs the server's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServerUser {
    /// The user's number.
    pub(crate) uid: u32,
    /// Set when we are root and must become that user: the group's number.
    switch_to_group: Option<u32>,
}

impl ServerUser {
    /// The user for new data: ourselves, or, for root, `postgres` or `nobody`.
    pub(crate) fn for_new_data() -> Result<Self, ClusterError> {
        let uid = user_id()?;
        if uid != 0 {
            return Ok(Self {
                uid,
                switch_to_group: None,
            });
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "_postgres", "nobody"]
            .iter()
            .find_map(|name| account(&accounts, name))
            .map(|(uid, gid)| Self {
                uid,
                switch_to_group: Some(gid),
            })
            .ok_or(ClusterError::NoServerUser)
    }

    /// The user for data that exists: its owner, whom only root can become.
    pub(crate) fn owner_of(data: &Path) -> Result<Self, ClusterError> {
        let metadata = fs::metadata(data).map_err(ClusterError::io("inspect", data))?;
        let (owner, you) = (metadata.uid(), user_id()?);
        if you != 0 && you != owner {
            return Err(ClusterError::NotYours {
                path: data.into(),
                owner,
                you,
            });
        }
        let switch_to_group = (you == 0).then(|| metadata.gid());
        Ok(Self {
            uid: owner,
            switch_to_group,
        })
    }

    /// Whether we are root and the server runs as somebody else.
    pub(crate) fn is_somebody_else(&self) -> bool {
        self.switch_to_group.is_some()
    }

    /// A command that runs as this user, untouched by our own PostgreSQL
    /// settings, language and terminal.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        command.env("LC_ALL", "C").stdin(Stdio::null());
        if let Some(gid) = self.switch_to_group {
            command.uid(self.uid).gid(gid);
        }
        command
    }

    /// Gives a file of ours to this user.
    pub(crate) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        match self.switch_to_group {
            Some(gid) => chown(path, Some(self.uid), Some(gid))
                .map_err(ClusterError::io("change the owner of", path)),
            None => Ok(()),
        }
    }

    /// Gives an open file of ours, known as `path`, to this user.
    pub(crate) fn own_open(&self, file: &File, path: &Path) -> Result<(), ClusterError> {
        match self.switch_to_group {
            Some(gid) => fchown(file, Some(self.uid), Some(gid))
                .map_err(ClusterError::io("change the owner of", path)),
            None => Ok(()),
        }
    }

    /// Whether this user can enter the folder, links and parents included.
    pub(crate) fn can_enter(&self, dir: &Path) -> bool {
        let mut command = self.command("/bin/sh");
        command
            .args(["-c", "cd -- \"$1\"", "sh"])
            .arg(dir)
            .current_dir("/");
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }
}

/// The number of the user who runs this program, such as 0 for root. The
/// standard library cannot tell it, so `id` is asked, once.
pub fn user_id() -> Result<u32, ClusterError> {
    static KNOWN: OnceLock<u32> = OnceLock::new();
    if let Some(uid) = KNOWN.get() {
        return Ok(*uid);
    }
    let output = Command::new("id")
        .arg("-u")
        .output()
        .map_err(ClusterError::io("run", "id"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let uid = text.trim().parse();
    let uid = uid.map_err(|_| ClusterError::Program {
        program: "id",
        output: text,
    })?;
    Ok(*KNOWN.get_or_init(|| uid))
}

/// User and group number of an account in the text of `/etc/passwd`.
fn account(accounts: &str, name: &str) -> Option<(u32, u32)> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next() == Some(name);
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (found && uid != 0).then_some((uid, gid))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/sh\n\
                            nobody:x:65534:65533::/nonexistent:/bin/false\n\
                            + broken line\n\
                            postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(account(ACCOUNTS, "postgres"), Some((101, 104)));
        assert_eq!(account(ACCOUNTS, "nobody"), Some((65534, 65533)));
        assert_eq!(account(ACCOUNTS, "post"), None);
    }

    #[test]
    fn root_is_never_the_server_user() {
        assert_eq!(account(ACCOUNTS, "root"), None);
    }
}

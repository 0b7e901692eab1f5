//! Each test confines a thread of its own, which is all that the kernel asks for, and
//! tries from there what a parser that was taken over would try.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use super::*;

/// A folder with one file to read, one that is somebody else's, and a folder to
/// write into.
fn place() -> TempDir {
    let place = TempDir::new().unwrap();
    fs::write(place.path().join("own.txt"), "own").unwrap();
    fs::write(place.path().join("other.txt"), "other").unwrap();
    fs::create_dir(place.path().join("into")).unwrap();
    place
}

/// What `attempt` comes to in a thread that is confined as a reader is, or as an
/// unpacker. `None` where the kernel lacks what `needs` asks for.
fn confined<T: Send + 'static>(
    unpacks: bool,
    needs: fn(Confinement) -> bool,
    attempt: impl FnOnce(&Path) -> T + Send + 'static,
) -> Option<T> {
    let place = place();
    let path = place.path().to_owned();
    let work = move || {
        let into = path.join("into");
        let confinement = confine(&path.join("own.txt"), unpacks.then_some(&into)).unwrap();
        needs(confinement).then(|| attempt(&path))
    };
    thread::spawn(work).join().unwrap()
}

fn assert_denied<T>(what: &str, result: Option<std::io::Result<T>>) {
    if let Some(result) = result {
        let error = result
            .err()
            .unwrap_or_else(|| panic!("{what} was possible"));
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{what}: {error}");
    }
}

const FILES: fn(Confinement) -> bool = |confinement| confinement.files;
const CALLS: fn(Confinement) -> bool = |confinement| confinement.calls;

#[test]
fn it_says_what_holds() {
    let found = thread::spawn(|| confine(Path::new("/dev/null"), None).unwrap());
    let found = found.join().unwrap();
    // Every kernel since 3.5 has seccomp.
    assert!(found.calls);
    assert!(
        found
            .to_string()
            .starts_with("no network and no other program")
            || found.files
    );
}

#[test]
fn its_own_file_is_read() {
    let read = confined(
        false,
        |_| true,
        |place| fs::read_to_string(place.join("own.txt")),
    );
    assert_eq!(read.unwrap().unwrap(), "own");
}

#[test]
fn no_other_file_is_read() {
    for other in ["other.txt", "into", "../../etc/passwd"] {
        let read = confined(false, FILES, move |place| {
            fs::read_to_string(place.join(other))
        });
        assert_denied(other, read);
    }
    let listed = confined(false, FILES, |place| fs::read_dir(place).map(drop));
    assert_denied("listing", listed);
}

#[test]
fn nothing_is_written_where_nothing_is_unpacked() {
    let made = confined(false, CALLS, |place| File::create(place.join("new.txt")));
    assert_denied("making a file", made);
    let changed = confined(false, CALLS, |place| {
        File::options().append(true).open(place.join("own.txt"))
    });
    assert_denied("changing a file", changed);
    let removed = confined(false, CALLS, |place| {
        fs::remove_file(place.join("other.txt"))
    });
    assert_denied("removing a file", removed);
}

#[test]
fn files_are_unpacked_into_one_folder_only() {
    let inside = confined(
        true,
        |_| true,
        |place| {
            let path = place.join("into/1");
            File::create_new(&path)?.write_all(b"member")?;
            let text = fs::read_to_string(&path)?;
            fs::remove_file(&path)?;
            Ok::<String, std::io::Error>(text)
        },
    );
    assert_eq!(inside.unwrap().unwrap(), "member");
    let outside = confined(true, FILES, |place| {
        File::create(place.join("into/../new.txt"))
    });
    assert_denied("a file outside", outside);
    let link = confined(true, FILES, |place| {
        std::os::unix::fs::symlink("/etc/passwd", place.join("into/link"))
    });
    assert_denied("a link", link);
    let mode = confined(true, CALLS, |place| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        fs::set_permissions(place.join("other.txt"), mode)
    });
    assert_denied("another file's mode", mode);
}

#[test]
fn the_network_is_out_of_reach() {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    assert_denied(
        "connecting",
        confined(false, CALLS, move |_| TcpStream::connect(address)),
    );
    assert_denied(
        "listening",
        confined(false, CALLS, |_| TcpListener::bind("127.0.0.1:0")),
    );
    assert_denied(
        "datagrams",
        confined(false, CALLS, |_| UdpSocket::bind("127.0.0.1:0")),
    );
    let local = confined(true, CALLS, |place| {
        UnixListener::bind(place.join("into/socket"))
    });
    assert_denied("a local socket", local);
}

#[test]
fn no_program_is_started_and_threads_are() {
    let started = confined(false, CALLS, |_| Command::new("/bin/true").spawn());
    assert_denied("a program", started);
    let counted = confined(false, CALLS, |_| thread::spawn(|| 1 + 1).join().unwrap());
    assert!(counted.is_none_or(|sum| sum == 2));
}

#[test]
fn limits_stay_and_others_are_left_alone() {
    let raised = confined(false, CALLS, |_| rlimit::Resource::NOFILE.set(10, 10));
    assert_denied("a limit", raised);
    // Signals have no call in the standard library; the shell would need a process.
    let status = confined(false, CALLS, |_| fs::read_to_string("/proc/1/environ"));
    assert!(status.is_none_or(|read| read.is_err()));
}

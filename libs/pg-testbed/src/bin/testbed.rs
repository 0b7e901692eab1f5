//! Housekeeping of the private test server.

use std::process::ExitCode;

const USAGE: &str = "usage: testbed stop    stops the private test server, unless it is in use";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words != ["stop"] {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    }
    match pg_testbed::stop_private_server() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

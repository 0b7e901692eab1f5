//! The `archivist` command: institutional memory and grant writing for nonprofits.

mod commands;
mod config;
mod database;
mod demo;
mod engine;
mod models;
mod original;
mod site;
mod work;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = original::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("archivist: {error:#}");
            ExitCode::FAILURE
        }
    }
}

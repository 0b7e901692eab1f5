//! The `archivist` command: institutional memory and grant writing for nonprofits.

mod commands;
mod config;
mod database;
mod demo;
mod site;
mod work;

use std::process::ExitCode;

use clap::Parser;

use crate::config::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("archivist: {error:#}");
            ExitCode::FAILURE
        }
    }
}

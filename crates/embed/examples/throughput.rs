//! How fast a model on this machine is, and what its vectors look like.
//!
//! ```text
//! cargo run --release -p archivist-embed --example throughput -- FOLDER [THREADS] [< TEXTS]
//! ```
//!
//! Texts are lines of standard input; without any, 500 made up ones of 40 to 200 words.
//! `PRINT=1` in the environment prints the vectors, a line of JSON each, and nothing else.

use std::error::Error;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::time::Instant;

use archivist_embed::local::{LocalModel, Precision};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, rest @ ..] = args.as_slice() else {
        return Err("usage: throughput FOLDER [THREADS]".into());
    };
    let threads = rest.first().map_or(Ok(2), |threads| threads.parse())?;
    let texts = texts()?;
    let prints = std::env::var_os("PRINT");
    for precision in [Precision::F32, Precision::Int8] {
        let model = LocalModel::open(Path::new(folder), "model", precision, threads)?;
        let start = Instant::now();
        let embedded = model.embed_blocking(&texts);
        let seconds = start.elapsed().as_secs_f64();
        if let Some(which) = &prints {
            if which.to_str() == Some(precision.as_str()) {
                print(&embedded.vectors)?;
            }
            continue;
        }
        let start = Instant::now();
        for text in texts.iter().take(50) {
            let question: String = text.split_inclusive(' ').take(8).collect();
            model.embed_blocking(&[question]);
        }
        let query = start.elapsed().as_secs_f64() * 1000.0 / 50.0;
        println!(
            "{}: {:.0} texts/s, {:.0} pieces/s, {query:.1} ms a question",
            precision.as_str(),
            texts.len() as f64 / seconds,
            embedded.usage.tokens as f64 / seconds,
        );
    }
    Ok(())
}

fn texts() -> io::Result<Vec<String>> {
    let mut given = String::new();
    if !io::stdin().is_terminal() {
        io::stdin().read_to_string(&mut given)?;
    }
    if !given.is_empty() {
        return Ok(given.lines().map(str::to_owned).collect());
    }
    let words = [
        "reading",
        "coaches",
        "families",
        "gardens",
        "budget",
        "evaluation",
        "of",
        "the",
    ];
    let text = |n: usize| {
        let words = (0..40 + n % 161).map(|w| words[(n * 7 + w * 5) % words.len()]);
        words.collect::<Vec<_>>().join(" ")
    };
    Ok((0..500).map(text).collect())
}

fn print(vectors: &[Vec<f32>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for vector in vectors {
        let numbers: Vec<String> = vector.iter().map(f32::to_string).collect();
        writeln!(out, "[{}]", numbers.join(","))?;
    }
    Ok(())
}

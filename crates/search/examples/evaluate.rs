//! Measures the search on judged collections in BEIR's form, and on the same
//! documents asked for by their titles:
//! `cargo run --release -p archivist-search --example evaluate -- DIR…`

use std::path::PathBuf;

use archivist_search::Mode;
use archivist_search::evaluate::{Collection, CollectionError};

/// Vectors are learned from this seed.
const SEED: u64 = 1;

fn main() -> Result<(), CollectionError> {
    for folder in std::env::args_os().skip(1).map(PathBuf::from) {
        let collection = Collection::read(&folder)?;
        print(&format!("{}", folder.display()), &collection);
        print("  the same by title", &collection.by_title());
    }
    Ok(())
}

fn print(name: &str, collection: &Collection) {
    let index = collection.index(SEED);
    println!("{name}: {} documents", collection.corpus.len());
    println!("  mode     nDCG@10     MAP     MRR    R@10   R@100");
    for mode in [Mode::Lexical, Mode::Dense, Mode::Hybrid] {
        let m = collection.measure(&index, mode);
        println!(
            "  {:<8}  {:.4}  {:.4}  {:.4}  {:.4}  {:.4}",
            format!("{mode:?}"),
            m.ndcg_at_10,
            m.map,
            m.mrr,
            m.recall_at_10,
            m.recall_at_100
        );
    }
}

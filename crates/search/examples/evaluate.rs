//! Measures the search on judged collections in BEIR's form:
//! `cargo run --release -p archivist-search --example evaluate -- DIR…`

use std::path::PathBuf;

use archivist_search::Mode;
use archivist_search::evaluate::{Collection, CollectionError};

fn main() -> Result<(), CollectionError> {
    for folder in std::env::args_os().skip(1).map(PathBuf::from) {
        let collection = Collection::read(&folder)?;
        let index = collection.index(1);
        println!(
            "{}: {} documents",
            folder.display(),
            collection.corpus.len()
        );
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
    Ok(())
}

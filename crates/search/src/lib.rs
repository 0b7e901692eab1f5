//! Lexical and vector index, hybrid ranking, and reasons for every hit.

//! The attribute `#[pg_testbed::test]`. Use it by way of the crate `pg-testbed`,
//! which re-exports it and has what the generated code calls.

mod expand;
mod options;

use proc_macro::TokenStream;
use syn::{ItemFn, parse_macro_input};

use crate::options::Options;

/// Makes a test that is given a scratch database.
///
/// The type of the function's one argument says in which form: `ScratchDb`,
/// `PgPool`, `PgConnection`, `String` or `&str` (the URL), or
/// `ScratchTransaction`, the fastest: one connection in a transaction. The function is `async` or not,
/// and returns nothing or a `Result`; an error keeps the database like a panic.
///
/// ```text
/// #[pg_testbed::test(migrations = "./migrations", mode = wipe, fixtures("people"))]
/// async fn everybody_has_a_name(pool: PgPool) { … }
/// ```
///
/// - `migrations = "path"`: sqlx migrations, relative to `Cargo.toml`;
///   `migrator = path::TO_STATIC`: a `Migrator` that there is already;
///   `template = expression`: any `Template`. Without one of them the database
///   is empty.
/// - `mode = clone | wipe | rollback`: how the test is kept apart. A
///   `ScratchTransaction` is always rolled back.
/// - `fixtures("name", "path/to/file.sql")`: statements run before the test;
///   a name stands for `fixtures/name.sql`. Relative to the source file.
/// - `flavor = "multi_thread"`: the runtime of an async test.
/// - `crate = path`: where `pg-testbed` is, if it has another name:
///   `#[testbed::test(crate = testbed)]`.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let options = parse_macro_input!(arguments as Options);
    let function = parse_macro_input!(item as ItemFn);
    let expanded = expand::expand(&options, &function);
    expanded
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

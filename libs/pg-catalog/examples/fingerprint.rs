//! Prints the fingerprint of a database: `fingerprint postgres://… [schema]…`.

use std::error::Error;

use pg_catalog::load;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("the URL of a database is expected")?;
    let schemas: Vec<String> = arguments.collect();
    let mut schemas: Vec<&str> = schemas.iter().map(String::as_str).collect();
    if schemas.is_empty() {
        schemas.push("public");
    }
    print!("{}", load(&url, &schemas).await?);
    Ok(())
}

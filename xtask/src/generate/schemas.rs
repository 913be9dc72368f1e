//! What is in `schema/` for editors and other programs and has its form in code; the other schemas there are written by hand
//! and tried by tests.

use super::{Files, Generator};
use seawall_compiler::decode::{kdl_schema, schema};
use seawall_compiler::show;

pub(super) static GENERATOR: Generator = Generator {
    name: "schemas",
    about: "schema/language.json, schema/language.kdl, schema/show.schema.json",
    owns: None,
    make: || Ok(make()),
};

fn make() -> Files {
    let files = [
        ("schema/language.json", format!("{:#}\n", schema::json())),
        ("schema/language.kdl", kdl_schema::kdl()),
        ("schema/show.schema.json", format!("{:#}\n", show::schema())),
    ];
    files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect()
}

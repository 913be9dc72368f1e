//! `schema/*.schema.json` of data whose form is defined in code; the others there are written by hand and tried by tests.

use super::{Files, Generator};
use seawall_compiler::show;

pub(super) static GENERATOR: Generator =
    Generator { name: "schemas", about: "schema/show.schema.json", owns: None, make: || Ok(make()) };

fn make() -> Files {
    Files::from([("schema/show.schema.json".to_owned(), format!("{:#}\n", show::schema()).into_bytes())])
}

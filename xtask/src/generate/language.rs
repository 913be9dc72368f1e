//! `docs/language.md`: the reference of the language, from the tables that files are read by.

use super::{Files, Generator};
use seawall_compiler::decode::reference;

pub(super) static GENERATOR: Generator = Generator {
    name: "language",
    about: "docs/language.md",
    owns: None,
    make: || Ok(Files::from([("docs/language.md".to_owned(), reference::markdown().into_bytes())])),
};

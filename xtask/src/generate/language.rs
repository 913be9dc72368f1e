//! `docs/language.md`: below its mark the reference of the language, from the tables that files are read by; what stands
//! above the mark is written by hand.

use super::{Files, Generator};
use seawall_compiler::decode::reference;
use seawall_tests::control_plane::workspace;
use std::error::Error;

const PATH: &str = "docs/language.md";
const MARK: &str =
    "<!-- What follows is written by `cargo xtask generate` from the tables that files are read by. -->\n";

pub(super) static GENERATOR: Generator =
    Generator { name: "language", about: "the reference in docs/language.md", owns: None, make };

fn make() -> Result<Files, Box<dyn Error>> {
    let text = std::fs::read_to_string(workspace().join(PATH))?;
    let (guide, _) = text.split_once(MARK).ok_or("docs/language.md has lost its mark")?;
    let fresh = format!("{guide}{MARK}\n{}", reference::markdown());
    Ok(Files::from([(PATH.to_owned(), fresh.into_bytes())]))
}

//! The tables in `docs/policies.md`: everything behind its mark; what stands before it is written by hand.

use super::{Files, Generator};
use seawall_compiler::policy::reference;
use seawall_tests::control_plane::workspace;
use std::error::Error;

const PATH: &str = "docs/policies.md";
const MARK: &str = "<!-- What follows is written by `cargo xtask generate` from the tables that expressions are typed by. -->\n";

pub(super) static GENERATOR: Generator =
    Generator { name: "policies", about: "functions and fields in docs/policies.md", owns: None, make };

fn make() -> Result<Files, Box<dyn Error>> {
    let text = std::fs::read_to_string(workspace().join(PATH))?;
    let (guide, _) = text.split_once(MARK).ok_or("docs/policies.md has lost its mark")?;
    let fresh = format!("{guide}{MARK}\n{}", reference::markdown());
    Ok(Files::from([(PATH.to_owned(), fresh.into_bytes())]))
}

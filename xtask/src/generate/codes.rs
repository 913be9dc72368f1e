//! `docs/codes/README.md`: its table of codes, from the registry; what stands above the table is written by hand.

use super::{Files, Generator};
use seawall_compiler::diagnostic::registry::ALL;
use seawall_tests::control_plane::workspace;
use std::error::Error;
use std::fmt::Write as _;

const PATH: &str = "docs/codes/README.md";

pub(super) static GENERATOR: Generator =
    Generator { name: "codes", about: "the table in docs/codes/README.md", owns: None, make };

fn make() -> Result<Files, Box<dyn Error>> {
    let text = std::fs::read_to_string(workspace().join(PATH))?;
    let mut fresh = text.split("| code |").next().unwrap_or_default().to_owned();
    fresh.push_str("| code | name | level | what |\n| --- | --- | --- | --- |\n");
    for code in ALL {
        writeln!(
            fresh,
            "| [{0}]({0}.md) | {1} | {2:?} | {3} |",
            code.id, code.name, code.level, code.summary
        )?;
    }
    Ok(Files::from([(PATH.to_owned(), fresh.into_bytes())]))
}

//! Fleets that no file of a case folder can hold: bytes that are no text, megabytes, a disk that fails, thousands of nodes.

use seawall_compiler::files::{FILE_LIMIT, FileError, Files, MemoryFiles};
use std::fmt::Write as _;

/// Code, name of the case, and the fleet.
type Made = (&'static str, &'static str, fn() -> Box<dyn Files>);

/// Every such fleet.
pub(super) static MADE: &[Made] = &[
    ("SW0205", "latin-1", || imports(b"tier caf\xe9")),
    ("SW0205", "just-utf-8", || imports("// café".as_bytes())),
    ("SW0206", "one-byte-over", || imports(&vec![b' '; FILE_LIMIT + 1])),
    ("SW0206", "just-as-large", || imports(&vec![b' '; FILE_LIMIT])),
    ("SW0207", "no-permission", || Box::new(Refusing)),
    ("SW0407", "places-of-events", || written(&events(1_100))),
    ("SW0407", "just-fewer", || written(&events(800))),
    ("SW0711", "pairs-of-many", || memory(&[("fleet.kdl", regions(3_000).as_bytes())])),
    ("SW1003", "thousand-and-one", || written(&"unheard-of\n".repeat(1_001))),
    ("SW1003", "just-a-thousand", || written(&"unheard-of\n".repeat(1_000))),
];

fn memory(files: &[(&str, &[u8])]) -> Box<dyn Files> {
    Box::new(MemoryFiles(files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect()))
}

fn imports(bytes: &[u8]) -> Box<dyn Files> {
    memory(&[("fleet.kdl", b"fleet acme\nimport \"a.kdl\"\n"), ("a.kdl", bytes)])
}

fn written(text: &str) -> Box<dyn Files> {
    memory(&[("fleet.kdl", format!("fleet acme\n{text}").as_bytes())])
}

/// Each of `count` events fails a region of 1,000 cells.
fn events(count: usize) -> String {
    let mut text = "region north country=DE {\n".to_owned();
    (0..1_000).for_each(|cell| writeln!(text, "cell c{cell}").unwrap());
    text.push_str("}\nregion south country=IT\n");
    (0..count).for_each(|event| writeln!(text, "event e{event} {{ fail north }}").unwrap());
    text
}

/// Any two of `count` regions.
fn regions(count: usize) -> String {
    let mut text = "fleet acme { survive any-region=2 }\n".to_owned();
    (0..count).for_each(|region| writeln!(text, "region r{region} country=DE").unwrap());
    text
}

/// Files that the system refuses to read, but for the entry.
struct Refusing;

impl Files for Refusing {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match path {
            "fleet.kdl" => Ok(b"fleet acme\nimport \"a.kdl\"\n".to_vec()),
            "a.kdl" => Err(FileError::Unreadable("permission denied".to_owned())),
            _ => Err(FileError::Missing),
        }
    }

    fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
        Ok(Vec::new())
    }
}

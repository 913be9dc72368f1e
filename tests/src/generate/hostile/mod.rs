//! Inputs of about a megabyte made to be slow: each shape asks one part of the compiler for more than a fleet ever would.
//!
//! Gives named folders of files, the same bytes every time. What they are held to (a second, 256 MB) is measured by
//! `cargo xtask bench --only hostile`; no test is timed.

mod fleets;
mod manifests;
mod text;

use std::collections::BTreeMap;

/// Bytes of each input, or a little more.
pub const SIZE: usize = 1_000_000;

/// A fleet's files by their path in its folder.
pub type Files = BTreeMap<String, String>;

/// An input and what it is.
pub struct Shape {
    /// What there is too much of.
    pub name: &'static str,
    /// Whether its findings are many, and are worth printing in every format.
    pub formats: bool,
    /// Makes the files.
    pub files: fn() -> Files,
}

/// All shapes.
pub fn shapes() -> Vec<Shape> {
    [text::SHAPES, fleets::SHAPES, manifests::SHAPES].into_iter().flatten().copied().map(shape).collect()
}

/// Name, whether every format is tried, and the maker.
type Row = (&'static str, bool, fn() -> Files);

fn shape((name, formats, files): Row) -> Shape {
    Shape { name, formats, files }
}

/// A fleet of one file.
fn only(text: String) -> Files {
    Files::from([("fleet.kdl".to_owned(), text)])
}

/// `before`, then as many lines as there is room for, then `after`.
fn lines(before: &str, line: impl Fn(usize) -> String, after: &str) -> String {
    let mut text = before.to_owned();
    let mut number = 0;
    while text.len() < SIZE {
        text.push_str(&line(number));
        number += 1;
    }
    text.push_str(after);
    text
}

/// Two regions, two tiers, a lane and a tenant: what the fleets stand on.
const BASE: &str = r#"seawall language=1
fleet f { survive any-region=1 }
tier gold order=10
tier batch order=1 preemptible=#true
lane way { draws-on reserve; opens-on declaration }
region a country=DE { city FRA; zone a1 a2; nodes m count=900 { allocatable cpu=64 memory="256Gi" pods=250 }; reserve way cpu="20%" memory="20%" pods="20%" }
region b country=FR { city PAR; zone b1 b2; nodes m count=900 { allocatable cpu=64 memory="256Gi" pods=250 }; reserve way cpu="20%" memory="20%" pods="20%" }
tenant t
"#;

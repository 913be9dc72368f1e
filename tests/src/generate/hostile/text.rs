//! Text that is hard to read: depth, length, and faults on every line.

use super::{Files, Row, SIZE, lines, only};

pub(super) const SHAPES: &[Row] = &[
    ("unknown nodes", true, || only(lines(START, |i| format!("x{i}\n"), ""))),
    ("unknown nodes on one line", true, || only(lines(START, |i| format!("x{i};"), "\n"))),
    ("near misses of a node", false, || only(lines(START, |i| format!("tennant t{i}\n"), ""))),
    ("unknown properties of one node", false, || only(lines("tenant t", |i| format!(" p{i}=1"), "\n"))),
    ("one property given again and again", false, || only(lines("tier t", |_| " order=1".into(), "\n"))),
    ("arguments too many", false, || only(lines("tenant", |i| format!(" a{i}"), "\n"))),
    ("semicolons", false, || only(";".repeat(SIZE))),
    ("newlines", false, || only("\n".repeat(SIZE))),
    ("open braces", true, || only("a{".repeat(SIZE / 2))),
    ("closing braces", true, || only("}".repeat(SIZE))),
    ("nested to the limit", false, || {
        only(lines("", |_| format!("{}{}\n", "a{".repeat(120), "}".repeat(120)), ""))
    }),
    ("nested comments", false, || only("/*".repeat(SIZE / 2))),
    ("slashdashes", false, || only("/-".repeat(SIZE / 2))),
    ("slashdashed blocks", false, || only("a /-{".repeat(SIZE / 5))),
    ("quotes", true, || only("\"".repeat(SIZE))),
    ("quotes on lines", false, || only("a \"\n".repeat(SIZE / 4))),
    ("raw quotes", false, || only(format!("{}\"", "#".repeat(SIZE)))),
    ("raw strings that do not end", false, || only("a #\"x\n".repeat(SIZE / 6))),
    ("multi-line strings that do not end", false, || only("a \"\"\"\n".repeat(SIZE / 6))),
    ("a multi-line string", false, || only(lines("a \"\"\"\n", |_| "    x \\n y\n".into(), "    \"\"\"\n"))),
    ("a string of escapes", false, || only(lines("tenant \"", |_| "\\u{1F600}\\n".into(), "\"\n"))),
    ("a string of wrong escapes", true, || only(lines("tenant \"", |_| "\\q".into(), "\"\n"))),
    ("a name of a megabyte", false, || only(lines("tenant ", |_| "n".into(), "\n"))),
    ("numbers of many digits", false, || only(lines("tier t order=", |_| "9".into(), "\n"))),
    ("wrong numbers", true, || only(lines("", |_| "tier t order=0x\n".into(), ""))),
    ("disallowed characters", true, || only(lines("", |_| "\u{7}".into(), "\n"))),
    ("bidirectional controls", false, || only(lines("", |_| "\u{202e}".into(), "\n"))),
    ("wide characters on one line", false, || only(lines("", |i| format!("\u{754c}{i};"), "\n"))),
    ("type annotations", false, || only(lines("", |_| "(a)".into(), "x\n"))),
    ("line continuations", false, || only(lines("a", |_| " \\\n".into(), "\n"))),
    ("version 1 spellings", true, || only(lines("", |_| "a true r\"x\"\n".into(), ""))),
    ("imports of nothing", true, || only(lines(START, |i| format!("import \"a{i}.kdl\"\n"), ""))),
    ("imports of small files", false, small_files),
    ("imports in a chain", false, chain_of_imports),
    ("imports of everything by every file", false, mesh_of_imports),
];

const START: &str = "seawall language=1\nfleet f\n";

fn small_files() -> Files {
    let mut files = only(lines(START, |i| format!("import \"a/{i}.kdl\"\n"), ""));
    let count = files["fleet.kdl"].lines().count() / 2;
    files.insert("fleet.kdl".into(), format!("{START}import \"a/*.kdl\"\n"));
    files.extend((0..count).map(|i| (format!("a/{i}.kdl"), format!("tenant t{i} {{ namespace n{i} }}\n"))));
    files
}

fn chain_of_imports() -> Files {
    let mut files = only(format!("{START}import \"a0.kdl\"\n"));
    files.extend((0..10_000).map(|i| (format!("a{i}.kdl"), format!("import \"a{}.kdl\"\n", i + 1))));
    files.insert("a10000.kdl".into(), String::new());
    files
}

fn mesh_of_imports() -> Files {
    let mut files = only(format!("{START}import \"a/*.kdl\"\n"));
    files.extend((0..2_000).map(|i| (format!("a/{i}.kdl"), "import \"a/*.kdl\"\n".repeat(25))));
    files
}

//! Strings that some YAML reader takes for something else. What the compiler writes is read by kubectl's reader (the Go
//! program in `tests/yaml`) and by the compiler's own; both must give the value back exactly.

use seawall_compiler::emit::yaml;
use seawall_compiler::manifest;
use seawall_compiler::span::FileId;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where values are read back wrong if they are not quoted.
fn corpus() -> Vec<String> {
    let words = [
        "y",
        "Y",
        "yes",
        "Yes",
        "YES",
        "n",
        "N",
        "no",
        "No",
        "NO",
        "on",
        "On",
        "ON",
        "off",
        "Off",
        "OFF",
        "true",
        "True",
        "TRUE",
        "false",
        "False",
        "FALSE",
        "~",
        "null",
        "Null",
        "NULL",
        "",
        " ",
        "  a",
        "a  ",
        "\ta",
        "a\t",
        "0",
        "-0",
        "+0",
        "012",
        "0o14",
        "0O14",
        "0x1F",
        "0X1f",
        "0b11",
        "-0b11",
        "0b-1",
        "1_000",
        "_1",
        "1_",
        "4_2",
        "0_7",
        "1e3",
        "1E3",
        "1e+3",
        "1.",
        ".5",
        "-.5",
        "+.5",
        "1.0",
        "1.5e-7",
        ".e3",
        "1e999",
        "9223372036854775808",
        "18446744073709551616",
        "-1",
        "+1",
        ".inf",
        "-.inf",
        "+.Inf",
        ".INF",
        ".nan",
        ".NaN",
        ".NAN",
        "nan",
        "inf",
        "Infinity",
        "2001-01-01",
        "2001-1-1",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43.10 -5",
        "2001-12-15 2:59:43.10",
        "12:30:45",
        "1:30",
        "190:20:30",
        "190:20:30.15",
        "08:00",
        "=",
        "<<",
        "- a",
        "-",
        "--",
        "---",
        "--- a",
        "...",
        "... a",
        "key: v",
        "key:",
        ":",
        ": a",
        "a:b",
        "?",
        "? a",
        "?a",
        "#x",
        "a #x",
        "a#x",
        "#",
        "&a",
        "*a",
        "!a",
        "!!str a",
        "|",
        ">",
        "|-",
        ">+",
        "'",
        "\"",
        "'a'",
        "\"a\"",
        "a'b",
        "a\"b",
        "%a",
        "@a",
        "`a`",
        "[",
        "]",
        "[a]",
        "{",
        "}",
        "{a: b}",
        "a, b",
        ",",
        "a\nb",
        "a\n",
        "\na",
        "a\n\nb\n\n",
        "a\r\nb",
        "a\rb",
        "a\\nb",
        "\\",
        "\\x",
        "a\u{85}b",
        "a\u{2028}b",
        "a\u{2029}b",
        "\u{feff}a",
        "a\u{a0}b",
        "\u{a0}",
        "é",
        "日本",
        "🦀",
        "\u{0}",
        "\u{7}",
        "\u{1b}[0m",
        "\u{7f}",
        "\u{fffe}",
        "\u{ffff}",
        "a\tb",
        "trailing:",
        "- - a",
        "a: |\n  b",
        "0x",
        "0b",
        "0o",
        "0.1.2",
        "1.2.3",
        "v1.2",
        "100m",
        "4Gi",
        "1e3m",
        "50%",
        "0644",
        "0888",
        "1,000",
        "null ",
        "~ ",
        "tRuE",
        "yES",
        "nULL",
    ];
    let mut all: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    all.push("a ".repeat(5_000));
    all.push("x".repeat(100_000));
    all.push("line with words in it\n".repeat(300));
    all.push(" leading\n  and more\n leading".to_owned());
    all
}

/// Every trap as a value, as a key, in a list, and nested.
fn document() -> Value {
    let corpus = corpus();
    let keyed: serde_json::Map<_, _> = corpus.iter().map(|s| (s.clone(), json!(s))).collect();
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": "traps" },
        "data": keyed,
        "list": corpus,
        "nested": corpus.iter().map(|s| json!([{ "a": s, "b": [s] }])).collect::<Vec<_>>(),
        "typed": {
            "yes": true, "no": false, "none": null, "int": 12, "negative": -7, "large": u64::MAX, "small": i64::MIN,
            "half": 0.5, "tiny": 1e-7, "huge": 1e300, "third": 0.1, "empty": {}, "nothing": [], "octal": 420,
        },
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("yaml")
}

/// What kubectl's reader makes of files.
pub(super) fn read_with_go(paths: &[PathBuf]) -> Vec<Value> {
    let output = Command::new("go").current_dir(root()).args(["run", "."]).args(paths).output();
    let output = output.expect(
        "Go is needed to read YAML as kubectl does: install Go 1.24 or newer, so that `go` is on the path",
    );
    assert!(output.status.success(), "go run failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let values: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values.len(), paths.len());
    values
}

#[test]
fn kubectl_reads_back_every_trap() {
    let value = document();
    let text = yaml::write(&value).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traps.yaml");
    std::fs::write(&path, &text).unwrap();
    let read = read_with_go(&[path]).remove(0);
    for (index, trap) in corpus().iter().enumerate() {
        assert_eq!(read["list"][index], json!(trap), "in a list: {trap:?}");
        assert_eq!(read["data"][trap], json!(trap), "under itself as key: {trap:?}");
    }
    assert_eq!(read, value);
}

#[test]
fn the_compiler_reads_back_every_trap() {
    let value = document();
    let read = manifest::read(FileId(0), &yaml::write(&value).unwrap());
    let (objects, findings) = (read.objects, read.diagnostics);
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(objects[0].value, value);
}

#[test]
fn plain_scalars_of_a_team_mean_what_kubectl_reads() {
    let skip = |s: &String| {
        s.contains(['\n', '\r', '\t', '\u{85}', '\u{2028}', '\u{2029}', '\u{feff}', '\u{0}', '\u{7}'])
    };
    let plain = corpus().into_iter().filter(|s| s.len() < 40 && !skip(s));
    let folder = tempfile::tempdir().unwrap();
    let (mut paths, mut ours) = (Vec::new(), Vec::new());
    for (index, trap) in plain.enumerate() {
        let text = format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\nvalue: {trap}\n");
        let read = manifest::read(FileId(0), &text);
        let (objects, findings) = (read.objects, read.diagnostics);
        // What one of the two refuses has no meaning to compare.
        if !findings.is_empty() || objects.len() != 1 {
            continue;
        }
        let path = folder.path().join(format!("{index}.yaml"));
        std::fs::write(&path, &text).unwrap();
        paths.push(path);
        ours.push((trap, objects[0].value["value"].clone()));
    }
    assert!(paths.len() > 100, "{}", paths.len());
    for ((trap, ours), kubectl) in ours.iter().zip(read_with_go(&paths)) {
        let (a, b) = (ours, &kubectl["value"]);
        let same = a == b || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| a == b);
        assert!(same, "{trap:?}: ours {a}, kubectl {b}");
    }
}

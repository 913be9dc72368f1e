//! Case folders: a fleet and the text of its findings. `SEAWALL_BLESS=1` writes what is found.

use super::{folder, on_a_day, root, shown};
use seawall_compiler::check;
use seawall_compiler::diagnostic::registry::ALL;
use std::collections::BTreeSet;

#[test]
fn every_case_gives_what_it_expects() {
    let cases = root().join("tests/cases/check");
    let mut problems = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(&cases).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    assert!(names.len() >= 20, "{} cases", names.len());
    for case in names {
        let mut files = folder(&case);
        let expected = files.0.remove("expected.txt").map(|bytes| String::from_utf8(bytes).unwrap());
        assert!(files.0.contains_key("fleet.kdl"), "{} has no fleet.kdl", case.display());
        let checked = check(&files, &on_a_day());
        let text = shown(&checked);
        // A file that nothing reads is forgotten.
        let read: BTreeSet<&str> = checked.sources.iter().map(|(_, source)| source.path.as_str()).collect();
        for path in
            files.0.keys().filter(|path| !read.contains(path.as_str()) && !path.starts_with("unread/"))
        {
            problems.push(format!("{}: nothing reads {path}", case.display()));
        }
        if std::env::var_os("SEAWALL_BLESS").is_some() {
            std::fs::write(case.join("expected.txt"), &text).unwrap();
        } else if expected.as_deref() != Some(&text) {
            problems.push(format!("{}:\n{text}", case.display()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn messages_keep_the_style_of_the_house() {
    let cases = root().join("tests/cases/check");
    for case in std::fs::read_dir(&cases).unwrap() {
        let mut files = folder(&case.unwrap().path());
        files.0.remove("expected.txt");
        for finding in check(&files, &on_a_day()).diagnostics {
            let message = &finding.message;
            assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
            assert!(!message.starts_with(|c: char| c.is_uppercase() && c.is_ascii_lowercase()), "{message}");
            assert!(ALL.iter().any(|code| code.id == finding.code.id), "{message}");
            assert_eq!(finding.labels.iter().filter(|label| label.primary).count(), 1, "{message}");
        }
    }
}

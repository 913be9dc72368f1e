//! The reference fleet's rendering, file by file. `SEAWALL_BLESS=1` writes what is rendered; read the difference before
//! committing it.

use super::{compile, read_tree, reference, repository};
use similar::TextDiff;
use std::fmt::Write;

#[test]
fn the_reference_fleet_renders_as_it_is_kept() {
    let (_, mut rendering) = compile(&reference());
    // The proof has tests of its own.
    assert!(rendering.files.remove("proof.json").is_some());
    assert!(rendering.files.remove("resilience.json").is_some());
    let kept = repository().join("tests/cases/rendering/reference/expected");
    if std::env::var_os("SEAWALL_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&kept);
        for (path, bytes) in &rendering.files {
            let path = kept.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        return;
    }
    let expected = read_tree(&kept);
    let mut report = String::new();
    for path in expected.keys().filter(|path| !rendering.files.contains_key(*path)) {
        writeln!(report, "gone: {path}").unwrap();
    }
    for (path, bytes) in &rendering.files {
        match expected.get(path) {
            None => writeln!(report, "new: {path}").unwrap(),
            Some(kept) if kept != bytes => {
                let (old, new) = (String::from_utf8_lossy(kept), String::from_utf8_lossy(bytes));
                let diff = TextDiff::from_lines(&*old, &*new);
                writeln!(report, "{}", diff.unified_diff().header(path, path)).unwrap();
            }
            Some(_) => {}
        }
    }
    let shown: String = report.chars().take(8000).collect();
    assert!(
        report.is_empty(),
        "the rendering differs from the kept one; SEAWALL_BLESS=1 accepts it\n{shown}"
    );
}

//! The same fleet is the same bytes, in whatever order its files and nodes stand; and a change touches what it must.

use super::{compile, edited, reference};
use proptest::prelude::*;
use seawall_compiler::files::MemoryFiles;
use std::collections::BTreeSet;

/// Top-level nodes of a file: a node ends with the line that closes its last block.
fn nodes(text: &str) -> Vec<String> {
    let (mut nodes, mut current, mut depth) = (Vec::new(), String::new(), 0i32);
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default();
        depth += code.matches('{').count() as i32 - code.matches('}').count() as i32;
        current.push_str(line);
        current.push('\n');
        if depth == 0 {
            nodes.push(std::mem::take(&mut current));
        }
    }
    nodes
}

/// The reference fleet under other file names, its nodes dealt out in another order.
fn shuffled(order: &[usize], files: usize) -> MemoryFiles {
    let mut fleet = reference();
    let mut all = Vec::new();
    for path in fleet.0.keys().filter(|path| path.ends_with(".kdl")).cloned().collect::<Vec<_>>() {
        let text = String::from_utf8(fleet.0.remove(&path).unwrap()).unwrap();
        let keep = |node: &String| !node.starts_with("import") && !node.starts_with("seawall");
        all.extend(nodes(&text).into_iter().filter(keep).filter(|node| !node.trim().is_empty()));
    }
    assert_eq!(all.len(), order.len());
    let mut texts = vec![String::new(); files];
    for (position, index) in order.iter().enumerate() {
        texts[position % files].push_str(&all[*index]);
    }
    let mut entry = "seawall language=1\n".to_owned();
    for (number, text) in texts.into_iter().enumerate() {
        let name = format!("part-{number}.kdl");
        entry.push_str(&format!("import \"{name}\"\n"));
        fleet.0.insert(name, text.into_bytes());
    }
    fleet.0.insert("fleet.kdl".into(), entry.into_bytes());
    fleet
}

fn count() -> usize {
    let kdl = reference().0.into_iter().filter(|(path, _)| path.ends_with(".kdl"));
    let texts = kdl.map(|(_, bytes)| String::from_utf8(bytes).unwrap());
    let keep = |n: &String| !n.starts_with("import") && !n.starts_with("seawall") && !n.trim().is_empty();
    texts.map(|text| nodes(&text).into_iter().filter(keep).count()).sum()
}

/// What may differ: lines and columns of origins, and the digests over them.
fn without_places(files: std::collections::BTreeMap<String, Vec<u8>>) -> Vec<(String, Vec<u8>)> {
    let differs =
        |path: &str| ["provenance.json", "bundle.json", "fleet.json"].iter().any(|name| path.ends_with(name));
    files.into_iter().filter(|(path, _)| !differs(path)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn order_of_nodes_and_files_never_shows(
        order in Just((0..count()).collect::<Vec<_>>()).prop_shuffle(),
        files in 1usize..5,
    ) {
        let (_, straight) = compile(&reference());
        let (_, other) = compile(&shuffled(&order, files));
        let (a, b) = (without_places(straight.files), without_places(other.files));
        prop_assert_eq!(a.iter().map(|(p, _)| p).collect::<Vec<_>>(), b.iter().map(|(p, _)| p).collect::<Vec<_>>());
        for ((path, a), (_, b)) in a.iter().zip(&b) {
            prop_assert_eq!(String::from_utf8_lossy(a), String::from_utf8_lossy(b), "{}", path);
        }
    }
}

#[test]
fn twice_is_the_same_bytes() {
    assert_eq!(compile(&reference()).1, compile(&reference()).1);
}

#[test]
fn a_changed_workload_changes_only_its_files() {
    let (_, before) = compile(&reference());
    let (_, after) = compile(&edited("workloads/catalog.kdl", "catalog:7", "catalog:8"));
    let changed: BTreeSet<_> = before
        .files
        .iter()
        .filter(|(path, bytes)| after.files.get(*path) != Some(bytes))
        .map(|(p, _)| p)
        .collect();
    assert_eq!(before.files.len(), after.files.len());
    assert!(
        changed.iter().any(|path| path.ends_with("base/workloads-deployment-payments-prod-catalog.yaml"))
    );
    for path in changed {
        let own = path.contains("catalog") || path.ends_with("bundle.json") || path == "fleet.json";
        assert!(own, "{path} changed with the image of catalog");
    }
}

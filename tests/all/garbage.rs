//! `verify-proof` on what is no proof, or not this fleet's: an honest message and exit code each time, never a panic.

use crate::commands::{Ran, seawall};
use crate::proof::{checked, root};
use serde_json::{Value, json};

/// Verifies some bytes against the reference fleet.
fn verified(bytes: &[u8]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("proof.json"), bytes).unwrap();
    let fleet = root().join("examples/reference");
    seawall(folder.path(), &["verify-proof", "proof.json", fleet.to_str().unwrap()])
}

fn reference() -> Value {
    let found = checked(&root().join("examples/reference"));
    found.proof.unwrap().to_json(&found.model.unwrap())
}

fn changed(change: impl Fn(&mut Value)) -> Ran {
    let mut proof = reference();
    change(&mut proof);
    verified(&serde_json::to_vec(&proof).unwrap())
}

#[test]
fn the_proof_itself_holds_however_it_is_written() {
    let proof = reference();
    for text in [proof.to_string(), format!("{proof:#}")] {
        assert_eq!(verified(text.as_bytes()).code, 0);
    }
    // In another order of fields it is the same proof.
    let mut sorted = proof;
    sorted.sort_all_objects();
    let ran = verified(sorted.to_string().as_bytes());
    assert_eq!((ran.code, ran.stdout.starts_with("the proof holds")), (0, true), "{}", ran.stdout);
}

#[test]
fn what_is_no_json_is_wrong_input() {
    let deep = "[".repeat(1_000_000);
    let nested = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for bytes in
        [&b""[..], b"\0\0\0", b"{", b"{}{}", b"\xff\xfe{}", b"1e999", deep.as_bytes(), nested.as_bytes()]
    {
        let ran = verified(bytes);
        assert_eq!(ran.code, 2, "{} {}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains("proof.json is not JSON"), "{}", ran.stderr);
        assert!(ran.stderr.len() < 1_000);
    }
}

#[test]
fn a_hundred_megabytes_of_nothing_are_refused() {
    let spaces = vec![b' '; 100 << 20];
    let ran = verified(&spaces);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    let numbers = format!("[{}1]", "1,".repeat(2 << 20));
    let ran = verified(numbers.as_bytes());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.len() < 2_000, "{}", ran.stdout.len());
}

#[test]
fn wrong_types_are_refused_by_name() {
    for (value, said) in [
        (json!(null), "proof"),
        (json!([]), "proof"),
        (json!("proof"), "proof"),
        (json!({}), "format is missing"),
    ] {
        let ran = verified(value.to_string().as_bytes());
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(ran.stdout.contains("does not hold") && ran.stdout.contains(said), "{}", ran.stdout);
    }
    for field in ["format", "fleet", "normal", "scenarios", "not_proved"] {
        for wrong in [json!(null), json!(-1), json!(1.5), json!({}), json!([[]]), json!("x"), json!([{}])] {
            let ran = changed(|proof| proof[field] = wrong.clone());
            assert_eq!(ran.code, 1, "{field} {wrong}: {} {}", ran.stdout, ran.stderr);
        }
    }
    for field in ["name", "kind", "failed", "drained", "verdict", "level", "assignment", "evicted", "lost"] {
        for wrong in [json!(null), json!(-1), json!({}), json!([[]]), json!("x"), json!([{ "replicas": -1 }])]
        {
            let ran = changed(|proof| proof["scenarios"][0][field] = wrong.clone());
            assert_eq!(ran.code, 1, "{field} {wrong}: {} {}", ran.stdout, ran.stderr);
        }
    }
}

#[test]
fn scenarios_twice_missing_or_in_another_order_are_refused() {
    let lines = |proof: &mut Value, change: &dyn Fn(&mut Vec<Value>)| {
        change(proof["scenarios"].as_array_mut().unwrap());
    };
    let first = reference()["scenarios"][0]["name"].as_str().unwrap().to_owned();
    let ran = changed(|proof| lines(proof, &|all| all.insert(0, all[0].clone())));
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let ran = changed(|proof| lines(proof, &|all| drop(all.remove(0))));
    assert!(ran.code == 1 && ran.stdout.contains(&format!("{first} is missing")), "{}", ran.stdout);
    let ran = changed(|proof| lines(proof, &|all| all.clear()));
    assert!(ran.code == 1 && ran.stdout.contains("is missing"), "{}", ran.stdout);
    let ran = changed(|proof| lines(proof, &|all| all.swap(0, 1)));
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    // Nobody may leave off where everything can be listed.
    let open = json!({ "name": "regions:more-than-0", "kind": "regions", "failed": [], "drained": [], "verdict": "undecided" });
    let ran = changed(|proof| proof["scenarios"] = json!([open]));
    assert!(ran.code == 1 && ran.stdout.contains("is missing"), "{}", ran.stdout);
}

#[test]
fn the_proof_of_another_fleet_does_not_hold() {
    let mut tried = 0;
    for entry in std::fs::read_dir(root().join("examples/refuted")).unwrap() {
        let path = entry.unwrap().path();
        if !path.join("fleet.kdl").exists() {
            continue;
        }
        let found = checked(&path);
        let proof = found.proof.unwrap().to_json(&found.model.unwrap());
        let ran = verified(proof.to_string().as_bytes());
        assert!(ran.code == 1 && ran.stdout.contains("fleet: "), "{}", ran.stdout);
        tried += 1;
    }
    assert!(tried >= 6, "{tried}");
}

#[test]
fn a_missing_proof_or_fleet_is_wrong_input() {
    let folder = tempfile::tempdir().unwrap();
    let ran = seawall(folder.path(), &["verify-proof", "none.json", "."]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    std::fs::write(folder.path().join("proof.json"), "{}").unwrap();
    let ran = seawall(folder.path(), &["verify-proof", "proof.json", "nowhere"]);
    assert_ne!(ran.code, 0, "{}", ran.stderr);
}

//! Agreement with the `kdl` crate on random documents: what both read, both read alike.

use super::documents::{document, mutated};
use super::plain;
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Of this many random documents at least this many must be read by both, or the test compares nothing.
const CASES: u32 = 600;
const COMPARED_AT_LEAST: usize = 300;

#[test]
fn agrees_with_kdl_on_well_formed_documents() {
    let compared = AtomicUsize::new(0);
    proptest!(ProptestConfig { cases: CASES, failure_persistence: None, ..Default::default() }, |(text in document())| {
        let ours = plain::ours(&text);
        prop_assert!(ours.is_ok(), "refused: {:?} {text:?}", ours);
        if let Some(theirs) = plain::theirs(&text) {
            compared.fetch_add(1, Ordering::Relaxed);
            prop_assert_eq!(ours.unwrap(), theirs, "{:?}", text);
        }
    });
    let compared = compared.into_inner();
    assert!(compared >= COMPARED_AT_LEAST, "only {compared} of {CASES} documents were read by both");
}

#[test]
fn agrees_with_kdl_on_broken_documents() {
    let compared = AtomicUsize::new(0);
    let refused = AtomicUsize::new(0);
    proptest!(ProptestConfig { cases: CASES, failure_persistence: None, ..Default::default() }, |(text in mutated())| {
        match (plain::ours(&text), plain::theirs(&text)) {
            (Ok(ours), Some(theirs)) => {
                compared.fetch_add(1, Ordering::Relaxed);
                prop_assert_eq!(ours, theirs, "{:?}", text);
            }
            (Err(_), _) => { refused.fetch_add(1, Ordering::Relaxed); }
            (Ok(_), None) => {}
        }
    });
    let (compared, refused) = (compared.into_inner(), refused.into_inner());
    assert!(compared >= 20 && refused >= 100, "{compared} read by both, {refused} refused by us: not a test");
}

#[test]
fn what_is_printed_reads_back_the_same() {
    proptest!(ProptestConfig { cases: CASES, failure_persistence: None, ..Default::default() }, |(text in document())| {
        let nodes = plain::ours(&text).unwrap();
        let printed = plain::print(&nodes);
        prop_assert_eq!(plain::ours(&printed).unwrap(), nodes, "{:?} printed as {:?}", text, printed);
    });
}

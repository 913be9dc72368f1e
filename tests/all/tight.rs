//! Nearly full fleets of which three resources bind: decided within a bounded search, and every verdict re-checked.

use rayon::prelude::*;
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::proof::{Method, Verdict, verify};
use seawall_compiler::{Options, check};
use seawall_tests::generate::tight::Tight;
use std::collections::BTreeMap;

fn words(tight: Tight) -> BTreeMap<String, usize> {
    let files = tight.files().into_iter().map(|(path, text)| (path, text.into_bytes()));
    let checked = check(&MemoryFiles(files.collect()), &Options::default());
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else {
        let told: Vec<_> = checked.diagnostics.iter().map(|found| &found.message).take(8).collect();
        panic!("{tight:?}: {told:?}");
    };
    assert!(proof.normal.feasible(), "{tight:?}");
    let json = proof.to_json(model);
    let verified = verify(model, &json).unwrap_or_else(|refusal| panic!("{tight:?}: {refusal}"));
    let mut words = BTreeMap::from([("open".to_owned(), verified.undecided)]);
    for outcome in &proof.scenarios {
        let word = match &outcome.verdict {
            Verdict::Survivable(plan) if plan.method == Method::FillAndSpill => "simple".to_owned(),
            Verdict::Survivable(plan) => plan.method.word().to_owned(),
            Verdict::Refuted(witness) => witness.kind.word().to_owned(),
            Verdict::Undecided => "undecided".to_owned(),
        };
        *words.entry(word).or_default() += 1;
    }
    words
}

#[test]
fn nearly_full_fleets_are_decided_or_left_open() {
    let fleets: Vec<Tight> = [980, 1_000, 1_020, 1_100, 1_400]
        .into_iter()
        .flat_map(|room| (1..4).map(move |seed| (room, seed)))
        .flat_map(|(room, seed)| {
            [false, true].map(|extended| Tight { seed, workloads: 60, regions: 6, room, extended })
        })
        .collect();
    let all = fleets.into_par_iter().map(words).reduce(BTreeMap::new, |mut sums, more| {
        more.into_iter().for_each(|(word, n)| *sums.entry(word).or_default() += n);
        sums
    });
    let count = |word: &str| all.get(word).copied().unwrap_or(0);
    assert_eq!(count("open"), count("undecided"), "{all:?}");
    // Both sides, by the simple plan and by the search.
    assert!(count("simple") > 10 && count("integer") > 10 && count("pools") > 10, "{all:?}");
}

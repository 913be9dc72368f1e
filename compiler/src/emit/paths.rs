//! File names of objects: `<phase>-<kind>-<namespace>-<name>.yaml`.
//!
//! Invariant: unique in a folder, also where case does not count, and safe on every file system: lower-case letters, digits,
//! dots, dashes. A name that had to be changed, or that two objects would share, ends in a digest of the object's key.

use crate::lower::LoweredObject;
use seawall_schema::digest;
use std::collections::BTreeMap;

const LONGEST: usize = 180;

/// The names of objects, in their order.
pub(crate) fn names(objects: &[&LoweredObject]) -> Vec<String> {
    let plain: Vec<_> = objects.iter().map(|object| plain(object)).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in &plain {
        *uses.entry(name).or_default() += 1;
    }
    let named = plain.iter().zip(objects).map(|((name, changed), object)| {
        if *changed || uses.get(name.as_str()).copied().unwrap_or(0) > 1 {
            let key = format!("{:?}", object.key);
            return format!("{name}-{}.yaml", &digest::sha256(key.as_bytes())["sha256:".len()..][..10]);
        }
        format!("{name}.yaml")
    });
    named.collect()
}

/// The name without its end, and whether something of it was lost.
fn plain(object: &LoweredObject) -> (String, bool) {
    let key = &object.key;
    let parts = [Some(object.phase.as_str()), Some(&key.kind), key.namespace.as_deref(), Some(&key.name)];
    let whole = parts.into_iter().flatten().collect::<Vec<_>>().join("-");
    let kept = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c.to_ascii_lowercase() } else { '-' }
    };
    let mut name: String = whole.chars().take(LONGEST).map(kept).collect();
    let named = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    let mut changed = whole.chars().count() > LONGEST || !key.name.chars().all(named);
    changed |= !key.namespace.as_deref().unwrap_or_default().chars().all(named);
    if name.contains("..") {
        name = name.replace("..", "--");
        changed = true;
    }
    (name, changed)
}

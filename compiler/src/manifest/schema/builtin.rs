//! What Kubernetes itself serves: the definitions and kinds of `schema/kubernetes/`, written by `cargo xtask generate`.
//!
//! Takes a version of Kubernetes, gives kinds and definitions. Invariant: a definition is read when something of its kind is
//! met, and not before; the files are sorted, and searched by halving.

use super::definition::Definition;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::LazyLock;

/// Lines `["NAME","FIRST-LAST",SCHEMA]`, sorted.
static DEFINITIONS: &str = include_str!("../../../../schema/kubernetes/definitions.jsonl");
/// Lines `["GROUP","VERSION","KIND","FIRST-LAST","DEFINITION","SCOPE"]`, sorted.
static KINDS: &str = include_str!("../../../../schema/kubernetes/kinds.jsonl");

/// Whether the objects of a kind live outside namespaces, by group and kind: the same in all versions.
static SCOPES: LazyLock<BTreeMap<(&str, &str), bool>> =
    LazyLock::new(|| KINDS.lines().filter_map(scope).collect());

fn scope(line: &'static str) -> Option<((&'static str, &'static str), bool)> {
    let mut words = words(line)?;
    let (group, kind) = (words.next()?, words.nth(1)?);
    words.nth(2).map(|scope| ((group, kind), scope == "Cluster"))
}

/// The words of a line of kinds: names hold neither quotes nor commas.
fn words(line: &'static str) -> Option<impl Iterator<Item = &'static str>> {
    let inner = line.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split(',').map(|word| word.trim_matches('"')))
}

/// Whether objects of a kind live outside namespaces; `None` where Kubernetes has no such kind.
pub(in crate::manifest) fn cluster_scoped(group: &str, kind: &str) -> Option<bool> {
    SCOPES.get(&(group, kind)).copied()
}

/// A kind of object that Kubernetes serves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) group: &'static str,
    pub(super) version: &'static str,
    pub(super) kind: &'static str,
    pub(super) definition: &'static str,
}

/// What one version of Kubernetes serves.
#[derive(Debug, Default)]
pub(super) struct Builtin {
    minor: u8,
    kinds: OnceCell<Vec<Kind>>,
    definitions: RefCell<HashMap<String, Option<Rc<Definition>>>>,
}

impl Builtin {
    /// Of Kubernetes 1.`minor`.
    pub(super) fn new(minor: u8) -> Self {
        Self { minor, ..Self::default() }
    }

    /// Every kind, sorted by group, version and name.
    pub(super) fn kinds(&self) -> &[Kind] {
        self.kinds.get_or_init(|| KINDS.lines().filter_map(|line| self.kind(line)).collect())
    }

    fn kind(&self, line: &'static str) -> Option<Kind> {
        let mut words = words(line)?;
        let (group, version, kind) = (words.next()?, words.next()?, words.next()?);
        let served = words.next().is_some_and(|range| self.within(range));
        served.then_some(Kind { group, version, kind, definition: words.next()? })
    }

    fn within(&self, range: &str) -> bool {
        let bounds =
            range.split_once('-').and_then(|(a, b)| Some((a.parse::<u8>().ok()?, b.parse::<u8>().ok()?)));
        bounds.is_some_and(|(first, last)| (first..=last).contains(&self.minor))
    }

    /// The definition of that name; `None` where there is none, which a test rules out.
    pub(super) fn definition(&self, name: &str) -> Option<Rc<Definition>> {
        if let Some(known) = self.definitions.borrow().get(name) {
            return known.clone();
        }
        let schema = lines_of(name).find_map(|line| {
            let (range, schema) = line.strip_prefix('"')?.split_once("\",")?;
            self.within(range).then(|| schema.strip_suffix(']')).flatten()
        });
        let found = schema.and_then(|schema| serde_json::from_str(schema).ok()).map(Rc::new);
        self.definitions.borrow_mut().insert(name.to_owned(), found.clone());
        found
    }
}

/// What follows the name on the lines of a definition.
fn lines_of(name: &str) -> impl Iterator<Item = &'static str> {
    let wanted = format!("[\"{name}\",");
    let bytes = DEFINITIONS.as_bytes();
    let (mut low, mut high) = (0, bytes.len());
    // The first line that does not come before the wanted one.
    while low < high {
        let middle = low + (high - low) / 2;
        let start = memchr::memrchr(b'\n', &bytes[low..middle]).map_or(low, |at| low + at + 1);
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at + 1);
        if &bytes[start..end] < wanted.as_bytes() {
            low = end;
        } else {
            high = start;
        }
    }
    let lines = DEFINITIONS.get(low..).unwrap_or_default().lines();
    lines.map_while(move |line| line.strip_prefix(wanted.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every version that is served knows every definition that its kinds are made of, and each can be read.
    #[test]
    fn every_definition_is_found() {
        let names: std::collections::BTreeSet<&str> =
            DEFINITIONS.lines().map(|line| line.split('"').nth(1).unwrap()).collect();
        assert!(names.len() > 500, "{}", names.len());
        for minor in super::super::SERVED {
            let builtin = Builtin::new(minor);
            assert!(builtin.kinds().len() > 60, "1.{minor}: {}", builtin.kinds().len());
            let mut open: Vec<String> =
                builtin.kinds().iter().map(|kind| kind.definition.to_owned()).collect();
            let mut seen = std::collections::BTreeSet::new();
            while let Some(name) = open.pop() {
                if seen.insert(name.clone()) {
                    let found = builtin.definition(&name);
                    assert!(found.is_some(), "1.{minor}: {name}");
                    collect(&found.unwrap(), &mut open);
                }
            }
            assert!(seen.len() > 400, "1.{minor}: {}", seen.len());
        }
        assert!(Builtin::new(36).definition("io.k8s.api.core.v1.Po").is_none());
        assert!(Builtin::new(36).definition("zzz").is_none());
        assert!(Builtin::new(20).definition("io.k8s.api.core.v1.Pod").is_none());
    }

    fn collect(definition: &Definition, out: &mut Vec<String>) {
        out.extend(definition.reference.as_deref().map(|r| super::super::name_of(r).to_owned()));
        definition.properties.values().for_each(|inner| collect(inner, out));
        definition.items.iter().for_each(|inner| collect(inner, out));
        definition.any_of.iter().for_each(|inner| collect(inner, out));
        if let Some(super::super::definition::Additional::Are(inner)) = &definition.additional_properties {
            collect(inner, out);
        }
    }
}

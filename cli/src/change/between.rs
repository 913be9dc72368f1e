//! Two renderings, or two objects, to the changes between them.

use super::{Action, Changes, ObjectChange, Resilience, compare, owner_of};
use crate::failure::Failure;
use crate::folder::{Tree, differences, root_of};
use seawall_schema::bundle::{Origin, Provenance};
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where a file of a bundle stands: `regions/eu-west`, the event of its overlay, and the path inside the bundle.
struct Place<'a> {
    bundle: &'a str,
    event: Option<&'a str>,
    inner: &'a str,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        if !path.ends_with(".yaml") {
            return None;
        }
        ["/base/", "/events/", "/scheduler/"].iter().find_map(|middle| {
            let at = path.find(middle)?;
            let (bundle, inner) = (&path[..at], &path[at + 1..]);
            let event = inner.strip_prefix("events/").and_then(|rest| rest.split('/').next());
            Some(Place { bundle, event, inner })
        })
    }
}

/// What changes from `old` to `new`.
///
/// # Errors
/// [`Failure::Input`] where a file of either is no YAML.
pub fn between(old: &Tree, new: &Tree) -> Result<Changes, Failure> {
    let mut origins = BTreeMap::new();
    let mut objects = Vec::new();
    for difference in differences(old, new) {
        let path = &difference.path;
        let Some(place) = Place::of(path) else { continue };
        let before = old.get(path).map(|bytes| parse(path, bytes)).transpose()?;
        let after = new.get(path).map(|bytes| parse(path, bytes)).transpose()?;
        let known: &Provenance =
            origins.entry(place.bundle.to_owned()).or_insert_with(|| read_provenance(new, place.bundle));
        let found = known.0.get(place.inner);
        let change = of_objects(place.bundle, place.event, before.as_ref(), after.as_ref(), found);
        let shown = place.event.is_none() && ![&before, &after].into_iter().flatten().any(is_secret);
        let text =
            |tree: &Tree| tree.get(path).map(|b| String::from_utf8_lossy(b).into_owned()).unwrap_or_default();
        let files = shown.then(|| (text(old), text(new)));
        objects.extend(change.map(|change| ObjectChange { files, ..change }));
    }
    objects.sort_by(|a, b| order(a).cmp(&order(b)));
    let bundles: BTreeSet<_> = old.keys().chain(new.keys()).filter_map(|path| bundle_of(path)).collect();
    let bundles = bundles.into_iter().collect();
    let fleet = [new, old].into_iter().find_map(|tree| root_of(tree).ok()).map(|root| root.fleet);
    let (resilience, fleet) = (Resilience::between(old, new), fleet.unwrap_or_default());
    Ok(Changes { objects, resilience, bundles, fleet, notes: Vec::new() })
}

fn is_secret(object: &Value) -> bool {
    object["kind"] == "Secret"
}

/// The change from one state of an object to another; `None` where there is none.
pub fn of_objects(
    bundle: &str,
    event: Option<&str>,
    before: Option<&Value>,
    after: Option<&Value>,
    provenance: Option<&BTreeMap<String, Vec<Origin>>>,
) -> Option<ObjectChange> {
    let either = after.or(before)?;
    let (action, fields) = match (before, after) {
        (None, _) => (Action::Add, Vec::new()),
        (_, None) => (Action::Remove, Vec::new()),
        (Some(before), Some(after)) => (Action::Change, compare(before, after, provenance)),
    };
    if action == Action::Change && fields.is_empty() {
        return None;
    }
    let whole = provenance.and_then(|p| p.get("").or_else(|| p.get("/metadata/name"))).cloned();
    Some(ObjectChange {
        bundle: bundle.to_owned(),
        event: event.map(str::to_owned),
        key: key_of(either),
        owner: owner_of(either),
        action,
        fields,
        origins: whole.unwrap_or_default(),
        files: None,
    })
}

fn order(change: &ObjectChange) -> (&str, Option<&str>, &str, &ObjectKey) {
    (&change.bundle, change.event.as_deref(), &change.owner, &change.key)
}

/// What has no name of its own (the scheduler's configuration) goes by its kind.
pub(super) fn key_of(object: &Value) -> ObjectKey {
    ObjectKey::of(object).unwrap_or_else(|| {
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        ObjectKey {
            api_version: text("apiVersion"),
            kind: text("kind"),
            namespace: None,
            name: String::from("default"),
        }
    })
}

fn bundle_of(path: &str) -> Option<String> {
    path.strip_suffix("/bundle.json").map(str::to_owned)
}

fn read_provenance(tree: &Tree, bundle: &str) -> Provenance {
    let bytes = tree.get(&format!("{bundle}/provenance.json"));
    bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default()
}

fn parse(path: &str, bytes: &[u8]) -> Result<Value, Failure> {
    let text = std::str::from_utf8(bytes).map_err(|_| Failure::input(format!("{path} is not UTF-8")))?;
    serde_saphyr::from_str(text).map_err(|error| Failure::input(format!("{path} is not YAML")).because(error))
}

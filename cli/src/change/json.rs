//! Changes as JSON, for machines.

use super::{Changes, FieldChange, ObjectChange, region_of};
use serde_json::{Value, json};

/// One object: `regions` with their `changes`, the `scenarios` whose verdict changes, and `resilience`: headroom and times
/// that do.
pub fn json(changes: &Changes) -> Value {
    let region = |bundle: &String| {
        let objects = changes.objects.iter().filter(|c| c.bundle == *bundle);
        json!({ "region": region_of(bundle), "changes": objects.map(object).collect::<Vec<_>>() })
    };
    let verdict = |v: &super::Verdict| json!({ "name": v.scenario, "before": v.before, "after": v.after });
    json!({
        "regions": changes.bundles.iter().map(region).collect::<Vec<_>>(),
        "resilience": changes.resilience.json(),
        "notes": changes.notes,
        "scenarios": changes.resilience.verdicts.iter().map(verdict).collect::<Vec<_>>(),
    })
}

fn object(change: &ObjectChange) -> Value {
    json!({
        "action": change.action.word(),
        "object": change.key,
        "owner": change.owner,
        "event": change.event,
        "fields": change.fields.iter().map(field).collect::<Vec<_>>(),
        "origins": change.origins,
    })
}

fn field(change: &FieldChange) -> Value {
    json!({
        "path": change.path,
        "pointer": change.pointer,
        "before": change.before,
        "after": change.after,
        "origins": change.origins,
    })
}

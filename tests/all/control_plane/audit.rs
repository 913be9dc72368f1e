//! What an API server saw: the writes that the tested user asked for, from its audit log.

use super::fixture::PLANE;
use serde_json::Value;

/// Every write in `context` that concerns one of the `words`, as verb and address, dry runs included.
///
/// The log is written before the answer is sent, so that nothing is missing from it.
pub(super) fn writes(context: &str, region: &str, namespace: &str) -> Vec<String> {
    let log = log(context);
    let entries = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    entries
        .map(|entry| {
            let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
            format!("{} {}", text("verb"), text("requestURI"))
        })
        .filter(|write| write.contains(region) || write.contains(namespace))
        .collect()
}

/// How many writes in `context` concern a path.
pub(super) fn count(context: &str, path: &str) -> usize {
    log(context).lines().filter(|line| line.contains(path)).count()
}

fn log(context: &str) -> String {
    let cluster = PLANE.clusters.iter().find(|cluster| cluster.context == context).unwrap();
    std::fs::read_to_string(&cluster.audit_log).unwrap()
}

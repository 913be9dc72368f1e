//! One name on the network leads to one workload: records of two would overwrite each other.

use super::{about, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::resolve::Draft;
use crate::span::Span;
use std::collections::HashMap;

/// Checks the hosts of all `traffic` lines.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let mut seen: HashMap<String, (Span, &str)> = HashMap::new();
    for (index, workload, _) in workloads(draft) {
        let Some(traffic) = &workload.traffic else { continue };
        let host = traffic.host.value.trim_end_matches('.').to_ascii_lowercase();
        let Some((first, other)) = seen.get(&host).copied() else {
            seen.insert(host, (traffic.host.span, workload.name.as_str()));
            continue;
        };
        let message = format!("workloads `{other}` and `{}` are both reached as `{host}`", workload.name);
        let finding = Diagnostic::new(&codes::DUPLICATE_NAME, message, traffic.host.span, "and again here");
        let finding =
            if first == traffic.host.span { finding } else { finding.label(first, "it leads here") };
        out.push(about(draft, index, finding.help("records are kept by name: give each workload its own")));
    }
}

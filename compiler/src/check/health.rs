//! Traffic has a health check: a dead region cannot withdraw its own record.

use super::{about, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::resolve::Draft;

/// Checks every `traffic`.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    for (index, workload, _) in workloads(draft) {
        let Some(traffic) = workload.traffic.as_ref().filter(|traffic| traffic.health_check.is_none()) else {
            continue;
        };
        let message = format!("the traffic of workload `{}` has no health check", workload.name);
        let finding = Diagnostic::new(
            &codes::NO_HEALTH_CHECK,
            message,
            traffic.span,
            "users are sent here even when it is dead",
        );
        let help = "a dead region cannot withdraw its own record: add `health-check=\"/readyz\"`";
        out.push(about(draft, index, finding.help(help)));
    }
}

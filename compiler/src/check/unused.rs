//! Lanes, classes, datasets, queues and tenants that nothing uses. Warnings, silent while anything else is wrong.

use super::destinations;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::Model;
use crate::resolve::Draft;
use crate::span::Span;

/// Reports what nothing uses.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    if !draft.notes.whole {
        return;
    }
    let model = &draft.model;
    let idle = model.workloads.is_empty();
    let lanes = used_lanes(model);
    for (lane, _) in model.lanes.iter().zip(&lanes).filter(|(_, used)| !**used) {
        report(
            idle,
            "lane",
            lane.name.as_str(),
            lane.span,
            "no `to` comes in by it, and nothing is held for it",
            out,
        );
    }
    for (class, _) in draft.notes.classes.iter().filter(|(_, used)| !used) {
        report(
            idle,
            "class",
            class.value.as_str(),
            class.span,
            "no workload takes its defaults from it",
            out,
        );
    }
    let mut used = vec![false; model.datasets.len()];
    for uses in model.workloads.iter().flat_map(|workload| &workload.uses) {
        used[uses.dataset.index()] = true;
    }
    for (dataset, _) in model.datasets.iter().zip(&used).filter(|(_, used)| !**used) {
        report(idle, "dataset", dataset.name.as_str(), dataset.span, "no workload uses it", out);
    }
    let mut waited = vec![false; model.queues.len()];
    for job in &model.jobs {
        waited[job.queue.value.index()] = true;
    }
    for (queue, _) in model.queues.iter().zip(&waited).filter(|(_, waited)| !**waited) {
        report(idle, "queue", queue.name.as_str(), queue.span, "no job waits in it", out);
    }
    let mut owners = vec![false; model.tenants.len()];
    let work =
        model.workloads.iter().map(|w| w.tenant.value).chain(model.jobs.iter().map(|j| j.tenant.value));
    for tenant in work {
        owners[tenant.index()] = true;
    }
    for (tenant, _) in model.tenants.iter().zip(&owners).filter(|(_, owns)| !**owns) {
        report(idle, "tenant", tenant.name.as_str(), tenant.span, "it has no workload and no job", out);
    }
}

fn used_lanes(model: &Model) -> Vec<bool> {
    let mut used = vec![false; model.lanes.len()];
    for to in model.workloads.iter().flat_map(destinations) {
        used[to.lane.value.index()] = true;
    }
    for reserve in model.locations.iter().flat_map(|location| &location.reserves) {
        used[reserve.lane.index()] = true;
    }
    used
}

fn report(idle: bool, kind: &str, name: &str, span: Span, why: &str, out: &mut Diagnostics) {
    let message = format!("{kind} `{name}` is never used");
    let finding = Diagnostic::new(&codes::UNUSED, message, span, why);
    out.push(finding.help(if idle {
        "the fleet has no workload: `import \"workloads/*.kdl\"` takes in those of other files"
    } else {
        "remove it, or use it"
    }));
}

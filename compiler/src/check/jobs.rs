//! A job fits into its queue's quota where it is dispatched, or at one place at least where it does not say: what asks for
//! more is never admitted.

use super::words;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Job, LocationId, Queue, QueueQuota};
use crate::resolve::Draft;
use crate::span::Span;
use seawall_schema::Resource;

/// Checks every job against its queue.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for job in &model.jobs {
        let queue = &model[job.queue.value];
        if draft.notes.queues.get(job.queue.value.index()).copied().unwrap_or(false) || draft.notes.absent {
            continue;
        }
        if !job.dispatch.is_empty() {
            job.dispatch.iter().for_each(|to| dispatched(draft, job, queue, to.value, to.span, out));
        } else if let Some(first) = queue.quotas.first()
            && queue.quotas.iter().all(|quota| !excess(job, quota).is_empty())
        {
            out.push(too_large(draft, job, queue, first, job.request.span));
        }
    }
}

fn dispatched(draft: &Draft, job: &Job, queue: &Queue, at: LocationId, to: Span, out: &mut Diagnostics) {
    let Some(quota) = queue.quotas.iter().find(|quota| quota.location == at) else {
        let place = &draft.model[at].label;
        let message = format!(
            "job `{}` is dispatched to `{place}`, where queue `{}` has no quota",
            job.name, queue.name
        );
        let finding = Diagnostic::new(&codes::JOB_EXCEEDS_QUEUE, message, to, "it never runs here");
        let named: Vec<String> =
            queue.quotas.iter().map(|quota| format!("`{}`", draft.model[quota.location].label)).collect();
        let finding = finding.label(queue.span, "the queue");
        return out.push(finding.help(format!("it has quotas in {}", words(&named))));
    };
    if !excess(job, quota).is_empty() {
        out.push(too_large(draft, job, queue, quota, to));
    }
}

fn too_large(draft: &Draft, job: &Job, queue: &Queue, quota: &QueueQuota, at: Span) -> Diagnostic {
    let place = &draft.model[quota.location].label;
    let over: Vec<String> = excess(job, quota)
        .into_iter()
        .map(|(resource, asked, has)| {
            format!("{} of {} {resource}", resource.format(asked.into()), resource.format(has.into()))
        })
        .collect();
    let message = format!(
        "job `{}` asks for more than queue `{}` may use in `{place}`: {}",
        job.name,
        queue.name,
        words(&over)
    );
    let finding = Diagnostic::new(&codes::JOB_EXCEEDS_QUEUE, message, at, "it is never admitted");
    let finding =
        if at == job.request.span { finding } else { finding.label(job.request.span, "all of it asks for") };
    finding.label(quota.span, "the quota").help("raise the quota, or let the job ask for less")
}

/// Resources of which a job asks for more than the quota; pods count only where the quota names them.
fn excess<'j>(job: &'j Job, quota: &QueueQuota) -> Vec<(&'j Resource, u64, u64)> {
    let named = |resource: &Resource| quota.amount.iter().any(|(known, _)| known == resource);
    let asked =
        job.request.value.iter().filter(|(resource, _)| **resource != Resource::Pods || named(resource));
    asked
        .map(|(resource, amount)| (resource, amount, quota.amount.get(resource)))
        .filter(|(_, asked, has)| asked > has)
        .collect()
}

//! Fields of queues, jobs and events.

use super::fields;
use super::view::{Drained, Nth};
use crate::model;
use seawall_schema::{Duration, Resources, Share};

fields! {
    /// Of a queue.
    QUEUE = Queue<'m> |queue, view| {
        /// its name
        name: &'m str = queue.get().name.as_str();
        /// its tier's name
        tier: &'m str = view.tier(queue.tier.value).get().name.as_str();
        /// its tier's order
        tier_order: u64 = view.tier(queue.tier.value).order.value;
        /// whether its tier gives way
        preemptible: bool = view.tier(queue.tier.value).preemptible;
        /// whether a blocked head holds up those behind it
        strict: bool = queue.strict;
        /// what it may use, by location
        quotas: Vec<&'m model::QueueQuota> = queue.get().quotas.iter().collect();
        /// jobs that wait in it
        jobs: Vec<Nth<'m, model::Job>> =
            view.jobs_of_queue[queue.index as usize].iter().map(|id| view.job(*id)).collect();
    }
}

fields! {
    /// Of a queue's quota.
    QUOTA = Share<'m> |quota, view| {
        /// the region's name
        region: &'m str = view.region(view.location(quota.location).region).get().name.as_str();
        /// the location's name
        location: &'m str = view.location(quota.location).get().label.as_str();
        /// the location itself
        there: Nth<'m, model::Location> = view.location(quota.location);
        /// how much
        amount: &'m Resources = &quota.amount;
    }
}

fields! {
    /// Of a job.
    JOB = Job<'m> |job, view| {
        /// its name
        name: &'m str = job.get().name.as_str();
        /// its tenant's name
        tenant: &'m str = view.tenant(job.tenant.value).get().name.as_str();
        /// name of the queue it waits in
        queue: &'m str = view.queue(job.queue.value).get().name.as_str();
        /// what all of it asks for together
        request: &'m Resources = &job.get().request.value;
        /// names of the locations where it may run, in order of preference
        dispatch: Vec<&'m str> = job.dispatch.iter().map(|id| view.location(id.value).get().label.as_str()).collect();
        /// how often it is tried again
        retry_limit: Option<u64> = job.retry.as_ref().map(|retry| retry.limit);
        /// time between tries
        retry_pause: Option<Duration> = job.retry.as_ref().and_then(|retry| retry.pause);
    }
}

fields! {
    /// Of an event.
    EVENT = Event<'m> |event, view| {
        /// its name
        name: &'m str = event.get().name.as_str();
        /// names of the locations that fail
        fails: Vec<&'m str> = event.failed.iter().map(|id| view.location(id.value).get().label.as_str()).collect();
        /// locations that are drained
        drains: Vec<Drained> =
            event.drained.iter().map(|(location, share)| Drained { location: *location, share: share.value }).collect();
        /// sides of a partition, each by the names of its regions; empty: none
        sides: Vec<Vec<&'m str>> = event.sides.iter()
            .map(|side| side.iter().map(|id| view.region(*id).get().name.as_str()).collect())
            .collect();
        /// names of the tiers that may be lost
        may_lose: Vec<&'m str> = event.may_lose.iter().map(|id| view.tier(id.value).get().name.as_str()).collect();
    }
}

fields! {
    /// Of a drain.
    DRAIN = Drain<'m> |drain, view| {
        /// the location's name
        location: &'m str = view.location(drain.location).get().label.as_str();
        /// how much is asked to leave
        share: Share = drain.share;
    }
}

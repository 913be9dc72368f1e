//! The only writer of objects: from approved steps to what became of them.
//!
//! Takes a cluster, the steps of one phase and the bundle that they come from; gives an [`Outcome`] for each. Invariants:
//! a fault on one object does not stop the others; fields of other managers are taken only where they were ours before;
//! an object that exists without us is not adopted unless it says so.

mod absent;
mod adopt;
mod force;
mod ignored;
mod inventory;
mod step;

pub use inventory::{Stored, ensure_namespace, load as load_inventory, save as save_inventory};

use crate::bundle::Bundle;
use crate::cluster::observe::observe;
use crate::cluster::{ApplyOptions, Cluster, ClusterError, Observed};
use crate::health::{Crowd, Health};
use crate::plan::{Action, Identity, Record, Step};
use futures::stream::{FuturesUnordered, StreamExt as _};
use seawall_schema::keys::PRUNE;
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Requests under way at once.
const IN_FLIGHT: usize = 32;
/// Objects in a row that could not reach the cluster, after which the rest is not tried.
const GIVE_UP: usize = 4;

/// What became of one step.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The object.
    pub key: ObjectKey,
    /// Its file in the bundle.
    pub path: Option<String>,
    /// What was done, or why not.
    pub result: Result<Done, Fault>,
}

/// What was done to one object.
#[derive(Clone, Debug)]
pub struct Done {
    /// Whether the cluster changed by it.
    pub wrote: bool,
    /// Whether it was not there before.
    pub created: bool,
    /// What to remember; `None` once it is deleted.
    pub record: Option<Record>,
    /// How a watch will show it; `None` once it is gone. What is deleted and held up by others is still there.
    pub seen: Option<Observed>,
    /// How it stands.
    pub health: Health,
    /// Whether its pods are as many as asked for.
    pub crowd: Crowd,
    /// Who had changed it, where a check put something back.
    pub put_back_from: Vec<String>,
}

/// Why a step was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The cluster said no.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// It is somebody else's.
    #[error("{0}")]
    Foreign(String),
    /// The bundle does not give the object.
    #[error("{0}")]
    Bundle(String),
    /// It was not tried, because the cluster could not be reached.
    #[error("not tried: the cluster cannot be reached")]
    NotTried,
}

impl Fault {
    /// A word for machines.
    pub fn reason(&self) -> &'static str {
        match self {
            Fault::Cluster(ClusterError::Unreachable(_)) | Fault::NotTried => "Unreachable",
            Fault::Cluster(ClusterError::Busy { .. }) => "Busy",
            Fault::Cluster(ClusterError::Conflict { .. }) => "Conflict",
            Fault::Cluster(ClusterError::Refused(_)) => "Refused",
            Fault::Cluster(ClusterError::Forbidden(_)) => "Forbidden",
            Fault::Cluster(ClusterError::UnknownKind(_)) => "UnknownKind",
            Fault::Cluster(ClusterError::NotFound(_)) => "NotFound",
            Fault::Cluster(ClusterError::Broken(_)) => "Broken",
            Fault::Foreign(_) => "Foreign",
            Fault::Bundle(_) => "BundleDamaged",
        }
    }
}

/// What the writer works with.
pub struct Writer<'a> {
    /// Where to.
    pub cluster: &'a dyn Cluster,
    /// Where the objects come from.
    pub bundle: &'a Bundle,
    /// The bundle that was in force before: its fields are known to have been ours.
    pub previous: Option<&'a Bundle>,
    /// What was seen before, to tell a write from an apply that changed nothing.
    pub observed: &'a BTreeMap<Identity, Observed>,
    /// Namespaces that this pass created: nothing foreign can be in them yet.
    pub fresh: &'a BTreeSet<String>,
}

impl Writer<'_> {
    /// Carries out the steps of one phase. Objects that exist and change are tried in a dry run first; what fails there is
    /// reported and left as it is, the others go on.
    pub async fn phase(&self, steps: &[Step]) -> Vec<Outcome> {
        let lost = AtomicUsize::new(0);
        let mut outcomes = Vec::new();
        let updates = |step: &&Step| step.action == Action::Update;
        let tried: Vec<(usize, Result<(), Fault>)> =
            self.each(steps.iter().filter(updates).enumerate(), &lost, |step| async move {
                self.dry_run(step).await
            })
            .await;
        let mut failed: BTreeMap<ObjectKey, Fault> = BTreeMap::new();
        for ((_, result), step) in tried.into_iter().zip(steps.iter().filter(updates)) {
            if let Err(fault) = result {
                failed.insert(step.key.clone(), fault);
            }
        }
        let (bad, good): (Vec<&Step>, Vec<&Step>) =
            steps.iter().partition(|step| failed.contains_key(&step.key));
        for step in bad {
            let fault = failed.remove(&step.key).unwrap_or(Fault::NotTried);
            outcomes.push(Outcome { key: step.key.clone(), path: step.path.clone(), result: Err(fault) });
        }
        let new = good.iter().copied().filter(|step| !self.is_fresh(step));
        let absent = absent::absent(self.cluster, new).await;
        let absent = &absent;
        let done = self
            .each(good.iter().copied().enumerate(), &lost, |step| async move {
                let is_absent = self.is_fresh(step) || absent.contains(&step.key);
                self.step(step, is_absent).await
            })
            .await;
        for ((_, result), step) in done.into_iter().zip(good) {
            outcomes.push(Outcome { key: step.key.clone(), path: step.path.clone(), result });
        }
        outcomes
    }

    /// Whether the object's namespace was created in this pass, so that nothing can be in it.
    fn is_fresh(&self, step: &Step) -> bool {
        step.key.namespace.as_ref().is_some_and(|namespace| self.fresh.contains(namespace))
    }

    /// Runs `work` over the steps, many at once, in the order of the steps; stops trying once the cluster is gone.
    async fn each<'s, T, F, Fut>(
        &self,
        steps: impl Iterator<Item = (usize, &'s Step)>,
        lost: &AtomicUsize,
        work: F,
    ) -> Vec<(usize, Result<T, Fault>)>
    where
        F: Fn(&'s Step) -> Fut,
        Fut: Future<Output = Result<T, Fault>>,
    {
        let task = |at: usize, step: &'s Step| {
            let under_way = work(step);
            async move {
                if lost.load(Ordering::Relaxed) >= GIVE_UP {
                    return (at, Err(Fault::NotTried));
                }
                let result = under_way.await;
                match &result {
                    Err(Fault::Cluster(ClusterError::Unreachable(_))) => {
                        lost.fetch_add(1, Ordering::Relaxed);
                    }
                    _ => lost.store(0, Ordering::Relaxed),
                }
                (at, result)
            }
        };
        let mut steps = steps;
        // Made one by one as room is there: a future holds its object, and thousands of them would be held at once.
        let mut under_way: FuturesUnordered<_> =
            steps.by_ref().take(IN_FLIGHT).map(|(at, step)| task(at, step)).collect();
        let mut results = Vec::new();
        while let Some(result) = under_way.next().await {
            results.push(result);
            under_way.extend(steps.next().map(|(at, step)| task(at, step)));
        }
        results.sort_by_key(|(at, _)| *at);
        results
    }

    /// Deletes, one after the other; a namespace or definition that holds anything foreign stays.
    pub async fn delete(&self, step: &Step) -> Outcome {
        let result = match &step.action {
            Action::Delete { uid } => self.delete_one(&step.key, uid).await,
            _ => Err(Fault::Bundle("not a deletion".to_owned())),
        };
        Outcome { key: step.key.clone(), path: None, result }
    }

    async fn delete_one(&self, key: &ObjectKey, uid: &str) -> Result<Done, Fault> {
        if matches!(key.kind.as_str(), "Namespace" | "CustomResourceDefinition") {
            let foreign = self.cluster.holds_foreign(key, &self.bundle.file.inventory).await?;
            if let Some(foreign) = foreign {
                return Err(Fault::Foreign(format!(
                    "{key} is not deleted: it holds {foreign}, which is not ours"
                )));
            }
        }
        let live = self.cluster.get(key).await?;
        if live.as_ref().is_some_and(is_kept) {
            return Ok(Done { wrote: false, ..Done::gone() });
        }
        self.cluster.delete(key, uid).await?;
        if !live.as_ref().is_some_and(is_held) {
            return Ok(Done::gone());
        }
        let left = self.cluster.get(key).await?;
        Ok(Done { seen: left.as_ref().and_then(observe), ..Done::gone() })
    }
}

/// Sends an apply, waiting where the cluster asks for it.
async fn send(cluster: &dyn Cluster, object: &Value, options: ApplyOptions) -> Result<Value, ClusterError> {
    patiently(|| cluster.apply(object, options)).await
}

/// Asks again, a few times, where the cluster is busy: after the time that it names.
pub(crate) async fn patiently<T, Answer>(ask: impl Fn() -> Answer) -> Result<T, ClusterError>
where
    Answer: Future<Output = Result<T, ClusterError>>,
{
    let mut tries = 0;
    loop {
        match ask().await {
            Err(ClusterError::Busy { retry_after_ms, .. }) if tries < 3 => {
                tries += 1;
                let pause = retry_after_ms.unwrap_or(200 << tries).clamp(50, 5_000);
                tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
            }
            other => return other,
        }
    }
}

impl Done {
    /// What is left of an object that was deleted.
    fn gone() -> Self {
        let (health, crowd) = (Health::Ready, Crowd::Right);
        Self {
            wrote: true,
            created: false,
            record: None,
            seen: None,
            health,
            crowd,
            put_back_from: Vec::new(),
        }
    }
}

/// Whether the object does not go at once: others have a say first.
fn is_held(live: &Value) -> bool {
    let finalizers = live.pointer("/metadata/finalizers").and_then(Value::as_array);
    // Those of a namespace are in its `spec`.
    live["kind"] == "Namespace" || finalizers.is_some_and(|finalizers| !finalizers.is_empty())
}

/// Whether the object is somebody else's and stays when it leaves the bundle.
fn is_kept(live: &Value) -> bool {
    let annotations = live.pointer("/metadata/annotations");
    annotations.and_then(|map| map.get(PRUNE)).and_then(Value::as_str) == Some("never")
}

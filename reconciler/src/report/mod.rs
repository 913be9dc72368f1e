//! Last stage: a region's status on disk and in its cluster.
//!
//! Takes [`RegionStatus`], writes `status.json` in the state folder and a ConfigMap `seawall-status-<inventory>`. The only
//! writer of status. Invariants: nothing here stops reconciling; a status that says nothing new is not written.

use crate::bundle::replace;
use crate::cluster::{ApplyOptions, Cluster};
use seawall_schema::keys::SYSTEM_NAMESPACE;
use seawall_schema::status::RegionStatus;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::Instant;

/// Shortest time between two writes of status to the cluster.
const PAUSE: Duration = Duration::from_secs(5);
/// Longest time between two writes of status to the disk: the time of the last pass says that the worker lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Writes the status of one region.
#[derive(Debug)]
pub struct Reporter {
    path: PathBuf,
    on_disk: Option<RegionStatus>,
    in_cluster: Option<RegionStatus>,
    written: Option<Instant>,
    stored: Option<Instant>,
}

impl Reporter {
    /// Reports into the state folder `state`.
    pub fn new(state: &Path) -> Self {
        Self { path: state.join("status.json"), on_disk: None, in_cluster: None, written: None, stored: None }
    }

    /// Reports `status`; to the cluster under the name of `inventory`, where there is one yet.
    pub async fn report(&mut self, cluster: &dyn Cluster, inventory: Option<&str>, status: &RegionStatus) {
        let news = lasting(status);
        // Somebody may have removed it, with the state folder.
        let silent = self.stored.is_none_or(|at| at.elapsed() >= SIGN_OF_LIFE) || !self.path.is_file();
        if self.on_disk.as_ref() != Some(&news) || status.last_writes > 0 || silent {
            match store(&self.path, status) {
                Ok(()) => (self.on_disk, self.stored) = (Some(news.clone()), Some(Instant::now())),
                Err(error) => tracing::debug!("status is not on disk: {error}"),
            }
        }
        let reachable =
            status.conditions.iter().all(|condition| condition.kind != "Observed" || condition.ok);
        let due = self.written.is_none_or(|at| at.elapsed() >= PAUSE);
        let Some(inventory) = inventory.filter(|_| reachable && due) else { return };
        if self.in_cluster.as_ref() == Some(&news) {
            return;
        }
        self.written = Some(Instant::now());
        // A worker that has just written has news; one that has not may have been started again, and said so before.
        let may_be_said = status.last_writes == 0;
        if (may_be_said && same_in_cluster(cluster, inventory, &news).await)
            || write(cluster, inventory, status).await
        {
            self.in_cluster = Some(news);
        }
    }
}

fn store(path: &Path, status: &RegionStatus) -> Result<(), String> {
    let bytes = serde_json::to_vec_pretty(status).map_err(|error| error.to_string())?;
    // Somebody may have removed the whole folder.
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(|error| error.to_string())?;
    replace(path, &bytes).map_err(|error| error.to_string())
}

fn name(inventory: &str) -> String {
    format!("seawall-status-{inventory}")
}

/// After a restart the cluster may already say the same.
async fn same_in_cluster(cluster: &dyn Cluster, inventory: &str, news: &RegionStatus) -> bool {
    read(cluster, inventory).await.is_some_and(|old| lasting(&old) == *news)
}

/// The status that the cluster holds for `inventory`; `None` where there is none, or it cannot be had.
pub async fn read(cluster: &dyn Cluster, inventory: &str) -> Option<RegionStatus> {
    let key = seawall_schema::object::ObjectKey {
        api_version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespace: Some(SYSTEM_NAMESPACE.to_owned()),
        name: name(inventory),
    };
    let object = cluster.get(&key).await.ok().flatten()?;
    serde_json::from_str(object.pointer("/data/status")?.as_str()?).ok()
}

async fn write(cluster: &dyn Cluster, inventory: &str, status: &RegionStatus) -> bool {
    let text = serde_json::to_string_pretty(status).unwrap_or_default();
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name(inventory), "namespace": SYSTEM_NAMESPACE},
        "data": {"status": text},
    });
    match cluster.apply(&object, ApplyOptions { dry_run: false, force: true }).await {
        Ok(_) => true,
        Err(error) => {
            tracing::debug!("status is not in the cluster: {error}");
            false
        }
    }
}

/// The status without what changes at every pass.
fn lasting(status: &RegionStatus) -> RegionStatus {
    let mut status = RegionStatus { last_pass: None, last_writes: 0, ..status.clone() };
    // What holds may be said in other words after a restart; that is no news.
    status.conditions.retain(|condition| !condition.ok);
    status.conditions.iter_mut().for_each(|condition| condition.since.clear());
    status
}

//! The reference fleet on two real clusters: it stands as it was proved, a second sync is quiet, a declared loss of the
//! other region makes it grow.

use super::audit;
use super::fixture::{CONTEXTS, PLANE, TURN, cluster, on_one_thread};
use super::regions::config;
use crate::rendering::repository;
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::{Options, check, emit};
use seawall_reconciler::region::{Declaration, Worker, declare, end};
use seawall_reconciler::source::MemorySource;
use seawall_schema::status::RegionStatus;
use seawall_tests::control_plane::NodePool;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const REGIONS: [&str; 2] = ["eu-central", "eu-west"];
const NAMESPACES: [&str; 3] = ["payments-prod", "fraud-labs", "seawall-reserves"];

/// The rendering of the reference fleet, but that its users go back within seconds.
fn rendering() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(&repository().join("examples/reference"), "", &mut files);
    let fleet = String::from_utf8(files["fleet.kdl"].clone()).unwrap();
    let sooner = fleet.replace("failback rate=\"20%\" every=\"5m\"", "failback rate=\"20%\" every=\"10s\"");
    assert_ne!(sooner, fleet);
    files.insert("fleet.kdl".to_owned(), sooner.into_bytes());
    let checked = check(&MemoryFiles(files), &Options::default());
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else {
        panic!("{:#?}", checked.diagnostics)
    };
    emit::render(model, &checked.sources, proof).unwrap().files
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// The nodes that the fleet declares for a region, its DaemonSets' share taken off; made once.
fn nodes(context: &str, region: &str, each_zone: usize) {
    let resources =
        |list: &[(&str, &str)]| list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let pool = |cell: &str, count: usize, room: &[(&str, &str)]| NodePool {
        name: format!("{region}-{cell}"),
        count,
        region: region.to_owned(),
        zones: ["a", "b", "c"].iter().map(|zone| format!("{region}-1{zone}")).collect(),
        cell: Some(cell.to_owned()),
        resources: resources(room),
    };
    let pools = [
        pool("general", each_zone, &[("cpu", "31"), ("memory", "124Gi"), ("pods", "102")]),
        pool("gpu", 1, &[("cpu", "190"), ("memory", "2Ti"), ("pods", "110"), ("nvidia.com/gpu", "8")]),
    ];
    if let Err(error) = PLANE.create_nodes(context, &pools) {
        assert!(error.to_string().contains("already exists"), "{error}");
    }
}

/// Every Deployment in the fleet's namespaces: its name, and how many replicas are ready of how many.
fn deployments(context: &str) -> BTreeMap<String, (u64, u64)> {
    let text = PLANE.kubectl(context, &["get", "deployments", "-A", "-o", "json"], "").unwrap();
    let list: Value = serde_json::from_str(&text).unwrap();
    let ours = list["items"].as_array().unwrap().iter();
    let ours = ours.filter(|item| NAMESPACES.iter().any(|name| item["metadata"]["namespace"] == **name));
    ours.map(|item| {
        let count = |pointer: &str| item.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
        let name = item["metadata"]["name"].as_str().unwrap().to_owned();
        (name, (count("/status/readyReplicas"), count("/spec/replicas")))
    })
    .collect()
}

/// Waits until every replica is ready; gives how many each Deployment has.
fn stands(context: &str) -> BTreeMap<String, u64> {
    let began = Instant::now();
    loop {
        let all = deployments(context);
        if all.len() > 1 && all.values().all(|(ready, wanted)| ready == wanted) {
            return all.into_iter().map(|(name, (_, wanted))| (name, wanted)).collect();
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{context} does not stand: {all:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What was applied, whatever the queue controllers, which do not run here, would still have to do; traffic rises to its
/// last step only after them.
fn applied(status: &RegionStatus) {
    let waits_for_controllers = |kind: &str| matches!(kind, "Ready" | "Traffic");
    let off: Vec<_> = status.conditions.iter().filter(|c| !c.ok && !waits_for_controllers(&c.kind)).collect();
    assert!(off.is_empty(), "{off:#?}");
}

fn worker(region: &str, context: &str, source: &MemorySource, state: &Path) -> Worker {
    Worker::new(config(region, state), Box::new(source.clone()), Arc::new(cluster(context))).unwrap()
}

#[test]
fn the_reference_fleet_stands_on_real_clusters_and_grows_where_a_region_is_lost() {
    let _turn = TURN.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (source, state) = (MemorySource::new(), tempfile::tempdir().unwrap());
    source.push("c1", rendering());
    nodes(CONTEXTS[0], REGIONS[0], 20);
    nodes(CONTEXTS[1], REGIONS[1], 16);
    std::thread::scope(|scope| {
        for (region, context) in REGIONS.iter().zip(CONTEXTS) {
            let (source, state) = (&source, state.path());
            scope.spawn(move || {
                let status = on_one_thread(async { worker(region, context, source, state).pass().await });
                applied(&status);
                assert!(status.objects > 20, "{status:#?}");
            });
        }
    });
    let central = stands(CONTEXTS[0]);
    assert_eq!((central["risk-api"], central["catalog"]), (44, 12), "{central:?}");
    let west = stands(CONTEXTS[1]);
    assert_eq!((west["risk-api"], west["reports"]), (19, 20), "{west:?}");
    quiet(&source, state.path());
    on_one_thread(loses_the_other_region(&source, state.path(), &west));
}

/// Passes over what stands write nothing, not even by a dry run.
fn quiet(source: &MemorySource, state: &Path) {
    for (region, context) in REGIONS.iter().zip(CONTEXTS) {
        on_one_thread(async {
            let mut worker = worker(region, context, source, state);
            // Statuses have settled: the first pass may still write its report.
            worker.pass().await;
            let before = ours(context, region);
            let status = worker.pass().await;
            applied(&status);
            assert_eq!(status.last_writes, 0);
            assert_eq!(ours(context, region), before);
        });
    }
}

fn ours(context: &str, region: &str) -> Vec<String> {
    let fleet = format!("acme.{region}");
    let mut all = audit::writes(context, &fleet, "/namespaces/seawall-reserves/");
    all.extend(
        NAMESPACES.iter().flat_map(|name| audit::writes(context, "priorityclasses", &format!("/{name}/"))),
    );
    all
}

/// `eu-central` is declared lost in `eu-west`, which then runs what was proved to fit; ended, it goes back.
async fn loses_the_other_region(source: &MemorySource, state: &Path, before: &BTreeMap<String, u64>) {
    let cluster = cluster(CONTEXTS[1]);
    let by = Declaration { by: "tests".to_owned(), reason: "a drill".to_owned(), ..Declaration::default() };
    declare(&cluster, "region-eu-central", &by).await.unwrap();
    let lost = worker(REGIONS[1], CONTEXTS[1], source, state).pass().await;
    let grown = stands(CONTEXTS[1]);
    // Ended before anything is judged: every other worker of this cluster heeds it too.
    assert!(end(&cluster, "region-eu-central").await.unwrap());
    assert_eq!(lost.active_events, ["region-eu-central"]);
    applied(&lost);
    assert!(grown["risk-api"] > before["risk-api"], "{grown:?}");
    let mut worker = worker(REGIONS[1], CONTEXTS[1], source, state);
    let status = worker.pass().await;
    assert!(status.active_events.is_empty());
    let traffic = |status: &RegionStatus| status.conditions.iter().find(|c| c.kind == "Traffic").cloned();
    assert!(traffic(&status).is_some_and(|traffic| traffic.reason == "GoingBack"), "{status:#?}");
    assert_eq!(stands(CONTEXTS[1])["risk-api"], grown["risk-api"], "users are still on their way");
    let began = Instant::now();
    while traffic(&worker.pass().await).is_none_or(|traffic| traffic.reason != "Back") {
        assert!(began.elapsed() < Duration::from_secs(60), "users never came back");
    }
    worker.pass().await;
    assert_eq!(&stands(CONTEXTS[1]), before);
}

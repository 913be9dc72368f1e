//! Promise 1: regions that hang, refuse, are slow or crash slow nobody else.

use super::double::{Double, Mode};
use super::fixture::{PATH, Region, Spec, condition, config, eventually, key};
use seawall_reconciler::cluster::{Cluster, ClusterError};
use seawall_reconciler::region::{Assignment, Parts, Supervisor};
use seawall_reconciler::source::{Fetched, Known, MemorySource, Source, SourceError};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A source that never answers.
#[derive(Clone)]
struct Hanging;

impl Source for Hanging {
    fn fetch(&mut self, _: &str) -> Result<Fetched, SourceError> {
        std::thread::sleep(Duration::from_secs(3600));
        Err(SourceError::Unreachable("an hour is over".to_owned()))
    }

    fn know(&mut self, _: Known) {}

    fn fork(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.clone()))
    }

    fn describe(&self) -> String {
        "a server that hangs".to_owned()
    }
}

/// A source that panics.
#[derive(Clone)]
struct Panicking;

impl Source for Panicking {
    fn fetch(&mut self, _: &str) -> Result<Fetched, SourceError> {
        panic!("the source is broken")
    }

    fn know(&mut self, _: Known) {}

    fn fork(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.clone()))
    }

    fn describe(&self) -> String {
        "a source that panics".to_owned()
    }
}

fn assignment(region: &Region, source: impl Source + Clone + 'static) -> Assignment {
    let cluster: Double = region.cluster.clone();
    let make = move || -> Result<Parts, String> {
        let source: Box<dyn Source> = Box::new(source.clone());
        let cluster: Arc<dyn Cluster> = Arc::new(cluster.clone());
        Ok((source, cluster))
    };
    Assignment { config: region.config(), make: Box::new(make) }
}

/// A region whose bundle was pushed and not synced yet.
fn ready(spec: &Spec) -> Region {
    let region = Region::new();
    region.source.push("c1", spec.files());
    region
}

/// How long the first sync of `region` takes, with these neighbours in the same process.
fn time_of(region: &Region, neighbours: Vec<Assignment>) -> Duration {
    let running = Supervisor::start(neighbours).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let started = Instant::now();
    let healthy = Supervisor::start(vec![assignment(region, region.source.clone())]).unwrap();
    eventually("synced", || region.get("PodDisruptionBudget", "api").is_some());
    let took = started.elapsed();
    assert_eq!(healthy.stop(Duration::from_secs(5)), 0);
    running.stop(Duration::from_millis(100));
    took
}

#[test]
fn forty_nine_sick_neighbours_slow_nobody() {
    let spec = Spec::usual();
    let alone = time_of(&ready(&spec), Vec::new());
    let sick: Vec<Region> = (0..49).map(|_| ready(&spec)).collect();
    let neighbours = sick.iter().enumerate().map(|(at, region)| {
        let mode = match at % 4 {
            0 => Mode::Hangs,
            1 => Mode::Slow(Duration::from_millis(300)),
            2 => Mode::Fails(ClusterError::Broken("500".to_owned())),
            _ => Mode::Healthy,
        };
        region.cluster.set(mode);
        if at % 4 == 3 { assignment(region, Hanging) } else { assignment(region, region.source.clone()) }
    });
    let beside = time_of(&ready(&spec), neighbours.collect());
    // 5% is promised on a machine with room; this one runs other tests beside, so a fixed allowance comes on top.
    assert!(beside < alone.mul_f64(1.05) + Duration::from_secs(1), "{alone:?} alone, {beside:?} beside 49");
}

#[test]
fn a_source_that_hangs_does_not_stop_drift_correction() {
    let region = Region::synced(&Spec::usual());
    let supervisor = Supervisor::start(vec![assignment(&region, Hanging)]).unwrap();
    eventually("said", || {
        !condition(&supervisor.status()[0], "Fetched").ok && condition(&supervisor.status()[0], "Applied").ok
    });
    std::fs::remove_file(region.cluster.inner.path_of(&key("ConfigMap", "one"))).unwrap();
    let took = eventually("back", || region.get("ConfigMap", "one").is_some());
    assert!(took < Duration::from_millis(2500), "{took:?}");
    assert_eq!(supervisor.stop(Duration::from_secs(5)), 0);
}

#[test]
fn a_panic_in_one_is_contained_and_shown() {
    let (broken, source) = (Region::new(), Region::synced(&Spec::usual()));
    let dead = Assignment { config: broken.config(), make: Box::new(|| panic!("no client")) };
    let healthy = assignment(&source, source.source.clone());
    let panics = Region::synced(&Spec::usual());
    let supervisor = Supervisor::start(vec![dead, healthy, assignment(&panics, Panicking)]).unwrap();
    eventually("shown", || format!("{:?}", supervisor.status()[0]).contains("no client"));
    eventually("healthy", || condition(&supervisor.status()[1], "Applied").ok);
    eventually("fetch failed", || !condition(&supervisor.status()[2], "Fetched").ok);
    assert!(condition(&supervisor.status()[2], "Applied").ok);
    assert_eq!(supervisor.status()[1].region, "eu-west");
    supervisor.stop(Duration::from_secs(5));
}

#[test]
fn two_workers_on_one_state_folder_are_one_too_many() {
    let region = Region::synced(&Spec::usual());
    let _first = region.worker();
    let second = seawall_reconciler::region::Worker::new(
        region.config(),
        Box::new(MemorySource::new()),
        Arc::new(region.cluster.clone()),
    );
    assert!(second.is_err_and(|error| error.to_string().contains("another worker")));
}

#[test]
fn a_new_commit_arrives_by_itself() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    let mut next = Spec::usual();
    next.objects[1].1 = config("one", "2");
    region.source.push("c2", next.files());
    let status = running.until("applied", |status| status.applied_commit.as_deref() == Some("c2"));
    assert_eq!(status.region, PATH.trim_start_matches("regions/"));
    eventually("there", || region.get("ConfigMap", "one").unwrap()["data"]["k"] == "2");
}

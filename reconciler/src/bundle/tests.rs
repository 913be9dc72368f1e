use super::*;
use crate::source::{Ancestry, Fetched};
use seawall_schema::bundle::{FORMAT, FleetFile, Limits, PhaseFile};

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: ns\n  labels:\n    seawall.dev/inventory: acme-eu-west\n";

fn fetched(change: impl FnOnce(&mut BundleFile, &mut BTreeMap<String, Vec<u8>>)) -> Fetched {
    let path = "base/configuration-configmap-n-a.yaml".to_owned();
    let mut own = BTreeMap::from([(path.clone(), CONFIG.as_bytes().to_vec())]);
    let mut file = BundleFile {
        format: FORMAT,
        fleet: "acme".into(),
        region: "eu-west".into(),
        cell: None,
        inventory: "acme-eu-west".into(),
        files: BTreeMap::from([(path.clone(), sha256(CONFIG.as_bytes()))]),
        phases: vec![PhaseFile { name: Phase::Configuration, objects: vec![path] }],
        max_plan_age_ms: 1000,
        events: BTreeMap::new(),
        combinations: vec![],
        same_as: BTreeMap::new(),
        failback: None,
        limits: Limits { prune_share_thousandths: 30_000 },
        not_proved: vec![],
    };
    change(&mut file, &mut own);
    let root = serde_json::to_vec(&file).unwrap();
    let fleet = FleetFile {
        format: FORMAT,
        language: 1,
        fleet: "acme".into(),
        bundles: BTreeMap::from([("regions/eu-west".into(), sha256(&root))]),
        active_events: BTreeMap::from([("regions/eu-west".into(), vec!["eu-grid".into()])]),
        clusters: BTreeMap::new(),
    };
    own.insert("bundle.json".into(), root);
    let mut files: BTreeMap<String, Vec<u8>> =
        own.into_iter().map(|(name, bytes)| (format!("regions/eu-west/{name}"), bytes)).collect();
    files.insert("fleet.json".into(), serde_json::to_vec(&fleet).unwrap());
    Fetched {
        commit: "c1".into(),
        descends: Ancestry::First,
        files,
        confirmed_at: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn refused(fetched: &Fetched) -> BundleError {
    verify(fetched.clone(), "regions/eu-west").unwrap_err()
}

#[test]
fn a_whole_bundle_is_taken() {
    let bundle = verify(fetched(|_, _| {}), "regions/eu-west").unwrap().bundle;
    assert_eq!(bundle.active_events, ["eu-grid"]);
    assert_eq!(bundle.base().count(), 1);
    let (_, path) = bundle.base().next().unwrap();
    assert_eq!(bundle.object(path).unwrap()["metadata"]["name"], "a");
    assert_eq!(bundle.entries[path].key.to_string(), "ConfigMap ns/a");
}

#[test]
fn what_is_off_is_named() {
    let name = "regions/eu-west/base/configuration-configmap-n-a.yaml";
    let mut changed = fetched(|_, _| {});
    changed.files.get_mut(name).unwrap().push(b'\n');
    assert!(matches!(refused(&changed), BundleError::Digest(m) if m.contains("configmap-n-a.yaml")));
    let mut lost = fetched(|_, _| {});
    lost.files.remove(name);
    assert!(matches!(refused(&lost), BundleError::Missing(_)));
    let mut root = fetched(|_, _| {});
    root.files.get_mut("regions/eu-west/bundle.json").unwrap().push(b' ');
    assert!(matches!(refused(&root), BundleError::Digest(_)));
    let mut extra = fetched(|_, _| {});
    extra.files.insert("regions/eu-west/base/x.yaml".into(), vec![]);
    assert!(matches!(refused(&extra), BundleError::Digest(m) if m.contains("base/x.yaml")));
    assert!(matches!(refused(&fetched(|file, _| file.format = 9)), BundleError::Format(_)));
    assert!(matches!(refused(&fetched(|file, _| file.region = "us-east".into())), BundleError::Format(_)));
    assert!(matches!(refused(&fetched(|file, _| file.inventory = "other".into())), BundleError::Object(_)));
    let no_fleet = Fetched { files: BTreeMap::new(), ..fetched(|_, _| {}) };
    assert!(matches!(refused(&no_fleet), BundleError::Missing(_)));
}

#[test]
fn paths_that_leave_the_bundle_are_refused() {
    for bad in [
        "../x.yaml",
        "/etc/passwd",
        "base/../../x",
        "base//x",
        "base/./x",
        ".git/config",
        "a\\b",
        "c:x",
        "a\nb",
        "",
    ] {
        let found = refused(&fetched(|file, files| {
            file.files.insert(bad.into(), sha256(b""));
            files.insert(bad.into(), vec![]);
        }));
        assert!(matches!(found, BundleError::Path(_)), "{bad:?}: {found}");
    }
}

#[test]
fn the_same_object_twice_is_refused() {
    let found = refused(&fetched(|file, files| {
        file.files.insert("base/other.yaml".into(), sha256(CONFIG.as_bytes()));
        file.phases[0].objects.push("base/other.yaml".into());
        files.insert("base/other.yaml".into(), CONFIG.as_bytes().to_vec());
    }));
    assert!(matches!(found, BundleError::Object(m) if m.contains("twice")));
}

fn keep(store: &Store, verified: &Verified) {
    store.stage(verified).unwrap();
    store.activate(&verified.bundle).unwrap();
}

#[test]
fn a_staged_bundle_comes_back_and_two_are_kept() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    assert!(store.load().unwrap().is_none());
    let bundles: Vec<Verified> = (1..=3)
        .map(|age| verify(fetched(|file, _| file.max_plan_age_ms = age), "regions/eu-west").unwrap())
        .collect();
    for bundle in &bundles {
        keep(&store, bundle);
        keep(&store, bundle);
        assert_eq!(store.load().unwrap(), Some((bundle.bundle.clone(), None)));
    }
    assert_eq!(store.previous().unwrap().as_ref(), Some(&bundles[1].bundle));
    assert_eq!(std::fs::read_dir(state.path().join("bundles")).unwrap().count(), 3);
}

#[test]
fn a_damaged_bundle_gives_way_to_the_one_before() {
    let state = tempfile::tempdir().unwrap();
    let store = Store::new(state.path());
    let make = |age| verify(fetched(|file, _| file.max_plan_age_ms = age), "regions/eu-west").unwrap();
    let (old, new) = (make(1), make(2));
    keep(&store, &old);
    keep(&store, &new);
    let file = state.path().join(format!("bundles/{}.json", new.bundle.digest.replace(':', "")));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("ConfigMap", "ConfigMad")).unwrap();
    let (bundle, note) = store.load().unwrap().unwrap();
    assert_eq!(bundle, old.bundle);
    assert!(note.unwrap().contains("digest"));
    keep(&store, &new);
    assert_eq!(store.load().unwrap(), Some((new.bundle, None)));
}

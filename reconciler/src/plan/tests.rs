use super::*;
use proptest::prelude::*;

fn key(name: &str) -> ObjectKey {
    let name = name.to_owned();
    ObjectKey { api_version: "v1".into(), kind: "ConfigMap".into(), namespace: Some("n".into()), name }
}

fn seen(name: &str, digest: &str, label: Option<&str>) -> Observed {
    Observed {
        key: key(name),
        uid: format!("uid-{name}"),
        resource_version: "1".into(),
        generation: None,
        digest: Some(digest.into()),
        inventory: label.map(str::to_owned),
        weight: None,
        deletion: None,
        owned_fields: Some(1),
    }
}

fn record(seen: &Observed) -> Record {
    let Observed { uid, resource_version, digest, owned_fields, .. } = seen.clone();
    Record { digest: digest.unwrap(), uid, version: resource_version, owned: owned_fields }
}

#[derive(Default)]
struct World {
    wanted: Wanted,
    inventory: BTreeSet<ObjectKey>,
    observed: BTreeMap<Identity, Observed>,
    records: BTreeMap<Identity, Record>,
}

impl World {
    fn want(&mut self, name: &str, digest: &str) {
        let (path, digest) = (format!("base/{name}.yaml"), digest.to_owned());
        let (key, turn, weights) = (key(name), Turn::Configuration, Vec::new());
        self.wanted.objects.push(Want { key, turn, path, digest, weights, weight: None, back: None });
    }

    fn put(&mut self, seen: Observed) {
        self.observed.insert(Identity::of(&seen.key), seen);
    }

    fn plan(&self) -> Plan<Proposed> {
        let World { wanted, inventory, observed, records } = self;
        let pace = Pace { rate_thousandths: 100_000, due: true };
        plan(&Situation { wanted, inventory_name: "inv", inventory, observed, records, standing: true, pace })
    }
}

#[test]
fn each_object_gets_the_step_that_it_needs() {
    let mut world = World::default();
    for name in ["new", "same", "old", "touched", "replaced"] {
        world.want(name, "d1");
    }
    for (name, digest) in [("same", "d1"), ("old", "d0"), ("touched", "d1"), ("replaced", "d1")] {
        let seen = seen(name, digest, Some("inv"));
        world.records.insert(Identity::of(&seen.key), record(&seen));
        world.put(seen);
    }
    let touched = world.observed.get_mut(&Identity::of(&key("touched"))).unwrap();
    touched.resource_version = "2".into();
    touched.owned_fields = Some(2);
    world.observed.get_mut(&Identity::of(&key("replaced"))).unwrap().uid = "another".into();
    let plan = world.plan();
    let steps: Vec<(String, Action)> =
        plan.steps().map(|step| (step.key.name.clone(), step.action.clone())).collect();
    let expected = [
        ("new", Action::Create),
        ("old", Action::Update),
        ("touched", Action::Check),
        ("replaced", Action::Check),
    ];
    assert_eq!(steps, expected.map(|(name, action)| (name.to_owned(), action)));
}

#[test]
fn somebody_elses_status_write_is_no_drift() {
    let mut world = World::default();
    world.want("a", "d1");
    let mut now = seen("a", "d1", Some("inv"));
    world.records.insert(Identity::of(&now.key), record(&now));
    now.resource_version = "99".into();
    world.put(now);
    assert!(world.plan().is_empty());
}

#[test]
fn only_what_is_ours_twice_over_is_deleted() {
    let mut world = World { inventory: ["both", "unlabelled", "other"].map(key).into(), ..World::default() };
    world.put(seen("both", "d", Some("inv")));
    world.put(seen("unlabelled", "d", None));
    world.put(seen("other", "d", Some("another")));
    world.put(seen("stranger", "d", Some("inv")));
    let names: Vec<String> = world.plan().deletes.iter().map(|step| step.key.name.clone()).collect();
    assert_eq!(names, ["both"]);
}

#[test]
fn what_is_going_away_is_left_alone_and_stays_in_the_inventory_while_it_is_ours() {
    let mut world = World { inventory: ["off", "unlabelled", "gone"].map(key).into(), ..World::default() };
    world.want("wanted", "d1");
    for (name, label) in [("off", Some("inv")), ("unlabelled", None), ("wanted", Some("inv"))] {
        let finalizers = vec!["a.test/f".to_owned()];
        let deletion = crate::cluster::Deletion { since: "2026-01-01T00:00:00Z".into(), finalizers };
        world.put(Observed { deletion: Some(Box::new(deletion)), ..seen(name, "d0", label) });
    }
    let plan = world.plan();
    assert!(plan.is_empty(), "{plan:#?}");
    assert_eq!(plan.after, ["off", "wanted"].map(key).into());
    world.observed.remove(&Identity::of(&key("off")));
    assert_eq!(world.plan().after, ["wanted"].map(key).into());
}

#[test]
fn another_api_version_is_the_same_object() {
    let mut world = World::default();
    world.want("a", "d1");
    let mut older = key("a");
    older.api_version = "v1beta1".into();
    world.inventory.insert(older);
    world.put(seen("a", "d0", Some("inv")));
    assert!(world.plan().deletes.is_empty());
}

proptest! {
    /// Doing what the plan says leads to a state in which nothing is to be done, and nothing outside is touched.
    #[test]
    fn a_plan_carried_out_leaves_nothing_to_do(
        wants in prop::collection::btree_map("[a-h]", "[12]", 0..8),
        there in prop::collection::btree_map("[a-h]", ("[12]", prop::option::of(prop_oneof![Just("inv"), Just("x")])), 0..8),
        ours in prop::collection::btree_set("[a-h]", 0..8),
    ) {
        let mut world = World::default();
        wants.iter().for_each(|(name, digest)| world.want(name, digest));
        there.iter().for_each(|(name, (digest, label))| world.put(seen(name, digest, *label)));
        world.inventory = ours.iter().map(|name| key(name)).collect();
        let plan = world.plan();
        for step in plan.steps() {
            let identity = Identity::of(&step.key);
            if let Action::Delete { .. } = step.action {
                prop_assert!(ours.contains(&step.key.name) && !wants.contains_key(&step.key.name));
                world.observed.remove(&identity);
            } else {
                let after = seen(&step.key.name, &wants[&step.key.name], Some("inv"));
                world.records.insert(identity, record(&after));
                world.put(after);
            }
        }
        world.inventory = plan.after;
        prop_assert!(world.plan().is_empty());
    }
}

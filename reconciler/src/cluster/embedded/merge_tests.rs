use super::*;
use proptest::prelude::*;

fn deployment(image: &str, replicas: u32) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n", "labels": {"x": "1"}},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": [
            {"name": "app", "image": image, "ports": [{"containerPort": 80}], "env": [{"name": "A", "value": "1"}]}]}}}})
}

fn image(object: &Value, container: usize) -> &Value {
    &object["spec"]["template"]["spec"]["containers"][container]["image"]
}

#[test]
fn a_second_manager_is_in_the_way_until_forced() {
    let live = apply(None, &deployment("a:1", 3), "seawall", false).unwrap();
    let theirs = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"},
        "spec": {"replicas": 7}});
    let conflicts = apply(Some(&live), &theirs, "hpa", false).unwrap_err();
    assert_eq!(conflicts, vec![("seawall".to_owned(), vec![".spec.replicas".to_owned()])]);
    let live = apply(Some(&live), &theirs, "hpa", true).unwrap();
    assert_eq!(live["spec"]["replicas"], 7);
    let conflicts = apply(Some(&live), &deployment("a:2", 3), "seawall", false).unwrap_err();
    assert_eq!(conflicts[0].0, "hpa");
    let live = apply(Some(&live), &deployment("a:2", 3), "seawall", true).unwrap();
    assert_eq!((&live["spec"]["replicas"], image(&live, 0)), (&json!(3), &json!("a:2")));
}

#[test]
fn items_are_known_by_their_keys() {
    let live = apply(None, &deployment("a:1", 1), "seawall", false).unwrap();
    let sidecar = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"},
        "spec": {"template": {"spec": {"containers": [{"name": "mesh", "image": "m:1"}]}}}});
    let live = apply(Some(&live), &sidecar, "mesh", false).unwrap();
    assert_eq!(live["spec"]["template"]["spec"]["containers"].as_array().unwrap().len(), 2);
    let live = apply(Some(&live), &deployment("a:2", 1), "seawall", false).unwrap();
    assert_eq!((image(&live, 0), image(&live, 1)), (&json!("a:2"), &json!("m:1")));
    let none =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"}});
    let live = apply(Some(&live), &none, "mesh", false).unwrap();
    assert_eq!(live["spec"]["template"]["spec"]["containers"].as_array().unwrap().len(), 1);
}

#[test]
fn a_field_no_longer_applied_goes_unless_somebody_else_owns_it() {
    let live = apply(None, &deployment("a:1", 3), "seawall", false).unwrap();
    let mut without = deployment("a:1", 3);
    without["spec"].as_object_mut().unwrap().shift_remove("replicas");
    let gone = apply(Some(&live), &without, "seawall", false).unwrap();
    assert!(gone["spec"].get("replicas").is_none());
    let shared = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"},
        "spec": {"replicas": 3}});
    let live = apply(Some(&live), &shared, "hpa", false).unwrap();
    let kept = apply(Some(&live), &without, "seawall", false).unwrap();
    assert_eq!(kept["spec"]["replicas"], 3);
}

#[test]
fn a_hand_edit_takes_what_it_changed_and_nothing_else() {
    let live = apply(None, &deployment("a:1", 3), "seawall", false).unwrap();
    let mut edited = live.clone();
    edited["spec"]["replicas"] = json!(9);
    let live = attribute(Some(&live), &edited, "hand-edit");
    let conflicts = apply(Some(&live), &deployment("a:1", 3), "seawall", false).unwrap_err();
    assert_eq!(conflicts, vec![("hand-edit".to_owned(), vec![".spec.replicas".to_owned()])]);
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf =
        prop_oneof![(0..4i64).prop_map(Value::from), "[a-c]".prop_map(Value::from), Just(json!([1, 2]))];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let env = prop::collection::btree_map("[A-C]", "[0-2]", 1..3).prop_map(|map| {
            Value::Array(map.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect())
        });
        prop_oneof![
            prop::collection::btree_map("[a-d]", inner, 1..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
            env.prop_map(|env| json!({"env": env})),
        ]
    })
}

fn object() -> impl Strategy<Value = Value> {
    tree().prop_map(
        |tree| json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "a"}, "spec": {"t": tree}}),
    )
}

proptest! {
    #[test]
    fn applying_twice_changes_nothing(a in object(), b in object()) {
        let live = apply(None, &a, "one", false).unwrap();
        let once = apply(Some(&live), &b, "seawall", true).unwrap();
        let twice = apply(Some(&once), &b, "seawall", false).unwrap();
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn what_is_applied_is_there(a in object(), b in object()) {
        let live = apply(None, &a, "one", false).unwrap();
        let live = apply(Some(&live), &b, "two", true).unwrap();
        for path in leaves(&b) {
            // An empty map asks for the map, whatever others keep in it.
            match get(&b, &path) {
                Some(Value::Object(_)) => prop_assert!(get(&live, &path).is_some_and(Value::is_object)),
                value => prop_assert_eq!(get(&live, &path), value),
            }
        }
    }

    #[test]
    fn a_sole_manager_gets_exactly_what_it_applies(a in object(), b in object()) {
        let live = apply(None, &a, "one", false).unwrap();
        let live = apply(Some(&live), &b, "one", false).unwrap();
        prop_assert_eq!(leaves(&live), leaves(&b));
    }

    #[test]
    fn field_sets_survive_their_encoding(a in object()) {
        let fields = leaves(&a);
        prop_assert_eq!(decode(&encode(&fields)), fields);
    }

    #[test]
    fn without_force_no_value_of_another_changes(a in object(), b in object()) {
        let live = apply(None, &a, "one", false).unwrap();
        if let Ok(after) = apply(Some(&live), &b, "two", false) {
            for path in leaves(&a).iter().filter(|path| !is_item(path)) {
                prop_assert_eq!(get(&after, path), get(&a, path));
            }
        }
    }
}

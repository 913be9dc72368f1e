//! The re-read check finds what the lowering gets wrong: a bundle is spoilt, and rendering it must fail with both sums.

use super::{Of, RenderError, Stopped, bundle};
use crate::files::MemoryFiles;
use crate::lower::{LoweredObject, Overlay, lower};
use crate::{Checked, Options, check};
use seawall_schema::object::ObjectKey;
use serde_json::json;
use std::collections::BTreeMap;
use std::convert::Infallible;

const FLEET: &str = r#"seawall language=1
fleet f { survive any-region=1 }
tier gold order=10
tier batch order=1 preemptible=#true
lane way { draws-on reserve; opens-on declaration }
region a country=DE { city FRA; nodes m count=9 { allocatable cpu=8 memory="32Gi" pods=110 }; reserve way cpu=16 memory="64Gi" pods=100 }
region b country=FR { city PAR; nodes m count=9 { allocatable cpu=8 memory="32Gi" pods=110 }; reserve way cpu=16 memory="64Gi" pods=100 }
tenant t
workload app tenant=t {
    tier gold
    container image="i"
    request cpu=2 memory="4Gi"
    target FRA replicas=4
    failover rto="20m" { to b lane=way standby=warm warm="50%" }
}
"#;

fn checked() -> Checked {
    check(&MemoryFiles([("fleet.kdl".to_owned(), FLEET.into())].into()), &Options::default())
}

/// Renders the bundle of region `b` after its base or its overlays were spoilt.
fn spoilt(spoil: impl FnOnce(&mut Base), in_overlays: impl Fn(&mut Overlay)) -> Result<(), RenderError> {
    let checked = checked();
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else {
        panic!("{:#?}", checked.diagnostics)
    };
    let lowered = lower(model, proof);
    let mut b = lowered.bundle(1).unwrap();
    let change = |mut overlay: Overlay| {
        in_overlays(&mut overlay);
        overlay
    };
    let overlays: Vec<_> = b.overlays().map(|overlay| overlay.map(change)).collect();
    spoil(b.objects_mut().map_mut());
    let of = Of { model, sources: &checked.sources, proof };
    match bundle::write(&of, &b, overlays.into_iter(), &|_, _| Ok::<(), Infallible>(())) {
        Ok(_) => Ok(()),
        Err(Stopped::Refused(error)) => Err(error),
        Err(Stopped::Put(never)) => match never {},
    }
}

type Base = BTreeMap<ObjectKey, LoweredObject>;

fn spoilt_base(spoil: impl FnOnce(&mut Base)) -> Result<(), RenderError> {
    spoilt(spoil, |_| {})
}

fn set(base: &mut Base, name: &str, pointer: &str, value: serde_json::Value) {
    let object = base.values_mut().find(|o| o.key.name == name).unwrap();
    *object.value.pointer_mut(pointer).unwrap() = value;
}

fn message(result: Result<(), RenderError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn an_unspoilt_bundle_is_rendered() {
    assert_eq!(spoilt_base(|_| {}), Ok(()));
}

#[test]
fn a_wrong_number_is_a_bug_with_both_sums() {
    let found = message(spoilt_base(|l| set(l, "app-way", "/spec/replicas", json!(3))));
    assert!(
        found.contains("regions/b: base: cpu of standby app: the model has 4, the rendering 6"),
        "{found}"
    );
    let request = "/spec/template/spec/containers/0/resources/requests/memory";
    let found = message(spoilt_base(|l| set(l, "app-way", request, json!("1Gi"))));
    assert!(found.contains("memory of standby app: the model has 8Gi, the rendering 2Gi"), "{found}");
    let found = message(spoilt_base(|l| set(l, "reserve-way", "/spec/replicas", json!(0))));
    assert!(found.contains("cpu of reserve way: the model has 12, the rendering"), "{found}");
    let found = message(spoilt_base(|l| set(l, "seawall-lane-way", "/spec/hard/pods", json!("9"))));
    assert!(found.contains("pods of quota lanes t: the model has 2, the rendering 9"), "{found}");
}

#[test]
fn a_lost_object_and_a_wrong_overlay_are_found() {
    let found = message(spoilt_base(|base| base.retain(|key, _| key.name != "app-way")));
    assert!(found.contains("cpu of standby app: the model has 4, the rendering 0"), "{found}");
    let spoil = |overlay: &mut Overlay| {
        for object in overlay.objects.iter_mut().filter(|o| o.key.name == "app-way") {
            object.value["spec"]["replicas"] = json!(1);
        }
    };
    let found = message(spoilt(|_| {}, spoil));
    assert!(
        found.contains("event region-a: cpu of standby app: the model has 8, the rendering 2"),
        "{found}"
    );
}

//! The re-read check finds what the lowering gets wrong: a bundle is spoilt, and rendering it must fail with both sums.

use super::{RenderError, bundle};
use crate::files::MemoryFiles;
use crate::lower::{Lowered, lower};
use crate::{Checked, Options, check};
use serde_json::json;

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

/// Renders the bundle of region `b` after it was spoilt.
fn spoilt(spoil: impl FnOnce(&mut Lowered)) -> Result<(), RenderError> {
    let checked = checked();
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else {
        panic!("{:#?}", checked.diagnostics)
    };
    let mut lowered = lower(model, proof).unwrap();
    spoil(&mut lowered);
    bundle::tree(model, &checked.sources, proof, &lowered.bundles[1]).map(drop)
}

fn set(lowered: &mut Lowered, name: &str, pointer: &str, value: serde_json::Value) {
    let object = lowered.bundles[1].objects.iter_mut().find(|o| o.key.name == name).unwrap();
    *object.value.pointer_mut(pointer).unwrap() = value;
}

fn message(result: Result<(), RenderError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn an_unspoilt_bundle_is_rendered() {
    assert_eq!(spoilt(|_| {}), Ok(()));
}

#[test]
fn a_wrong_number_is_a_bug_with_both_sums() {
    let found = message(spoilt(|l| set(l, "app-way", "/spec/replicas", json!(3))));
    assert!(
        found.contains("regions/b: base: cpu of standby app: the model has 4, the rendering 6"),
        "{found}"
    );
    let request = "/spec/template/spec/containers/0/resources/requests/memory";
    let found = message(spoilt(|l| set(l, "app-way", request, json!("1Gi"))));
    assert!(found.contains("memory of standby app: the model has 8Gi, the rendering 2Gi"), "{found}");
    let found = message(spoilt(|l| set(l, "reserve-way", "/spec/replicas", json!(0))));
    assert!(found.contains("cpu of reserve way: the model has 12, the rendering"), "{found}");
    let found = message(spoilt(|l| set(l, "seawall-lane-way", "/spec/hard/pods", json!("9"))));
    assert!(found.contains("pods of quota lanes t: the model has 2, the rendering 9"), "{found}");
}

#[test]
fn a_lost_object_and_a_wrong_overlay_are_found() {
    let found = message(spoilt(|l| l.bundles[1].objects.retain(|o| o.key.name != "app-way")));
    assert!(found.contains("cpu of standby app: the model has 4, the rendering 0"), "{found}");
    let spoil = |lowered: &mut Lowered| {
        for overlay in &mut lowered.bundles[1].overlays {
            for object in overlay.objects.iter_mut().filter(|o| o.key.name == "app-way") {
                object.value["spec"]["replicas"] = json!(1);
            }
        }
    };
    let found = message(spoilt(spoil));
    assert!(
        found.contains("event region-a: cpu of standby app: the model has 8, the rendering 2"),
        "{found}"
    );
}

//! Fleets of other shapes than the reference: cells with clusters of their own, twins in one cluster, scenarios that are
//! refuted, rare nodes. What is rendered was read back against the model, so that rendering at all is the test.

use super::{compile, object};
use proptest::prelude::*;
use seawall_compiler::emit::Rendering;
use seawall_compiler::files::MemoryFiles;
use seawall_schema::bundle::BundleFile;
use seawall_schema::object::Phase;
use serde_json::json;

/// What varies.
#[derive(Clone, Debug)]
struct Shape {
    replicas: [u64; 3],
    scaled: Option<u64>,
    warm: u64,
    degraded: u64,
    reserve: [u64; 2],
    lent: bool,
    own_cluster: bool,
    quota: Option<u64>,
}

fn fleet(shape: &Shape) -> MemoryFiles {
    let Shape { replicas, scaled, warm, degraded, reserve, lent, own_cluster, quota } = shape;
    let cluster = |name: &str| if *own_cluster { format!("cluster context={name}") } else { String::new() };
    let lend = if *lent { "{ lend-to batch reclaim-within=\"30s\" }" } else { "" };
    let scale = scaled.map_or(String::new(), |more| {
        format!("{{ autoscale min={} max={} }}", replicas[0], replicas[0] + more)
    });
    let quota = quota.map_or(String::new(), |cpu| format!("quota north cpu={cpu}"));
    let text = format!(
        r#"seawall language=1
fleet f {{ survive any-region=1; survive any-cell=1 }}
tier gold order=10
tier batch order=1 preemptible=#true
lane way {{ draws-on reserve free preemptible; opens-on declaration }}
region north country=DE {{
    city FRA
    zone n1 n2
    cell a {{
        nodes m count=20 {{ allocatable cpu=16 memory="64Gi" pods=110; overhead cpu="500m" memory="1Gi" }}
        reserve way cpu="{}%" memory="10%" pods="20%" {lend}
    }}
    cell b {{
        nodes g count=4 {{ allocatable cpu=32 memory="128Gi" pods=110 resource="nvidia.com/gpu=4"; taint "gpu" "yes" effect=NoSchedule }}
        nodes m count=10 {{ allocatable cpu=16 memory="64Gi" pods=110 }}
        reserve way cpu=30 memory="40Gi" pods=50 resource="nvidia.com/gpu=4"
        {}
    }}
    cluster context=north
}}
region south country=FR {{
    city PAR
    nodes m count=30 {{ allocatable cpu=16 memory="64Gi" pods=110 }}
    reserve way cpu="{}%" memory="30%" pods="30%"
    cluster context=south
}}
tenant t {{ {quota} }}
workload app tenant=t {{
    tier gold
    container image="i" port=80
    request cpu="1500m" memory="3Gi"
    target FRA replicas={} cell=a {scale}
    target FRA replicas={} cell=b
    target PAR replicas={}
    failover rto="20m" degraded="{degraded}%" {{
        to south lane=way standby=warm warm="{warm}%"
        to north lane=way standby=warm warm="{warm}%" cell=a
        to north lane=way standby=cold cell=b
    }}
}}
workload solo tenant=t {{
    tier gold
    container image="s"
    request cpu=1 memory="1Gi" resource="nvidia.com/gpu=1"
    target FRA replicas=2 cell=b
    failover rto="20m" {{ to north lane=way standby=warm warm="{warm}%" cell=a; to south lane=way standby=hot }}
}}
workload low tenant=t {{ tier batch; container image="l"; request cpu=1 memory="1Gi"; target PAR replicas=5 }}
"#,
        reserve[0],
        cluster("north-b"),
        reserve[1],
        replicas[0],
        replicas[1],
        replicas[2],
    );
    MemoryFiles([("fleet.kdl".to_owned(), text.into_bytes())].into())
}

fn shapes() -> impl Strategy<Value = Shape> {
    let numbers = (prop::array::uniform3(1u64..40), prop::option::of(1u64..20), 1u64..=100, 1u64..=100);
    let rest = (prop::array::uniform2(1u64..60), any::<bool>(), any::<bool>(), prop::option::of(1u64..500));
    (numbers, rest).prop_map(|((replicas, scaled, warm, degraded), (reserve, lent, own_cluster, quota))| {
        Shape { replicas, scaled, warm, degraded, reserve, lent, own_cluster, quota }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Feasible or not, survivable or not: the sums of base and overlays are the model's.
    #[test]
    fn every_shape_reads_back_as_it_was_proved(shape in shapes()) {
        let (_, rendering) = compile(&fleet(&shape));
        let cell = rendering.files.contains_key("regions/north/cells/b/bundle.json");
        prop_assert_eq!(cell, shape.own_cluster);
    }
}

fn plain(own_cluster: bool) -> Rendering {
    let shape = Shape {
        replicas: [6, 4, 8],
        scaled: None,
        warm: 50,
        degraded: 100,
        reserve: [20, 20],
        lent: false,
        own_cluster,
        quota: None,
    };
    compile(&fleet(&shape)).1
}

#[test]
fn twins_in_one_cluster_are_told_apart() {
    let rendering = plain(false);
    let read =
        |name: &str| object(&rendering, &format!("regions/north/base/workloads-deployment-t-{name}.yaml"));
    let (first, second) = (read("app"), read("app-b"));
    // 6 of its own, and half of what stands in b and in the south.
    assert_eq!(first["spec"]["replicas"], 6 + 2 + 4);
    assert_eq!(second["spec"]["replicas"], 4);
    assert_ne!(first["spec"]["selector"], second["spec"]["selector"]);
    assert_eq!(second["spec"]["template"]["spec"]["nodeSelector"], json!({ "seawall.dev/cell": "b" }));
    let toleration = json!({ "key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule" });
    assert_eq!(second["spec"]["template"]["spec"]["tolerations"][0], toleration);
    let standby = read("solo-way");
    assert_eq!(standby["spec"]["replicas"], 1);
    assert_eq!(standby["spec"]["template"]["spec"]["priorityClassName"], "lane-way-gold--1");
    assert_eq!(standby["spec"]["strategy"]["rollingUpdate"]["maxSurge"], 0);
}

#[test]
fn a_cell_with_a_cluster_of_its_own_has_a_bundle_of_its_own() {
    let rendering = plain(true);
    let read = |folder: &str| -> BundleFile {
        serde_json::from_slice(&rendering.files[&format!("{folder}/bundle.json")]).unwrap()
    };
    let (region, cell) = (read("regions/north"), read("regions/north/cells/b"));
    assert_eq!((region.cell, cell.cell.as_deref()), (None, Some("b")));
    assert_ne!(region.inventory, cell.inventory);
    assert!(region.files.keys().all(|path| !path.starts_with("cells/")));
    assert!(cell.files.contains_key("base/workloads-deployment-t-app.yaml"));
}

#[test]
fn placeholders_of_rare_nodes_ask_for_what_is_rare() {
    let rendering = plain(false);
    let path = "regions/north/base/reserves-deployment-seawall-reserves-reserve-way-b.yaml";
    let made = object(&rendering, path);
    let resources = &made["spec"]["template"]["spec"]["containers"][0]["resources"];
    assert_eq!(resources["requests"], json!({ "cpu": "30", "memory": "40Gi", "nvidia.com/gpu": "4" }));
    assert_eq!(resources["limits"], json!({ "nvidia.com/gpu": "4" }));
    assert_eq!(made["spec"]["template"]["spec"]["tolerations"][0]["key"], "gpu");
}

#[test]
fn a_refuted_event_still_fills_the_reserves() {
    let shape = Shape {
        replicas: [39, 30, 8],
        scaled: None,
        warm: 10,
        degraded: 100,
        reserve: [5, 5],
        lent: false,
        own_cluster: false,
        quota: None,
    };
    let (_, rendering) = compile(&fleet(&shape));
    let bundle: BundleFile = serde_json::from_slice(&rendering.files["regions/south/bundle.json"]).unwrap();
    assert_eq!(bundle.events["region-north"].verdict, "refuted");
    let read = |folder: &str| {
        let path = format!("regions/south/{folder}/workloads-deployment-t-app.yaml");
        object(&rendering, &path)["spec"]["replicas"].as_u64().unwrap()
    };
    // 5% of 480 cpu is 24 cpu: 16 replicas of 1.5, where the two sources left 4 and 3 standbys.
    assert_eq!((read("base"), read("events/region-north")), (8 + 4 + 3, 8 + 16));
}

/// Page 05: pods of a lane that may not preempt are there before the placeholders give way, those of one that may after.
#[test]
fn who_may_not_preempt_goes_ahead_of_the_reserves() {
    let by = |pools: &str| -> Vec<Phase> {
        let rendering = one_moves(pools);
        let bytes = &rendering.files["regions/south/bundle.json"];
        let bundle: BundleFile = serde_json::from_slice(bytes).unwrap();
        assert!(bundle.phases.is_sorted_by_key(|phase| phase.name), "the base keeps the order of the phases");
        let phases = bundle.events["region-north"].phases.iter().map(|phase| phase.name);
        phases.filter(|name| matches!(name, Phase::Reserves | Phase::Workloads)).collect()
    };
    assert_eq!(by("reserve free"), [Phase::Workloads, Phase::Reserves]);
    assert_eq!(by("reserve preemptible"), [Phase::Reserves, Phase::Workloads]);
}

/// Page 04: an overlay cuts placeholders by what the assignment puts on the reserve, which here is nothing.
#[test]
fn placeholders_stay_where_the_lane_does_not_draw_on_its_reserve() {
    let by = |pools: &str| {
        let rendering = one_moves(pools);
        let path = "regions/south/events/region-north/reserves-deployment-seawall-reserves-reserve-way.yaml";
        rendering.files.contains_key(path).then(|| object(&rendering, path)["spec"]["replicas"].clone())
    };
    assert_eq!(by("reserve free"), Some(json!(0)));
    assert_eq!(by("free"), None, "6 cpu come onto the 16 that are free");
}

/// A workload of `north` that moves to `south`, where it does not run, through a lane that draws on `pools`.
fn one_moves(pools: &str) -> Rendering {
    let text = format!(
        r#"seawall language=1
fleet f {{ survive any-region=1 }}
tier gold order=10
lane way {{ draws-on {pools}; opens-on declaration }}
region north country=DE {{
    city FRA
    nodes m count=3 {{ allocatable cpu=8 memory="32Gi" pods=110 }}
    cluster context=north
}}
region south country=FR {{
    city PAR
    nodes m count=3 {{ allocatable cpu=8 memory="32Gi" pods=110 }}
    reserve way cpu=8 memory="8Gi" pods=10
    cluster context=south
}}
tenant t
workload app tenant=t {{
    tier gold
    container image="i"
    request cpu=2 memory="1Gi"
    target FRA replicas=3
    failover {{ to south lane=way }}
}}
"#
    );
    compile(&MemoryFiles([("fleet.kdl".to_owned(), text.into_bytes())].into())).1
}

//! Writes a generated fleet as KDL, in the style of the reference example.

use super::Options;
use super::demand::{Amount, NODE, Need, Tier, Workload, add};
use super::places::{CITIES, region as region_name, tenant, zone};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a region holds for the emergency lane at least.
pub(super) const EMERGENCY: Amount = [8_000, 16 << 10, 16];

/// What Seawall does not manage in each location.
const OCCUPIED: Amount = [4_000, 8 << 10, 12];

/// The fleet's own file: policy, tiers, lanes, links, tenants, datasets, classes, events.
pub(super) fn fleet(options: &Options, workloads: &[Workload]) -> String {
    let mut out = String::from(
        "seawall language=1\nimport \"regions/*.kdl\"\nimport \"workloads/*.kdl\"\n\nfleet generated {\n",
    );
    write_line(&mut out, format_args!("    survive any-region={}", options.lost));
    if options.cells {
        out.push_str("    survive any-cell=1\n");
    }
    out.push_str(FLEET);
    links(options.regions, &mut out);
    tenants(options, workloads, &mut out);
    datasets(workloads, &mut out);
    let first = region_name(0);
    let second = region_name(1);
    write_line(&mut out, format_args!("event outage {{ fail {first} }}"));
    write_line(&mut out, format_args!("event brownout {{ drain {second} share=\"40%\" }}"));
    out
}

const FLEET: &str = "    survive any-zone=1
    max-plan-age \"30m\"
    standby-times hot=\"15s\" warm=\"90s\" cold=\"10m\"
    detection \"45s\"
    decision \"60s\"                       // until somebody has declared the event
    traffic-shift \"60s\"
}

tier critical order=100
tier standard order=50
tier batch order=1 preemptible=#true

lane recovery { draws-on reserve free preemptible; opens-on declaration }
lane emergency { draws-on reserve; opens-on declaration }

class core { tier critical; spread zone max-skew=1; disruption max-unavailable=\"10%\" }
class web { tier standard; spread zone max-skew=1; disruption max-unavailable=\"20%\" }
class batch { tier batch; spread zone max-skew=1 }

";

fn write_line(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(line);
    out.push('\n');
}

fn links(regions: usize, out: &mut String) {
    for from in 0..regions {
        for to in from + 1..regions {
            let rtt = 10 + (from * 7 + to * 13) % 80;
            let (from, to) = (region_name(from), region_name(to));
            write_line(out, format_args!("link {from} {to} rtt=\"{rtt}ms\""));
        }
    }
    out.push('\n');
}

/// Every fourth tenant has quotas with room, and a burst that holds all it has.
fn tenants(options: &Options, workloads: &[Workload], out: &mut String) {
    for (index, team) in workloads.chunks(options.workloads_per_tenant).enumerate() {
        let name = tenant(index);
        if index % 4 != 0 {
            write_line(out, format_args!("tenant {name} {{ namespace {name} }}"));
            continue;
        }
        let mut uses: BTreeMap<usize, Amount> = BTreeMap::new();
        let mut all = Amount::default();
        for workload in team {
            let one = workload.request.map(|each| each * workload.count());
            add(uses.entry(workload.home).or_default(), one);
            add(&mut all, one);
        }
        write_line(out, format_args!("tenant {name} {{"));
        for (region, amount) in uses {
            let amount = resources(amount.map(|each| each + each / 4));
            write_line(out, format_args!("    quota {} {amount}", region_name(region)));
        }
        write_line(out, format_args!("    burst {}\n}}", resources(all)));
    }
    out.push('\n');
}

fn datasets(workloads: &[Workload], out: &mut String) {
    let used: BTreeMap<&str, &Workload> =
        workloads.iter().filter_map(|workload| Some((workload.dataset.as_deref()?, workload))).collect();
    for (name, workload) in used {
        write_line(out, format_args!("dataset {name} {{"));
        if [workload.home].iter().chain(&workload.to).all(|region| CITIES[*region].2) {
            write_line(out, format_args!("    residency EU"));
        }
        write_line(out, format_args!("    home {}", region_name(workload.home)));
        for to in &workload.to {
            write_line(out, format_args!("    replica {} lag=\"10s\"", region_name(*to)));
        }
        write_line(out, format_args!("}}"));
    }
    out.push('\n');
}

/// `cpu="1500m" memory="3Mi" pods=2`.
fn resources([cpu, memory, pods]: Amount) -> String {
    format!("cpu=\"{cpu}m\" memory=\"{memory}Mi\" pods={pods}")
}

/// A region's file.
pub(super) fn region(options: &Options, index: usize, need: &Need) -> String {
    let (city, country, _) = CITIES[index];
    let zones: Vec<_> = (0..options.zones).map(|zone_index| zone(index, zone_index)).collect();
    let name = region_name(index);
    let mut out =
        format!("region {name} country={country} {{\n    city {city}\n    zone {}\n", zones.join(" "));
    if options.cells {
        for (cell, cell_name) in ["general", "bulk"].into_iter().enumerate() {
            write_line(&mut out, format_args!("    cell {cell_name} {{"));
            location(options, need, cell..cell + 1, "        ", &mut out);
            write_line(&mut out, format_args!("    }}"));
        }
    } else {
        location(options, need, 0..2, "    ", &mut out);
    }
    write_line(&mut out, format_args!("    cluster context=prod-{name}\n}}"));
    out
}

/// Nodes, occupied and reserves of a location that holds the parts of `need` in `cells`.
fn location(options: &Options, need: &Need, cells: std::ops::Range<usize>, indent: &str, out: &mut String) {
    let reserves = cells.start == 0;
    let (mut steady, mut sum) = (OCCUPIED, OCCUPIED);
    for cell in cells {
        add(&mut steady, need.steady[cell]);
        add(&mut sum, need.steady[cell]);
        add(&mut sum, need.preemptible[cell]);
    }
    if reserves {
        add(&mut sum, need.reserve);
        add(&mut sum, need.emergency);
    }
    let count = nodes(sum, steady, options.zones as u64);
    write_line(out, format_args!("{indent}nodes m7i.8xlarge count={count} {{"));
    write_line(out, format_args!("{indent}    allocatable cpu=32 memory=\"128Gi\" pods=110"));
    write_line(
        out,
        format_args!("{indent}    overhead cpu=1 memory=\"4Gi\" pods=8          // DaemonSets on every node"),
    );
    write_line(out, format_args!("{indent}}}"));
    write_line(out, format_args!("{indent}occupied {}", resources(OCCUPIED)));
    if reserves {
        let lent = "{ lend-to batch reclaim-within=\"60s\" }";
        write_line(out, format_args!("{indent}reserve recovery {} {lent}", resources(need.reserve)));
        write_line(out, format_args!("{indent}reserve emergency {}", resources(need.emergency)));
    }
}

/// The least multiple of the zones that holds everything, and the steady work after a zone's loss.
fn nodes(sum: Amount, steady: Amount, zones: u64) -> u64 {
    let least = |amount: Amount| (0..3).map(|kind| amount[kind].div_ceil(NODE[kind])).max().unwrap_or(0);
    let survives_a_zone = (least(steady) * zones).div_ceil(zones - 1);
    // A node's worth of room a zone: the last replica of everything needs a node with room, not a sum.
    least(sum).max(survives_a_zone).next_multiple_of(zones) + zones
}

/// The file of a tenant's workloads.
pub(super) fn team(index: usize, workloads: &[Workload]) -> String {
    let mut out = String::new();
    for (position, one) in workloads.iter().enumerate() {
        if position > 0 {
            out.push('\n');
        }
        workload(index, one, &mut out);
    }
    out
}

fn workload(team: usize, workload: &Workload, out: &mut String) {
    let class = match workload.tier {
        Tier::Critical => "core",
        Tier::Standard => "web",
        Tier::Batch => "batch",
    };
    let name = &workload.name;
    write_line(out, format_args!("workload {name} tenant={} class={class} {{", tenant(team)));
    if workload.manifest {
        write_line(out, format_args!("    manifests \"k8s/{name}/*.yaml\""));
    } else {
        write_line(out, format_args!("    container image=\"registry.example/{name}:7\" port=8080"));
    }
    let [cpu, memory, _] = workload.request;
    write_line(out, format_args!("    request cpu=\"{cpu}m\" memory=\"{memory}Mi\""));
    let cell = if workload.bulk { " cell=bulk" } else { "" };
    let replicas = workload.replicas;
    let target = format!("    target {} replicas={replicas}{cell}", CITIES[workload.home].0);
    match workload.most {
        Some(most) => {
            write_line(out, format_args!("{target} {{ autoscale min={replicas} max={most} cpu=\"70%\" }}"))
        }
        None => write_line(out, format_args!("{target}")),
    }
    if let Some(dataset) = &workload.dataset {
        write_line(out, format_args!("    uses {dataset} rpo=\"30s\""));
    }
    if let Some(needed) = &workload.needs {
        write_line(out, format_args!("    needs {needed} within=\"100ms\"         // wherever it runs"));
    }
    failover(workload, out);
    if workload.traffic {
        write_line(
            out,
            format_args!("    traffic host=\"{name}.example.com\" ttl=\"30s\" health-check=\"/readyz\""),
        );
    }
    out.push_str("}\n");
}

fn failover(workload: &Workload, out: &mut String) {
    let Some((first, rest)) = workload.to.split_first() else { return };
    write_line(out, format_args!("    failover rto=\"20m\" {{"));
    let standby = workload.warm.map_or("cold".to_owned(), |warm| format!("warm warm=\"{warm}%\""));
    write_line(out, format_args!("        to {} lane=recovery standby={standby}", region_name(*first)));
    for second in rest {
        write_line(out, format_args!("        to {} lane=emergency standby=cold", region_name(*second)));
    }
    out.push_str("    }\n");
    if workload.most.is_some() {
        out.push_str("    during-failover autoscale=hold traffic-step=\"40%\"\n");
    }
}

/// The manifest of a workload that is deployed from one: a Deployment, its Service and what it is configured with.
pub(super) fn manifest(workload: &Workload) -> String {
    let name = &workload.name;
    let [cpu, memory, _] = workload.request;
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
      - name: {name}
        image: registry.example/{name}:7
        ports:
        - containerPort: 8080
        envFrom:
        - configMapRef: {{name: {name}}}
        resources:
          requests: {{cpu: {cpu}m, memory: {memory}Mi}}
        readinessProbe:
          httpGet: {{path: /readyz, port: 8080}}
---
apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector: {{app: {name}}}
  ports:
  - port: 8080
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
data:
  level: info
"
    )
}

//! Fleets that read well and mean too much: thousands of what a fleet has a few of, and names that lead nowhere.

use super::{BASE, Row, lines, only};

pub(super) const SHAPES: &[Row] = &[
    ("workloads of tenants that are not defined", true, || {
        only(lines(BASE, |i| format!("workload w{i} tenant=nobody{i}\n"), ""))
    }),
    ("workloads of tenants nearly named", false, || {
        let tenants: String = (0..10_000).map(|i| format!("tenant team-{i:05}\n")).collect();
        only(lines(&format!("{BASE}{tenants}"), |i| format!("workload w{i} tenant=taem-{i:05}\n"), ""))
    }),
    ("workloads that say nothing", false, || only(lines(BASE, |i| format!("workload w{i} tenant=t\n"), ""))),
    ("one name defined again and again", true, || only(lines(BASE, |_| "tenant same\n".into(), ""))),
    ("unused tenants", true, || only(lines(BASE, |i| format!("tenant t{i}\n"), ""))),
    ("classes in a chain", false, || {
        only(lines(
            &format!("{BASE}class c0 {{ tier gold }}\n"),
            |i| format!("class c{} class=c{i}\n", i + 1),
            "",
        ))
    }),
    ("a chain of classes and who uses it", false, || {
        let chain: String = (0..20_000).map(|i| format!("class c{} class=c{i}\n", i + 1)).collect();
        let before = format!("{BASE}class c0 {{ tier gold }}\n{chain}");
        only(lines(
            &before,
            |i| format!("workload w{i} tenant=t class=c20000 {{ failover none reason=x }}\n"),
            "",
        ))
    }),
    ("classes in a ring", false, || only(lines(BASE, |i| format!("class c{i} class=c{}\n", i + 1), ""))),
    ("zones of one region", false, || region("zone", |i| format!(" z{i}"))),
    ("zones of one region, each proved", false, || {
        let start = "seawall language=1\nfleet f { survive any-zone=1 }\nregion a country=DE { city FRA; nodes m count=9 { allocatable cpu=8 memory=\"1Gi\" pods=9 }\nzone";
        only(lines(start, |i| format!(" z{i}"), "\n}\n"))
    }),
    ("cities of one region", false, || region("city", |i| format!(" Q{i}"))),
    ("cells of one region", false, || {
        region("", |i| {
            format!("cell c{i} {{ nodes m count=1 {{ allocatable cpu=8 memory=\"1Gi\" pods=9 }} }}\n")
        })
    }),
    ("node pools of one region", false, || {
        region("", |i| format!("nodes m{i} count=1 {{ allocatable cpu=8 memory=\"1Gi\" pods=9 }}\n"))
    }),
    ("labels of one pool", false, || pool(|i| format!("label k{i} v\n"))),
    ("taints of one pool", false, || pool(|i| format!("taint k{i} effect=NoSchedule\n"))),
    ("extended resources of one pool", false, || pool(|i| format!(" resource=\"x/r{i}=1\""))),
    ("regions", false, || {
        only(lines("seawall language=1\nfleet f\n", |i| format!("region r{i} country=DE\n"), ""))
    }),
    ("regions, each proved", false, || only(lines(SURVIVE, one_region, ""))),
    ("regions, every pair proved", false, || {
        let start = "seawall language=1\nfleet f { survive any-region=2 }\n";
        only((0..1000).fold(start.to_owned(), |text, i| text + &one_region(i)))
    }),
    ("links of two regions", false, || only(lines(BASE, |_| "link a b rtt=\"1ms\"\n".into(), ""))),
    ("links of regions that are not defined", true, || {
        only(lines(BASE, |i| format!("link a x{i} rtt=\"1ms\"\n"), ""))
    }),
    ("events", false, || only(lines(BASE, |i| format!("event e{i} {{ fail a }}\n"), ""))),
    ("events of many regions", false, || {
        let regions: String = (0..1000).map(one_region).collect();
        let named: String = (0..200).map(|i| format!(" r{i}")).collect();
        only(lines(&format!("{SURVIVE}{regions}"), |i| format!("event e{i} {{ fail{named} }}\n"), ""))
    }),
    ("partitions of many regions", false, || {
        let regions: String = (0..500).map(one_region).collect();
        let named = |range: std::ops::Range<usize>| -> String { range.map(|i| format!(" r{i}")).collect() };
        let (first, rest) = (named(0..200), named(200..500));
        let start = format!("{SURVIVE}{regions}");
        only(lines(&start, |i| format!("event e{i} {{ partition {{ side{first}; side{rest} }} }}\n"), ""))
    }),
    ("tiers", false, || only(lines(BASE, |i| format!("tier t{i} order={}\n", i + 20), ""))),
    ("tiers of one order", false, || only(lines(BASE, |i| format!("tier t{i} order=7\n"), ""))),
    ("lanes and a reserve of each", false, || {
        let lanes: String = (0..8_000).map(|i| format!("lane l{i} {{ draws-on reserve }}\n")).collect();
        let start = format!(
            "{BASE}{lanes}region c country=DE {{ city BER; nodes m count=900 {{ allocatable cpu=64 memory=\"1Gi\" pods=9 }}\n"
        );
        only(lines(&start, |i| format!("reserve l{} cpu=1\n", i % 8_000), "}\n"))
    }),
    ("quotas of one tenant", false, || {
        only(lines(&format!("{BASE}tenant u {{\n"), |i| format!("quota r{i} cpu=1\n"), "}\n"))
    }),
    ("countries of one jurisdiction", false, || {
        only(lines("seawall language=1\nfleet f\njurisdiction J { country", |_| " DE".into(), " }\n"))
    }),
    ("jurisdictions of one residency", false, || {
        only(lines(&format!("{BASE}dataset d {{ home a; residency"), |i| format!(" J{i}"), " }\n"))
    }),
    ("replicas of one dataset", false, || {
        only(lines(&format!("{BASE}dataset d {{ home a\n"), |_| "replica b lag=\"1s\"\n".into(), "}\n"))
    }),
    ("targets that no region serves", true, || work("", |i| format!("    target Q{i} replicas=1\n"))),
    ("one target of many cities", false, || work("    target", |i| format!(" {}", CITIES[i % CITIES.len()]))),
    ("one target of cities that are not known", true, || work("    target", |i| format!(" Q{i}"))),
    ("targets of one workload", false, || work("", |_| "    target FRA replicas=1\n".into())),
    ("destinations of one workload", false, || {
        work("    target FRA replicas=1\n    failover rto=\"20m\" {\n", |_| "to b lane=way\n".into())
    }),
    ("datasets and a workload that uses all", false, || {
        let data: String =
            (0..12_000).map(|i| format!("dataset d{i} {{ home a; replica b lag=\"1s\" }}\n")).collect();
        let start = format!("{BASE}{data}workload w tenant=t {{ tier gold; target FRA replicas=1\n");
        only(lines(&start, |i| format!("uses d{} rpo=\"9s\"\n", i % 12_000), "}\n"))
    }),
    ("needs in a chain", false, || {
        let own = "tier gold; container image=i; request cpu=1 memory=\"1Gi\"; target FRA replicas=1; failover none reason=x; spread none reason=x";
        only(lines(
            BASE,
            |i| {
                format!("workload w{i} tenant=t {{ {own}; needs w{} within=\"9ms\" }}\n", i.saturating_sub(1))
            },
            "",
        ))
    }),
    ("needs of one workload", false, || work("", |i| format!("    needs w{i}\n"))),
    ("small workloads on many nodes", false, || small("spread none reason=x")),
    ("small workloads spread over zones", false, || small("spread zone max-skew=1")),
    ("queues and jobs", false, || {
        only(lines(
            BASE,
            |i| {
                format!(
                    "queue q{i} tier=batch {{ quota a cpu=1 memory=\"1Gi\" pods=1 }}\njob j{i} tenant=t queue=q{i} {{ wraps \"x.yaml\"; request cpu=1; dispatch first-fit {{ to a }} }}\n"
                )
            },
            "",
        ))
    }),
    ("waves of a rollout", false, || {
        only(lines(
            "seawall language=1\nfleet f { rollout {\n",
            |i| format!("wave w{i} {{ region a }}\n"),
            "} }\n",
        ))
    }),
];

const SURVIVE: &str = "seawall language=1\nfleet f { survive any-region=1 }\n";

const CITIES: [&str; 6] = ["FRA", "PAR", "BER", "DUB", "IAD", "SFO"];

fn one_region(i: usize) -> String {
    format!("region r{i} country=DE {{ nodes m count=9 {{ allocatable cpu=8 memory=\"1Gi\" pods=9 }} }}\n")
}

fn region(before: &str, line: impl Fn(usize) -> String) -> super::Files {
    only(lines(&format!("{BASE}region c country=DE {{\n{before}"), line, "\n}\n"))
}

fn pool(line: impl Fn(usize) -> String) -> super::Files {
    let start =
        format!("{BASE}region c country=DE {{ nodes m count=9 {{ allocatable cpu=8 memory=\"1Gi\" pods=9");
    let first = line(0);
    let joint = if first.starts_with(' ') { "" } else { "\n" };
    only(lines(&format!("{start}{joint}"), line, "\n} }\n"))
}

fn work(before: &str, line: impl Fn(usize) -> String) -> super::Files {
    let own =
        "    tier gold\n    container image=i\n    request cpu=1 memory=\"1Gi\"\n    spread none reason=x\n";
    let blocks = before.matches('{').count();
    let start = format!("{BASE}workload w tenant=t {{\n{own}{before}");
    let count = if before.trim() == "target" { " replicas=1" } else { "" };
    only(lines(&start, line, &format!("{count}\n{}}}\n", "}".repeat(blocks))))
}

fn small(spread: &str) -> super::Files {
    let start = r#"seawall language=1
fleet f { survive any-region=1; survive any-zone=1 }
tier gold order=10
lane way { draws-on reserve; opens-on declaration }
region a country=DE { city FRA; zone a1 a2 a3; nodes m count=19000 { allocatable cpu=4 memory="8Gi" pods=30 }; reserve way cpu="40%" memory="40%" pods="40%" }
region b country=FR { city PAR; zone b1 b2 b3; nodes m count=19000 { allocatable cpu=4 memory="8Gi" pods=30 }; reserve way cpu="40%" memory="40%" pods="40%" }
tenant t
"#;
    let start = format!(
        "{start}class c {{ tier gold; container image=i; {spread}; failover {{ to a lane=way; to b lane=way }} }}\n"
    );
    only(lines(
        &start,
        |i| {
            let city = if i % 2 == 0 { "FRA" } else { "PAR" };
            let to = if i % 2 == 0 { "b" } else { "a" };
            let (cpu, memory) = (100 + i % 700, 100 + i % 900);
            format!(
                "workload w{i} tenant=t class=c {{ request cpu=\"{cpu}m\" memory=\"{memory}Mi\"; target {city} replicas=2; failover {{ to {to} lane=way }} }}\n"
            )
        },
        "",
    ))
}

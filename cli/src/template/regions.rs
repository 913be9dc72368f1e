//! A fleet made from a list of cities: a region for each, links with estimated round-trip times, and one service that runs in
//! all of them and survives the loss of any one region or zone.
//!
//! Takes IATA codes, gives files. Invariant: what it gives is clean, proved and formatted for every list it takes; a test
//! tries it.

use super::File;
use crate::failure::Failure;
use crate::style::count;
use seawall_compiler::diagnostic::nearest::nearest;
use seawall_compiler::resolve::cities::{self, City};
use std::fmt::Write as _;

/// Most regions of a list: links are written for every pair.
const MOST: usize = 40;

/// Kilometres that light travels in a millisecond of round trip, through glass and by detours.
const KM_PER_MS: u32 = 70;

/// The files of a fleet with a region in each of these cities.
///
/// # Errors
/// [`Failure::Input`] where a code is not known, stands twice, or there are too few or too many.
pub fn files(codes: &[String]) -> Result<Vec<File>, Failure> {
    let mut found: Vec<City> = Vec::new();
    for code in codes {
        let city = city(code)?;
        if found.iter().any(|known| known.code == city.code) {
            return Err(Failure::input(format!("{} stands twice among the regions", city.code)).help(
                "one region for each city; a second one there is a copy of its file with a name of its own",
            ));
        }
        found.push(city);
    }
    if !(2..=MOST).contains(&found.len()) {
        return Err(Failure::input(format!(
            "{}: from 2 to {MOST} can be laid out",
            count(found.len(), "region")
        ))
        .help("name cities by their IATA codes: --regions FRA,DUB,IAD"));
    }
    let mut files = vec![file("fleet.kdl".to_owned(), fleet(&found))];
    files.extend(found.iter().map(|city| file(format!("regions/{}.kdl", name(city)), region(city))));
    files.push(file("workloads/shop.kdl".to_owned(), workload(&found)));
    Ok(files)
}

fn file(path: String, text: String) -> File {
    File { path: path.into(), text: text.into() }
}

fn city(code: &str) -> Result<City, Failure> {
    let upper = code.trim().to_ascii_uppercase();
    cities::find(&upper).ok_or_else(|| {
        let known = [
            "FRA", "AMS", "DUB", "LON", "PAR", "MAD", "MIL", "ARN", "IAD", "NYC", "ORD", "SFO", "SIN", "TYO",
            "SYD", "GRU",
        ];
        let near = nearest(&upper, known).map_or_else(String::new, |near| format!("did you mean {near}? "));
        Failure::input(format!("`{}` is neither an IATA city code nor an IATA airport code", code.trim()))
            .help(format!("{near}such codes have three letters: FRA, DUB, IAD"))
    })
}

/// `de-fra`: country and city.
fn name(city: &City) -> String {
    format!("{}-{}", city.country, city.code).to_ascii_lowercase()
}

/// An estimate of the round-trip time, in milliseconds.
fn rtt(a: City, b: City) -> u32 {
    2 + cities::distance(a, b).div_ceil(KM_PER_MS)
}

fn fleet(found: &[City]) -> String {
    let mut out = String::from(HEAD);
    for (index, a) in found.iter().enumerate() {
        for b in &found[index + 1..] {
            // Writing to a string does not fail.
            let _ = writeln!(out, "link {} {} rtt=\"{}ms\"", name(a), name(b), rtt(*a, *b));
        }
    }
    out.push_str("\n// Whose work it is, and how much it may take in each region; `burst` is what failover may add in any one.\ntenant shop {\n");
    for city in found {
        let _ = writeln!(out, "    quota {} cpu=40", name(city));
    }
    out.push_str("    burst cpu=40\n}\n");
    out
}

const HEAD: &str = "// A fleet is a folder of KDL files; this one is its entry.
// Try: seawall check · seawall show · seawall render --out rendering · seawall explain CODE
seawall language=1
import \"regions/*.kdl\"
import \"workloads/*.kdl\"

fleet my-fleet {
    survive any-region=1              // `check` proves that the loss of any one region is survivable,
    survive any-zone=1                // and of any one zone
}

// How important work is. Preemptible tiers have the orders 1 to 4 and give way to all others.
tier standard order=50
tier batch order=1 preemptible=#true

// A way in during failover: first the capacity reserved for it, then what is free, then what batch uses.
lane recovery {
    draws-on reserve free preemptible
    opens-on declaration
}

// Round-trip times, estimated from the distance: put measured ones in their place.
";

fn region(city: &City) -> String {
    let name = name(city);
    format!(
        "// {}. Capacity is an example: put your own in its place, and `check` proves the fleet anew.
region {name} country={} {{
    city {}
    zone {name}-a {name}-b {name}-c
    nodes m7i.4xlarge count=6 {{
        allocatable cpu=16 memory=\"64Gi\" pods=110
    }}
    reserve recovery cpu=\"30%\" memory=\"30%\" pods=\"30%\"
    cluster embedded=\"clusters/{name}\"   // a folder that plays a cluster; for a real one: context=NAME
}}
",
        city.name, city.country, city.code
    )
}

fn workload(found: &[City]) -> String {
    let mut out = String::from(
        "workload shop tenant=shop {
    tier standard
    container image=\"registry.example/shop:1\" port=8080    // or the team's own: manifests \"k8s/shop/*.yaml\"
    request cpu=1 memory=\"2Gi\"
",
    );
    for city in found {
        let _ = writeln!(out, "    target {} replicas=12", city.code);
    }
    out.push_str(
        "    spread zone max-skew=1\n    disruption max-unavailable=\"10%\"\n    failover rto=\"15m\" {\n",
    );
    for city in found {
        let _ = writeln!(out, "        to {} lane=recovery standby=cold", name(city));
    }
    out.push_str("    }\n}\n");
    out
}

//! Writes a generated fleet into a folder: `cargo run --package seawall-tests --example generate -- DIR SEED WORKLOADS REGIONS`.

use seawall_tests::generate::{Options, fleet};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, seed, workloads, regions] = arguments.as_slice() else {
        return Err("usage: generate DIR SEED WORKLOADS REGIONS".into());
    };
    let options = Options::new(seed.parse()?, workloads.parse()?, regions.parse()?);
    for (path, text) in fleet(&options) {
        let target = Path::new(folder).join(path);
        std::fs::create_dir_all(target.parent().unwrap_or(Path::new(folder)))?;
        std::fs::write(target, text)?;
    }
    Ok(())
}

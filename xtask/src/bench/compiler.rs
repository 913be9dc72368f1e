//! The compiler's part: the reader over 10 MB, and proofs in one process.

use super::measure::shown;
use crate::run::{Outcome, cargo, print, say};

/// Reads and formats a document of 10 MB in one process, built to run; with the features that the whole workspace is built
/// with, so that what a release build has made serves here.
pub(super) fn parse() -> Outcome {
    let arguments = ["bench", "--quiet", "--workspace", "--bench", "parse"];
    say("── reader: cargo bench --workspace --bench parse");
    let output = cargo(&arguments).output()?;
    if !output.status.success() {
        return Err(format!("the reader's bench failed\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let line =
        text.lines().rfind(|line| line.starts_with('{')).ok_or("the reader's bench printed nothing")?;
    let figures: serde_json::Value = serde_json::from_str(line)?;
    let megabytes = figures["bytes"].as_f64().unwrap_or(0.0) / 1e6;
    print(&format!(
        "`cargo {}`: a generated document of {megabytes:.1} MB, in one process; slowest / median / fastest run.\n",
        arguments.join(" ")
    ))?;
    print("| what | MB/s by the clock | MB/s of processor time |")?;
    print("| --- | --- | --- |")?;
    for what in ["parse", "format"] {
        let speeds = |clock: &str| -> String {
            let runs = figures[what][clock].as_array().into_iter().flatten();
            let speeds: Vec<f64> = runs.filter_map(|run| run.as_f64()).map(|run| megabytes / run).collect();
            shown(&speeds, 1.0, 0)
        };
        print(&format!("| {what} | {} | {} |", speeds("wall_s"), speeds("cpu_s")))?;
    }
    print("")
}

/// Proofs in one process, built to run.
pub(super) fn proof() -> Outcome {
    let arguments = ["bench", "--quiet", "--workspace", "--bench", "proof"];
    say("── proof: cargo bench --workspace --bench proof");
    let output = cargo(&arguments).output()?;
    if !output.status.success() {
        return Err(format!("the proof's bench failed\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    print(&format!(
        "`cargo {}`: fleets in memory, in one process; least / median / greatest run.\n",
        arguments.join(" ")
    ))?;
    print("| fleet | what | time, ms | survived | refuted | undecided |")?;
    print("| --- | --- | --- | --- | --- | --- |")?;
    for line in String::from_utf8(output.stdout)?.lines().filter(|line| line.starts_with('{')) {
        let figures: serde_json::Value = serde_json::from_str(line)?;
        let runs = figures["seconds"].as_array().into_iter().flatten().filter_map(|run| run.as_f64());
        let text = |name: &str| figures[name].as_str().unwrap_or_default().to_owned();
        let time = shown(&runs.collect::<Vec<_>>(), 1e3, 1);
        let [survived, refuted, undecided] = ["survived", "refuted", "undecided"].map(|name| &figures[name]);
        print(&format!(
            "| {} | {} | {time} | {survived} | {refuted} | {undecided} |",
            text("fleet"),
            text("what")
        ))?;
    }
    print("")
}

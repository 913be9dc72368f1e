//! `seawall status`: how every region stands, from the state folder alone.

use crate::args::Format;
use crate::change::region_of;
use crate::state::{self, StateArgs};
use crate::status::{Row, json, summary, table};
use crate::style::Style;
use crate::{Context, Exit, Outcome};
use seawall_reconciler::gate::operator;
use seawall_schema::status::RegionStatus;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Show how every region stands
///
/// Exits 1 where a region is neither ready nor suspended.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Only this region; repeatable
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Reads and prints.
///
/// # Errors
/// Where there is no such state folder or region.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let known = state::read(context, &args.state.state)?;
    let root = context.path(&args.state.state);
    let chosen = state::chosen(known.bundles.keys(), &args.region)?;
    let rows: Vec<_> = chosen.iter().map(|bundle| row(bundle, &state::folder_of(&root, bundle))).collect();
    match args.format {
        Format::Json => context.json(&json(&rows))?,
        Format::Text => context.write(&table(&rows, Style(context.terminal.stdout_color)))?,
    }
    context.say(&format!("{}, from {}", summary(&rows), known.source));
    Ok(Exit::findings_if(rows.iter().any(|row| !matches!(row.state(), "ready" | "suspended"))))
}

fn row(bundle: &str, folder: &Path) -> Row {
    let status = match fs::read(folder.join("status.json")) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| format!("its status.json is damaged: {e}")),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(String::from("it has not reported yet")),
        Err(error) => Err(format!("its status.json cannot be read: {error}")),
    };
    // What an operator has just said counts before the worker has heard of it.
    let suspended = operator::suspension(folder).is_some();
    Row {
        region: region_of(bundle),
        status: status.map(|status: RegionStatus| RegionStatus { suspended, ..status }),
    }
}

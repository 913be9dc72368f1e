//! `seawall declare EVENT`: says that an event is in force; `seawall end EVENT` takes it back.
//!
//! In git it edits `declarations.kdl` beside `fleet.kdl`, keeps its comments, and leaves rendering and committing to their commands.

use crate::clusters::ClusterArgs;
use crate::disk::DiskFiles;
use crate::fleet::{self, FleetArgs};
use crate::folder::write_file;
use crate::local::{self, Said};
use crate::state::StateArgs;
use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::model::Model;
use seawall_compiler::span::FileId;
use seawall_compiler::syntax;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The file that holds declarations.
const FILE: &str = "declarations.kdl";

/// Declare an event: in git by editing declarations.kdl, or with --region in that region's own cluster
///
/// EVENT is an event of the fleet, region:R or cell:R/C. In git: render and commit afterwards. With --region it is in force
/// as soon as the region's worker looks, and needs neither git nor any other region.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is in force: an event, region:R or cell:R/C
    event: String,
    #[command(flatten)]
    fleet: FleetArgs,
    /// Who says so
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Until when, such as 2026-01-31T18:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<String>,
    /// Declare it in this region's own cluster instead; repeatable
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    #[command(flatten)]
    state: StateArgs,
    #[command(flatten)]
    clusters: ClusterArgs,
}

fn time(text: &str) -> Result<String, String> {
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed.map(|_| text.to_owned()).map_err(|_| String::from("not a time such as 2026-01-31T18:00:00Z"))
}

/// Writes the declaration.
///
/// # Errors
/// Where there is no such event, it is declared already, or the file cannot be written.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    if !args.region.is_empty() {
        let said = Said { by: &args.by, reason: &args.reason, until: args.until.as_deref() };
        return local::declare(context, &args.state, &args.clusters, &args.region, &args.event, &said);
    }
    let compiled = fleet::check(context, &args.fleet)?;
    if let Some(model) = &compiled.checked.model {
        refuse_unknown(model, &args.event)?;
    }
    let file = compiled.root.join(FILE);
    let old = read(&file)?;
    if lines_of(&old, &args.event).is_some() {
        return Err(Failure::input(format!("{} is declared already", args.event))
            .help(format!("`seawall end {}` takes it back", args.event)));
    }
    let mut line =
        format!("declare {} by={} reason={}", quoted(&args.event), quoted(&args.by), quoted(&args.reason));
    if let Some(until) = &args.until {
        line.push_str(&format!(" until={}", quoted(until)));
    }
    let gap = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
    write(&file, &format!("{old}{gap}{line}\n"))?;
    context.line(&line)?;
    context.say(&format!("wrote {FILE}; next: seawall plan, then seawall render --commit"));
    Ok(Exit::Fine)
}

/// Takes a declaration back.
pub mod end {
    use super::{
        ClusterArgs, Context, DiskFiles, Exit, FILE, Failure, Outcome, StateArgs, lines_of, local, read,
        write,
    };
    use std::path::PathBuf;

    /// Take a declaration back: in git, or with --region in that region's own cluster
    #[derive(Debug, clap::Args)]
    pub struct Args {
        /// What is no longer in force: an event, region:R or cell:R/C
        event: String,
        /// The fleet's folder
        #[arg(value_name = "DIR", default_value = ".")]
        folder: PathBuf,
        /// End it in this region's own cluster instead; repeatable
        #[arg(long, value_name = "REGION")]
        region: Vec<String>,
        #[command(flatten)]
        state: StateArgs,
        #[command(flatten)]
        clusters: ClusterArgs,
    }

    /// Removes the declaration.
    ///
    /// # Errors
    /// Where it is not declared, or the file cannot be written.
    pub fn exec(args: &Args, context: &Context) -> Outcome {
        if !args.region.is_empty() {
            return local::end(context, &args.state, &args.clusters, &args.region, &args.event);
        }
        let shown = args.folder.display().to_string();
        let file = DiskFiles::open(&context.path(&args.folder), &shown)?.root().join(FILE);
        let old = read(&file)?;
        let Some((start, end)) = lines_of(&old, &args.event) else {
            return Err(Failure::input(format!("{} is not declared in {FILE}", args.event)));
        };
        context.line(old[start..end].trim())?;
        write(&file, &format!("{}{}", &old[..start], &old[end..]))?;
        context.say(&format!("took it out of {FILE}; next: seawall plan, then seawall render --commit"));
        Ok(Exit::Fine)
    }
}

fn refuse_unknown(model: &Model, event: &str) -> Result<(), Failure> {
    let events = model.events.iter().map(|e| e.name.to_string());
    let regions = model.regions.iter().map(|r| format!("region:{}", r.name));
    let cells = model.locations.iter().filter(|l| l.cell.is_some()).map(|l| format!("cell:{}", l.label));
    let known: Vec<_> = events.chain(regions).chain(cells).collect();
    if known.iter().any(|name| name == event) {
        return Ok(());
    }
    Err(Failure::input(format!("nothing is called {event}")).help(format!("there are {}", known.join(", "))))
}

/// The bytes of the declaration of `event`, its line's end included.
fn lines_of(text: &str, event: &str) -> Option<(usize, usize)> {
    let parsed = syntax::parse(FileId(0), text);
    let found = parsed.document.nodes().find(|node| {
        let first = node.arguments().next();
        node.name().text == "declare"
            && first
                .is_some_and(|a| matches!(a.value(), syntax::Value::String(name) if name.as_ref() == event))
    })?;
    let span = found.span();
    let end = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at + 1);
    Some((span.start as usize, end))
}

fn read(file: &Path) -> Result<String, Failure> {
    match fs::read_to_string(file) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(Failure::disk("read", Path::new(FILE), &error)),
    }
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    write_file(file, text.as_bytes()).map_err(|e| Failure::disk("write", Path::new(FILE), &e))
}

/// A KDL string (KDL 2.0, section 3.11): quotes, backslashes and control characters escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

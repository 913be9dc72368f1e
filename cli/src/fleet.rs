//! From a fleet's folder to what the compiler makes of it, for every command that takes one.
//!
//! Takes a folder and a date, gives [`Checked`] or a rendering. Invariant: findings are printed by whoever asked; here they
//! only decide whether a rendering exists.

use crate::disk::DiskFiles;
use crate::failure::Failure;
use crate::folder::Tree;
use crate::progress::Progress;
use crate::style::{Style, count};
use crate::{Context, Exit};
use seawall_compiler::diagnostic::{Diagnostic, Severity, render};
use seawall_compiler::emit::{RenderError, Stopped};
use seawall_compiler::files::Sources;
use seawall_compiler::{Checked, Options};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

/// Which fleet.
#[derive(Clone, Debug, clap::Args)]
pub struct FleetArgs {
    /// The fleet's folder
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// The date that allowances are compared with [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub today: Option<String>,
}

/// Reads a day of the command line.
pub(crate) fn date(text: &str) -> Result<String, String> {
    let parsed: Result<jiff::civil::Date, _> = text.parse();
    match parsed {
        Ok(date) if date.to_string() == text => Ok(text.to_owned()),
        _ => Err(String::from("not a date such as 2026-01-31")),
    }
}

/// A fleet that was read and checked.
pub struct Compiled {
    /// Findings, model, proof.
    pub checked: Checked,
    /// The folder, links resolved.
    pub root: PathBuf,
}

/// Reads and checks a fleet.
///
/// # Errors
/// [`Failure::Input`] where there is no fleet, [`Failure::World`] where the disk refuses.
pub fn check(context: &Context, args: &FleetArgs) -> Result<Compiled, Failure> {
    let folder = context.path(&args.folder);
    let files = DiskFiles::open(&folder, &args.folder.display().to_string())?;
    let progress = Progress::spinner(context, "checking");
    let checked = seawall_compiler::check(&files, &options(context, args));
    drop(progress);
    Ok(Compiled { checked, root: files.root().to_owned() })
}

/// What the compiler is told: the day.
pub fn options(context: &Context, args: &FleetArgs) -> Options {
    Options { today: Some(args.today.clone().unwrap_or_else(|| context.today())) }
}

/// A fleet that may be rendered; `None` where findings stand in its way, which then are on stderr.
///
/// # Errors
/// As [`check`].
pub fn renderable(context: &Context, args: &FleetArgs) -> Result<Option<Compiled>, Failure> {
    let compiled = check(context, args)?;
    let checked = &compiled.checked;
    tell(context, checked);
    let whole = checked.model.is_some() && checked.proof.is_some() && checked.errors() == 0;
    Ok(whole.then_some(compiled))
}

/// Files that may wait for who takes them, while others are made.
const WAITING: usize = 256;

/// Takes a file of a rendering: its path and its bytes.
pub type Taking<'t> = &'t mut dyn FnMut(&str, Vec<u8>) -> Result<(), Failure>;

/// Renders a fleet on threads of its own; `put` is given one file after the other, in no order, on this one.
///
/// # Errors
/// What `put` says, after which nothing is rendered any more; as [`refused`] where the fleet has no rendering: what was
/// given until then is none.
pub fn each_file(context: &Context, checked: &Checked, put: Taking<'_>) -> Result<(), Failure> {
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else { return Ok(()) };
    let _progress = Progress::spinner(context, "rendering");
    let (sender, receiver) = sync_channel::<(String, Vec<u8>)>(WAITING);
    let rendered = std::thread::scope(|scope| {
        let render = move || {
            let send = |path, bytes| sender.send((path, bytes));
            seawall_compiler::emit::each_file(model, &checked.sources, proof, &send)
        };
        let rendering = scope.spawn(render);
        let taken = receiver.iter().try_for_each(|(path, bytes)| put(&path, bytes));
        // Whoever still wants to give a file away is told that nobody takes it.
        drop(receiver);
        let rendered = rendering.join();
        taken.map(|()| rendered)
    })?;
    match rendered {
        Ok(Ok(())) => Ok(()),
        Ok(Err(Stopped::Refused(error))) => Err(refused(error)),
        Ok(Err(Stopped::Put(error))) => Err(Failure::world("the rendering did not come to its end", error)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Why a fleet without errors has no rendering.
pub fn refused(error: RenderError) -> Failure {
    match error {
        RenderError::Clash(_) => {
            Failure::input("the fleet cannot be rendered; nothing was written").because(error)
        }
        _ => Failure::world("the rendering is not what was proved; nothing was written", error)
            .help("this is a bug of seawall: please report it with the fleet that shows it"),
    }
}

/// Findings on stderr, counted where errors are among them.
pub fn tell(context: &Context, checked: &Checked) {
    let (findings, color) = (&checked.diagnostics, context.terminal.stderr_color);
    if !findings.is_empty() && (checked.errors() > 0 || !context.quiet) {
        context.complain(&shown(context, findings, &checked.sources, color));
    }
    if checked.errors() > 0 || checked.model.is_none() {
        context.complain(&format!("{}\n", summary(findings, Style(color))));
    }
}

/// What is emitted of a fleet, errors or not; none where they leave no model.
pub fn emitted(context: &Context, checked: &Checked) -> Option<Result<Tree, RenderError>> {
    let (model, proof) = (checked.model.as_ref()?, checked.proof.as_ref()?);
    let _progress = Progress::spinner(context, "rendering");
    Some(seawall_compiler::emit::render(model, &checked.sources, proof).map(|rendering| rendering.files))
}

/// The model of a fleet; where findings leave none, they are on stderr.
///
/// # Errors
/// [`Failure::Input`] where there is no model.
pub fn model<'c>(
    context: &Context,
    checked: &'c Checked,
) -> Result<&'c seawall_compiler::model::Model, Failure> {
    checked.model.as_ref().ok_or_else(|| {
        let color = context.terminal.stderr_color;
        context.complain(&shown(context, &checked.diagnostics, &checked.sources, color));
        Failure::input("the fleet has errors that leave nothing to prove")
    })
}

/// Findings as people read them.
pub fn shown(context: &Context, findings: &[Diagnostic], sources: &Sources, color: bool) -> String {
    let (unicode, width) = (context.terminal.unicode, context.terminal.width);
    if context.terminal.graphics {
        render::text(findings, sources, render::TextStyle { color, unicode, width })
    } else {
        render::narrated(findings, sources)
    }
}

/// `2 errors, 1 warning`, or that all is well.
pub fn summary(findings: &[Diagnostic], style: Style) -> String {
    let of = |severity| findings.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => style.green("no findings"),
        (0, _) => style.yellow(&count(warnings, "warning")),
        (_, 0) => style.red(&count(errors, "error")),
        _ => style.red(&format!("{}, {}", count(errors, "error"), count(warnings, "warning"))),
    }
}

/// 1 where there are errors, 0 where there are at most warnings.
pub fn verdict(findings: &[Diagnostic]) -> Exit {
    Exit::findings_if(findings.iter().any(|d| d.severity == Severity::Error))
}

/// The fleet's folder as seen from the root of the repository it lies in, for annotations; from the working folder where
/// it lies in none.
pub fn prefix(context: &Context, root: &Path) -> String {
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    let here = context.folder.canonicalize().unwrap_or_else(|_| context.folder.clone());
    let inner = root.strip_prefix(repository.unwrap_or(&here));
    inner.map(|inner| inner.display().to_string()).unwrap_or_default()
}

//! `seawall fmt [PATH…]`: lays KDL out in the one style. Never loses a comment; a file that does not parse is not touched.

use crate::disk::read_regular;
use crate::failure::Failure;
use crate::fleet;
use crate::folder::write_file;
use crate::style::{Style, count};
use crate::{Context, Exit, Outcome};
use seawall_compiler::diagnostic::Diagnostics;
use seawall_compiler::files::{FILE_LIMIT, FileError, Sources};
use seawall_compiler::syntax;
use std::fs;
use std::path::{Path, PathBuf};

/// Format KDL files; `-` formats stdin to stdout
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files, or folders whose *.kdl are formatted
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Change nothing; show what would change and exit 1 where something would
    #[arg(long)]
    check: bool,
}

/// What became of the files.
#[derive(Default)]
struct Tally {
    files: usize,
    changed: usize,
    broken: usize,
}

/// Formats, or shows what formatting would do.
///
/// # Errors
/// Where a path is wrong, or a file cannot be read or written.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    if args.paths == [PathBuf::from("-")] {
        return stdin(args, context);
    }
    let mut files = Vec::new();
    for path in &args.paths {
        collect(context, path, &mut files)?;
    }
    files.sort();
    files.dedup();
    let mut tally = Tally::default();
    for file in &files {
        one(args, context, file, &mut tally)?;
    }
    let style = Style(context.terminal.stderr_color);
    let word = if args.check { "would change" } else { "formatted" };
    let broken = match tally.broken {
        0 => String::new(),
        n => style.red(&format!(", {} with syntax errors left alone", count(n, "file"))),
    };
    context.say(&format!("{}: {} {word}{broken}", count(tally.files, "file"), tally.changed));
    Ok(Exit::findings_if(tally.broken > 0 || (args.check && tally.changed > 0)))
}

fn one(args: &Args, context: &Context, file: &Path, tally: &mut Tally) -> Result<(), Failure> {
    let shown = context.shown(file);
    let bytes = read_regular(file, FILE_LIMIT).map_err(|error| match error {
        FileError::Missing => Failure::input(format!("no such file: {shown}")),
        FileError::TooLarge => Failure::input(format!("{shown} is {error}")),
        _ => Failure::world(format!("cannot read {shown}"), error),
    })?;
    tally.files += 1;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Failure::input(format!("{shown} is not UTF-8: byte {at} is no character"))
    })?;
    match syntax::format(&text) {
        Err(findings) => {
            tally.broken += 1;
            complain(context, &shown, text, findings);
        }
        Ok(formatted) if formatted == text => {}
        Ok(formatted) => {
            tally.changed += 1;
            if args.check {
                context.write(&diff(context, &shown, &text, &formatted))?;
            } else {
                write_file(file, formatted.as_bytes()).map_err(|e| {
                    Failure::disk("write", Path::new(&shown), &e).help("the file is as it was")
                })?;
            }
        }
    }
    Ok(())
}

fn stdin(args: &Args, context: &Context) -> Outcome {
    let bytes = context.read_stdin(FILE_LIMIT)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::input("stdin is not UTF-8"))?;
    match syntax::format(&text) {
        Err(findings) => {
            complain(context, "stdin", text, findings);
            Ok(Exit::Findings)
        }
        Ok(formatted) if args.check => {
            context.write(&diff(context, "stdin", &text, &formatted))?;
            Ok(Exit::findings_if(formatted != text))
        }
        Ok(formatted) => {
            context.write(&formatted)?;
            Ok(Exit::Fine)
        }
    }
}

/// Findings of `format` are about the one file it was given.
fn complain(context: &Context, shown: &str, text: String, findings: Diagnostics) {
    let mut sources = Sources::default();
    sources.add(shown, text);
    let findings = findings.into_sorted();
    context.complain(&fleet::shown(context, &findings, &sources, context.terminal.stderr_color));
}

fn diff(context: &Context, shown: &str, old: &str, new: &str) -> String {
    let style = Style(context.terminal.stdout_color);
    let diff = similar::TextDiff::from_lines(old, new);
    let unified =
        diff.unified_diff().context_radius(3).header(shown, &format!("{shown} formatted")).to_string();
    let paint = |line: &str| match line.as_bytes().first() {
        Some(b'+') => style.green(line),
        Some(b'-') => style.red(line),
        Some(b'@') => style.cyan(line),
        _ => line.to_owned(),
    };
    unified.lines().map(|line| paint(line) + "\n").collect()
}

/// A file as it is; of a folder every `*.kdl` that is neither hidden nor reached through a link.
fn collect(context: &Context, path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    if path == Path::new("-") {
        return Err(Failure::input("`-` stands alone: stdin is formatted to stdout"));
    }
    let top = context.path(path);
    if !top.is_dir() {
        files.push(top);
        return Ok(());
    }
    let mut open = vec![top];
    while let Some(folder) = open.pop() {
        let failed = |e: &std::io::Error| Failure::disk("list", Path::new(&context.shown(&folder)), e);
        for entry in fs::read_dir(&folder).map_err(|e| failed(&e))? {
            let entry = entry.map_err(|e| failed(&e))?;
            let kind = entry.file_type().map_err(|e| failed(&e))?;
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if kind.is_dir() && !hidden {
                open.push(entry.path());
            } else if kind.is_file() && !hidden && entry.path().extension().is_some_and(|e| e == "kdl") {
                files.push(entry.path());
            }
        }
    }
    Ok(())
}

//! The files of a fleet: imports, patterns, and what loads by itself.
//!
//! Takes [`Files`], gives checked nodes of all files. Invariant: a file is read once; faults of the world stand at the
//! line that names the file; a file that could not be loaded is remembered, so that what depends on it stays silent.

use super::glob;
use crate::decode::{self, Node};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Edit, registry as codes};
use crate::files::{FileError, Files, Sources};
use crate::span::{FileId, Span, Spanned};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The entry of every fleet.
pub const ENTRY: &str = "fleet.kdl";
/// Declared events; loads by itself where it exists.
pub const DECLARATIONS: &str = "declarations.kdl";
/// Policies; load by themselves.
pub const POLICIES: &str = "policies";

/// Reads files, each once.
pub struct Loader<'a> {
    files: &'a dyn Files,
    /// What was read.
    pub sources: &'a mut Sources,
    read: HashMap<String, Option<FileId>>,
    listings: HashMap<String, Result<Vec<String>, FileError>>,
}

/// What the fleet's files hold.
#[derive(Default)]
pub struct Loaded {
    /// Checked nodes in the order they were met.
    pub nodes: Vec<Node>,
    /// Names on nodes that could not be read.
    pub lost: HashSet<Arc<str>>,
    /// Files with syntax errors: a name that occurs there may have been meant to be defined there.
    pub broken: Vec<FileId>,
    /// Whether a file could not be loaded.
    pub failed: bool,
}

impl<'a> Loader<'a> {
    /// Reads from `files` into `sources`.
    pub fn new(files: &'a dyn Files, sources: &'a mut Sources) -> Self {
        Self { files, sources, read: HashMap::new(), listings: HashMap::new() }
    }

    /// Reads a file, once; a fault stands at `at`, the first time only.
    pub fn text(&mut self, path: &str, at: Span, out: &mut Diagnostics) -> Option<FileId> {
        if let Some(known) = self.read.get(path) {
            return *known;
        }
        let id = match self.files.read(path).map(String::from_utf8) {
            Ok(Ok(text)) => Some(self.sources.add(path, text)),
            Ok(Err(problem)) => {
                let offset = problem.utf8_error().valid_up_to();
                let line = problem.as_bytes()[..offset].iter().filter(|b| **b == b'\n').count() + 1;
                let message = format!("`{path}` is not UTF-8 text: line {line}, byte {offset} of the file");
                out.push(Diagnostic::new(&codes::FILE_NOT_TEXT, message, at, "named here"));
                None
            }
            Err(problem) => {
                out.push(world(&problem, path, at));
                None
            }
        };
        self.read.insert(path.to_owned(), id);
        id
    }

    fn listing(&mut self, folder: &str) -> &Result<Vec<String>, FileError> {
        self.listings.entry(folder.to_owned()).or_insert_with(|| self.files.list(folder))
    }

    /// The files that a path or pattern names, sorted; a fault stands at its line.
    pub fn expand(&mut self, path: &Spanned<Arc<str>>, out: &mut Diagnostics) -> Option<Vec<String>> {
        let Some(clean) = normal(&path.value) else {
            out.push(world(&FileError::Outside, &path.value, path.span));
            return None;
        };
        if !glob::is_pattern(&clean) {
            return Some(vec![clean]);
        }
        let folder = glob::folder(&clean).to_owned();
        let found: Vec<String> = match self.listing(&folder) {
            Ok(listing) => listing.iter().filter(|file| glob::matches(&clean, file)).cloned().collect(),
            Err(FileError::Missing) => Vec::new(),
            Err(problem) => {
                let problem = problem.clone();
                out.push(world(&problem, &folder, path.span));
                return None;
            }
        };
        if found.is_empty() {
            let message = format!("`{}` matches no file", path.value);
            let finding = Diagnostic::new(&codes::FILE_MISSING, message, path.span, "matches nothing");
            out.push(self.near_folder(finding, &clean, &folder, path.span));
            return None;
        }
        Some(found)
    }

    /// Adds the folder that was probably meant to a finding about a pattern that matches nothing.
    fn near_folder(&mut self, finding: Diagnostic, pattern: &str, folder: &str, at: Span) -> Diagnostic {
        let relative = "paths are relative to the fleet's folder, whichever file names them";
        let Ok(all) = self.listing("") else { return finding.help(relative) };
        let folders: BTreeSet<&str> = all.iter().filter_map(|file| Some(file.rsplit_once('/')?.0)).collect();
        let matched =
            |near: &&str| all.iter().any(|file| glob::matches(&pattern.replacen(folder, near, 1), file));
        let Some(near) = nearest(folder, folders.iter().copied()).filter(matched) else {
            return finding.help(relative);
        };
        let near = pattern.replacen(folder, near, 1);
        let edits = vec![Edit { span: at, replacement: format!("{near:?}") }];
        finding.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), edits)
    }

    /// Adds the file that was probably meant to a finding about a missing one.
    fn near(&mut self, finding: Diagnostic, path: &str, at: Span) -> Diagnostic {
        let Ok(all) = self.listing("") else { return finding };
        let Some(near) = nearest(path, all.iter().map(String::as_str)).map(str::to_owned) else {
            return finding;
        };
        let edits = vec![Edit { span: at, replacement: format!("{near:?}") }];
        finding.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), edits)
    }

    /// Like [`Loader::text`], with a near path where there is none of that name.
    pub fn named(&mut self, path: &str, at: Span, out: &mut Diagnostics) -> Option<FileId> {
        let mut own = Diagnostics::default();
        let id = self.text(path, at, &mut own);
        for finding in own.into_sorted() {
            let missing = std::ptr::eq(finding.code, &raw const codes::FILE_MISSING);
            out.push(if missing { self.near(finding, path, at) } else { finding });
        }
        id
    }
}

fn world(problem: &FileError, path: &str, at: Span) -> Diagnostic {
    let (code, message, label): (&'static Code, String, &str) = match problem {
        FileError::Missing => (&codes::FILE_MISSING, format!("there is no file `{path}`"), "no such file"),
        FileError::Directory => {
            (&codes::FILE_IS_DIRECTORY, format!("`{path}` is a directory"), "a file is meant here")
        }
        FileError::Outside => {
            (&codes::FILE_OUTSIDE, format!("`{path}` leaves the fleet's folder"), "outside the fleet")
        }
        FileError::TooLarge => (&codes::FILE_TOO_LARGE, format!("`{path}` is {problem}"), "too large"),
        FileError::Unreadable(why) => {
            (&codes::FILE_UNREADABLE, format!("`{path}` could not be read: {why}"), "not readable")
        }
    };
    let finding = Diagnostic::new(code, message, at, label);
    match problem {
        FileError::Directory => {
            finding.help(format!("to take all of its files, write `{}/*`", path.trim_end_matches('/')))
        }
        FileError::Outside => finding.help("copy the file into the fleet's folder"),
        _ => finding,
    }
}

/// A path with `.` and inner `..` worked out; `None` where it leaves the folder.
fn normal(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Loads the whole fleet.
pub fn load(loader: &mut Loader<'_>, out: &mut Diagnostics) -> Loaded {
    let mut loaded = Loaded::default();
    let Some(entry) = loader.text(ENTRY, Span::NONE, &mut Diagnostics::default()) else {
        return without_entry(loader, out);
    };
    let mut stack = vec![(ENTRY.to_owned(), Span::NONE)];
    let mut done: HashSet<String> = HashSet::from([ENTRY.to_owned()]);
    file(loader, entry, &mut stack, &mut done, &mut loaded, out);
    if loader.files.read(DECLARATIONS).is_ok() && done.insert(DECLARATIONS.to_owned()) {
        let at = Span::new(entry, 0, 0);
        if let Some(id) = loader.text(DECLARATIONS, at, out) {
            let mut stack = vec![(DECLARATIONS.to_owned(), Span::NONE)];
            file(loader, id, &mut stack, &mut done, &mut loaded, out);
        }
    }
    loaded
}

/// Reports why the entry could not be read; there is no line to put it at, so it stands at the start of an empty file.
fn without_entry(loader: &mut Loader<'_>, out: &mut Diagnostics) -> Loaded {
    let problem = match loader.files.read(ENTRY) {
        Err(problem) => problem.to_string(),
        Ok(_) => "not UTF-8 text".to_owned(),
    };
    let id = loader.sources.add(ENTRY, String::new());
    let message = format!("`{ENTRY}`, the entry of the fleet, could not be read: {problem}");
    let finding = Diagnostic::new(&codes::NO_FLEET, message, Span::new(id, 0, 0), "expected here");
    out.push(finding.help("`seawall init` writes a small working fleet"));
    Loaded { failed: true, ..Loaded::default() }
}

type Stack = Vec<(String, Span)>;

fn file(
    loader: &mut Loader<'_>,
    id: FileId,
    stack: &mut Stack,
    done: &mut HashSet<String>,
    loaded: &mut Loaded,
    out: &mut Diagnostics,
) {
    let Some(source) = loader.sources.get(id) else { return };
    let parsed = crate::syntax::parse(id, &source.text);
    if parsed.diagnostics.has_errors() {
        loaded.broken.push(id);
    }
    out.extend(parsed.diagnostics);
    let block = decode::decode(&parsed.document, out);
    loaded.lost.extend(block.lost);
    for node in block.nodes {
        if std::ptr::eq(node.shape, &raw const decode::fleet::IMPORT) {
            loaded.failed |= node.damaged;
            for path in node.texts() {
                import(loader, &path, stack, done, loaded, out);
            }
        } else {
            loaded.nodes.push(node);
        }
    }
}

fn import(
    loader: &mut Loader<'_>,
    path: &Spanned<Arc<str>>,
    stack: &mut Stack,
    done: &mut HashSet<String>,
    loaded: &mut Loaded,
    out: &mut Diagnostics,
) {
    let Some(found) = loader.expand(path, out) else {
        loaded.failed = true;
        return;
    };
    let pattern = glob::is_pattern(&path.value);
    for name in found {
        // What loads by itself is not imported again, and a pattern that happens to match its own file means the others.
        let own = stack.last().is_some_and(|(last, _)| *last == name);
        if name.starts_with("policies/") || pattern && (own || name == DECLARATIONS || name == ENTRY) {
            continue;
        }
        if stack.iter().any(|(open, _)| *open == name) {
            out.push(cycle(stack, &name, path.span));
            loaded.failed = true;
            continue;
        }
        if !done.insert(name.clone()) {
            continue;
        }
        match loader.named(&name, path.span, out) {
            Some(id) => {
                stack.push((name, path.span));
                file(loader, id, stack, done, loaded, out);
                stack.pop();
            }
            None => loaded.failed = true,
        }
    }
}

fn cycle(stack: &Stack, name: &str, at: Span) -> Diagnostic {
    let from = stack.iter().position(|(open, _)| open == name).unwrap_or(0);
    let ring: Vec<&str> = stack[from..].iter().map(|(open, _)| open.as_str()).chain([name]).collect();
    let message = format!("imports form a cycle: {}", ring.join(" → "));
    let mut finding = Diagnostic::new(&codes::IMPORT_CYCLE, message, at, "closes the cycle");
    for (open, span) in stack[from..].iter().skip(1) {
        finding = finding.label(*span, format!("`{open}` is imported here"));
    }
    finding.help("leave one of the imports out; a file needs no import to be seen by the others")
}

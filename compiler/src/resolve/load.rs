//! The files of a fleet: imports, patterns, and what loads by itself.
//!
//! Takes [`Files`], gives checked nodes of all files. Invariant: a file is read once; faults of the world stand at the
//! line that names the file; a file that could not be loaded is remembered, so that what depends on it stays silent.

use super::glob;
use crate::decode::{self, Node};
use crate::diagnostic::nearest::{certain, nearest};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, registry as codes};
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

/// Paths that are compared with patterns, over all of a run.
const COMPARED: usize = 50_000_000;
/// Paths that are compared with misspelt ones, over all of a run.
const LIKENED: usize = 1_000_000;

/// Reads files, each once.
pub struct Loader<'a> {
    files: &'a dyn Files,
    /// What was read.
    pub sources: &'a mut Sources,
    read: HashMap<String, Option<FileId>>,
    listings: HashMap<String, Result<Vec<String>, FileError>>,
    /// Names that may still be compared: with patterns, and with misspelt ones.
    compared: usize,
    likened: usize,
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
    /// Whether a file has a `{` or `}` too many: the head of a definition may be missing.
    pub torn: bool,
    /// Whether a file could not be loaded.
    pub failed: bool,
}

impl<'a> Loader<'a> {
    /// Reads from `files` into `sources`.
    pub fn new(files: &'a dyn Files, sources: &'a mut Sources) -> Self {
        Self {
            files,
            sources,
            read: HashMap::new(),
            listings: HashMap::new(),
            compared: COMPARED,
            likened: LIKENED,
        }
    }

    /// KDL files of the fleet's folder that were not read.
    pub(super) fn unread(&mut self) -> Vec<String> {
        let read: HashSet<&str> = self.read.keys().map(String::as_str).collect();
        let all = self.files.list("").unwrap_or_default();
        all.into_iter().filter(|path| path.ends_with(".kdl") && !read.contains(path.as_str())).collect()
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
        let pattern = glob::Pattern::new(&clean);
        let mut left = self.compared;
        let found: Vec<String> = match self.listing(&folder) {
            Ok(listing) => {
                let matches = |file: &&String| {
                    left = left.saturating_sub(pattern.cost(file));
                    left > 0 && pattern.matches(file)
                };
                listing.iter().filter(matches).cloned().collect()
            }
            Err(FileError::Missing) => Vec::new(),
            Err(problem) => {
                let problem = problem.clone();
                out.push(world(&problem, &folder, path.span));
                return None;
            }
        };
        self.compared = left;
        if left == 0 {
            let message =
                format!("`{}` comes after patterns that were compared with {COMPARED} paths", path.value);
            let finding = Diagnostic::new(&codes::EXPANDS_TOO_FAR, message, path.span, "not looked for");
            out.push(
                finding.help("let patterns start with the folder that they are about: `k8s/NAME/*.yaml`"),
            );
            return None;
        }
        if found.is_empty() {
            let message = format!("`{}` matches no file", path.value);
            let finding = Diagnostic::new(&codes::FILE_MISSING, message, path.span, "matches nothing");
            out.push(self.near_folder(finding, &clean, &folder, path.span));
            return None;
        }
        Some(found)
    }

    /// Whether one more misspelt path may be compared with all files.
    fn may_liken(&mut self) -> bool {
        let files = self.listing("").as_ref().map_or(0, Vec::len);
        let may = files <= self.likened;
        self.likened = self.likened.saturating_sub(files);
        may
    }

    /// Adds the folder that was probably meant to a finding about a pattern that matches nothing.
    fn near_folder(&mut self, finding: Diagnostic, pattern: &str, folder: &str, at: Span) -> Diagnostic {
        let relative = "paths are relative to the fleet's folder, whichever file names them";
        if !self.may_liken() {
            return finding.help(relative);
        }
        let Ok(all) = self.listing("") else { return finding.help(relative) };
        let folders: BTreeSet<&str> = all.iter().filter_map(|file| Some(file.rsplit_once('/')?.0)).collect();
        let matched =
            |near: &&str| all.iter().any(|file| glob::matches(&pattern.replacen(folder, near, 1), file));
        let Some(near) = nearest(folder, folders.iter().copied()).filter(matched) else {
            return finding.help(relative);
        };
        let sure = certain(folder, folders.iter().copied()).is_some();
        finding.meant(at, &pattern.replacen(folder, near, 1), sure)
    }

    /// Adds the file that was probably meant to a finding about a missing one.
    fn near(&mut self, finding: Diagnostic, path: &str, at: Span) -> Diagnostic {
        if !self.may_liken() {
            return finding;
        }
        let Ok(all) = self.listing("") else { return finding };
        let Some(near) = nearest(path, all.iter().map(String::as_str)).map(str::to_owned) else {
            return finding;
        };
        let sure = certain(path, all.iter().map(String::as_str)).is_some();
        finding.meant(at, &near, sure)
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
    // `"k8s\\risk.yaml"` holds no `r`.
    if path.contains(|c: char| c == '\\' || c.is_control()) {
        return finding.help("paths are written with `/`; a `\\` in quotes starts an escape");
    }
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
    let mut done: HashSet<String> = HashSet::from([ENTRY.to_owned()]);
    follow(loader, (ENTRY, entry), &mut done, &mut loaded, out);
    if loader.files.read(DECLARATIONS).is_ok() && done.insert(DECLARATIONS.to_owned()) {
        let at = Span::new(entry, 0, 0);
        if let Some(id) = loader.text(DECLARATIONS, at, out) {
            follow(loader, (DECLARATIONS, id), &mut done, &mut loaded, out);
        }
    }
    policies(loader, entry, &mut done, &mut loaded, out);
    loaded
}

/// Loads what stands in the folder of policies itself; folders below it are for their tests.
fn policies(
    loader: &mut Loader<'_>,
    entry: FileId,
    done: &mut HashSet<String>,
    loaded: &mut Loaded,
    out: &mut Diagnostics,
) {
    let own = |path: &&String| {
        let name = path.strip_prefix(POLICIES).and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| name.ends_with(".kdl") && !name.contains('/'))
    };
    let found: Vec<String> = match loader.listing(POLICIES) {
        Ok(listing) => listing.iter().filter(own).cloned().collect(),
        Err(_) => Vec::new(),
    };
    for path in found {
        if !done.insert(path.clone()) {
            continue;
        }
        match loader.text(&path, Span::new(entry, 0, 0), out) {
            Some(id) => follow(loader, (&path, id), done, loaded, out),
            None => loaded.failed = true,
        }
    }
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

/// A file that is being read: what is left of it.
struct Open {
    name: String,
    /// The line that imports it.
    at: Span,
    nodes: std::vec::IntoIter<Node>,
    /// What its imports have named.
    named: HashSet<Arc<str>>,
    /// What is left of the `import` node that is being followed.
    paths: std::vec::IntoIter<Spanned<Arc<str>>>,
    /// What is left of the files that its last path names.
    found: std::vec::IntoIter<String>,
    path: Option<Spanned<Arc<str>>>,
}

/// Reads a file and all that it imports, depth first, without recursion: a chain of imports is as long as there are files.
fn follow(
    loader: &mut Loader<'_>,
    entry: (&str, FileId),
    done: &mut HashSet<String>,
    loaded: &mut Loaded,
    out: &mut Diagnostics,
) {
    let mut stack: Vec<Open> = vec![open(loader, entry.0.to_owned(), Span::NONE, entry.1, loaded, out)];
    let mut names: HashMap<String, usize> = HashMap::from([(entry.0.to_owned(), 0)]);
    // Patterns that open files are following, each with the first of them, by its place on the stack.
    let mut following: HashMap<Arc<str>, usize> = HashMap::new();
    while let Some(top) = stack.last_mut() {
        if let Some(name) = top.found.next() {
            let Some(path) = top.path.clone() else { continue };
            if skipped(&name, &path, &top.name) {
                continue;
            }
            if let Some(from) = names.get(&name).copied() {
                out.add(&codes::IMPORT_CYCLE, || cycle(&stack[from..], &name, path.span));
                loaded.failed = true;
            } else if done.insert(name.clone()) {
                match loader.named(&name, path.span, out) {
                    Some(id) => {
                        names.insert(name.clone(), stack.len());
                        stack.push(open(loader, name, path.span, id, loaded, out));
                    }
                    None => loaded.failed = true,
                }
            }
        } else if let Some(path) = top.paths.next() {
            let depth = names.get(&top.name).copied().unwrap_or(0);
            left(&mut following, top, depth);
            let through = following.get(&path.value).map(|owner| owner + 1).filter(|child| *child < depth);
            if let Some(from) = through {
                // The file that follows the same pattern reads the others, and this one's cycle is closed already.
                out.add(&codes::IMPORT_CYCLE, || cycle(&stack[from..], &stack[from].name, path.span));
                loaded.failed = true;
                continue;
            }
            if glob::is_pattern(&path.value) {
                following.entry(path.value.clone()).or_insert(depth);
            }
            let Some(top) = stack.last_mut() else { continue };
            top.path = Some(path.clone());
            match loader.expand(&path, out) {
                Some(found) => top.found = found.into_iter(),
                None => loaded.failed = true,
            }
        } else if let Some(node) = top.nodes.next() {
            if std::ptr::eq(node.shape, &raw const decode::fleet::IMPORT) {
                loaded.failed |= node.damaged;
                // What one file names twice names the same files.
                let once = |path: &Spanned<Arc<str>>| top.named.insert(path.value.clone());
                top.paths = node.texts().filter(once).collect::<Vec<_>>().into_iter();
            } else {
                loaded.nodes.push(node);
            }
        } else if let Some(read) = stack.pop() {
            names.remove(&read.name);
            left(&mut following, &read, stack.len());
        }
    }
}

/// A file goes on to its next path, or is read.
fn left(following: &mut HashMap<Arc<str>, usize>, file: &Open, depth: usize) {
    if let Some(path) = &file.path
        && following.get(&path.value) == Some(&depth)
    {
        following.remove(&path.value);
    }
}

/// What loads by itself is not imported again, and a pattern that happens to match its own file means the others.
fn skipped(name: &str, path: &Spanned<Arc<str>>, own: &str) -> bool {
    let pattern = glob::is_pattern(&path.value);
    name.starts_with("policies/") || pattern && (name == own || name == DECLARATIONS || name == ENTRY)
}

fn open(
    loader: &Loader<'_>,
    name: String,
    at: Span,
    id: FileId,
    loaded: &mut Loaded,
    out: &mut Diagnostics,
) -> Open {
    let text = loader.sources.get(id).map_or("", |source| &source.text);
    let parsed = crate::syntax::parse(id, text);
    if parsed.diagnostics.has_errors() {
        loaded.broken.push(id);
    }
    let torn = parsed.torn();
    loaded.torn |= torn;
    out.extend(parsed.diagnostics);
    let block = decode::decode(&parsed.document, torn, out);
    loaded.lost.extend(block.lost);
    loaded.failed |= block.meant.contains(&decode::fleet::IMPORT.name);
    let (nodes, paths, found) = (block.nodes.into_iter(), Vec::new().into_iter(), Vec::new().into_iter());
    Open { name, at, nodes, named: HashSet::new(), paths, found, path: None }
}

fn cycle(ring: &[Open], name: &str, at: Span) -> Diagnostic {
    let mut names: Vec<&str> = ring.iter().take(8).map(|open| open.name.as_str()).collect();
    if ring.len() > names.len() {
        names.push("…");
    }
    names.push(name);
    let message = format!("imports form a cycle: {}", names.join(" → "));
    let mut finding = Diagnostic::new(&codes::IMPORT_CYCLE, message, at, "closes the cycle");
    for open in ring.iter().skip(1).take(8) {
        finding = finding.label(open.at, format!("`{}` is imported here", open.name));
    }
    finding.help("leave one of the imports out; a file needs no import to be seen by the others")
}

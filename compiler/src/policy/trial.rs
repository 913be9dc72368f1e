//! `seawall policy test`: every policy on the fleets that it says meet it, or do not.
//!
//! Takes the folder of a fleet or of a pack, gives what came of each test. Invariant: a test asks its own policy alone, and
//! a fleet that cannot be understood is a failure of the test, whatever the test says.

use super::judge::judge;
use super::load::{Loaded, Policy, Test, load};
use crate::decode;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::files::{FileError, Files, Sources};
use crate::resolve;
use crate::resolve::load::{DECLARATIONS, ENTRY, POLICIES};
use crate::span::{Span, Spanned};
use crate::syntax;
use std::sync::Arc;

/// A policy on one fleet.
#[derive(Debug)]
pub struct Trial {
    /// The policy's name.
    pub policy: Arc<str>,
    /// The fleet's file.
    pub path: Spanned<Arc<str>>,
    /// Whether it says that the fleet meets it.
    pub meets: bool,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a test.
#[derive(Debug)]
pub enum Outcome {
    /// What it says; the messages of the findings, where it says that there are some.
    AsSaid(Vec<String>),
    /// The fleet meets the policy, and the test says that it does not; or the other way round, with the findings.
    Otherwise(Vec<String>),
    /// The fleet could not be understood, or the policy not be asked: why.
    Broken(Vec<String>),
}

impl Trial {
    /// Whether it came as it says.
    pub fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::AsSaid(_))
    }
}

/// What came of all tests.
#[derive(Debug, Default)]
pub struct Tried {
    /// The files of the policies.
    pub sources: Sources,
    /// What is wrong with the policies themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// All tests, policies by name, each in the order written.
    pub trials: Vec<Trial>,
    /// Policies without a test.
    pub untested: Vec<Arc<str>>,
    /// How many policies there are.
    pub policies: usize,
}

/// The policies of a folder: those of a fleet in `policies/`, or a pack's own beside each other.
pub fn read(files: &dyn Files) -> (Loaded, Sources, Vec<Diagnostic>) {
    let (mut sources, mut out, mut nodes) = (Sources::default(), Diagnostics::default(), Vec::new());
    let folder = if files.read(ENTRY).is_ok() { POLICIES } else { "" };
    let listed = files.list(folder).unwrap_or_default();
    let own = |path: &String| {
        let name = path.strip_prefix(folder).map_or("", |name| name.trim_start_matches('/'));
        name.ends_with(".kdl") && !name.contains('/')
    };
    for path in listed.iter().filter(|path| own(path)) {
        let Ok(Ok(text)) = files.read(path).map(String::from_utf8) else { continue };
        let file = sources.add(path.as_str(), text);
        let text = sources.get(file).map_or("", |source| source.text.as_str());
        let parsed = syntax::parse(file, text);
        let torn = parsed.torn();
        out.extend(parsed.diagnostics);
        let declared = decode::decode(&parsed.document, torn, &mut out).nodes;
        // A pack is tried in its own folder.
        nodes.extend(declared.into_iter().filter(|node| node.shape.name == "policy"));
    }
    let loaded = load(&nodes, &sources, &mut out);
    (loaded, sources, out.into_shown())
}

/// Runs the tests of a fleet's policies, or of a pack's; paths are relative to the folder.
pub fn run(files: &dyn Files, today: Option<&str>) -> Tried {
    let (loaded, sources, diagnostics) = read(files);
    let mut tried = Tried {
        sources,
        diagnostics,
        policies: loaded.loaded.len() + loaded.silent.len(),
        ..Tried::default()
    };
    for policy in &loaded.loaded {
        if policy.tests.is_empty() {
            tried.untested.push(policy.name.value.clone());
        }
        for test in &policy.tests {
            let outcome = outcome(files, policy, test, today);
            let (policy, path) = (policy.name.value.clone(), test.path.clone());
            tried.trials.push(Trial { policy, path, meets: test.meets, outcome });
        }
    }
    tried
}

fn outcome(files: &dyn Files, policy: &Policy, test: &Test, today: Option<&str>) -> Outcome {
    let folder = test.path.value.rsplit_once('/').map_or("", |(folder, _)| folder);
    let own = Alone { files, folder, entry: &test.path.value };
    if let Err(problem) = files.read(&test.path.value) {
        return Outcome::Broken(vec![format!("{}: {problem}", test.path.value)]);
    }
    let (mut sources, mut out) = (Sources::default(), Diagnostics::default());
    let draft = resolve::resolve(&own, &mut sources, &mut out);
    if !draft.notes.whole {
        let errors = out.into_shown().into_iter().filter(|finding| finding.severity == Severity::Error);
        let shown = |finding: Diagnostic| {
            let place = finding.labels.first().and_then(|label| sources.locate(label.span));
            let line = place.map_or(0, |(_, at)| at.line);
            format!("{}:{line}: {} {}", test.path.value, finding.code.id, finding.message)
        };
        return Outcome::Broken(errors.map(shown).collect());
    }
    let mut judged = judge(std::slice::from_ref(policy), &draft.model, today, true);
    let Some(of) = judged.pop() else { return Outcome::Broken(Vec::new()) };
    if let Some(trouble) = of.trouble {
        return Outcome::Broken(vec![trouble.message]);
    }
    let one = |violation: super::judge::Violation| {
        // As a finding, so that the text is as short and as harmless as there.
        Diagnostic::new(&crate::diagnostic::registry::POLICY_VIOLATED, violation.message, Span::NONE, "")
            .message
    };
    let messages: Vec<String> = of.violations.into_iter().map(one).collect();
    if messages.is_empty() == test.meets { Outcome::AsSaid(messages) } else { Outcome::Otherwise(messages) }
}

/// A fleet in one file, and what lies beside it; it has no policies and no declarations of its own.
struct Alone<'f> {
    files: &'f dyn Files,
    folder: &'f str,
    entry: &'f str,
}

impl Alone<'_> {
    fn path(&self, path: &str) -> String {
        if self.folder.is_empty() { path.to_owned() } else { format!("{}/{path}", self.folder) }
    }
}

impl Files for Alone<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match path {
            ENTRY => self.files.read(self.entry),
            DECLARATIONS => Err(FileError::Missing),
            path => self.files.read(&self.path(path)),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        if folder == POLICIES {
            return Err(FileError::Missing);
        }
        let whole = if folder.is_empty() { self.folder.to_owned() } else { self.path(folder) };
        let inside = |path: String| match self.folder {
            "" => Some(path),
            folder => path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned),
        };
        Ok(self.files.list(&whole)?.into_iter().filter_map(inside).collect())
    }
}

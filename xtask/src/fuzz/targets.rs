//! What is fuzzed, and what must hold of every input.
//!
//! Takes an input, gives what it showed (codes, mostly: an input that shows something new is kept and mutated further), or
//! what does not hold. A panic is caught by the caller. Adding a target is adding a function and its line in [`ALL`].

use super::corpus::Corpus;
use super::input::Input;
use super::same;
use seawall_compiler::diagnostic::{Diagnostic, Diagnostics, github, junit, render, sarif};
use seawall_compiler::emit::{self, RenderError};
use seawall_compiler::files::{MemoryFiles, Sources};
use seawall_compiler::manifest::schema::{self, Schemas};
use seawall_compiler::manifest::{self, Manifests};
use seawall_compiler::model::ManifestObject;
use seawall_compiler::policy::KINDS;
use seawall_compiler::proof::verify::verify;
use seawall_compiler::span::FileId;
use seawall_compiler::{Checked, Options, check, show, syntax};
use std::collections::BTreeSet;

/// What an input showed.
pub(super) type Shown = BTreeSet<String>;

/// Something that is fuzzed.
pub(super) struct Target {
    /// What it is called on the command line.
    pub(super) name: &'static str,
    /// Its part of the time.
    pub(super) weight: u64,
    /// What mutation starts from.
    pub(super) seeds: fn(Corpus) -> Vec<Input>,
    /// Tries an input.
    pub(super) run: fn(&Input) -> Result<Shown, String>,
}

/// Every target.
pub(super) static ALL: &[Target] = &[
    Target { name: "parse", weight: 1, seeds: |corpus| corpus.kdl, run: |input| each(input, parse) },
    Target { name: "format", weight: 2, seeds: |corpus| corpus.kdl, run: |input| each(input, format) },
    Target { name: "yaml", weight: 2, seeds: |corpus| corpus.yaml, run: |input| each(input, yaml) },
    Target { name: "cel", weight: 2, seeds: |corpus| corpus.cel, run: |input| each(input, cel) },
    Target { name: "check", weight: 5, seeds: |corpus| corpus.fleets, run: fleet },
];

/// Inputs whose proof and rendering are worked out are kept small, so that the time goes into variety.
const DEEP: usize = 24 << 10;

fn each(input: &Input, run: fn(&str) -> Result<Shown, String>) -> Result<Shown, String> {
    let mut shown = Shown::new();
    for bytes in input.0.values() {
        shown.extend(run(&String::from_utf8_lossy(bytes))?);
    }
    Ok(shown)
}

fn parse(text: &str) -> Result<Shown, String> {
    let parsed = syntax::parse(FileId(0), text);
    let found = parsed.diagnostics.into_sorted();
    let mut sources = Sources::default();
    sources.add("a.kdl", text.to_owned());
    places(&found, &sources)?;
    let mut open: Vec<_> = parsed.document.nodes().collect();
    while let Some(node) = open.pop() {
        let spans = [node.span(), node.head_span(), node.name().span];
        let entries = node.entries().flat_map(|entry| [entry.span(), entry.value_span()]);
        for span in spans.into_iter().chain(entries) {
            if text.get(span.start as usize..span.end as usize).is_none() {
                return Err(format!("{span:?} is no part of the text"));
            }
        }
        open.extend(node.children());
    }
    Ok(codes(&found))
}

fn format(text: &str) -> Result<Shown, String> {
    let parsed = syntax::parse(FileId(0), text);
    match (syntax::format(text), parsed.diagnostics.is_empty()) {
        (Ok(formatted), true) => same::document(text, &formatted),
        (Err(found), false) => Ok(codes(&found.into_sorted())),
        (formatted, _) => Err(format!("read and formatted differ in whether it can be read: {formatted:?}")),
    }
}

fn yaml(text: &str) -> Result<Shown, String> {
    let Manifests { objects, hidden, diagnostics } = manifest::read(FileId(0), text);
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", text.to_owned());
    sources.hide(file, hidden);
    let whole = diagnostics.is_empty();
    let found = held(&objects, &sources, diagnostics).into_sorted();
    places(&found, &sources)?;
    for object in &objects {
        for (pointer, span) in object.places.iter() {
            // A key that stands twice, which is a finding, has the places of both.
            if whole && object.value.pointer(&pointer).is_none() {
                return Err(format!("{pointer} has a place and no value"));
            }
            if text.get(span.start as usize..span.end as usize).is_none() {
                return Err(format!("{pointer}: {span:?} is no part of the text"));
            }
        }
    }
    let mut shown = codes(&found);
    shown.extend(objects.iter().filter_map(|object| Some(object.value.get("kind")?.as_str()?.to_owned())));
    Ok(shown)
}

/// An expression as what a policy requires, and as its message, of every kind of thing.
fn cel(text: &str) -> Result<Shown, String> {
    let quoted = format!("{:?}", text.replace('\0', " ")).replace("\\'", "'");
    let message = format!("{:?}", format!("{{{text}}}").replace('\0', " ")).replace("\\'", "'");
    let mut shown = Shown::new();
    for kind in [KINDS[text.len() % KINDS.len()], "workload"] {
        let policy = format!("policy p {{\n for {kind}\n require {quoted}\n message {message}\n}}\n");
        let base = include_str!("../../../docs/codes/base.kdl");
        let files = [("fleet.kdl", base), ("policies/p.kdl", policy.as_str())];
        let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        let checked = check(&MemoryFiles(files.into()), &Options { today: Some("2026-01-31".to_owned()) });
        places(&checked.diagnostics, &checked.sources)?;
        printed(&checked)?;
        // What is shown is also why: the words of the message without the names in it.
        let why = |found: &Diagnostic| {
            let words: Vec<&str> = found.message.split('`').step_by(2).collect();
            format!(
                "{} {}",
                found.code.id,
                words.concat().chars().filter(|c| !c.is_ascii_digit()).collect::<String>()
            )
        };
        shown.extend(checked.diagnostics.iter().filter(|found| found.code.id != "SW0901").map(why));
    }
    Ok(shown)
}

/// Findings with those of objects held against their schemas, the CustomResourceDefinitions among them as schemas.
fn held(objects: &[ManifestObject], sources: &Sources, mut found: Diagnostics) -> Diagnostics {
    let mut schemas = Schemas::new(schema::USUAL);
    let source = sources.get(FileId(0));
    for object in objects {
        schemas.add(object, source, &mut found);
    }
    for object in objects {
        schemas.check(object, source).findings.into_iter().for_each(|finding| found.push(finding));
    }
    found
}

fn fleet(input: &Input) -> Result<Shown, String> {
    let options = Options { today: Some("2026-01-31".to_owned()) };
    let files = MemoryFiles(input.0.clone());
    let checked = check(&files, &options);
    places(&checked.diagnostics, &checked.sources)?;
    printed(&checked)?;
    let mut shown = codes(&checked.diagnostics);
    if checked.model.is_some() != checked.proof.is_some() {
        return Err("a model without a proof, or a proof without a model".to_owned());
    }
    if let Some(model) = checked.model.as_ref().filter(|_| input.size() <= DEEP) {
        let data = show::show(model, &checked.sources);
        if data["workloads"].as_array().map(Vec::len) != Some(model.workloads.len()) {
            return Err("what is shown does not hold every workload".to_owned());
        }
        shown.extend(proved(&checked)?);
        same::fleet(&files, &checked, &options)?;
    }
    Ok(shown)
}

/// Every label and every edit lies in a file that was read, on character boundaries.
fn places(found: &[Diagnostic], sources: &Sources) -> Result<(), String> {
    for finding in found {
        let edits = finding.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in finding.labels.iter().map(|label| label.span).chain(edits) {
            let text =
                sources.get(span.file).and_then(|file| file.text.get(span.start as usize..span.end as usize));
            if text.is_none() {
                return Err(format!("{}: {span:?} is no part of a file", finding.code.id));
            }
        }
        if finding.message.len() > 2000 || finding.labels.iter().filter(|label| label.primary).count() != 1 {
            return Err(format!(
                "{}: too long, or not one primary label: {}",
                finding.code.id, finding.message
            ));
        }
    }
    Ok(())
}

/// Every form of the findings can be written, and none drives a terminal.
fn printed(checked: &Checked) -> Result<(), String> {
    let (found, sources) = (&checked.diagnostics, &checked.sources);
    for unicode in [true, false] {
        let text = render::text(found, sources, render::TextStyle { color: false, unicode, width: 100 });
        if text.contains(['\u{1b}', '\u{202e}', '\0', '\u{7}']) {
            return Err("the text holds what drives a terminal".to_owned());
        }
    }
    let json = render::json(found, sources);
    if json["findings"].as_array().is_none_or(|all| all.len() != found.len()) {
        return Err("the JSON does not hold every finding".to_owned());
    }
    let _ = (
        sarif::sarif(found, sources, "", "0"),
        github::github(found, sources, ""),
        junit::junit(found, sources),
    );
    Ok(())
}

/// The proof is confirmed by the independent check, and the fleet can be rendered.
fn proved(checked: &Checked) -> Result<Shown, String> {
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else { return Ok(Shown::new()) };
    let json = proof.to_json(model);
    verify(model, &json).map_err(|refusal| format!("the proof is refused: {refusal}"))?;
    let verdicts = json["scenarios"].as_array().into_iter().flatten();
    let mut shown: Shown =
        verdicts.map(|s| format!("{} {} {}", s["kind"], s["verdict"], s["method"])).collect();
    if checked.errors() == 0 {
        match emit::render(model, &checked.sources, proof) {
            Ok(_) => drop(shown.insert("rendered".to_owned())),
            Err(RenderError::Clash(_)) => drop(shown.insert("clash".to_owned())),
            Err(error) => return Err(format!("the fleet is not rendered: {error}")),
        }
    }
    Ok(shown)
}

fn codes(found: &[Diagnostic]) -> Shown {
    found.iter().map(|finding| finding.code.id.to_owned()).collect()
}

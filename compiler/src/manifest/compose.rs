//! YAML events to JSON values with places.
//!
//! Takes text, gives one [`Document`] for each YAML document, and findings. Invariant: work is linear in the text: depth is
//! capped, what aliases repeat is weighed before it is copied, and nothing recurses.

use super::places::{Name, Places, Tree};
use super::scalar::{self, NotFinite};
use crate::diagnostic::registry::{
    MANIFEST_BAD_VALUE, MANIFEST_DUPLICATE_KEY, MANIFEST_LIMIT, MANIFEST_SYNTAX,
};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::span::{FileId, Span};
use serde_json::{Map, Value};
use serde_saphyr::granit_parser::{self as yaml, Event, Parser, ScalarStyle, Tag};
use std::collections::BTreeMap;

/// Deepest nesting of a manifest.
pub(super) const DEPTH_LIMIT: usize = 100;
/// How much aliases may repeat in one file, in nodes plus bytes of text.
pub(super) const ALIAS_LIMIT: usize = 1 << 20;
/// How long the paths of all fields of one document may be together: long names that hold much, level in level, grow with
/// the square of the text wherever a field is named by its path.
pub(super) const PATHS_LIMIT: usize = 64 << 20;

/// One YAML document.
pub(super) struct Document {
    /// Its value; `null` where it is empty.
    pub(super) value: Value,
    /// Where each value stands.
    pub(super) places: Places,
}

/// What was read of a file.
pub(super) struct Read {
    /// All documents that hold something; after a syntax error, those before it.
    pub(super) documents: Vec<Document>,
    /// Where the document starts that could not be read to its end.
    pub(super) broken: Option<usize>,
    pub(super) diagnostics: Diagnostics,
}

/// Reads all documents of a file.
pub(super) fn documents(file: FileId, text: &str) -> Read {
    let skipped = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut options = yaml::Options::default();
    options.emit_comments = false;
    options.block_nesting_limit = DEPTH_LIMIT + 1;
    options.flow_nesting_limit = DEPTH_LIMIT + 1;
    let mut parser = Parser::new_from_str_with_options(&text[skipped..], options);
    let mut composer = Composer::new(file, skipped, text.len());
    let mut broken = None;
    while let Some(event) = parser.next_event() {
        let step = match event {
            Ok((event, span)) => composer.event(event, span),
            Err(error) => {
                let at = composer.point(error.marker());
                Err(syntax(error.info(), at, text))
            }
        };
        if let Err(finding) = step {
            // A template at the start of a value reads as a mapping for a key.
            let at = finding.labels.first().map_or(Span::NONE, |label| label.span);
            let templated = finding.help.is_none() && templated(text, at);
            composer.diagnostics.push(if templated { finding.help(TEMPLATED) } else { *finding });
            broken = Some(composer.start);
            break;
        }
    }
    let Composer { documents, diagnostics, .. } = composer;
    Read { documents, broken, diagnostics }
}

type Step = Result<(), Box<Diagnostic>>;

fn syntax(info: String, at: Span, text: &str) -> Box<Diagnostic> {
    let info = info.lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
    let tab = info.contains("tab");
    let block =
        info.contains("block collection") || info.contains("block mapping") || info.contains("indentation");
    let finding = Diagnostic::new(&MANIFEST_SYNTAX, format!("not valid YAML: {info}"), at, "here");
    Box::new(if templated(text, at) {
        finding.help(TEMPLATED)
    } else if tab {
        finding.help("indent with spaces: YAML takes no tabs there")
    } else if block {
        finding.help("what belongs together starts in the same column: look at how far this line is indented")
    } else {
        finding
    })
}

/// What to do about templates.
const TEMPLATED: &str =
    "`{{ … }}` is a template, and manifests are plain YAML: render it first, as by `helm template`";

/// Whether the line of a place, or the one before it, holds a template of Helm.
fn templated(text: &str, at: Span) -> bool {
    let at = (at.start as usize).min(text.len());
    let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |found| at + found);
    let mut starts = memchr::memrchr_iter(b'\n', &text.as_bytes()[..at]);
    let start = starts.nth(1).map_or(0, |found| found + 1);
    memchr::memmem::find(&text.as_bytes()[start..end], b"{{").is_some()
}

/// A mapping or sequence that is still open.
struct Open {
    anchor: usize,
    start: Span,
    node: usize,
    /// How long its path is.
    path: usize,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Value>),
    Mapping {
        entries: Map<String, Value>,
        keys: BTreeMap<String, Span>,
        merged: Vec<Value>,
        key: Option<Key>,
    },
}

enum Key {
    Named(String, Span),
    Merge(Span),
}

/// What an anchor names: the value, its weight, and where it stands.
struct Anchor {
    value: Value,
    weight: usize,
    node: usize,
}

struct Composer {
    file: FileId,
    offset: usize,
    length: usize,
    stack: Vec<Open>,
    tree: Tree,
    paths: usize,
    anchors: BTreeMap<usize, Anchor>,
    repeated: usize,
    done: Option<Value>,
    start: usize,
    documents: Vec<Document>,
    diagnostics: Diagnostics,
}

impl Composer {
    fn new(file: FileId, offset: usize, length: usize) -> Self {
        Self {
            file,
            offset,
            length,
            stack: Vec::new(),
            tree: Tree::new(file),
            paths: 0,
            anchors: BTreeMap::new(),
            repeated: 0,
            done: None,
            start: 0,
            documents: Vec::new(),
            diagnostics: Diagnostics::default(),
        }
    }

    fn byte(&self, marker: &yaml::Marker) -> usize {
        (marker.byte_offset().unwrap_or(0) + self.offset).min(self.length)
    }

    fn point(&self, marker: &yaml::Marker) -> Span {
        let at = self.byte(marker) as u32;
        Span::new(self.file, at, at)
    }

    fn span(&self, span: &yaml::Span) -> Span {
        let start = self.byte(&span.start);
        Span::new(self.file, start as u32, self.byte(&span.end).max(start) as u32)
    }

    fn event(&mut self, event: Event<'_>, at: yaml::Span) -> Step {
        let span = self.span(&at);
        match event {
            Event::DocumentStart(..) => {
                self.start = span.end as usize;
                self.anchors.clear();
                Ok(())
            }
            Event::DocumentEnd => {
                self.finish();
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Kind::Sequence(Vec::new()), anchor, span),
            Event::MappingStart(_, anchor, _) => {
                let (entries, keys, merged) = (Map::new(), BTreeMap::new(), Vec::new());
                self.open(Kind::Mapping { entries, keys, merged, key: None }, anchor, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn finish(&mut self) {
        self.paths = 0;
        let tree = std::mem::replace(&mut self.tree, Tree::new(self.file));
        let (Some(value), Some(places)) = (self.done.take(), Places::of(tree)) else { return };
        self.documents.push(Document { value, places });
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Step {
        let core = tag.and_then(Tag::core_suffix);
        if self.wants_key() {
            return self.key(text, style == ScalarStyle::Plain && core != Some("str"), span);
        }
        let value = match (style, core) {
            (ScalarStyle::Plain, None) if tag.is_none() => scalar::resolve(text),
            (_, Some("int" | "float" | "bool" | "null")) => scalar::resolve(text),
            // Tagged as text, or with a tag that nobody knows.
            _ => Ok(Value::String(text.to_owned())),
        };
        let value = value.map_err(|NotFinite| {
            let message = format!("`{text}` cannot be said in JSON, which Kubernetes is sent");
            let finding = Diagnostic::new(&MANIFEST_BAD_VALUE, message, span, "not a finite number");
            Box::new(finding.help("quote it if it is meant as text"))
        })?;
        let (node, _) = self.place(span)?;
        if anchor != 0 {
            let (value, weight) = (value.clone(), 1 + text.len());
            self.anchors.insert(anchor, Anchor { value, weight, node });
        }
        self.put(value);
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(self.stack.last(), Some(Open { kind: Kind::Mapping { key: None, .. }, .. }))
    }

    fn key(&mut self, text: &str, plain: bool, span: Span) -> Step {
        let name = if plain { key_name(text, span)? } else { text.to_owned() };
        let Some(Open { kind: Kind::Mapping { keys, key, .. }, .. }) = self.stack.last_mut() else {
            return Ok(());
        };
        if plain && text == "<<" {
            *key = Some(Key::Merge(span));
            return Ok(());
        }
        if let Some(first) = keys.insert(name.clone(), span) {
            let shown: String = name.chars().take(80).collect();
            let message = format!("the key `{shown}` stands twice in one mapping");
            let finding = Diagnostic::new(&MANIFEST_DUPLICATE_KEY, message, span, "again here");
            self.diagnostics
                .push(finding.label(first, "first here").help("kubectl takes the last one and says nothing"));
        }
        *key = Some(Key::Named(name, span));
        Ok(())
    }

    fn open(&mut self, kind: Kind, anchor: usize, start: Span) -> Step {
        if self.wants_key() {
            let message = "a mapping's key is itself a mapping or list";
            return Err(Box::new(Diagnostic::new(&MANIFEST_BAD_VALUE, message, start, "keys must be text")));
        }
        if self.stack.len() >= DEPTH_LIMIT {
            let message = format!("nested deeper than {DEPTH_LIMIT} levels");
            return Err(Box::new(Diagnostic::new(&MANIFEST_LIMIT, message, start, "this is one too many")));
        }
        let (node, path) = self.place(start)?;
        self.stack.push(Open { anchor, start, node, path, kind });
        Ok(())
    }

    /// A place for a value that starts here, and how long its path is.
    fn place(&mut self, span: Span) -> Result<(usize, usize), Box<Diagnostic>> {
        let Some(Open { node: within, path, kind, .. }) = self.stack.last() else {
            return Ok((self.tree.add(None, Name::Place, span), 0));
        };
        let (name, length) = match kind {
            Kind::Mapping { key: Some(Key::Named(name, at)), .. } => {
                (Name::Field(name.as_str().into(), *at), name.len() + 1)
            }
            Kind::Mapping { key: Some(Key::Merge(at)), .. } => (Name::Merge(*at), 1),
            Kind::Mapping { key: None, .. } | Kind::Sequence(_) => (Name::Place, 4),
        };
        let path = path + length;
        self.paths += path;
        if self.paths > PATHS_LIMIT {
            let message =
                format!("long names are nested so that the paths of fields exceed {} MiB", PATHS_LIMIT >> 20);
            return Err(Box::new(Diagnostic::new(&MANIFEST_LIMIT, message, span, "reached here")));
        }
        Ok((self.tree.add(Some(*within), name, span), path))
    }

    fn close(&mut self, end: Span) -> Step {
        let Some(Open { anchor, start, node, path: _, kind }) = self.stack.pop() else { return Ok(()) };
        self.tree.end(node, end.start);
        let value = match kind {
            Kind::Sequence(items) => Value::Array(items),
            Kind::Mapping { mut entries, merged, .. } => {
                for source in merged {
                    merge(&mut entries, source, start)?;
                }
                Value::Object(entries)
            }
        };
        let span = Span::new(self.file, start.start, end.start.max(start.start));
        if anchor != 0 {
            let weight = weigh(&value);
            self.anchors.insert(anchor, Anchor { value: value.clone(), weight, node });
            self.charge(weight, span)?;
        }
        self.put(value);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        if self.wants_key() {
            let message = "a mapping's key is an alias";
            return Err(Box::new(Diagnostic::new(&MANIFEST_BAD_VALUE, message, span, "write the key out")));
        }
        let Some((weight, target)) = self.anchors.get(&anchor).map(|named| (named.weight, named.node)) else {
            let message = "an alias stands inside what it names";
            return Err(Box::new(Diagnostic::new(&MANIFEST_BAD_VALUE, message, span, "this alias")));
        };
        self.charge(weight, span)?;
        let value = self.anchors.get(&anchor).map(|named| named.value.clone()).unwrap_or_default();
        let (node, _) = self.place(span)?;
        self.tree.alias(node, target);
        self.put(value);
        Ok(())
    }

    /// What is copied is paid for first.
    fn charge(&mut self, weight: usize, span: Span) -> Step {
        self.repeated = self.repeated.saturating_add(weight);
        if self.repeated > ALIAS_LIMIT {
            let message = format!("anchors and aliases repeat more than {} KiB", ALIAS_LIMIT >> 10);
            return Err(Box::new(Diagnostic::new(&MANIFEST_LIMIT, message, span, "reached here")));
        }
        Ok(())
    }

    /// Puts a finished value into what holds it.
    fn put(&mut self, value: Value) {
        match self.stack.last_mut().map(|open| &mut open.kind) {
            None => self.done = Some(value),
            Some(Kind::Sequence(items)) => items.push(value),
            Some(Kind::Mapping { entries, merged, key, .. }) => match key.take() {
                Some(Key::Named(name, _)) => {
                    entries.insert(name, value);
                }
                Some(Key::Merge(_)) => merged.push(value),
                None => {}
            },
        }
    }
}

/// The text of an unquoted key; a number keeps its digits, anything else that is no text is refused.
fn key_name(text: &str, span: Span) -> Result<String, Box<Diagnostic>> {
    let read_as = match scalar::resolve(text) {
        Ok(Value::String(text)) => return Ok(text),
        Ok(Value::Number(number)) if number.to_string() == text => return Ok(text.to_owned()),
        Ok(value) => value.to_string(),
        Err(NotFinite) => "not a number".to_owned(),
    };
    let message = format!("the key `{text}` is read as {read_as}, not as text");
    let finding = Diagnostic::new(&MANIFEST_BAD_VALUE, message, span, "this key");
    Err(Box::new(finding.help(format!("quote it: \"{text}\""))))
}

/// `<<`: what the mapping does not say itself it takes from these, the first one first.
fn merge(entries: &mut Map<String, Value>, source: Value, at: Span) -> Step {
    let sources = match source {
        Value::Array(sources) => sources,
        one => vec![one],
    };
    for source in sources {
        let Value::Object(source) = source else {
            let message = "`<<` merges something that is no mapping";
            return Err(Box::new(Diagnostic::new(&MANIFEST_BAD_VALUE, message, at, "in this mapping")));
        };
        for (key, value) in source {
            entries.entry(key).or_insert(value);
        }
    }
    Ok(())
}

/// Nodes plus bytes of text; depth is bounded by the composer.
fn weigh(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len(),
        Value::Array(items) => 1 + items.iter().map(weigh).sum::<usize>(),
        Value::Object(entries) => {
            1 + entries.iter().map(|(key, value)| 1 + key.len() + weigh(value)).sum::<usize>()
        }
        _ => 1,
    }
}

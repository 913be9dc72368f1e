//! Policies, read: declarations to typed expressions, the fleet's own and those of the packs it takes.
//!
//! Takes nodes that were held against their shapes, gives [`Loaded`] and every fault in them. Invariant: a policy with a
//! fault is not loaded, and its name is remembered, so that nothing else is said about it.

use super::cel::ast::{Expr, Node as Part};
use super::cel::code::Code;
use super::cel::fault::Fault;
use super::cel::parse::parse;
use super::cel::types::Type;
use super::cel::typing::{Scope, typed};
use super::cel::units::Unit;
use super::fields::{Field, Kind};
use super::kinds::SubjectKind;
use super::message::Template;
use super::pack;
use super::place::Written;
use crate::decode::Node;
use crate::decode::value::clip;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, registry as codes};
use crate::files::Sources;
use crate::span::{Span, Spanned};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name, and where it is defined; a pack's at the line that takes the pack.
    pub name: Spanned<Arc<str>>,
    /// How bad it is not to meet it.
    pub severity: Severity,
    /// What it is about.
    pub subject: SubjectKind,
    /// The pack it came with.
    pub pack: Option<&'static str>,
    /// What to do about it.
    pub help: Option<Arc<str>>,
    /// Which fleets it is tried on.
    pub tests: Vec<Test>,
    /// Which of them it is about.
    pub(super) filter: Option<Expression>,
    pub(super) requires: Vec<Requirement>,
}

/// A fleet on which a policy is tried.
#[derive(Clone, Debug)]
pub struct Test {
    /// The file.
    pub path: Spanned<Arc<str>>,
    /// Whether the fleet meets the policy.
    pub meets: bool,
}

/// Something a policy requires.
#[derive(Clone, Debug)]
pub(super) struct Requirement {
    pub(super) expression: Expression,
    pub(super) message: Template,
    /// Where the message stands.
    pub(super) said: Span,
    /// The way from the subject to what is asked first: where a finding is shown.
    pub(super) focus: Vec<&'static Field>,
}

/// An expression that was typed, and its place.
#[derive(Clone, Debug)]
pub(super) struct Expression {
    pub(super) code: Code,
    pub(super) written: Written,
    /// As it was written, for people.
    pub(super) text: Arc<str>,
}

impl Policy {
    /// What it is about, as it was written.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_ref().map(|filter| &*filter.text)
    }

    /// What it requires, each with the message of its findings, as they were written.
    pub fn requires(&self) -> impl Iterator<Item = (&str, &str)> {
        self.requires.iter().map(|one| (&*one.expression.text, one.message.written.as_str()))
    }
}

/// Everything that declarations of policies came to.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Policies that can be asked, by name.
    pub loaded: Vec<Policy>,
    /// Names of those that were not understood, or are switched off.
    pub silent: Vec<Arc<str>>,
}

/// Where the policies of a pack are shown, and which pack it is.
pub(super) type Origin = Option<(&'static str, Span)>;

/// Loads policies and packs; sources hold the text of their files.
pub fn load(nodes: &[Node], sources: &Sources, out: &mut Diagnostics) -> Loaded {
    let mut loaded = Loaded::default();
    let mut seen: BTreeMap<Arc<str>, Span> = BTreeMap::new();
    for node in nodes.iter().filter(|node| node.shape.name == "policy") {
        one(node, (sources, None), &mut seen, &mut loaded, out);
    }
    for node in nodes.iter().filter(|node| node.shape.name == "pack") {
        pack::take(node, &mut seen, &mut loaded, out);
    }
    loaded.loaded.sort_by(|a, b| a.name.value.cmp(&b.name.value));
    loaded
}

/// Loads one policy; of two with one name the earlier stays.
pub(super) fn one(
    node: &Node,
    (sources, origin): (&Sources, Origin),
    seen: &mut BTreeMap<Arc<str>, Span>,
    loaded: &mut Loaded,
    out: &mut Diagnostics,
) {
    let Some(name) = node.title() else { return };
    let name = Spanned::new(name.value, origin.map_or(name.span, |(_, span)| span));
    if let Some(first) = seen.insert(name.value.clone(), name.span) {
        let message = format!("policy `{}` is defined twice", clip(&name.value));
        let finding = Diagnostic::new(&codes::DUPLICATE_NAME, message, name.span, "and again here");
        out.push(finding.label(first, "it is defined here").help("rename one of them"));
        return;
    }
    let before = out.len();
    let mut reader = Reader { sources, origin, scope: Scope::new(), out };
    match reader.policy(node, name.clone()) {
        Some(policy) if reader.out.len() == before => loaded.loaded.push(policy),
        _ => loaded.silent.push(name.value),
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    origin: Origin,
    scope: Scope,
    out: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn policy(&mut self, node: &Node, name: Spanned<Arc<str>>) -> Option<Policy> {
        let about = node.child("for")?;
        let subject = SubjectKind::of(about.own_word()?.value)?;
        self.scope = vec![
            (subject.name().to_owned(), Type::Object(subject.0)),
            ("fleet".to_owned(), Type::Object(Kind::Fleet)),
            ("today".to_owned(), Type::Amount(Unit::Day)),
        ];
        let filter = about.text("where");
        let filter = filter.map(|text| self.expression(&text).map(|(_, expression)| expression));
        let message = self.message(&node.child("message")?.title()?);
        let mut requires = Vec::new();
        for line in node.named("require") {
            let Some(text) = line.title() else { continue };
            let own = line.text("message").map(|text| self.message(&text));
            if let (Some((expr, expression)), Some((message, said))) =
                (self.expression(&text), own.unwrap_or_else(|| message.clone()))
            {
                let focus = focus(&expr, subject);
                requires.push(Requirement { expression, message, said, focus });
            }
        }
        self.complete(node, &name);
        Some(Policy {
            name,
            severity: severity(node.word("severity").map_or("deny", |word| word.value)),
            subject,
            pack: self.origin.map(|(pack, _)| pack),
            help: node.child("help").and_then(Node::title).map(|help| help.value),
            tests: node.named("test").flat_map(tests).collect(),
            filter: filter.flatten(),
            requires,
        })
    }

    /// What the shapes do not say: that something is required, and that a test names a fleet.
    fn complete(&mut self, node: &Node, name: &Spanned<Arc<str>>) {
        if node.damaged {
            return;
        }
        if node.child("require").is_none() {
            let message = format!("policy `{}` requires nothing", clip(&name.value));
            let finding = Diagnostic::new(&codes::MISSING_NODE, message, node.head, "needs `require`");
            self.out.push(finding.help("say what must hold: `require \"EXPRESSION\"`"));
        }
        for test in node.named("test").filter(|test| test.props.is_empty()) {
            let message = "a `test` names no fleet";
            let finding =
                Diagnostic::new(&codes::MISSING_PROPERTY, message, test.head, "needs `pass=` or `fail=`");
            self.out.push(finding.help("`pass=` a fleet that meets the policy, `fail=` one that does not"));
        }
    }

    fn written(&self, text: &Spanned<Arc<str>>) -> Written {
        match self.origin {
            Some((_, span)) => Written::elsewhere(span),
            None => Written::new(text.span, self.sources.text(text.span), &text.value),
        }
    }

    /// An expression that is true or false.
    fn expression(&mut self, text: &Spanned<Arc<str>>) -> Option<(Expr, Expression)> {
        let written = self.written(text);
        let read = parse(&text.value)
            .and_then(|expr| typed(&expr, &mut self.scope, Some(&Type::Bool)).map(|(code, _)| (expr, code)));
        match read {
            Ok((expr, code)) => Some((expr, Expression { code, written, text: text.value.clone() })),
            Err(fault) => {
                self.out.push(placed(*fault, &written));
                None
            }
        }
    }

    fn message(&mut self, text: &Spanned<Arc<str>>) -> Option<(Template, Span)> {
        let written = self.written(text);
        match Template::load(&text.value, &mut self.scope) {
            Ok(template) => Some((template, written.whole())),
            Err(fault) => {
                self.out.push(placed(*fault, &written));
                None
            }
        }
    }
}

/// The severity of a word.
pub(super) fn severity(word: &str) -> Severity {
    if word == "warn" { Severity::Warning } else { Severity::Error }
}

fn tests(node: &Node) -> Vec<Test> {
    let of = |name, meets| node.text(name).map(|path| Test { path, meets });
    of("pass", true).into_iter().chain(of("fail", false)).collect()
}

/// A fault at its place in the file.
fn placed(fault: Fault, written: &Written) -> Diagnostic {
    let span = written.part(&fault.at);
    let finding = Diagnostic::new(fault.code, fault.message, span, fault.label);
    match (fault.meant, fault.help) {
        (Some((near, sure)), _) if written.exact() => finding.meant(span, &near, sure),
        (Some((near, _)), _) => finding.help(format!("did you mean `{near}`?")),
        (None, Some(help)) => finding.help(help),
        (None, None) => finding,
    }
}

/// The way from the subject to what an expression asks first.
fn focus(expr: &Expr, subject: SubjectKind) -> Vec<&'static Field> {
    let Some(names) = first_way(expr, subject.name()) else { return Vec::new() };
    let (mut kind, mut way) = (subject.0, Vec::new());
    for name in names {
        let Some(field) = kind.field(name) else { break };
        way.push(field);
        match field.gives() {
            Type::Object(next) => kind = next,
            _ => break,
        }
    }
    way
}

/// The names behind the first `subject.…` of an expression.
fn first_way<'e>(expr: &'e Expr, subject: &str) -> Option<Vec<&'e str>> {
    match &expr.node {
        Part::Bool(_) | Part::Int(_) | Part::Text(_) | Part::Name(_) => None,
        Part::Select(of, name, _) => match &of.node {
            Part::Name(root) if root == subject => Some(vec![name]),
            _ => first_way(of, subject).map(|mut way| {
                way.push(name);
                way
            }),
        },
        Part::Not(of) | Part::Negate(of) => first_way(of, subject),
        Part::List(items) => items.iter().find_map(|item| first_way(item, subject)),
        Part::Index(a, b) | Part::Binary(_, a, b) => first_way(a, subject).or_else(|| first_way(b, subject)),
        Part::Call(of, _, _, args) => {
            of.iter().map(|of| &**of).chain(args).find_map(|part| first_way(part, subject))
        }
        Part::If(a, b, c) => [a, b, c].into_iter().find_map(|part| first_way(part, subject)),
    }
}

//! Packs: policies that come with Seawall. A fleet takes one by `pack NAME`, and may soften or switch off what it holds.
//!
//! Takes the node, gives the pack's policies. They have no file in the fleet: they are shown at the line that takes them.

use super::load::{self, Loaded};
use crate::decode::{self, Node};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::files::Sources;
use crate::span::{FileId, Span, Spanned};
use crate::syntax;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A pack.
#[derive(Debug)]
pub struct Pack {
    /// Its name.
    pub name: &'static str,
    /// Its policies, as KDL.
    pub text: &'static str,
}

/// Every pack; adding one is adding a file and a line.
pub static PACKS: &[Pack] =
    &[Pack { name: "disaster-boundary", text: include_str!("../../../policies/disaster-boundary.kdl") }];

/// The file of a pack, which no fleet has.
const NO_FILE: FileId = FileId(u32::MAX);

impl Pack {
    /// Its declarations.
    fn nodes(&self, out: &mut Diagnostics) -> Vec<Node> {
        let parsed = syntax::parse(NO_FILE, self.text);
        let torn = parsed.torn();
        out.extend(parsed.diagnostics);
        decode::decode(&parsed.document, torn, out).nodes
    }

    /// Its policies, shown at `at`.
    pub fn load(&'static self, at: Span, out: &mut Diagnostics) -> Loaded {
        let (mut loaded, mut seen) = (Loaded::default(), BTreeMap::new());
        for node in self.nodes(out) {
            load::one(&node, (&Sources::default(), Some((self.name, at))), &mut seen, &mut loaded, out);
        }
        loaded
    }
}

/// Takes a pack into the fleet's policies.
pub(super) fn take(
    node: &Node,
    seen: &mut BTreeMap<Arc<str>, Span>,
    loaded: &mut Loaded,
    out: &mut Diagnostics,
) {
    let Some(name) = node.title() else { return };
    let Some(pack) = PACKS.iter().find(|pack| *pack.name == *name.value) else {
        let message = format!("no pack is named `{}`", decode::value::clip(&name.value));
        let finding = Diagnostic::new(&codes::UNDEFINED_NAME, message, name.span, "not defined");
        let known = || PACKS.iter().map(|pack| pack.name);
        let near = finding.did_you_mean(name.span, &name.value, known().collect::<Vec<_>>());
        out.push(match near.help {
            Some(_) => near,
            None => near.help(format!(
                "packs are {}",
                known().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
            )),
        });
        return;
    };
    let mut own = Diagnostics::default();
    let mut of = Loaded::default();
    for policy in pack.nodes(&mut own) {
        load::one(&policy, (&Sources::default(), Some((pack.name, node.head))), seen, &mut of, &mut own);
    }
    // A pack is tried by the tests: what is left are names that the fleet defines too.
    out.extend(own);
    change(node, &mut of, out);
    loaded.loaded.append(&mut of.loaded);
    loaded.silent.append(&mut of.silent);
}

/// Makes the changes that stand in the block of `pack`.
fn change(node: &Node, of: &mut Loaded, out: &mut Diagnostics) {
    for line in node.named("severity") {
        let Some(name) = line.title() else { continue };
        let level = line.arg(1).and_then(|level| match level.value {
            decode::Datum::Word(word) => Some(*word),
            _ => None,
        });
        match of.loaded.iter_mut().find(|policy| policy.name.value == name.value) {
            Some(policy) => policy.severity = load::severity(level.unwrap_or("deny")),
            None => unknown(&name, of, out),
        }
    }
    for line in node.named("off") {
        let Some(name) = line.title() else { continue };
        match of.loaded.iter().position(|policy| policy.name.value == name.value) {
            Some(index) => of.silent.push(of.loaded.remove(index).name.value),
            None => unknown(&name, of, out),
        }
    }
}

fn unknown(name: &Spanned<Arc<str>>, of: &Loaded, out: &mut Diagnostics) {
    if of.silent.contains(&name.value) {
        return;
    }
    let message = format!("the pack has no policy `{}`", decode::value::clip(&name.value));
    let finding = Diagnostic::new(&codes::UNDEFINED_NAME, message, name.span, "not defined");
    let mut known: Vec<&str> = of.loaded.iter().map(|policy| &*policy.name.value).collect();
    known.extend(of.silent.iter().map(|name| &**name));
    out.push(finding.did_you_mean(name.span, &name.value, known));
}

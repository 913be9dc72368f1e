//! What an object is: which definition its `apiVersion` and `kind` name.
//!
//! Takes an object, gives a definition, or a finding with what was probably meant.

use super::fault::listed;
use super::removed::REMOVED;
use super::{Schemas, custom::Custom, definition::Definition};
use crate::decode::value::clip;
use crate::diagnostic::nearest::{certain, nearest};
use crate::diagnostic::{Diagnostic, Edit, registry as codes};
use crate::model::ManifestObject;
use crate::span::Span;

/// What is known of an object's kind.
pub(super) enum Found<'s> {
    /// Kubernetes serves it: the name of its definition.
    Builtin(&'static str),
    /// A CustomResourceDefinition says what it is.
    Custom(&'s Definition),
    /// A CustomResourceDefinition with a fault of its own does.
    Silent,
    /// Nothing is known of its group.
    Unknown,
    /// It is not served.
    Fault(Box<Diagnostic>),
}

/// `apps/v1` in parts; the core group is empty.
pub(super) fn split(api: &str) -> (&str, &str) {
    api.rsplit_once('/').unwrap_or(("", api))
}

fn join(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

/// An object's own words for what it is.
struct Own<'o> {
    api: &'o str,
    group: &'o str,
    version: &'o str,
    kind: &'o str,
    api_at: Span,
    kind_at: Span,
}

impl<'o> Own<'o> {
    fn new(object: &'o ManifestObject) -> Self {
        let text = |name: &str| object.value.get(name).and_then(serde_json::Value::as_str).unwrap_or("");
        let (api, kind) = (text("apiVersion"), text("kind"));
        let (group, version) = split(api);
        Own { api, group, version, kind, api_at: object.place("/apiVersion"), kind_at: object.place("/kind") }
    }

    /// Its version is not served; what serves it instead can be written there.
    fn unserved(&self, why: &str, served: &[String], newest: Option<&str>) -> Found<'static> {
        let message = format!("`{}` {} {why}", clip(self.api), clip(self.kind));
        let finding = Diagnostic::new(&codes::UNSERVED_VERSION, message, self.api_at, "not served");
        let finding = match listed(served.iter().map(String::as_str)) {
            None => finding.help("nothing took its place: leave it out"),
            Some(all) => finding.help(format!("{} is served as {all}", clip(self.kind))),
        };
        // Whether the fields are still the same shows when it is checked again.
        Found::Fault(Box::new(match newest {
            Some(newest) => {
                let edit = Edit { span: self.api_at, replacement: newest.to_owned() };
                finding.offer(served.len() == 1, format!("replace by `{newest}`"), vec![edit])
            }
            None => finding,
        }))
    }

    fn unknown_kind<'a>(
        &self,
        known: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
        elsewhere: Option<String>,
    ) -> Found<'static> {
        let known = known.into_iter();
        let message = format!("`{}` has no kind `{}`", clip(self.api), clip(self.kind));
        let finding = Diagnostic::new(&codes::UNKNOWN_KIND, message, self.kind_at, "not known");
        Found::Fault(Box::new(match (elsewhere, nearest(self.kind, known.clone())) {
            (Some(api), _) => {
                let edit = Edit { span: self.api_at, replacement: api.clone() };
                let finding = finding.help(format!("{} is served as `{api}`", clip(self.kind)));
                finding.offer(true, format!("replace `{}` by `{api}`", clip(self.api)), vec![edit])
            }
            (None, Some(near)) => {
                let edit = Edit { span: self.kind_at, replacement: near.to_owned() };
                let sure = certain(self.kind, known).is_some();
                finding.help(format!("did you mean `{near}`?")).offer(
                    sure,
                    format!("replace by `{near}`"),
                    vec![edit],
                )
            }
            (None, None) => match listed(known) {
                Some(all) => finding.help(format!("known there: {all}")),
                None => finding,
            },
        }))
    }
}

impl Schemas {
    /// What an object is.
    pub(super) fn find(&self, object: &ManifestObject) -> Found<'_> {
        let own = Own::new(object);
        if let Some(custom) = self.custom.get(&(own.group.to_owned(), own.kind.to_owned())) {
            return self.of_custom(&own, custom);
        }
        let kinds = self.builtin.kinds();
        let in_group = || kinds.iter().filter(|kind| kind.group == own.group);
        if let Some(found) = in_group().find(|kind| kind.version == own.version && kind.kind == own.kind) {
            return Found::Builtin(found.definition);
        }
        let removed = REMOVED.iter().find(|removed| removed.api == own.api && removed.kind == own.kind);
        if let Some(removed) = removed.filter(|removed| self.minor >= removed.since) {
            let why = format!(
                "is not served since Kubernetes 1.{}, and this fleet runs 1.{}",
                removed.since, self.minor
            );
            let now: Vec<String> = removed.now.iter().map(|now| (*now).to_owned()).collect();
            return own.unserved(&why, &now, removed.now);
        }
        let same: Vec<String> = in_group()
            .filter(|kind| kind.kind == own.kind)
            .map(|kind| join(kind.group, kind.version))
            .collect();
        if !same.is_empty() {
            let newest = newest(&same);
            return own.unserved(
                &format!("is not served by Kubernetes 1.{}", self.minor),
                &same,
                newest.as_deref(),
            );
        }
        if in_group().next().is_some() {
            let elsewhere = self.elsewhere(own.kind);
            let here: Vec<&str> =
                in_group().filter(|kind| kind.version == own.version).map(|kind| kind.kind).collect();
            let all: Vec<&str> =
                if here.is_empty() { in_group().map(|kind| kind.kind).collect() } else { here };
            return own.unknown_kind(all, elsewhere);
        }
        self.unknown_group(&own)
    }

    /// The one API that serves a kind of that name.
    fn elsewhere(&self, kind: &str) -> Option<String> {
        let of: Vec<String> = self
            .builtin
            .kinds()
            .iter()
            .filter(|known| known.kind == kind)
            .map(|known| join(known.group, known.version))
            .collect();
        let groups: std::collections::BTreeSet<&str> = of.iter().map(|api| split(api).0).collect();
        if groups.len() == 1 { newest(&of) } else { None }
    }

    fn of_custom<'s>(&'s self, own: &Own<'_>, custom: &'s Custom) -> Found<'s> {
        if custom.broken {
            return Found::Silent;
        }
        match custom.versions.iter().find(|version| version.name == own.version) {
            Some(version) if version.served => Found::Custom(&version.definition),
            found => {
                let why = match found {
                    Some(_) => "is no longer served by its CustomResourceDefinition",
                    None => "is no version of its CustomResourceDefinition",
                };
                let served = custom.versions.iter().filter(|version| version.served);
                let served: Vec<String> = served.map(|version| join(own.group, &version.name)).collect();
                let newest = newest(&served);
                let found = own.unserved(why, &served, newest.as_deref());
                match found {
                    Found::Fault(finding) => {
                        Found::Fault(Box::new(finding.label(custom.span, "it is defined here")))
                    }
                    other => other,
                }
            }
        }
    }

    /// A group that Kubernetes does not have: misspelt, or of some CustomResourceDefinition.
    fn unknown_group(&self, own: &Own<'_>) -> Found<'_> {
        let groups: std::collections::BTreeSet<&str> =
            self.builtin.kinds().iter().map(|kind| kind.group).collect();
        let near = nearest(own.group, groups.iter().copied());
        let elsewhere = self.elsewhere(own.kind);
        // The groups of custom kinds have a dot.
        if own.group.contains('.') && (near.is_none() || elsewhere.is_none()) {
            let mut same =
                self.custom.keys().filter(|(group, _)| group == own.group).map(|(_, kind)| kind.as_str());
            let meant = nearest(own.kind, same.clone()).is_some();
            return if meant {
                own.unknown_kind(same.by_ref().collect::<Vec<_>>(), None)
            } else {
                Found::Unknown
            };
        }
        let message = format!("Kubernetes 1.{} has no API `{}`", self.minor, clip(own.api));
        let finding = Diagnostic::new(&codes::UNSERVED_VERSION, message, own.api_at, "not known");
        let near = near.and_then(|near| {
            newest(
                &self
                    .builtin
                    .kinds()
                    .iter()
                    .filter(|kind| kind.group == near)
                    .map(|kind| join(near, kind.version))
                    .collect::<Vec<_>>(),
            )
        });
        Found::Fault(Box::new(match elsewhere.or(near) {
            Some(api) => {
                let edit = Edit { span: own.api_at, replacement: api.clone() };
                finding.help(format!("did you mean `{api}`?")).offer(
                    true,
                    format!("replace by `{api}`"),
                    vec![edit],
                )
            }
            None => finding.help("a group of its own has a dot in its name, such as `example.com/v1`"),
        }))
    }
}

/// The newest of some versions: stable ones before betas and alphas, high numbers before low ones.
fn newest(apis: &[String]) -> Option<String> {
    let rank = |api: &&String| {
        let version = split(api).1.trim_start_matches('v');
        let (major, rest) =
            version.split_at(version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len()));
        let stage = if rest.is_empty() { 2 } else { u8::from(rest.starts_with("beta")) };
        let minor = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
        (stage, major.parse::<u32>().unwrap_or(0), minor.parse::<u32>().unwrap_or(0))
    };
    apis.iter().max_by_key(rank).cloned()
}

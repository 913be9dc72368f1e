//! What the team's own manifests ask for, and whether it is what the policy says.
//!
//! Takes manifest objects, gives requests as the scheduler adds them up. Invariant: what cannot be added up with certainty
//! (a kind whose pods are not known) gives nothing rather than a guess.

use super::Resolver;
use super::glob;
use super::schemas::NAMED;
use crate::decode::Node;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::manifest::{Manifests, scaled, text};
use crate::model::{Declared, ManifestFile, ManifestId, ManifestObject};
use crate::span::{Span, Spanned};
use seawall_schema::quantity::AMOUNT_LIMIT;
use seawall_schema::{Resource, Resources};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Resolver<'_> {
    /// The manifest files that a `manifests` or `wraps` line names, in order of their paths; `None` where one is missing.
    pub(super) fn manifest_files(&mut self, node: &Node) -> Option<Vec<ManifestId>> {
        let mut found: BTreeMap<String, Span> = BTreeMap::new();
        let mut whole = !node.damaged;
        let paths: Vec<Spanned<Arc<str>>> = node.texts().collect();
        for path in &paths {
            match self.loader.expand(path, &mut self.out) {
                Some(paths) => {
                    let pattern = glob::is_pattern(&path.value);
                    let yaml = |p: &String| {
                        !pattern || p.ends_with(".yaml") || p.ends_with(".yml") || p.ends_with(".json")
                    };
                    found.extend(paths.into_iter().filter(yaml).map(|p| (p, path.span)));
                }
                None => whole = false,
            }
        }
        if !self.may_hold(found.len(), node.head) {
            return None;
        }
        let mut files = Vec::new();
        for (path, at) in found {
            match self.manifest(&path, at) {
                Some(id) => {
                    whole &= !self.broken_manifests.contains(&id.0);
                    files.push(id);
                }
                None => whole = false,
            }
        }
        whole.then_some(files)
    }

    fn manifest(&mut self, path: &str, at: Span) -> Option<ManifestId> {
        if let Some(known) = self.manifests.get(path) {
            return *known;
        }
        let id = self.loader.named(path, at, &mut self.out).and_then(|file| {
            let text = &self.loader.sources.get(file)?.text;
            let Manifests { objects, hidden, diagnostics } = crate::manifest::read(file, text);
            self.loader.sources.hide(file, hidden);
            let id = ManifestId(self.model.manifests.len() as u32);
            if diagnostics.has_errors() | self.checked(&objects, file, at) {
                self.broken_manifests.insert(id.0);
            }
            for finding in diagnostics.into_sorted() {
                self.out.push(finding.label(at, NAMED));
            }
            self.model.manifests.push(ManifestFile { path: path.to_owned(), file, objects });
            Some(id)
        });
        self.manifests.insert(path.to_owned(), id);
        id
    }

    /// The objects of some manifest files.
    pub(super) fn objects<'m>(
        &'m self,
        files: &'m [ManifestId],
    ) -> impl Iterator<Item = &'m ManifestObject> + Clone {
        files.iter().flat_map(|id| self.model[*id].objects.iter())
    }

    /// Fills in what the policy leaves out and reports where both speak and disagree.
    pub(super) fn reconcile(
        &mut self,
        declared: Option<&Node>,
        asked: &BTreeMap<Resource, (u64, Span)>,
        what: &str,
        head: Span,
    ) -> Spanned<Resources> {
        let mut request = Resources::default();
        let span = declared.map_or(head, |node| node.head);
        for (resource, given) in declared.map(Node::declared).unwrap_or_default() {
            let Declared::Amount(amount) = given.value else { continue };
            if let Some((other, place)) = asked.get(&resource).filter(|(other, _)| *other != amount) {
                let [ours, theirs] = [amount, *other].map(|n| resource.format(n.into()));
                let message = format!("{what} requests {ours} {resource}, its manifests ask for {theirs}");
                let finding =
                    Diagnostic::new(&codes::REQUEST_DIFFERS, message, given.span, format!("{ours} here"));
                let finding = finding.label(*place, format!("{theirs} here"));
                self.out.push(
                    finding.help("make them equal, or leave it out here: it is then read from the manifests"),
                );
            }
            request.set(resource, amount);
        }
        for (resource, (amount, _)) in asked {
            if request.named(resource).is_none() {
                request.set(resource.clone(), *amount);
            }
        }
        Spanned::new(request, span)
    }
}

/// What one replica asks for, and where it says so: of the object of the workload's name, else of the first.
pub(crate) fn of_replica<'o>(
    objects: impl Iterator<Item = &'o ManifestObject> + Clone,
    name: &str,
) -> BTreeMap<Resource, (u64, Span)> {
    scaled(objects, name).map(|object| pod_request(object, "/spec/template/spec")).unwrap_or_default()
}

/// The sum of what all pods of a job's objects ask for together; `None` where a kind's pods are not known.
pub(crate) fn of_job<'o>(
    objects: impl Iterator<Item = &'o ManifestObject>,
) -> Option<BTreeMap<Resource, (u64, Span)>> {
    let mut sum = BTreeMap::new();
    for object in objects {
        let value = &object.value;
        let number = |pointer: &str| value.pointer(pointer).and_then(Value::as_u64);
        let (template, pods) = match text(value, "/kind") {
            "Job" => {
                let parallel = number("/spec/parallelism").unwrap_or(1);
                ("/spec/template/spec", parallel.min(number("/spec/completions").unwrap_or(parallel)))
            }
            "Deployment" | "StatefulSet" => ("/spec/template/spec", number("/spec/replicas").unwrap_or(1)),
            "Pod" => ("/spec", 1),
            _ if value.pointer("/spec").is_none() => continue,
            "Service" | "PersistentVolumeClaim" | "NetworkPolicy" | "PodDisruptionBudget" => continue,
            _ => return None,
        };
        let mut asked = pod_request(object, template);
        asked.insert(Resource::Pods, (1, object.span));
        add(&mut sum, asked, pods);
    }
    Some(sum)
}

fn add(sum: &mut BTreeMap<Resource, (u64, Span)>, asked: BTreeMap<Resource, (u64, Span)>, times: u64) {
    for (resource, (amount, span)) in asked {
        let entry = sum.entry(resource).or_insert((0, span));
        entry.0 = entry.0.saturating_add(amount.saturating_mul(times)).min(AMOUNT_LIMIT);
    }
}

/// What a pod asks for, as the scheduler adds it up: containers and sidecars together, or the largest step of the init
/// containers beside the sidecars started before it, and the pod's overhead.
fn pod_request(object: &ManifestObject, template: &str) -> BTreeMap<Resource, (u64, Span)> {
    let mut running: BTreeMap<Resource, (u64, Span)> = BTreeMap::new();
    let mut peak: BTreeMap<Resource, (u64, Span)> = BTreeMap::new();
    let list = |pointer: String| object.value.pointer(&pointer).and_then(Value::as_array);
    let inits = format!("{template}/initContainers");
    for (index, init) in list(inits.clone()).into_iter().flatten().enumerate() {
        let asked = container_request(object, &format!("{inits}/{index}"));
        if text(init, "/restartPolicy") == "Always" {
            add(&mut running, asked, 1);
        } else {
            let mut step = running.clone();
            add(&mut step, asked, 1);
            raise(&mut peak, step);
        }
    }
    let containers = format!("{template}/containers");
    for index in 0..list(containers.clone()).map_or(0, Vec::len) {
        add(&mut running, container_request(object, &format!("{containers}/{index}")), 1);
    }
    raise(&mut running, peak);
    add(&mut running, amounts(object, &format!("{template}/overhead")), 1);
    running
}

fn raise(into: &mut BTreeMap<Resource, (u64, Span)>, other: BTreeMap<Resource, (u64, Span)>) {
    for (resource, (amount, span)) in other {
        let entry = into.entry(resource).or_insert((0, span));
        if amount > entry.0 {
            *entry = (amount, span);
        }
    }
}

/// A container's requests; a limit stands for a request that is not there.
fn container_request(object: &ManifestObject, container: &str) -> BTreeMap<Resource, (u64, Span)> {
    let mut asked = amounts(object, &format!("{container}/resources/limits"));
    asked.extend(amounts(object, &format!("{container}/resources/requests")));
    asked
}

fn amounts(object: &ManifestObject, pointer: &str) -> BTreeMap<Resource, (u64, Span)> {
    let Some(Value::Object(map)) = object.value.pointer(pointer) else { return BTreeMap::new() };
    let mut found = BTreeMap::new();
    for (name, value) in map {
        let resource = Resource::from_name(name);
        let written = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        if let Ok(amount) = resource.parse(&written) {
            let place = format!("{pointer}/{}", seawall_schema::pointer::step(name));
            let span = object.place(&place);
            found.insert(resource, (amount, span));
        }
    }
    found
}

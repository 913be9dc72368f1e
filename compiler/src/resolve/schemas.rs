//! Manifests against their schemas: the CustomResourceDefinitions that `schemas` names, and every object that is read.
//!
//! Takes nodes and objects, gives findings. Invariant: a fault in what the policy reads of an object (requests, replicas)
//! makes its file doubtful; any other leaves the rest of the fleet to be checked and proved.

use super::Resolver;
use crate::decode::Node;
use crate::decode::value::clip;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::manifest::Manifests;
use crate::manifest::schema::{Added, Schemas, Verdict};
use crate::model::{ManifestObject, SchemaFile};
use crate::span::{FileId, Span};

/// What is said of the line that names a manifest.
pub(super) const NAMED: &str = "the manifests are named here";

/// Objects of a kind of which no schema is known.
pub(super) struct Unchecked {
    place: Span,
    named: Span,
    count: usize,
}

impl Resolver<'_> {
    /// Reads the files of CustomResourceDefinitions.
    pub(super) fn schemas<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        self.schemas = Schemas::new(self.model.fleet.kubernetes.value);
        let mut read = std::collections::BTreeSet::new();
        for node in nodes {
            self.schemas_lost |= node.damaged;
            for path in node.texts().collect::<Vec<_>>() {
                let Some(files) = self.loader.expand(&path, &mut self.out) else {
                    self.schemas_lost = true;
                    continue;
                };
                let pattern = super::glob::is_pattern(&path.value);
                let yaml = |p: &String| [".yaml", ".yml", ".json"].iter().any(|end| p.ends_with(end));
                for file in files.into_iter().filter(|file| !pattern || yaml(file)) {
                    if read.insert(file.clone()) {
                        self.schema(file, path.span);
                    }
                }
            }
        }
    }

    fn schema(&mut self, path: String, at: Span) {
        let Some(file) = self.loader.named(&path, at, &mut self.out) else {
            self.schemas_lost = true;
            return;
        };
        let Some(source) = self.loader.sources.get(file) else { return };
        let Manifests { objects, hidden, mut diagnostics } = crate::manifest::read(file, &source.text);
        self.schemas_lost |= diagnostics.has_errors();
        let mut kinds = Vec::new();
        for object in &objects {
            match self.schemas.add(object, Some(source), &mut diagnostics) {
                Added::Kind(kind) => kinds.push(kind),
                Added::Broken => self.schemas_lost = true,
                // What is installed beside it is no schema.
                Added::Other => {}
            }
        }
        self.loader.sources.hide(file, hidden);
        if kinds.is_empty() && diagnostics.is_empty() {
            let message = format!("no CustomResourceDefinition stands in `{path}`");
            let finding = Diagnostic::new(&codes::SCHEMA_BROKEN, message, at, "named here as a schema");
            self.out.push(finding.help("manifests are named by `manifests` or `wraps` where they are used"));
        }
        for finding in diagnostics.into_sorted() {
            self.out.push(finding.label(at, "the schemas are named here"));
        }
        self.model.schemas.push(SchemaFile { path, kinds });
    }

    /// Holds the objects of a file against their schemas; `true` where what they ask for is doubtful then.
    pub(super) fn checked(&mut self, objects: &[ManifestObject], file: FileId, named: Span) -> bool {
        if !self.manifests_checked {
            return false;
        }
        let source = self.loader.sources.get(file);
        let mut doubtful = false;
        for object in objects {
            let Verdict { findings, unsure, unchecked } = self.schemas.check(object, source);
            doubtful |= unsure;
            let out = if unsure { &mut self.out } else { &mut self.aside };
            findings.into_iter().for_each(|finding| out.push(finding.label(named, NAMED)));
            if unchecked {
                let text = |pointer: &str| crate::manifest::text(&object.value, pointer);
                let group = crate::manifest::group_of(text("/apiVersion")).to_owned();
                let place = object.place("/kind");
                let of_kind = self.unchecked.entry((group, text("/kind").to_owned()));
                of_kind.or_insert(Unchecked { place, named, count: 0 }).count += 1;
            }
        }
        doubtful
    }

    /// Says once of each kind without a schema that its objects are not checked.
    pub(super) fn report_unchecked(&mut self) {
        // Its schema may stand in what could not be read.
        if self.schemas_lost {
            return;
        }
        for ((group, kind), Unchecked { place, named, count }) in std::mem::take(&mut self.unchecked) {
            let objects =
                if count == 1 { "one object is".to_owned() } else { format!("{count} objects are") };
            let message =
                format!("no schema of {} in `{}` is known: {objects} not checked", clip(&kind), clip(&group));
            let finding = Diagnostic::new(&codes::KIND_UNCHECKED, message, place, "a kind without a schema");
            let help = "name the file of its CustomResourceDefinition: `schemas \"crds/*.yaml\"`";
            self.aside.push(finding.label(named, NAMED).help(help));
        }
    }
}

//! Node pools, and text that Kubernetes must take: label keys, taints, variables, images.
//!
//! Takes checked nodes, gives pools and findings. Invariant: what is refused here would be refused by an API server later.

use super::Resolver;
use crate::decode::Node;
use crate::decode::value::{clip, is_resource_name};
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{Pool, Taint};
use crate::span::{Span, Spanned};
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn pool(&mut self, node: &Node, name: &Spanned<Arc<str>>) -> Option<Pool> {
        let (count, min, max) = (node.count("count"), node.count("min"), node.count("max"));
        let contradiction = match (count, min, max) {
            (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
                Some(("a fixed `count` and an autoscaled range".to_owned(), other.span))
            }
            (None, Some(min), Some(max)) if min.value > max.value => {
                Some((format!("`min={}` above `max={}`", min.value, max.value), min.span))
            }
            _ => None,
        };
        if let Some((what, span)) = contradiction {
            let message = format!("node pool `{}` has {what}", name.value);
            self.out.push(Diagnostic::new(&codes::CONTRADICTION, message, span, "contradicts the other"));
            return None;
        }
        if count.or(min).is_none() && !node.damaged {
            let message = format!("node pool `{}` does not say how many nodes it has", name.value);
            let finding =
                Diagnostic::new(&codes::MISSING_PROPERTY, message, node.head, "needs `count=` or `min=`");
            self.out.push(finding.help("`count=` for a fixed number, `min=` and `max=` with an autoscaler"));
        }
        self.node_labels(node);
        let of = |child: &str| node.child(child).map(|n| Spanned::new(n.resources(), n.head));
        let (allocatable, overhead) = (of("allocatable")?, of("overhead"));
        let mut over: Vec<String> = Vec::new();
        for (resource, taken) in overhead.iter().flat_map(|o| o.value.iter()) {
            let has = allocatable.value.get(resource);
            if taken > has {
                let [taken, has] = [taken, has].map(|n| resource.format(n.into()));
                over.push(format!("{taken} of {has} {resource}"));
            }
        }
        if !over.is_empty() && !node.damaged {
            let at = overhead.as_ref().map_or(Span::NONE, |o| o.span);
            let message = format!("daemons take more of a node than it has: {}", over.join(", "));
            let finding = Diagnostic::new(&codes::OVERHEAD_EXCEEDS, message, at, "taken of each node");
            self.out.push(finding.label(allocatable.span, "what each has"));
        }
        Some(Pool {
            name: name.value.to_string(),
            count: count.or(min)?,
            max: max.map(|m| m.value),
            allocatable,
            overhead,
            labels: node.named("label").filter_map(pair).collect(),
            taints: node.named("taint").filter_map(taint).collect(),
            span: node.head,
        })
    }

    /// Keys and values of labels and taints.
    fn node_labels(&mut self, node: &Node) {
        let pairs: Vec<_> = node
            .named("label")
            .chain(node.named("taint"))
            .map(|line| line.texts().collect::<Vec<_>>())
            .collect();
        let keys: Vec<_> = node.named("label").filter_map(Node::title).collect();
        self.each_once("label", &keys);
        for pair in pairs {
            let (key, value) = (pair.first(), pair.get(1));
            if let Some(key) = key.filter(|key| !is_resource_name(&key.value)) {
                self.refused(
                    "key",
                    key,
                    "letters, digits, `-`, `_` and `.`, with a DNS name and `/` before it",
                );
            }
            if let Some(value) =
                value.filter(|value| value.value.contains('/') || !is_resource_name(&value.value))
            {
                self.refused("value", value, "at most 63 letters, digits, `-`, `_` and `.`");
            }
        }
    }

    /// The image and the variables of a container.
    pub(super) fn container_text(&mut self, node: &Node) {
        let odd = |c: char| c.is_whitespace() || c.is_control();
        if let Some(image) = node.text("image").filter(|image| image.value.contains(odd)) {
            self.refused("image", &image, "`registry/name:tag` or `registry/name@digest`, without spaces");
        }
        let variables: Vec<_> = node.named("env").filter_map(Node::title).collect();
        self.each_once("variable", &variables);
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let fine = |name: &str| name.chars().all(letter) && !name.starts_with(|c: char| c.is_ascii_digit());
        for name in variables.iter().filter(|name| !fine(&name.value)) {
            self.refused("variable", name, "letters, digits, `_`, `-` and `.`, no digit first");
        }
    }

    fn refused(&mut self, what: &str, text: &Spanned<Arc<str>>, form: &str) {
        let message = format!("Kubernetes takes no {what} `{}`", clip(&text.value));
        let finding = Diagnostic::new(
            &codes::REFUSED_BY_KUBERNETES,
            message,
            text.span,
            format!("not the form of a {what}"),
        );
        self.out.push(finding.help(form));
    }
}

fn pair(node: &Node) -> Option<(String, String)> {
    let mut texts = node.texts();
    Some((texts.next()?.value.to_string(), texts.next()?.value.to_string()))
}

fn taint(node: &Node) -> Option<Taint> {
    let mut texts = node.texts();
    let key = texts.next()?.value.to_string();
    let value = texts.next().map(|v| v.value.to_string()).unwrap_or_default();
    Some(Taint { key, value, effect: node.word("effect")?.value.to_owned() })
}

//! Allowances: findings of policies that somebody accepts, with a reason, up to a day.
//!
//! Takes what does not meet the policies, gives the findings that are left, and what is wrong with the allowances. One that
//! a class gives is one allowance, whatever takes it from there.

use super::judge::{Judged, Violation};
use super::load::Loaded;
use crate::decode::value::clip;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Allow, Model, Subject};
use crate::resolve::Draft;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// Names that an allowance may have.
pub(super) struct Known<'p> {
    names: BTreeSet<&'p str>,
}

impl<'p> Known<'p> {
    /// From what was loaded.
    pub(super) fn new(policies: &'p Loaded, _draft: &Draft) -> Self {
        let loaded = policies.loaded.iter().map(|policy| &*policy.name.value);
        Known { names: loaded.chain(policies.silent.iter().map(|name| &**name)).collect() }
    }

    /// Says which allowances name no policy; silent where a policy may stand in what could not be read.
    pub(super) fn unknown(&self, draft: &Draft, out: &mut Diagnostics) {
        if draft.notes.absent {
            return;
        }
        let known: Vec<&str> = self.names.iter().copied().collect();
        for (_, allow) in
            each_once(&draft.model).filter(|(_, allow)| !self.names.contains(&*allow.policy.value))
        {
            let message = format!("no policy is named `{}`", clip(&allow.policy.value));
            let finding = Diagnostic::new(&codes::UNDEFINED_NAME, message, allow.policy.span, "not defined");
            out.push(finding.did_you_mean(allow.policy.span, &allow.policy.value, known.clone()));
        }
    }
}

/// Every allowance with what it is for.
fn all(model: &Model) -> impl Iterator<Item = (Subject, &Allow)> {
    let of_workloads = (0..).zip(&model.workloads).flat_map(|(index, workload)| {
        workload.allows.iter().map(move |allow| (Subject::Workload(index), allow))
    });
    of_workloads.chain(model.allows.iter().map(|(subject, allow)| (*subject, allow)))
}

/// The same, one that several take from a class once.
fn each_once(model: &Model) -> impl Iterator<Item = (Subject, &Allow)> {
    let mut seen = BTreeSet::new();
    all(model).filter(move |(_, allow)| seen.insert(allow.span))
}

fn is_over(allow: &Allow, today: Option<&str>) -> bool {
    // Days are compared as text: they have four, two and two digits.
    allow.until.as_ref().zip(today).is_some_and(|(until, today)| *until.value < *today)
}

/// Gives the findings that nobody allows, and what is wrong with the allowances.
pub(super) fn settle(
    policies: &Loaded,
    judged: Vec<Judged<'_>>,
    draft: &Draft,
    today: Option<&str>,
    out: &mut Diagnostics,
) {
    let model = &draft.model;
    let mut by_subject: BTreeMap<(Subject, &str), &Allow> = BTreeMap::new();
    for (subject, allow) in all(model) {
        by_subject.insert((subject, &*allow.policy.value), allow);
    }
    let mut used: BTreeSet<Span> = BTreeSet::new();
    let mut troubled: BTreeSet<&str> = policies.silent.iter().map(|name| &**name).collect();
    for of in judged {
        let name: &str = &of.policy.name.value;
        if let Some(trouble) = of.trouble {
            troubled.insert(&of.policy.name.value);
            out.push(trouble);
        }
        for violation in of.violations {
            let allow =
                allowed(model, violation.subject).find_map(|subject| by_subject.get(&(subject, name)));
            match allow {
                Some(allow) if !is_over(allow, today) => drop(used.insert(allow.span)),
                _ => out.push(finding(of.policy, violation, allow.copied())),
            }
        }
    }
    for (subject, allow) in each_once(model) {
        let Some(policy) = policies.loaded.iter().find(|policy| *policy.name.value == *allow.policy.value)
        else {
            continue;
        };
        if is_over(allow, today) {
            out.push(over(allow, today));
        } else if !used.contains(&allow.span) && !troubled.contains(&*allow.policy.value) {
            out.push(unused(allow, subject, policy.subject.name()));
        }
    }
}

/// What an allowance may stand on to be for something: itself, and for a region without cells the region.
fn allowed(model: &Model, subject: Subject) -> impl Iterator<Item = Subject> {
    let region = match subject {
        Subject::Location(index) => {
            model.locations.get(index as usize).filter(|location| location.cell.is_none())
        }
        _ => None,
    };
    std::iter::once(subject).chain(region.map(|location| Subject::Region(location.region.0)))
}

fn finding(policy: &super::Policy, violation: Violation, over: Option<&Allow>) -> Diagnostic {
    let Violation { name, place, focus, require, message, .. } = violation;
    let does_not = format!("{name} does not meet `{}`", policy.name.value);
    let mut finding = match focus {
        Some(focus) => Diagnostic::new(&codes::POLICY_VIOLATED, message, focus, does_not).label(place, name),
        None => Diagnostic::new(&codes::POLICY_VIOLATED, message, place, does_not),
    };
    finding.severity = policy.severity;
    finding.policy = Some(policy.name.value.clone());
    let required = match policy.pack {
        Some(pack) => format!("required by `{}` of pack `{pack}`", policy.name.value),
        None => format!("required by `{}`", policy.name.value),
    };
    finding = finding.label(require, required);
    if let Some(allow) = over {
        finding = finding.label(allow.span, "this allowance is over");
    }
    match &policy.help {
        Some(help) => finding.help(&**help),
        None => finding,
    }
}

fn over(allow: &Allow, today: Option<&str>) -> Diagnostic {
    let (until, place) =
        allow.until.as_ref().map_or(("", allow.span), |until| (until.value.as_str(), until.span));
    let message = format!(
        "the allowance of `{}` ended on {until}, today is {}",
        clip(&allow.policy.value),
        today.unwrap_or_default()
    );
    let finding = Diagnostic::new(&codes::ALLOWANCE_OVER, message, place, "its last day");
    finding.help("meet the policy and remove it, or decide anew up to which day it is allowed")
}

fn unused(allow: &Allow, subject: Subject, about: &str) -> Diagnostic {
    let message = format!("the allowance of `{}` allows nothing", clip(&allow.policy.value));
    let finding = Diagnostic::new(&codes::ALLOWANCE_UNUSED, message, allow.span, "nothing to allow");
    let same = subject.kind() == about || (subject.kind() == "region" && about == "location");
    finding.help(if same {
        "the policy is met: remove the allowance".to_owned()
    } else {
        format!("the policy is about every {about}: allow it there, or remove this")
    })
}

//! A fleet before its policies: which of its objects do not meet them.
//!
//! Takes loaded policies and a valid model, gives what was found for each policy. Invariant: steps are bounded for each
//! policy and for all of them, linear to the fleet; a policy that uses up its own leaves enough for the others.

use super::cel::eval::{Machine, Stop};
use super::cel::units::Unit;
use super::cel::value::Value;
use super::fields::{Object, View};
use super::kinds::named;
use super::load::{Expression, Policy, Requirement};
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{Model, Subject};
use crate::span::Span;

/// What came of one policy.
pub(super) struct Judged<'p> {
    pub(super) policy: &'p Policy,
    pub(super) violations: Vec<Violation>,
    /// Why it could not be asked of everything.
    pub(super) trouble: Option<Diagnostic>,
}

/// An object that does not meet a policy.
pub(super) struct Violation {
    pub(super) subject: Subject,
    /// What it is called, its kind before it.
    pub(super) name: String,
    /// Its line.
    pub(super) place: Span,
    /// The line that was asked, where that is another one.
    pub(super) focus: Option<Span>,
    /// The expression that does not hold.
    pub(super) require: Span,
    pub(super) message: String,
}

/// Steps for one policy; and those for all policies are twice as many.
const STEPS: u64 = 8_000_000;
/// More of them for each thing of the fleet that a policy may be about.
const STEPS_EACH: u64 = 500;

/// Asks every policy; `all` says whether one that was not asked for want of steps is told.
pub(super) fn judge<'p>(
    policies: &'p [Policy],
    model: &Model,
    today: Option<&str>,
    all: bool,
) -> Vec<Judged<'p>> {
    if policies.is_empty() {
        return Vec::new();
    }
    let view = View::new(model);
    let own = STEPS + STEPS_EACH * size(model);
    let mut left = 2 * own;
    let mut judged = Vec::new();
    for policy in policies {
        let allowed = own.min(left);
        let (of, spent) = Court { view: &view, policy, today, steps: allowed }.judge();
        left -= spent;
        judged.push(Judged { trouble: of.trouble.filter(|_| all), ..of });
    }
    judged
}

fn size(model: &Model) -> u64 {
    let tables = [
        model.workloads.len(),
        model.locations.len(),
        model.regions.len(),
        model.links.len(),
        model.tenants.len(),
        model.datasets.len(),
        model.queues.len(),
        model.jobs.len(),
        model.events.len(),
    ];
    tables.iter().sum::<usize>() as u64
}

struct Court<'v, 'p> {
    view: &'v View<'v>,
    policy: &'p Policy,
    today: Option<&'v str>,
    steps: u64,
}

/// The first object for which an expression gave nothing, and how many others there are.
struct Trouble {
    place: Span,
    why: Option<String>,
    name: String,
    line: Span,
    others: usize,
}

impl<'v, 'p: 'v> Court<'v, 'p> {
    fn judge(&self) -> (Judged<'p>, u64) {
        let (mut machine, mut violations) = (Machine::new(self.view, self.steps), Vec::new());
        let mut trouble: Option<Trouble> = None;
        let today = self.today.and_then(|day| Unit::Day.read(day)).map_or(Value::Missing, Value::Int);
        let fleet = Value::Object(Object::Fleet(self.view.fleet()));
        for (subject, object) in self.policy.subject.all(self.view) {
            let variables = [Value::Object(object), fleet.clone(), today.clone()];
            if let Err((place, stop)) = self.ask((subject, object), &variables, &mut machine, &mut violations)
            {
                let spent = matches!(stop, Stop::Spent(_));
                match &mut trouble {
                    Some(trouble) if !spent => trouble.others += 1,
                    _ => trouble = Some(self.trouble(object, place, stop)),
                }
                if spent {
                    break;
                }
            }
        }
        let trouble = trouble.map(|trouble| self.told(trouble));
        (Judged { policy: self.policy, violations, trouble }, self.steps - machine.left())
    }

    fn ask(
        &self,
        (subject, object): (Subject, Object<'v>),
        variables: &[Value<'v>],
        machine: &mut Machine<'v>,
        violations: &mut Vec<Violation>,
    ) -> Result<(), (Span, Stop)> {
        if let Some(filter) = &self.policy.filter
            && !holds(filter, variables, machine)?
        {
            return Ok(());
        }
        for require in &self.policy.requires {
            if !holds(&require.expression, variables, machine)? {
                let message =
                    require.message.fill(machine, variables).map_err(|stop| (require.said, stop))?;
                violations.push(self.violation((subject, object), require, message));
            }
        }
        Ok(())
    }

    fn violation(
        &self,
        (subject, object): (Subject, Object<'v>),
        require: &'p Requirement,
        message: String,
    ) -> Violation {
        let (name, place) = named(object, self.view);
        let (mut at, mut focus) = (object, None);
        for field in &require.focus {
            let Some(Value::Object(next)) = (field.get)(at, self.view) else { break };
            focus = next.place().or(focus);
            at = next;
        }
        let focus = focus.filter(|span| *span != place);
        Violation { subject, name, place, focus, require: require.expression.written.whole(), message }
    }

    fn trouble(&self, object: Object<'v>, place: Span, stop: Stop) -> Trouble {
        let (name, line) = named(object, self.view);
        let why = match stop {
            Stop::Failed(_, why) => Some(why),
            Stop::Spent(_) => None,
        };
        Trouble { place, why, name, line, others: 0 }
    }

    fn told(&self, of: Trouble) -> Diagnostic {
        let name = &self.policy.name.value;
        let mut finding = match &of.why {
            Some(why) => {
                let others = match of.others {
                    0 => String::new(),
                    others => format!(", and of {others} more"),
                };
                let message = format!("policy `{name}` cannot be asked of {}{others}: {why}", of.name);
                let finding = Diagnostic::new(&codes::EXPRESSION_FAILED, message, of.place, why.clone());
                if why.ends_with("is not said") {
                    finding.help("ask `has(…)` first, or leave out what does not say it with `where=`")
                } else {
                    finding
                }
            }
            None => {
                let message = format!(
                    "policy `{name}` takes more than {} steps, and was asked up to {}",
                    self.steps, of.name
                );
                let finding =
                    Diagnostic::new(&codes::EXPRESSION_ENDLESS, message, of.place, "too many steps");
                finding.help(
                    "ask less of each: a list inside a list inside a list grows with the cube of the fleet",
                )
            }
        };
        finding.policy = Some(name.clone());
        finding.label(of.line, "asked of this")
    }
}

fn holds<'v>(
    expression: &'v Expression,
    variables: &[Value<'v>],
    machine: &mut Machine<'v>,
) -> Result<bool, (Span, Stop)> {
    match machine.run(&expression.code, variables) {
        Ok(value) => Ok(matches!(value, Value::Bool(true))),
        Err(stop) => {
            let (Stop::Failed(at, _) | Stop::Spent(at)) = &stop;
            Err((expression.written.part(at), stop))
        }
    }
}

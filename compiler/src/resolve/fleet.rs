//! The fleet's own settings, with their defaults.

use super::Resolver;
use super::names::{Form, Table, check_form};
use crate::decode::value::clip;
use crate::decode::{Datum, Node};
use crate::diagnostic::{Diagnostic, Edit, registry as codes};
use crate::manifest::schema;
use crate::model::{Boundary, Dialect, Failback, Fleet, RegionId, StandbyTimes, Survive, Wave};
use crate::span::{FileId, Span, Spanned};
use seawall_schema::name::{FleetName, LABEL_LIMIT, WaveName};
use seawall_schema::{Duration, Share};
use std::collections::HashMap;
use std::sync::Arc;

/// The version of the language that this compiler reads.
const LANGUAGE: u64 = 1;

/// The settings of a fleet that says nothing.
pub(super) fn defaults() -> Fleet {
    let seconds = |n: u64| Spanned::default_of(Duration::from_millis(n * 1000));
    Fleet {
        name: Spanned::default_of(FleetName::new("fleet")),
        survive: Vec::new(),
        max_plan_age: seconds(30 * 60),
        standby_times: StandbyTimes { hot: seconds(15), warm: seconds(90), cold: seconds(600) },
        detection: seconds(45),
        decision: seconds(60),
        traffic_shift: seconds(60),
        failback: None,
        rollout: Vec::new(),
        kubernetes: Spanned::default_of(schema::USUAL),
        targets: Vec::new(),
        span: Span::NONE,
    }
}

impl Resolver<'_> {
    pub(super) fn language<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        for node in nodes {
            let Some(language) = node.count("language").filter(|l| l.value != LANGUAGE) else { continue };
            let message =
                format!("language version {} is not known, this compiler reads {LANGUAGE}", language.value);
            let finding = Diagnostic::new(&codes::UNKNOWN_LANGUAGE, message, language.span, "not known");
            self.out
                .push(finding.help(format!("write `language={LANGUAGE}`, or take a compiler that knows it")));
        }
    }

    pub(super) fn fleet<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let mut nodes: Vec<&Node> = nodes.collect();
        nodes.sort_by_key(|node| node.head);
        let Some(node) = nodes.first() else { return self.no_fleet() };
        for other in &nodes[1..] {
            let finding = Diagnostic::new(
                &codes::DUPLICATE_NAME,
                "two `fleet` nodes describe one folder",
                other.head,
                "and again here",
            );
            self.out.push(
                finding.label(node.head, "the fleet is described here").help("put what they say into one"),
            );
        }
        let mut fleet = Fleet { span: node.head, ..defaults() };
        if let Some(name) = node.title() {
            check_form("fleet", Form::Label(LABEL_LIMIT), &name, &mut self.out);
            fleet.name = Spanned::new(FleetName::new(name.value), name.span);
        }
        let own = |name: &str| node.child(name).and_then(Node::own_duration);
        set(&mut fleet.max_plan_age, own("max-plan-age"));
        set(&mut fleet.detection, own("detection"));
        set(&mut fleet.decision, own("decision"));
        set(&mut fleet.traffic_shift, own("traffic-shift"));
        if let Some(times) = node.child("standby-times") {
            set(&mut fleet.standby_times.hot, times.duration("hot"));
            set(&mut fleet.standby_times.warm, times.duration("warm"));
            set(&mut fleet.standby_times.cold, times.duration("cold"));
        }
        let timing = ["detection", "decision", "traffic-shift", "standby-times"];
        let unread = |child: &Node| child.damaged && timing.contains(&child.shape.name);
        self.notes.times = node.children.iter().any(unread)
            || node.damaged && timing.iter().any(|name| node.child(name).is_none());
        self.above_zero(node);
        fleet.failback = node.child("failback").and_then(failback);
        fleet.survive = node.named("survive").flat_map(|survive| self.survive(survive)).collect();
        self.survives_once(&fleet.survive);
        fleet.rollout = self.rollout(node);
        let word = node.child("kubernetes").and_then(Node::own_word);
        set(
            &mut fleet.kubernetes,
            word.and_then(|word| Some(Spanned::new(schema::minor(word.value)?, word.span))),
        );
        let misspelt = |child: &Node| child.damaged && child.shape.name == "kubernetes";
        self.manifests_checked = !node.children.iter().any(misspelt);
        fleet.targets = node.named("target").filter_map(dialect).collect();
        self.model.fleet = fleet;
    }

    fn no_fleet(&mut self) {
        if self.doubts.any() {
            return;
        }
        let message = "no `fleet` node says what the fleet is called and what it must survive";
        let at = Span::new(FileId(0), 0, 0);
        let finding =
            Diagnostic::new(&codes::NO_FLEET, message, at, "nowhere in this file or what it imports");
        self.out.push(finding.help("add `fleet NAME { survive any-region=1 }`"));
    }

    /// What never comes to an end, or never starts, with nothing of it.
    fn above_zero(&mut self, node: &Node) {
        let failback = node.child("failback");
        if let Some(rate) = failback.and_then(|f| f.share("rate")).filter(|rate| rate.value == Share::ZERO) {
            let finding = Diagnostic::new(
                &codes::BAD_SHARE,
                "`rate` takes a share above 0%, found 0%",
                rate.span,
                "nothing would ever move back",
            );
            self.out.push(finding.help("such as `\"20%\"`"));
        }
        let every = failback.and_then(|f| f.duration("every")).map(|every| ("every", every, "5m"));
        let age =
            node.child("max-plan-age").and_then(Node::own_duration).map(|age| ("max-plan-age", age, "30m"));
        for (name, given, such) in
            every.into_iter().chain(age).filter(|(_, given, _)| given.value.millis() == 0)
        {
            let message = format!("`{name}` takes a duration above 0s, found {}", given.value);
            let finding = Diagnostic::new(&codes::BAD_DURATION, message, given.span, "no time at all");
            self.out.push(finding.help(format!("such as `\"{such}\"`")));
        }
    }

    /// One boundary is asked for once: of two counts the larger covers the smaller.
    fn survives_once(&mut self, survive: &[Survive]) {
        for (index, later) in survive.iter().enumerate() {
            let first = survive[..index].iter().find(|first| first.boundary == later.boundary);
            let Some(first) = first.filter(|first| first.span != later.span) else { continue };
            let word = match later.boundary {
                Boundary::Region => "any-region",
                Boundary::Cell => "any-cell",
                Boundary::Zone => "any-zone",
            };
            self.listed_twice(&format!("`{word}` is asked for twice"), first.span, later.span);
        }
    }

    fn survive(&mut self, node: &Node) -> Vec<Survive> {
        let holding = node.flag("holding-reserves");
        let boundaries =
            [("any-region", Boundary::Region), ("any-cell", Boundary::Cell), ("any-zone", Boundary::Zone)];
        let named = boundaries.iter().filter_map(|(name, boundary)| Some((*boundary, node.count(name)?)));
        let found: Vec<Survive> = named
            .map(|(boundary, count)| Survive {
                boundary,
                count: u32::try_from(count.value).unwrap_or(u32::MAX),
                holding_reserves: boundary == Boundary::Zone && holding.is_some_and(|h| h.value),
                span: node.head,
            })
            .collect();
        if found.is_empty() && !node.damaged {
            let message = "`survive` does not say which failure";
            let finding = Diagnostic::new(&codes::MISSING_PROPERTY, message, node.head, "nothing to survive");
            self.out.push(finding.help("one of `any-region=1`, `any-cell=1`, `any-zone=1`"));
        }
        if let Some(holding) = holding.filter(|_| node.count("any-zone").is_none() && !node.damaged) {
            let message = "`holding-reserves` is about the loss of zones, and no `any-zone` stands beside it";
            self.out.push(Diagnostic::new(&codes::CONTRADICTION, message, holding.span, "says nothing here"));
        }
        found
    }

    fn rollout(&mut self, node: &Node) -> Vec<Wave> {
        let Some(rollout) = node.child("rollout") else { return Vec::new() };
        let (_, defined) = Table::define("wave", Form::Free, rollout.named("wave"), &mut self.out);
        let mut waves: Vec<(&Node, _)> = defined;
        waves.sort_by_key(|(wave, _)| wave.head);
        let mut seen: HashMap<RegionId, Span> = HashMap::new();
        let mut found = Vec::new();
        for (wave, name) in waves {
            let mut regions = Vec::new();
            for region in wave.named("region").flat_map(|r| r.texts().collect::<Vec<_>>()) {
                let Some(id) = self.id("region", &region, RegionId) else { continue };
                if let Some(first) = seen.get(&id.value).copied() {
                    self.listed_twice(
                        &format!("region `{}` is in two waves", region.value),
                        first,
                        region.span,
                    );
                    continue;
                }
                seen.insert(id.value, id.span);
                regions.push(id);
            }
            if wave.child("region").is_none() && !wave.damaged {
                let message = format!("wave `{}` has no region", name.value);
                let finding = Diagnostic::new(&codes::MISSING_NODE, message, wave.head, "needs a `region`");
                self.out.push(finding.help("add `region NAME …`, or leave the wave out"));
            }
            let soak = wave.duration("soak").map(|s| s.value);
            found.push(Wave { name: WaveName::new(name.value), soak, regions, span: wave.head });
        }
        found
    }

    /// Reports what a list names twice.
    pub(super) fn each_once(&mut self, kind: &str, names: &[Spanned<Arc<str>>]) {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        for name in names {
            match seen.get(&*name.value) {
                Some(first) => self.out.add(&codes::LISTED_TWICE, || {
                    repeated(&format!("{kind} `{}` is listed twice", clip(&name.value)), *first, name.span)
                }),
                None => drop(seen.insert(&name.value, name.span)),
            }
        }
    }

    /// Says that something is named twice where once is the limit; which of the two goes is open.
    pub(super) fn listed_twice(&mut self, message: &str, first: Span, second: Span) {
        let finding = named_twice(message, first, second);
        let finding = finding.suggest("take the second one out", without(second));
        self.out.push(finding.suggest("take the first one out", without(first)));
    }

    /// Says that one list names something twice, which changes nothing.
    pub(super) fn repeated(&mut self, message: &str, first: Span, second: Span) {
        self.out.push(repeated(message, first, second));
    }
}

fn repeated(message: &str, first: Span, second: Span) -> Diagnostic {
    named_twice(message, first, second).fix("take the second one out", without(second))
}

fn named_twice(message: &str, first: Span, second: Span) -> Diagnostic {
    let finding = Diagnostic::new(&codes::LISTED_TWICE, message, second, "and again here");
    finding.label(first, "it is named here").help("keep one of them")
}

fn without(span: Span) -> Vec<Edit> {
    vec![Edit { span, replacement: String::new() }]
}

fn set<T>(place: &mut Spanned<T>, given: Option<Spanned<T>>) {
    if let Some(given) = given {
        *place = given;
    }
}

fn failback(node: &Node) -> Option<Failback> {
    let rate: Share = node.share("rate")?.value;
    Some(Failback { rate, every: node.duration("every")?.value, span: node.head })
}

fn dialect(node: &Node) -> Option<Spanned<Dialect>> {
    let arg = node.arg(0)?;
    let Datum::Word(word) = arg.value else { return None };
    let dialect = match *word {
        "karmada" => Dialect::Karmada,
        "datum" => Dialect::Datum,
        "flux" => Dialect::Flux,
        _ => Dialect::Argo,
    };
    Some(Spanned::new(dialect, arg.span))
}

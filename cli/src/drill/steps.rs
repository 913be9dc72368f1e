//! The day in its six steps, each of which some region takes by itself.

use super::{Told, account};
use crate::page::{Page, spoken};
use seawall_compiler::drill::{Pool, Scope, Usage, standing_regions};
use seawall_compiler::proof::{ScenarioKind, Verdict};

pub(super) fn write(told: &Told<'_>, page: &mut Page) {
    declared(told, page);
    traffic(told, page);
    lanes(told, page);
    protected(told, page);
    held(told, page);
    page.heading("6. what moves, stays, gives way and is lost");
    account::write(told, page);
    account::of_kinds(told, page, &["job"]);
}

fn declared(told: &Told<'_>, page: &mut Page) {
    let scenario = &told.drill.outcome.scenario;
    let verb = if told.drill.outcome.scenario.name.starts_with("regions:") { "are" } else { "is" };
    page.heading(format!("1. {} {verb} marked degraded, by declaration", subject(told)));
    let regions = standing_regions(told.model, &told.drill.outcome);
    let names: Vec<_> = regions.iter().map(|r| told.model[*r].name.as_str()).collect();
    page.note(format!("policy {}", told.place(scenario.span)));
    if told.drill.declare.is_empty() {
        page.line(format!("{} has no overlay: the fleet does not ask for it", scenario.name));
    } else if names.is_empty() {
        page.line("no region is left to declare it in");
    }
    for (event, region) in told.drill.declare.iter().flat_map(|e| names.iter().map(move |n| (e, n))).take(12)
    {
        page.line(format!("seawall declare {event} --region {region} --by NAME --reason TEXT"));
    }
    let all = told.drill.declare.len() * names.len();
    if all > 12 {
        page.note(format!("… and in {} more", all - 12));
    }
    if !told.drill.declare.is_empty() {
        page.note("or once in git, without --region; a region needs neither git nor any other region for it");
        let lost = told.model.regions.len() - names.len();
        if lost > 0 && !told.drill.outcome.scenario.failed.is_empty() {
            page.note(
                "where a lost region still answers, it takes its own overlay too: nothing scales up there",
            );
        }
    }
}

/// What is marked: the region, cell or event.
fn subject(told: &Told<'_>) -> String {
    let scenario = &told.drill.outcome.scenario;
    let name = scenario.name.split_once(':').map_or(scenario.name.as_str(), |(_, rest)| rest);
    match scenario.kind {
        ScenarioKind::Event(_) => scenario.name.clone(),
        _ => name.replace('+', " and "),
    }
}

fn traffic(told: &Told<'_>, page: &mut Page) {
    page.heading("2. traffic moves in the declared steps");
    if told.drill.traffic.is_empty() {
        page.note("no host that is described changes its weights");
    }
    for (event, share, span) in drains(told) {
        page.note(format!(
            "event:{event} drains {share} of it first, where it is declared before ({})",
            told.place(span)
        ));
    }
    let weight = |weight: &Option<u64>| weight.map_or(String::from("none"), |w| w.to_string());
    let rows = told.drill.traffic.iter().map(|t| {
        let after = if t.lost { String::from("withdrawn by its health check") } else { weight(&t.after) };
        let first =
            t.step.map_or_else(|| String::from("all at once"), |step| format!("{step}, then the rest"));
        let first = if t.lost || t.before >= t.after { String::new() } else { first };
        vec![t.host.clone(), t.place.clone(), weight(&t.before), after, first, told.place(t.span)]
    });
    page.table(&["host", "cluster", ">weight", ">then", "step", "policy"], rows.collect());
}

fn lanes(told: &Told<'_>, page: &mut Page) {
    page.heading("3. lanes open for the work that was proved to fit");
    if matches!(told.drill.outcome.verdict, Verdict::Refuted(_) | Verdict::Undecided) {
        page.line("nothing is proved: what the reserves hold is started, by tier, then name");
    }
    if told.drill.moves.is_empty() {
        page.note("nothing moves");
    }
    page.table(
        &["workload", ">replicas", ">stand", ">start", "from", "to", "lane", "asks for", "policy"],
        account::moves(told),
    );
    if told.drill.moves.iter().any(|m| m.fenced) {
        page.line("fenced work moves only with evidence that the other side is stopped: declare it with that evidence");
    }
}

/// Events that drain what fails here, and nothing else: the step before its loss.
fn drains<'t>(told: &'t Told<'_>) -> Vec<(&'t str, String, seawall_compiler::span::Span)> {
    let failed = &told.drill.outcome.scenario.failed;
    let before = told.model.events.iter().filter(|event| {
        event.failed.is_empty()
            && !event.drained.is_empty()
            && event.drained.iter().all(|(location, _)| failed.contains(location))
    });
    let line = |event: &'t seawall_compiler::model::Event| {
        let share = event.drained.first().map_or_else(String::new, |(_, share)| share.value.to_string());
        (event.name.as_str(), share, event.span)
    };
    before.map(line).collect()
}

/// What reserves give, and who gives way.
fn protected(told: &Told<'_>, page: &mut Page) {
    page.heading("4. each region's own scheduler protects the reserve");
    let changes = |u: &&Usage| matches!(u.pool, Pool::Reserve(_)) && u.has.1 > 0 && u.used.0 != u.used.1;
    let rows: Vec<_> = told.drill.usage.iter().filter(changes).filter_map(|u| reserve(told, u)).collect();
    if rows.is_empty() {
        page.note("no reserve changes hands");
    }
    page.table(
        &["lane", "in", "resource", ">reserve", ">by standbys", ">by lane work", ">left", "policy"],
        rows,
    );
    if !told.drill.moves.is_empty() {
        page.line("tenants cannot grow into it: their quotas stay, and placeholders hold what is left");
    }
    if told.drill.evicted.is_empty() {
        page.line("nothing is evicted");
    }
    page.table(&["gives way", "in", "amount", "why", "policy"], account::evicted(told));
    account::of_kinds(told, page, &["tier", "queue"]);
}

fn reserve(told: &Told<'_>, usage: &Usage) -> Option<Vec<String>> {
    let (Pool::Reserve(lane), Scope::Location(location)) = (usage.pool, usage.scope) else { return None };
    let of_lane = |r: &&seawall_compiler::model::Reserve| r.lane == lane;
    let span = told.model[location].reserves.iter().find(of_lane)?.span;
    let amount = |amount: i128| spoken(&usage.resource, amount);
    Some(vec![
        told.model[lane].name.to_string(),
        told.model[location].label.clone(),
        usage.resource.to_string(),
        amount(usage.has.1),
        amount(usage.used.0),
        amount(usage.used.1),
        amount(usage.has.1 - usage.used.1),
        told.place(span),
    ])
}

fn held(told: &Told<'_>, page: &mut Page) {
    page.heading("5. held until it ends");
    page.line("a lane's quota admits exactly the replicas of step 3: nothing else moves in by it");
    account::of_kinds(told, page, &["autoscaler", "rollout"]);
}

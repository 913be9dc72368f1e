//! The tables: what moves, stays, gives way, is impaired and lost; utilisation; the time until work serves again.

use super::Told;
use super::picture::percent;
use crate::page::{Page, spoken};
use crate::style::count;
use seawall_compiler::drill::{self, Pool, Scope, Usage};
use std::collections::BTreeMap;

/// What became of all work, with the line behind each.
pub(super) fn write(told: &Told<'_>, page: &mut Page) {
    let drill = told.drill;
    let moved: i128 = drill.moves.iter().map(|m| m.how.replicas).sum();
    let stays: i128 = drill.stays.iter().map(|s| s.replicas).sum();
    let lost: i128 = drill.lost.iter().map(|l| l.what.replicas).sum();
    page.line(format!(
        "{} move, {} stay, {} lost; {}; {}",
        replicas(moved),
        replicas(stays),
        replicas(lost),
        match drill.evicted.len() {
            0 => "nothing gives way".to_owned(),
            n => format!("preemptible work gives way in {}", count(n, "place")),
        },
        match drill.impaired.len() {
            0 => "nothing is impaired".to_owned(),
            n => format!("{} impaired", count(n, "workload")),
        },
    ));
    let name = |w: seawall_compiler::model::WorkloadId| told.model[w].name.to_string();
    let stays = drill.stays.iter().map(|s| {
        let label = told.model[s.location].label.clone();
        let note = if s.drained { "drained: runs on, its users leave in part" } else { "" };
        vec![name(s.workload), s.replicas.to_string(), label, note.to_owned(), told.place(s.span)]
    });
    page.table(&["stays", ">replicas", "in", "", "policy"], stays.collect());
    let impaired = drill.impaired.iter().map(|i| {
        let datasets: Vec<_> = i.datasets.iter().map(|(d, _)| told.model[*d].name.as_str()).collect();
        let place = i.datasets.first().map_or_else(String::new, |(_, span)| told.place(*span));
        vec![name(i.workload), format!("reaches no recent copy of {}", datasets.join(", ")), place]
    });
    page.table(&["impaired", "why", "policy"], impaired.collect());
    let lost = drill.lost.iter().map(|l| {
        let from = told.model[l.what.from].label.clone();
        let reason = l.what.reason.to_owned();
        vec![
            name(l.what.workload),
            l.what.replicas.to_string(),
            from,
            reason,
            l.why.clone(),
            told.place(l.span),
        ]
    });
    page.table(&["lost", ">replicas", "in", "reason", "why", "policy"], lost.collect());
}

fn replicas(number: i128) -> String {
    if number == 1 { "1 replica".to_owned() } else { format!("{number} replicas") }
}

/// What moves.
pub(super) fn moves(told: &Told<'_>) -> Vec<Vec<String>> {
    let row = |m: &seawall_compiler::drill::Moved| {
        let (model, how) = (told.model, &m.how);
        let amounts = m.amount.iter().filter(|(_, amount)| *amount > 0);
        let amounts: Vec<_> = amounts.map(|(k, amount)| format!("{} {k}", spoken(k, *amount))).collect();
        vec![
            model[how.workload].name.to_string(),
            how.replicas.to_string(),
            m.standing.to_string(),
            (how.replicas - m.standing).to_string(),
            model[how.from].label.clone(),
            model[how.destination].label.clone(),
            model[how.lane].name.to_string(),
            amounts.join(", "),
            told.place(m.span),
        ]
    };
    told.drill.moves.iter().map(row).collect()
}

/// What gives way.
pub(super) fn evicted(told: &Told<'_>) -> Vec<Vec<String>> {
    let row = |e: &seawall_compiler::drill::Why<seawall_compiler::proof::Evicted>| {
        let amounts = e.what.amount.iter().map(|(k, amount)| format!("{} {k}", spoken(k, *amount)));
        let tier = format!("tier {}", told.model[e.what.tier].name);
        let place = told.model[e.what.location].label.clone();
        vec![tier, place, amounts.collect::<Vec<_>>().join(", "), e.why.clone(), told.place(e.span)]
    };
    told.drill.evicted.iter().map(row).collect()
}

/// What is held, of some kinds; lines that say the same of several places are one.
pub(super) fn of_kinds(told: &Told<'_>, page: &mut Page, kinds: &[&str]) {
    let mut merged: BTreeMap<(usize, String, String), (Vec<String>, String)> = BTreeMap::new();
    for held in told.drill.held.iter() {
        let Some(kind) = kinds.iter().position(|kind| *kind == held.kind) else { continue };
        let key = (kind, held.name.clone(), held.effect.clone());
        let entry = merged.entry(key).or_insert_with(|| (Vec::new(), told.place(held.span)));
        entry.0.push(held.place.clone());
    }
    let row = |((kind, name, effect), (places, line)): ((usize, String, String), (Vec<String>, String))| {
        vec![kinds[kind].to_owned(), name, places.join(" "), effect, line]
    };
    page.table(&["held", "name", "in", "effect", "policy"], merged.into_iter().map(row).collect());
}

/// Every region, location and pool.
pub(super) fn usage(told: &Told<'_>, page: &mut Page) {
    page.heading("utilisation, before and after");
    let mut last = String::new();
    let row = |u: &Usage| {
        let place = match u.scope {
            Scope::Region(region) => format!("{} in all", told.model[region].name),
            Scope::Location(location) => told.model[location].label.clone(),
        };
        let pool = match u.pool {
            Pool::Reserve(lane) => format!("reserve {}", told.model[lane].name),
            pool => pool.word().to_owned(),
        };
        let amount = |amount: i128| spoken(&u.resource, amount);
        let (then, share) = match u.has.1 {
            0 if u.has.0 > 0 => (String::from("lost"), String::new()),
            has => (amount(u.used.1), percent(u.used.1, has)),
        };
        let resized = if u.has.1 != u.has.0 && u.has.1 > 0 { amount(u.has.1) } else { String::new() };
        let shown = if place == last { String::new() } else { place.clone() };
        last = place;
        let before = percent(u.used.0, u.has.0);
        vec![
            shown,
            u.resource.to_string(),
            pool,
            amount(u.has.0),
            amount(u.used.0),
            before,
            then,
            share,
            resized,
        ]
    };
    // The pools of what is lost, or as before, say no more than the whole.
    let changed = |of: &Usage| {
        let same = |u: &Usage| u.has.0 == u.has.1 && u.used.0 == u.used.1;
        told.drill.usage.iter().any(|u| u.scope == of.scope && !same(u))
    };
    let told_of = |u: &&Usage| u.pool == Pool::Whole || (u.has.1 > 0 && changed(u));
    let rows = told.drill.usage.iter().filter(told_of).map(row).collect();
    page.table(&["place", "resource", "pool", ">has", ">used", ">", ">after", "> ", ">of"], rows);
}

/// Terms with their sum.
pub(super) fn rto(told: &Told<'_>, page: &mut Page) {
    if told.drill.rto.is_empty() {
        return;
    }
    page.heading("time until it serves again");
    let rows = told.drill.rto.iter().map(|r| {
        let terms =
            r.terms.iter().map(|(name, time, _)| format!("{name} {time}")).collect::<Vec<_>>().join(" + ");
        let limit = r.limit.map_or_else(|| String::from("not said"), |limit| limit.to_string());
        let place = told.model[r.destination].label.clone();
        vec![told.model[r.workload].name.to_string(), place, terms, drill::spoken(r.sum), limit]
    });
    page.table(&["workload", "to", "terms", ">sum", ">rto"], rows.collect());
}

//! Why a scenario is not survivable, as a sum that a person can check with pencil and paper.

use super::Told;
use crate::page::{Block, Mood, Page, spoken};
use seawall_compiler::drill::Refusal;
use seawall_compiler::proof::{Demand, DemandOf, PoolShare, Witness, WitnessKind};

/// Most lines of each side.
const LINES: usize = 40;

pub(super) fn write(told: &Told<'_>, refusal: &Refusal, page: &mut Page) {
    let Refusal { cause, witness, fixes } = refusal;
    page.blocks.push(Block::Heading("why not".into(), Mood::Plain));
    page.line(cause.clone());
    let amount = |amount: i128| format!("{} {}", spoken(&witness.resource, amount), witness.resource);
    let mut rows = Vec::new();
    for (index, demand) in witness.demands.iter().take(LINES).enumerate() {
        let side = if index == 0 { "demand" } else { "" };
        rows.push(row(side, demand_words(witness, demand), amount(demand.amount), told.place(demand.span)));
    }
    rows.extend(more(witness.demands.len()));
    rows.push(row("", "needs".into(), amount(witness.needs), String::new()));
    for (index, pool) in witness.pools.iter().take(LINES).enumerate() {
        let side = if index == 0 { "may use" } else { "" };
        rows.push(row(side, pool_words(told, pool), amount(pool.amount), told.place(pool.span)));
    }
    rows.extend(more(witness.pools.len()));
    rows.push(row("", "has".into(), amount(witness.has), String::new()));
    let always = if witness.kind == WitnessKind::Data { "" } else { "in every assignment" };
    let short = amount(witness.needs.saturating_sub(witness.has));
    rows.push(row("short by", always.into(), short, String::new()));
    page.table(&["", "line", ">amount", "policy"], rows);
    if !fixes.is_empty() {
        page.line(format!("one of these mends it, each proved again: {}", fixes.join(" | ")));
    }
}

fn row(side: &str, line: String, amount: String, place: String) -> Vec<String> {
    vec![side.to_owned(), line, amount, place]
}

fn more(lines: usize) -> Option<Vec<String>> {
    (lines > LINES).then(|| row("", format!("… {} more", lines - LINES), String::new(), String::new()))
}

fn demand_words(witness: &Witness, demand: &Demand) -> String {
    let Demand { of, name, replicas, request, .. } = demand;
    let kind = match of {
        DemandOf::Workload => "",
        DemandOf::Standby => " standbys",
        DemandOf::Queue => " queue",
        DemandOf::Reserve => " reserve",
        DemandOf::Lent => " to preemptible tiers",
    };
    match replicas {
        0 => format!("{name}{kind}"),
        n => format!("{name}{kind} {n} × {} {}", spoken(&witness.resource, *request), witness.resource),
    }
}

fn pool_words(told: &Told<'_>, pool: &PoolShare) -> String {
    let mut words = pool.pool.word().to_owned();
    if let Some(name) = &pool.name {
        words.push_str(&format!(" {name}"));
    }
    if let Some(location) = pool.location {
        words.push_str(&format!(" in {}", told.model[location].label));
    }
    words
}

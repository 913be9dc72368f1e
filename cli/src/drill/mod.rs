//! A drill as a page: the verdict, a picture, the day in its six steps, then the tables behind them.
//!
//! Takes the compiler's drill, gives a [`Page`]. Invariant: every step is there on a day on which work moves, and says so
//! where it has nothing to do.

mod account;
pub mod listed;
mod picture;
mod steps;
mod witness;

use crate::page::{Block, Mood, Page};
use seawall_compiler::drill::Drill;
use seawall_compiler::files::Sources;
use seawall_compiler::model::Model;
use seawall_compiler::proof::{NOT_PROVED, Outcome, ScenarioKind, Verdict};
use seawall_compiler::span::Span;

/// Most rows of one table; `--format json` has all of them.
const ROWS: usize = 60;

/// What a page is made from.
struct Told<'a> {
    model: &'a Model,
    sources: &'a Sources,
    drill: &'a Drill,
}

impl Told<'_> {
    /// `fleet.kdl:5`, or `default`.
    fn place(&self, span: Span) -> String {
        match self.sources.locate(span) {
            Some((file, at)) => format!("{file}:{}", at.line),
            None => String::from("default"),
        }
    }

    /// Whether locations fail or are drained, rather than zones or links.
    fn moves_work(&self) -> bool {
        let scenario = &self.drill.outcome.scenario;
        let kind = scenario.kind;
        matches!(kind, ScenarioKind::Regions | ScenarioKind::Cell | ScenarioKind::Event(_))
            && !(scenario.failed.is_empty() && scenario.drained.is_empty())
    }
}

/// The page of a drill.
pub fn page(model: &Model, sources: &Sources, drill: &Drill, unicode: bool) -> Page {
    let told = Told { model, sources, drill };
    let mut page = Page::new(ROWS);
    top(&told, &mut page);
    if let Some(refusal) = &drill.refusal {
        witness::write(&told, refusal, &mut page);
    }
    page.blocks.push(Block::Heading("capacity".into(), Mood::Plain));
    picture::write(&told, unicode, &mut page);
    if told.moves_work() {
        steps::write(&told, &mut page);
    } else {
        page.heading("what stays, gives way and is lost");
        account::write(&told, &mut page);
    }
    account::usage(&told, &mut page);
    account::rto(&told, &mut page);
    page.heading("not proved");
    page.note(NOT_PROVED.join(", "));
    page
}

/// What happens, and the verdict.
fn top(told: &Told<'_>, page: &mut Page) {
    let Outcome { scenario, on_paper, verdict } = &told.drill.outcome;
    let mood = match verdict {
        Verdict::Survivable(_) if !on_paper => Mood::Good,
        _ => Mood::Bad,
    };
    let how = match verdict {
        Verdict::Survivable(plan) => format!(" ({}, {})", plan.level.word(), plan.method.word()),
        Verdict::Refuted(_) | Verdict::Undecided => String::new(),
    };
    page.blocks.push(Block::Heading(format!("{}: {}{how}", scenario.name, verdict.word()), mood));
    if *on_paper {
        page.line("on paper only: normal running does not fit already");
    }
    let label = |c: &seawall_compiler::model::LocationId| told.model[*c].label.clone();
    if !scenario.failed.is_empty() {
        page.line(format!("lost: {}", scenario.failed.iter().map(label).collect::<Vec<_>>().join(", ")));
    }
    if !scenario.drained.is_empty() {
        let drained = scenario.drained.iter().map(|(c, share)| format!("{} by {share}", label(c)));
        page.line(format!("drained: {}", drained.collect::<Vec<_>>().join(", ")));
    }
    if let ScenarioKind::Zone { region, zone, holding_reserves } = scenario.kind {
        let reserves =
            if holding_reserves { "reserves stay whole" } else { "reserves give way to its own work" };
        let (region, zone) = (&told.model[region].name, &told.model[region].zones[zone].value);
        page.line(format!("lost: zone {zone}; nothing leaves {region}, {reserves}"));
    }
    if let ScenarioKind::Partition(event) = scenario.kind {
        let name = |r: &seawall_compiler::model::RegionId| told.model[*r].name.to_string();
        let sides = &told.model[event].sides;
        let sides = sides.iter().map(|side| side.iter().map(name).collect::<Vec<_>>().join(" "));
        let sides = sides.collect::<Vec<_>>().join(" | ");
        page.line(format!("cut apart: {sides}; both sides live, nothing moves"));
    }
    let place = told.place(scenario.span);
    match told.drill.asked {
        true => page.note(format!("asked for at {place}")),
        false => {
            page.note("not asked for by the fleet: decided for this drill, and no overlay is made for it")
        }
    }
    if let Verdict::Survivable(plan) = verdict
        && let Some(why) = &plan.unpacked
    {
        page.line(format!("fits in sum, not on nodes: {}", why.words(told.model)));
    }
}

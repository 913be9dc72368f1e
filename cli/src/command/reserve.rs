//! `seawall reserve suggest [DIR]`: the least reserves with which every scenario is survivable.

use crate::command::check::fix::{Read, write};
use crate::disk::DiskFiles;
use crate::fleet::{self, FleetArgs};
use crate::style::count;
use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::check::capacity::cause;
use seawall_compiler::mend::{self, Overlay};
use seawall_compiler::model::{Model, RegionId};
use seawall_compiler::proof::suggest::{Binding, Suggested, Suggestion, Weights, suggest};
use seawall_compiler::proof::{Outcome as Decided, Proof, Verdict};
use seawall_compiler::{Checked, check};
use seawall_schema::Resource;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What reserves should hold
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// The least reserves with which every scenario is survivable, and what binds each
    ///
    /// Resizes the reserves that there are, up or down. Exits 1 where something stays that no reserve mends.
    Suggest(Suggest),
}

#[derive(Debug, clap::Args)]
struct Suggest {
    #[command(flatten)]
    fleet: FleetArgs,
    /// How much a region or a resource weighs in the total, a whole number; may be repeated [default: 1 each]
    ///
    /// One core, one GiB of memory, one pod and one of an extended resource weigh the same; the weights of a region and a
    /// resource multiply.
    #[arg(long, value_name = "NAME=N", value_parser = weight)]
    weight: Vec<(String, u32)>,
    /// Write the amounts into the fleet's files; comments and layout stay
    #[arg(long)]
    write: bool,
    /// How the suggestion is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

fn weight(text: &str) -> Result<(String, u32), String> {
    let (name, weight) = text.split_once('=').ok_or("not NAME=N, such as eu-west=3 or memory=0")?;
    let most = u32::MAX;
    let weight = weight.parse().map_err(|_| format!("`{weight}` is no whole number of at most {most}"))?;
    Ok((name.to_owned(), weight))
}

/// Suggests, prints, writes.
///
/// # Errors
/// Where the fleet cannot be read, has errors that leave no model, or cannot be written.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let Command::Suggest(args) = &args.command;
    let files = DiskFiles::open(&context.path(&args.fleet.folder), &args.fleet.folder.display().to_string())?;
    let read = Read::new(&files);
    let options = fleet::options(context, &args.fleet);
    let checked = check(&read, &options);
    let model = fleet::model(context, &checked)?;
    let suggestion = match suggest(model, &weights(model, &args.weight)?) {
        Ok(suggestion) => suggestion,
        Err(unfit) => {
            context.complain(&format!("no reserves are enough: {unfit}\n"));
            return Ok(Exit::Findings);
        }
    };
    match args.format {
        Format::Text => context.write(&text(model, checked.proof.as_ref(), &suggestion))?,
        Format::Json => context.json(&data(model, &suggestion))?,
    }
    if args.write && !suggestion.open().is_empty() {
        context.say("nothing was written: what no reserve mends must be mended first");
    } else if args.write {
        let changed = mend::apply(&checked, &suggestion.edits(model));
        hold(&check(&Overlay::new(&read, changed.clone()), &options), &suggestion)?;
        write(context, &files, &read, &changed)?;
        context.say(&match changed.len() {
            0 => String::from("nothing to write: the reserves hold these amounts already"),
            n => format!("wrote {}", count(n, "file")),
        });
    }
    Ok(Exit::findings_if(!suggestion.open().is_empty()))
}

/// The files as they would be hold what was proved.
fn hold(after: &Checked, suggestion: &Suggestion) -> Result<(), Failure> {
    let held = |s: &Suggested, model: &Model| {
        model[s.location].reserves[s.reserve].amount.get(&s.resource) == s.least
    };
    match &after.model {
        Some(model) if suggestion.reserves.iter().all(|s| held(s, model)) => Ok(()),
        _ => Err(Failure::world(
            "the amounts cannot be written where the reserves stand; nothing was changed",
            "the fleet with them reads otherwise",
        )),
    }
}

fn weights(model: &Model, given: &[(String, u32)]) -> Result<Weights, Failure> {
    let mut weights = Weights::default();
    for (name, weight) in given {
        let region = model.regions.iter().position(|region| region.name.as_str() == name);
        let resource = Resource::from_name(name);
        if let Some(region) = region {
            weights.regions.insert(RegionId(region as u32), *weight);
        } else if model.resources.contains(&resource) {
            weights.resources.insert(resource, *weight);
        } else {
            let help = "name a region of the fleet, cpu, memory, pods or an extended resource that it has";
            return Err(Failure::input(format!("`{name}` is neither a region nor a resource")).help(help));
        }
    }
    Ok(weights)
}

fn text(model: &Model, before: Option<&Proof>, suggestion: &Suggestion) -> String {
    let mut lines = Vec::new();
    let mut last = None;
    for found in &suggestion.reserves {
        let lane = &model[model[found.location].reserves[found.reserve].lane].name;
        if last.replace((found.location, found.reserve)) != Some((found.location, found.reserve)) {
            lines.push(format!("{}, lane {lane}", model[found.location].label));
        }
        let of = |amount: u64| found.resource.format(amount.into());
        let amount = if found.now == found.least {
            format!("{} as it is", of(found.now))
        } else {
            format!("{} → {}", of(found.now), of(found.least))
        };
        let why = match &found.binding {
            Binding::Nothing => String::new(),
            Binding::Standbys => String::from(", for its standbys"),
            Binding::Scenario(name) => format!(", for {name}"),
        };
        lines.push(format!("  {} {amount}{why}", found.resource));
    }
    let totals: Vec<String> = totals(suggestion)
        .into_iter()
        .map(|(resource, (now, least))| {
            format!("{resource} {} → {}", resource.format(now), resource.format(least))
        })
        .collect();
    lines.push(format!(
        "in all: {}",
        if totals.is_empty() { String::from("nothing is held") } else { totals.join(", ") }
    ));
    lines.push(certainty(suggestion));
    lines.push(format!(
        "weighed: {} with the replicas declared; not weighed: {}",
        count(suggestion.proof.scenarios.len(), "scenario"),
        NOT_WEIGHED.join(", ")
    ));
    lines.extend(suggestion.open().into_iter().map(|outcome| open(refuted_before(before, outcome))));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn totals(suggestion: &Suggestion) -> BTreeMap<Resource, (i128, i128)> {
    let mut totals = BTreeMap::new();
    for found in &suggestion.reserves {
        let (now, least) = totals.entry(found.resource.clone()).or_insert((0i128, 0i128));
        *now += i128::from(found.now);
        *least += i128::from(found.least);
    }
    totals
}

fn certainty(suggestion: &Suggestion) -> String {
    if suggestion.proved_least {
        let rest = if suggestion.open().is_empty() { "" } else { " for what reserves can mend" };
        let beside =
            if suggestion.kept { " beside a lane's further reserves, which stay as they are" } else { "" };
        return format!("proved: no smaller total is enough{rest}{beside}");
    }
    format!(
        "no smaller total was found; what is certain is that none below {} of it is enough",
        share(suggestion)
    )
}

/// The bound as a share of the total, rounded down.
fn share(suggestion: &Suggestion) -> String {
    let (bound, cost) = (suggestion.bound, suggestion.cost.max(1));
    let thousandths = match bound.checked_mul(1000) {
        Some(product) => product / cost,
        // So large a total loses nothing to speak of where it is divided first; rounded up, the share stays a true one.
        None => bound / (cost / 1000 + 1),
    };
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}

/// What an amount that is just enough leaves no room for.
const NOT_WEIGHED: [&str; 3] =
    ["growth", "how replicas fit on nodes", "scenarios that the fleet does not ask for"];

/// The scenario as it is now, where it does not hold either: reserves that cannot mend it are not held for it, so what
/// refutes it with them is no news.
fn refuted_before<'o>(before: Option<&'o Proof>, after: &'o Decided) -> &'o Decided {
    let same = |o: &&Decided| o.scenario.name == after.scenario.name;
    let before = before.and_then(|proof| proof.scenarios.iter().find(same));
    before.filter(|outcome| matches!(outcome.verdict, Verdict::Refuted(_))).unwrap_or(after)
}

fn open(outcome: &Decided) -> String {
    let name = &outcome.scenario.name;
    match &outcome.verdict {
        Verdict::Refuted(witness) => format!("not mended by reserves: {name}: {}", cause(witness)),
        _ => format!("not mended by reserves: {name} is undecided"),
    }
}

fn data(model: &Model, suggestion: &Suggestion) -> Value {
    let reserve = |found: &Suggested| {
        let binding = match &found.binding {
            Binding::Nothing => Value::Null,
            Binding::Standbys => json!("standbys"),
            Binding::Scenario(name) => json!(name),
        };
        json!({
            "location": model[found.location].label,
            "lane": model[model[found.location].reserves[found.reserve].lane].name.as_str(),
            "resource": found.resource.as_str(),
            "now": found.resource.format(found.now.into()),
            "least": found.resource.format(found.least.into()),
            "binding": binding,
        })
    };
    let total = |(resource, (now, least)): (Resource, (i128, i128))| {
        let amounts = json!({ "now": resource.format(now), "least": resource.format(least) });
        (resource.to_string(), amounts)
    };
    json!({
        "reserves": suggestion.reserves.iter().map(reserve).collect::<Vec<_>>(),
        "total": totals(suggestion).into_iter().map(total).collect::<serde_json::Map<_, _>>(),
        "proved_least": suggestion.proved_least,
        "bound": share(suggestion),
        "kept": suggestion.kept,
        "not_weighed": NOT_WEIGHED,
        "open": suggestion.open().iter().map(|o| o.scenario.name.as_str()).collect::<Vec<_>>(),
    })
}

//! `seawall weakest [DIR]`: the smallest set of boundaries whose loss the fleet does not survive, and the cheapest repair.

use crate::fleet::{self, FleetArgs};
use crate::style::count;
use crate::{Context, Exit, Outcome};
use seawall_compiler::check::capacity::cause;
use seawall_compiler::proof::weakest::{Limits, Weakest, weakest};
use serde_json::{Value, json};

/// The smallest set of regions, cells or zones whose loss is not survived, and the cheapest repair
///
/// Exits 1 where there is one among those searched.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    fleet: FleetArgs,
    /// Boundaries that are lost together, at most; zones are tried one by one
    #[arg(long, value_name = "N", default_value_t = Limits::default().size)]
    up_to: usize,
    /// Sets of one size, at most; a size that has more is not searched
    #[arg(long, value_name = "N", default_value_t = Limits::default().sets)]
    sets: usize,
    /// How it is printed
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

/// Searches and prints.
///
/// # Errors
/// Where the fleet cannot be read, or has errors that leave no model.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let compiled = fleet::check(context, &args.fleet)?;
    let model = fleet::model(context, &compiled.checked)?;
    let found = weakest(model, Limits { size: args.up_to, sets: args.sets });
    match args.format {
        Format::Text => context.write(&text(&found))?,
        Format::Json => context.json(&data(&found))?,
    }
    Ok(Exit::findings_if(found.found.is_some()))
}

fn text(weakest: &Weakest) -> String {
    let mut lines = Vec::new();
    if let Some(breach) = &weakest.found {
        lines.push(format!("{} is not survived", breach.boundaries.join(" with ")));
        lines.push(format!("  {}", cause(&breach.witness)));
        if breach.others > 0 {
            lines.push(format!("  {} of that size not survived either", count(breach.others, "other set")));
        }
        match breach.repairs.split_first() {
            None => lines.push(String::from("  no repair was found by a change of one line")),
            Some((first, rest)) => {
                lines.push(format!("  cheapest repair, proved again: {first}"));
                lines.extend(rest.iter().map(|repair| format!("  or: {repair}")));
            }
        }
    }
    lines.push(searched(weakest));
    if !weakest.undecided.is_empty() {
        lines.push(format!("undecided: {}", weakest.undecided.join(", ")));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn searched(weakest: &Weakest) -> String {
    let sets = count(weakest.sets, "set");
    let undecided = if weakest.undecided.is_empty() { "" } else { " that could be decided" };
    let smaller = match (&weakest.found, weakest.searched) {
        (Some(_), 1) => String::from("nothing smaller exists"),
        (Some(_), n) => format!("every smaller set{undecided} is survived: {sets} of up to {n} searched"),
        (None, 0) => String::from("no set was searched"),
        (None, n) => format!("every set of up to {n}{undecided} is survived: {sets} searched"),
    };
    match weakest.too_many {
        Some((size, count)) => format!("{smaller}; of size {size} there are {count}, and none was searched"),
        None => smaller,
    }
}

fn data(weakest: &Weakest) -> Value {
    let breach = weakest.found.as_ref().map(|breach| {
        let witness = &breach.witness;
        json!({
            "boundaries": breach.boundaries,
            "cause": cause(witness),
            "location": witness.place,
            "resource": witness.resource.as_str(),
            "needs": witness.resource.format(witness.needs),
            "has": witness.resource.format(witness.has),
            "others": breach.others,
            "repairs": breach.repairs,
        })
    });
    json!({
        "found": breach,
        "searched": weakest.searched,
        "sets": weakest.sets,
        "undecided": weakest.undecided,
        "too_many": weakest.too_many.map(|(size, count)| json!({ "size": size, "sets": count.to_string() })),
    })
}

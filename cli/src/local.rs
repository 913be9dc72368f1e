//! Declarations in regions' own clusters: what an operator does when git, the hub or every other region is gone.
//!
//! Takes the state folder and cluster flags; gives a line a region. A region that cannot be reached keeps no other from
//! hearing it.

use crate::change::region_of;
use crate::clusters::{self, ClusterArgs, Door};
use crate::failure::Failure;
use crate::state::{self, StateArgs, SyncFile};
use crate::style::{count, plain};
use crate::{Context, Exit, Outcome};
use seawall_reconciler::bundle::Store;
use seawall_reconciler::cluster::{Cluster, ClusterError};
use seawall_reconciler::region::{self, Declaration};

/// Who declares, why, until when.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// Until when, RFC 3339.
    pub until: Option<&'a str>,
}

/// Declares `event` in each of `regions`.
///
/// # Errors
/// [`Failure::Input`] for an event or region that there is not, [`Failure::World`] where a cluster does not answer.
pub fn declare(
    context: &Context,
    args: &StateArgs,
    access: &ClusterArgs,
    regions: &[String],
    event: &str,
    said: &Said<'_>,
) -> Outcome {
    let overlay = overlay_of(event);
    let known = state::read(context, &args.state)?;
    for bundle in state::chosen(known.bundles.keys(), regions)? {
        refuse_unknown(context, args, &bundle, event, &overlay)?;
    }
    let declaration = Declaration {
        by: said.by.to_owned(),
        reason: said.reason.to_owned(),
        until: said.until.map(str::to_owned),
        since: Some(jiff::Timestamp::now().to_string()),
    };
    each(context, access, &known, regions, |cluster, runtime| {
        runtime
            .block_on(region::declare(cluster, &overlay, &declaration))
            .map(|()| format!("{event} is declared"))
    })
}

/// Ends `event` in each of `regions`.
///
/// # Errors
/// As [`declare`].
pub fn end(
    context: &Context,
    args: &StateArgs,
    access: &ClusterArgs,
    regions: &[String],
    event: &str,
) -> Outcome {
    let overlay = overlay_of(event);
    let known = state::read(context, &args.state)?;
    each(context, access, &known, regions, |cluster, runtime| {
        let was = runtime.block_on(region::end(cluster, &overlay))?;
        Ok(format!("{event} {}", if was { "is ended" } else { "was not declared here" }))
    })
}

/// `region:eu-west` is the overlay `region-eu-west`, `cell:eu-west/gpu` is `cell-eu-west-gpu`.
fn overlay_of(event: &str) -> String {
    event.replace([':', '/'], "-")
}

/// An event without an overlay would change nothing: the region would refuse it, and nobody would look.
fn refuse_unknown(
    context: &Context,
    args: &StateArgs,
    bundle: &str,
    event: &str,
    overlay: &str,
) -> Result<(), Failure> {
    let region = region_of(bundle);
    let store = Store::new(&state::folder_of(&context.path(&args.state), bundle));
    let Ok(Some((staged, _))) = store.load() else {
        context.say(&format!(
            "{region} has nothing staged here, so its overlays are not known; declaring all the same"
        ));
        return Ok(());
    };
    if staged.file.events.contains_key(overlay) {
        return Ok(());
    }
    let known: Vec<_> = staged.file.events.keys().map(String::as_str).collect();
    Err(Failure::input(format!("{region} holds no overlay for {event}"))
        .help(format!("it holds {}", known.join(", "))))
}

fn each(
    context: &Context,
    access: &ClusterArgs,
    known: &SyncFile,
    regions: &[String],
    act: impl Fn(&dyn Cluster, &tokio::runtime::Runtime) -> Result<String, ClusterError>,
) -> Outcome {
    let mut silent = Vec::new();
    for bundle in state::chosen(known.bundles.keys(), regions)? {
        let region = region_of(&bundle);
        let Some(way) = clusters::flag(access, &region).or_else(|| known.bundles.get(&bundle)) else {
            continue;
        };
        let answer = runtime().and_then(|runtime| {
            let _inside = runtime.enter();
            let cluster = Door::to(context, access, way).open()?;
            act(cluster.as_ref(), &runtime).map_err(|e| plain(&e.to_string()))
        });
        match answer {
            Ok(line) => context.line(&format!("{region}: {line}"))?,
            Err(why) => silent.push(format!("{region}: {why}")),
        }
    }
    if silent.is_empty() {
        return Ok(Exit::Fine);
    }
    let what = format!("{} did not hear it", count(silent.len(), "region"));
    Err(Failure::world(what, silent.join("\n")).help("the others did; run it again for these"))
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())
}

//! A rendering against live clusters: what applying it would change there, by the reconciler's own rule.
//!
//! Takes bundles and open clusters, gives [`Changes`]. Regions are asked at the same time, each on a thread of its own; one
//! that does not answer is named, and the others are shown in whatever format. Invariant: nothing is written; clusters are only read.

use crate::change::{Changes, FieldChange, ObjectChange, nearest, of_objects, region_of};
use crate::clusters::{self, ClusterArgs, Door};
use crate::failure::Failure;
use crate::folder::{Tree, root_of};
use crate::progress::Progress;
use crate::{Context, state, style};
use futures::stream::{self, StreamExt as _};
use seawall_reconciler::apply::load_inventory;
use seawall_reconciler::bundle::{Bundle, Store};
use seawall_reconciler::cluster::{Cluster, ClusterError, Extent, Observed};
use seawall_reconciler::plan::diff::{self, diff};
use seawall_schema::bundle::{BundleFile, FleetFile, Origin, Provenance};
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Requests at once to one cluster.
const AT_ONCE: usize = 16;

/// One region's bundle, read.
struct Wanted {
    bundle: String,
    inventory: String,
    objects: Vec<(String, Value)>,
    provenance: Provenance,
}

/// What the clusters that answered would have changed, and which did not.
pub struct Answers {
    /// What would change; a note names each cluster that did not answer.
    pub changes: Changes,
    silent: Vec<String>,
}

impl Answers {
    /// Whether every cluster has answered.
    pub fn is_whole(&self) -> bool {
        self.silent.is_empty()
    }

    /// The changes where every cluster has answered, else the failure; for after the others' were shown.
    ///
    /// # Errors
    /// [`Failure::World`] naming those that did not.
    pub fn whole(self) -> Result<Changes, Failure> {
        match self.is_whole() {
            true => Ok(self.changes),
            false => Err(Failure::world(
                "not every cluster answered; what is shown is the others'",
                self.silent.join("\n"),
            )),
        }
    }
}

/// What applying `tree` would change in the clusters of `regions` (empty: all of them).
///
/// # Errors
/// [`Failure::Input`] where nobody says how a cluster is reached.
pub fn changes(
    context: &Context,
    tree: &Tree,
    args: &ClusterArgs,
    regions: &[String],
) -> Result<Answers, Failure> {
    let root = root_of(tree).map_err(|why| Failure::input("not a rendering").because(why))?;
    clusters::refuse_unknown(args, &root)?;
    let mut jobs = Vec::new();
    for bundle in state::chosen(root.bundles.keys(), regions)? {
        jobs.push((door(context, args, &root, &bundle)?, wanted(tree, &bundle)?));
    }
    Ok(ask(context, &jobs))
}

/// What applying what the regions have staged would change.
///
/// # Errors
/// [`Failure::Input`] where there is no such state folder or region, [`Failure::World`] where the disk fails.
pub fn staged(
    context: &Context,
    state: &Path,
    args: &ClusterArgs,
    regions: &[String],
) -> Result<Answers, Failure> {
    let known = state::read(context, state)?;
    let mut jobs = Vec::new();
    for bundle in state::chosen(known.bundles.keys(), regions)? {
        let region = region_of(&bundle);
        let failed = |why: String| Failure::world(format!("cannot read what {region} has staged"), why);
        let store = Store::new(&state::folder_of(&context.path(state), &bundle));
        let (found, _) = store.load().map_err(|e| failed(e.to_string()))?.ok_or_else(|| {
            Failure::input(format!("{region} has nothing staged yet"))
                .help("`seawall sync` fetches and stages")
        })?;
        let flag = clusters::flag(args, &region);
        let Some(access) = flag.or_else(|| known.bundles.get(&bundle)) else { continue };
        jobs.push((Door::to(context, args, access), staged_bundle(&found).map_err(failed)?));
    }
    Ok(ask(context, &jobs))
}

fn staged_bundle(bundle: &Bundle) -> Result<Wanted, String> {
    let read = |path: &str| Ok((path.to_owned(), bundle.object(path).map_err(|e| e.to_string())?));
    let provenance = bundle.text("provenance.json").and_then(|bytes| serde_json::from_slice(bytes).ok());
    Ok(Wanted {
        bundle: bundle.path.clone(),
        inventory: bundle.file.inventory.clone(),
        objects: bundle.base().map(|(_, path)| read(path)).collect::<Result<_, String>>()?,
        provenance: provenance.unwrap_or_default(),
    })
}

/// Asks all clusters at once.
fn ask(context: &Context, jobs: &[(Door, Wanted)]) -> Answers {
    let progress = Progress::bar(context, jobs.len(), "asking clusters");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let started: Vec<_> =
            jobs.iter().map(|(door, wanted)| scope.spawn(|| region(door, wanted))).collect();
        let joined = started.into_iter().map(|thread| {
            let answer = thread.join().unwrap_or_else(|_| Err(String::from("its thread died")));
            progress.step();
            answer
        });
        joined.collect()
    });
    drop(progress);
    let mut found = Answers { changes: Changes::default(), silent: Vec::new() };
    for ((_, wanted), answer) in jobs.iter().zip(answers) {
        match answer {
            Ok(objects) => {
                found.changes.bundles.push(wanted.bundle.clone());
                found.changes.objects.extend(objects);
            }
            Err(why) => found.silent.push(format!("{}: {}", region_of(&wanted.bundle), style::plain(&why))),
        }
    }
    found.changes.notes = found.silent.iter().map(|why| format!("no answer from {why}")).collect();
    found
}

fn door(context: &Context, args: &ClusterArgs, root: &FleetFile, bundle: &str) -> Result<Door, Failure> {
    let access =
        clusters::access(args, root, bundle).ok_or_else(|| clusters::nobody_says(&region_of(bundle)))?;
    Ok(Door::to(context, args, &access))
}

fn wanted(tree: &Tree, bundle: &str) -> Result<Wanted, Failure> {
    let broken =
        |path: &str, why: String| Failure::input(format!("{bundle}/{path} cannot be read")).because(why);
    let read = |path: &str| {
        tree.get(&format!("{bundle}/{path}")).ok_or_else(|| broken(path, String::from("no such file")))
    };
    let about: BundleFile =
        serde_json::from_slice(read("bundle.json")?).map_err(|e| broken("bundle.json", e.to_string()))?;
    let provenance = serde_json::from_slice(read("provenance.json")?).unwrap_or_default();
    let mut objects = Vec::new();
    for path in about.phases.iter().flat_map(|phase| &phase.objects) {
        let text = String::from_utf8_lossy(read(path)?);
        let object = serde_saphyr::from_str(&text).map_err(|e| broken(path, e.to_string()))?;
        objects.push((path.clone(), object));
    }
    Ok(Wanted { bundle: bundle.to_owned(), inventory: about.inventory, objects, provenance })
}

/// One region, on a runtime of its own.
fn region(door: &Door, wanted: &Wanted) -> Result<Vec<ObjectChange>, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        // Clients start tasks when they are made, so they are made inside the runtime.
        let cluster = door.open()?;
        let asked = wanted.objects.iter().map(|(path, object)| one(cluster.as_ref(), wanted, path, object));
        let mut answers = stream::iter(asked).buffered(AT_ONCE);
        let mut found = Vec::new();
        while let Some(answer) = answers.next().await {
            found.extend(answer.map_err(|e| e.to_string())?);
        }
        found.extend(leftovers(cluster.as_ref(), wanted).await.map_err(|e| e.to_string())?);
        found.sort_by(|a, b| (&a.owner, &a.key).cmp(&(&b.owner, &b.key)));
        Ok(found)
    })
}

async fn one(
    cluster: &dyn Cluster,
    wanted: &Wanted,
    path: &str,
    object: &Value,
) -> Result<Option<ObjectChange>, ClusterError> {
    let Some(key) = ObjectKey::of(object) else { return Ok(None) };
    let provenance: Option<&BTreeMap<_, _>> = wanted.provenance.0.get(path);
    let before = match cluster.get(&key).await {
        Ok(before) => before,
        // The kind or the namespace comes with the bundle itself.
        Err(ClusterError::UnknownKind(_) | ClusterError::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    let Some(before) = before else {
        return Ok(of_objects(&wanted.bundle, None, None, Some(object), provenance));
    };
    let fields: Vec<_> =
        diff(object, Some(&before)).into_iter().map(|field| shown(field, provenance)).collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let change = ObjectChange::of_fields(&wanted.bundle, object, fields);
    Ok(Some(change))
}

/// The reconciler's own difference, with the policy lines that it comes from.
fn shown(field: diff::FieldChange, provenance: Option<&BTreeMap<String, Vec<Origin>>>) -> FieldChange {
    let plain = field.path.split('[').next().unwrap_or_default();
    let pointer = format!("/{}", plain.trim_end_matches('.').replace('.', "/"));
    let origins = provenance.map(|p| nearest(p, &pointer)).unwrap_or_default();
    FieldChange { path: field.path, pointer, before: field.before, after: field.after, origins }
}

/// What the inventory and its label say is ours, and what stands in the bundle no more: it would be pruned.
async fn leftovers(cluster: &dyn Cluster, wanted: &Wanted) -> Result<Vec<ObjectChange>, ClusterError> {
    let keys: BTreeSet<_> = wanted.objects.iter().filter_map(|(_, object)| ObjectKey::of(object)).collect();
    let ours = load_inventory(cluster, &wanted.inventory).await?.keys;
    let mut found = Vec::new();
    for extent in Extent::of(keys.iter().chain(&ours)) {
        let listed = match cluster.list(&wanted.inventory, std::slice::from_ref(&extent)).await {
            Err(ClusterError::UnknownKind(_)) => continue,
            other => other?,
        };
        let gone = |o: &Observed| o.deletion.is_none() && !keys.contains(&o.key) && ours.contains(&o.key);
        for observed in listed.into_iter().filter(gone) {
            if let Some(before) = cluster.get(&observed.key).await? {
                found.extend(of_objects(&wanted.bundle, None, Some(&before), None, None));
            }
        }
    }
    Ok(found)
}

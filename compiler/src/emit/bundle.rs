//! One bundle as files: objects, overlays, the scheduler's configuration, provenance, and `bundle.json` over them all.

use super::{RenderError, paths, provenance, recheck, yaml};
use crate::files::Sources;
use crate::lower::{Bundle, LoweredObject, Overlay};
use crate::model::Model;
use crate::proof::{Outcome, Proof, Verdict};
use seawall_schema::bundle::{BundleFile, EventFile, FORMAT, Limits, PhaseFile, Provenance};
use seawall_schema::digest;
use seawall_schema::object::{ObjectKey, Phase};
use serde::Serialize;
use std::collections::BTreeMap;

/// The largest share of a bundle that one pass may prune unasked: a fifth.
const PRUNE_SHARE: u32 = 20_000;

/// Paths relative to the bundle, and what is in them.
pub(super) type Tree = BTreeMap<String, Vec<u8>>;

/// Writes one bundle and reads it back.
pub(super) fn tree(
    model: &Model,
    sources: &Sources,
    proof: &Proof,
    bundle: &Bundle,
) -> Result<Tree, RenderError> {
    let Bundle { folder, region, cell, inventory, objects, scheduler, overlays, together, .. } = bundle;
    let mut writer = Writer { sources, tree: Tree::new(), provenance: Provenance::default() };
    let names: Vec<_> = paths::names(objects).into_iter().map(|name| format!("base/{name}")).collect();
    let phases = writer.objects(objects, &names)?;
    writer.object("scheduler/kube-scheduler.yaml", scheduler)?;
    let keyed: BTreeMap<&ObjectKey, &String> = objects.iter().map(|o| &o.key).zip(&names).collect();
    let mut events = BTreeMap::new();
    for overlay in overlays {
        events.insert(overlay.name.clone(), writer.event(overlay, &keyed)?);
    }
    let Writer { mut tree, provenance, .. } = writer;
    tree.insert("provenance.json".into(), json(&provenance)?);
    let combinations = together.iter().map(|set| set.events.clone()).collect();
    let same = together.iter().filter_map(|set| Some((set.events.join("+"), set.same_as.clone()?)));
    let file = BundleFile {
        format: FORMAT,
        fleet: model.fleet.name.value.to_string(),
        region: model[*region].name.to_string(),
        cell: cell.clone(),
        inventory: inventory.clone(),
        files: tree.iter().map(|(path, bytes)| (path.clone(), digest::sha256(bytes))).collect(),
        phases,
        max_plan_age_ms: model.fleet.max_plan_age.value.millis(),
        events,
        combinations,
        same_as: same.collect(),
        limits: Limits { prune_share_thousandths: PRUNE_SHARE },
        not_proved: proof
            .not_proved
            .iter()
            .map(|text| (*text).to_owned())
            .chain(beyond(proof, overlays))
            .chain(bundle.more_together.then(|| "more combinations of events than are listed".to_owned()))
            .collect(),
    };
    recheck::bundle(model, proof, bundle, &file, &tree).map_err(|found| found.in_bundle(folder))?;
    tree.insert("bundle.json".into(), json(&file)?);
    Ok(tree)
}

/// Sets of regions that were proved and have no overlay.
fn beyond(proof: &Proof, overlays: &[Overlay]) -> Option<String> {
    let set =
        |o: &&Outcome| o.scenario.name.starts_with("regions:") && matches!(o.verdict, Verdict::Survivable(_));
    let beyond = proof.scenarios.iter().filter(set).count();
    let made = overlays.iter().filter(|overlay| overlay.scenario.starts_with("regions:")).count();
    let beyond = beyond.saturating_sub(made);
    (beyond > 0).then(|| format!("overlays for {beyond} more sets of regions, which were proved"))
}

/// Data files are indented JSON with a newline at the end, so that git shows their changes line by line.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| RenderError::Unwritable(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

struct Writer<'a> {
    sources: &'a Sources,
    tree: Tree,
    provenance: Provenance,
}

impl Writer<'_> {
    fn object(&mut self, path: &str, object: &LoweredObject) -> Result<(), RenderError> {
        let text =
            yaml::write(&object.value).map_err(|why| RenderError::Unwritable(format!("{path}: {why}")))?;
        self.tree.insert(path.to_owned(), text.into_bytes());
        self.provenance.0.insert(path.to_owned(), provenance::of(object, self.sources));
        Ok(())
    }

    /// Writes objects to their paths and says in which phase each is.
    fn objects(
        &mut self,
        objects: &[LoweredObject],
        names: &[String],
    ) -> Result<Vec<PhaseFile>, RenderError> {
        let mut phases: BTreeMap<Phase, Vec<String>> = BTreeMap::new();
        for (object, name) in objects.iter().zip(names) {
            self.object(name, object)?;
            phases.entry(object.phase).or_default().push(name.clone());
        }
        Ok(phases.into_iter().map(|(name, objects)| PhaseFile { name, objects }).collect())
    }

    fn event(
        &mut self,
        overlay: &Overlay,
        base: &BTreeMap<&ObjectKey, &String>,
    ) -> Result<EventFile, RenderError> {
        let Overlay { name, scenario, verdict, moves: _, objects, removed } = overlay;
        let own = paths::names(objects);
        // An object that the base has keeps its file's name, so that the two are easily compared.
        let file = |(object, own): (&LoweredObject, String)| {
            let in_base = base.get(&object.key).and_then(|path| path.strip_prefix("base/"));
            format!("events/{name}/{}", in_base.unwrap_or(&own))
        };
        let names: Vec<_> = objects.iter().zip(own).map(file).collect();
        let phases = self.objects(objects, &names)?;
        let removed = removed.iter().filter_map(|key| base.get(key)).map(|path| (*path).clone()).collect();
        Ok(EventFile { scenario: scenario.clone(), verdict: (*verdict).to_owned(), phases, removed })
    }
}

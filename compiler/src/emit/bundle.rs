//! One bundle as files: objects, overlays, the scheduler's configuration, provenance, and `bundle.json` over them all.

use super::recheck::{Found, Recheck};
use super::{Of, Put, RenderError, Stopped, paths, provenance, yaml};
use crate::lower::{Bundle, Clash, LoweredObject, Overlay};
use crate::proof::{Outcome, Proof, Verdict};
use seawall_schema::bundle::{BundleFile, EventFile, FORMAT, Failback, Limits, PhaseFile, Provenance};
use seawall_schema::digest;
use seawall_schema::object::{ObjectKey, Phase};
use serde::Serialize;
use std::collections::BTreeMap;

/// The largest share of a bundle that one pass may prune unasked: a fifth.
const PRUNE_SHARE: u32 = 20_000;

/// Writes one bundle, each file as it is made, and reads it back; gives the digest of its `bundle.json`.
pub(super) fn write<E>(
    of: &Of<'_>,
    bundle: &Bundle<'_>,
    overlays: impl Iterator<Item = Result<Overlay, Clash>>,
    put: Put<'_, E>,
) -> Result<String, Stopped<E>> {
    let files = BTreeMap::new();
    let mut writer = Writer { of, folder: bundle.folder(), put, files, provenance: Provenance::default() };
    let objects = bundle.objects();
    let names: Vec<_> = paths::names(&objects).into_iter().map(|name| format!("base/{name}")).collect();
    let (phases, found) = writer.objects(&objects, &names, false)?;
    writer.object("scheduler/kube-scheduler.yaml", &bundle.scheduler)?;
    let recheck = Recheck::new(of.model, of.proof, bundle, &names, found);
    let in_bundle = |found: RenderError| found.in_bundle(bundle.folder());
    recheck.base().map_err(in_bundle)?;
    let keyed: BTreeMap<&ObjectKey, &String> = objects.iter().map(|o| &o.key).zip(&names).collect();
    let mut events = BTreeMap::new();
    for overlay in overlays {
        let overlay = overlay?;
        let (event, found) = writer.event(&overlay, &keyed)?;
        recheck.event(&overlay.name, &event, &found, &overlay.moves).map_err(in_bundle)?;
        events.insert(overlay.name, event);
    }
    let provenance = json(&std::mem::take(&mut writer.provenance))?;
    writer.file("provenance.json", provenance)?;
    let file = BundleFile {
        format: FORMAT,
        fleet: of.model.fleet.name.value.to_string(),
        region: of.model[bundle.region()].name.to_string(),
        cell: bundle.cell().map(str::to_owned),
        inventory: bundle.inventory().to_owned(),
        files: std::mem::take(&mut writer.files),
        phases,
        max_plan_age_ms: of.model.fleet.max_plan_age.value.millis(),
        events,
        combinations: bundle.together.iter().map(|set| set.events.clone()).collect(),
        same_as: same_as(bundle),
        failback: of.model.fleet.failback.as_ref().map(|back| Failback {
            rate_thousandths: back.rate.thousandths(),
            every_ms: back.every.millis(),
        }),
        limits: Limits { prune_share_thousandths: PRUNE_SHARE },
        not_proved: not_proved(of.proof, bundle),
    };
    let root = json(&file)?;
    let digest = digest::sha256(&root);
    writer.file("bundle.json", root)?;
    Ok(digest)
}

fn same_as(bundle: &Bundle<'_>) -> BTreeMap<String, String> {
    let same = bundle.together.iter().filter_map(|set| Some((set.events.join("+"), set.same_as.clone()?)));
    same.collect()
}

fn not_proved(proof: &Proof, bundle: &Bundle<'_>) -> Vec<String> {
    let more = bundle.more_together.then(|| "more combinations of events than are listed".to_owned());
    let named = proof.not_proved.iter().map(|text| (*text).to_owned());
    named.chain(beyond(proof, bundle)).chain(more).collect()
}

/// Sets of regions that were proved and have no overlay.
fn beyond(proof: &Proof, bundle: &Bundle<'_>) -> Option<String> {
    let set =
        |o: &&Outcome| o.scenario.name.starts_with("regions:") && matches!(o.verdict, Verdict::Survivable(_));
    let beyond = proof.scenarios.iter().filter(set).count();
    let beyond = beyond.saturating_sub(bundle.sets());
    (beyond > 0).then(|| format!("overlays for {beyond} more sets of regions, which were proved"))
}

/// Data files are indented JSON with a newline at the end, so that git shows their changes line by line.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| RenderError::Unwritable(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

struct Writer<'a, E> {
    of: &'a Of<'a>,
    folder: &'a str,
    put: Put<'a, E>,
    /// Digests by path.
    files: BTreeMap<String, String>,
    provenance: Provenance,
}

impl<E> Writer<'_, E> {
    fn file(&mut self, path: &str, bytes: Vec<u8>) -> Result<(), Stopped<E>> {
        self.files.insert(path.to_owned(), digest::sha256(&bytes));
        (self.put)(format!("{}/{path}", self.folder), bytes).map_err(Stopped::Put)
    }

    /// Writes an object; gives its text.
    fn object(&mut self, path: &str, object: &LoweredObject) -> Result<String, Stopped<E>> {
        let text =
            yaml::write(&object.value).map_err(|why| RenderError::Unwritable(format!("{path}: {why}")))?;
        self.file(path, text.clone().into_bytes())?;
        self.provenance.0.insert(path.to_owned(), provenance::of(object, self.of.sources));
        Ok(text)
    }

    /// Writes objects to their paths; says in which phase each is, and what is found in each when it is read back. In an
    /// overlay the pods that go ahead of the reserves are a phase of their own before these.
    fn objects(
        &mut self,
        objects: &[&LoweredObject],
        names: &[String],
        overlay: bool,
    ) -> Result<(Vec<PhaseFile>, Vec<Found>), Stopped<E>> {
        let mut phases: BTreeMap<(Phase, bool), (Phase, Vec<String>)> = BTreeMap::new();
        let mut found = Vec::with_capacity(objects.len());
        for (object, name) in objects.iter().zip(names) {
            let text = self.object(name, object)?;
            found.push(Found::read(self.of.model, name, &text).map_err(|e| e.in_bundle(self.folder))?);
            let turn = if object.ahead && overlay { (Phase::Reserves, false) } else { (object.phase, true) };
            phases.entry(turn).or_insert((object.phase, Vec::new())).1.push(name.clone());
        }
        let phases = phases.into_values().map(|(name, objects)| PhaseFile { name, objects });
        Ok((phases.collect(), found))
    }

    fn event(
        &mut self,
        overlay: &Overlay,
        base: &BTreeMap<&ObjectKey, &String>,
    ) -> Result<(EventFile, Vec<Found>), Stopped<E>> {
        let Overlay { name, scenario, verdict, moves: _, objects, removed } = overlay;
        let objects: Vec<_> = objects.iter().collect();
        let own = paths::names(&objects);
        // An object that the base has keeps its file's name, so that the two are easily compared.
        let file = |(object, own): (&&LoweredObject, String)| {
            let in_base = base.get(&object.key).and_then(|path| path.strip_prefix("base/"));
            format!("events/{name}/{}", in_base.unwrap_or(&own))
        };
        let names: Vec<_> = objects.iter().zip(own).map(file).collect();
        let (phases, found) = self.objects(&objects, &names, true)?;
        let removed = removed.iter().filter_map(|key| base.get(key)).map(|path| (*path).clone()).collect();
        Ok((EventFile { scenario: scenario.clone(), verdict: (*verdict).to_owned(), phases, removed }, found))
    }
}

//! One step on one object. Takes the object from the bundle, gives what was done.

use super::{Done, Fault, Writer, adopt, force, ignored, send};
use crate::cluster::observe::observe;
use crate::cluster::{ApplyOptions, ClusterError};
use crate::health::{crowd, verdict};
use crate::plan::diff::diff;
use crate::plan::{Action, Identity, Record, Step, traffic};
use seawall_schema::keys::{DIGEST, TRAFFIC_WEIGHT, WEIGHT_PROPERTY};
use serde_json::{Value, json};

impl Writer<'_> {
    /// Asks what an update would meet.
    pub(super) async fn dry_run(&self, step: &Step) -> Result<(), Fault> {
        let (object, _) = self.desired(step)?;
        let object = self.leave_ignored(step, object, None).await?;
        self.apply(&object, true).await.map(drop)
    }

    /// Carries a step out; `is_absent` says that its object is known not to exist.
    pub(super) async fn step(&self, step: &Step, is_absent: bool) -> Result<Done, Fault> {
        let (object, digest) = self.desired(step)?;
        match step.action {
            Action::Create => self.create(step, &object, &digest, is_absent).await,
            Action::Check => self.check(step, object, &digest).await,
            Action::Update => {
                let object = self.leave_ignored(step, object, None).await?;
                let live = self.apply(&object, false).await?;
                Ok(self.done(step, &live, &digest, Vec::new()))
            }
            Action::Delete { .. } => Err(Fault::Bundle("a deletion is not applied".to_owned())),
        }
    }

    async fn create(
        &self,
        step: &Step,
        object: &Value,
        digest: &str,
        is_absent: bool,
    ) -> Result<Done, Fault> {
        let live = if is_absent { None } else { self.cluster.get(&step.key).await? };
        let mut options = ApplyOptions::default();
        let wanted = match &live {
            Some(live) => {
                options.force = adopt::allowed(&step.key, object, live, &self.bundle.file.inventory)?;
                ignored::leave(object.clone(), live)
            }
            None => ignored::seed(object.clone()),
        };
        let applied = send(self.cluster, &wanted, options).await?;
        let done = self.done(step, &applied, digest, Vec::new());
        Ok(Done { created: live.is_none(), ..done })
    }

    /// Compares in full and puts back what differs. Everything in the object was ours already, so it is taken by force.
    async fn check(&self, step: &Step, object: Value, digest: &str) -> Result<Done, Fault> {
        let Some(live) = self.cluster.get(&step.key).await? else {
            let applied = send(self.cluster, &ignored::seed(object), ApplyOptions::default()).await?;
            return Ok(self.done(step, &applied, digest, Vec::new()));
        };
        // Who has taken our name out of the managed fields would otherwise keep us from ever removing one.
        if diff(&object, Some(&live)).is_empty() && annotated(&live, digest) && adopt::ours(&live) {
            return Ok(Done { wrote: false, ..self.done(step, &live, digest, Vec::new()) });
        }
        let wanted = ignored::leave(object, &live);
        let applied = send(self.cluster, &wanted, ApplyOptions { dry_run: false, force: true }).await?;
        let mut done = self.done(step, &applied, digest, adopt::others(&live));
        done.wrote = version(&live) != version(&applied);
        Ok(done)
    }

    /// Applies without force; where the fields in the way were ours in the bundle before, with it.
    async fn apply(&self, object: &Value, dry_run: bool) -> Result<Value, Fault> {
        match send(self.cluster, object, ApplyOptions { dry_run, force: false }).await {
            Err(ClusterError::Conflict { message, managers }) => {
                if !force::were_ours(self.previous, self.bundle, object, &managers) {
                    return Err(Fault::Cluster(ClusterError::Conflict { message, managers }));
                }
                Ok(send(self.cluster, object, ApplyOptions { dry_run, force: true }).await?)
            }
            other => Ok(other?),
        }
    }

    /// The object of a step as it is applied, with its digest.
    fn desired(&self, step: &Step) -> Result<(Value, String), Fault> {
        let damaged = |why: String| Fault::Bundle(why);
        let path = step.path.as_deref().ok_or_else(|| damaged(format!("{} has no file", step.key)))?;
        let entry =
            self.bundle.entries.get(path).ok_or_else(|| damaged(format!("no {path} in the bundle")))?;
        let mut object = self.bundle.object(path).map_err(|error| damaged(error.to_string()))?;
        let digest = traffic::digest(&entry.digest, step.weight);
        weigh(&mut object, step.weight);
        let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
        let annotations = metadata.map(|metadata| metadata.entry("annotations").or_insert_with(|| json!({})));
        match annotations.and_then(Value::as_object_mut) {
            Some(map) => drop(map.insert(DIGEST.to_owned(), Value::from(digest.as_str()))),
            None => return Err(damaged(format!("{path}: metadata.annotations is no map"))),
        }
        Ok((object, digest))
    }

    async fn leave_ignored(&self, step: &Step, object: Value, live: Option<&Value>) -> Result<Value, Fault> {
        if !ignored::any(&object) {
            return Ok(object);
        }
        match live {
            Some(live) => Ok(ignored::leave(object, live)),
            None => match self.cluster.get(&step.key).await? {
                Some(live) => Ok(ignored::leave(object, &live)),
                None => Ok(object),
            },
        }
    }

    fn done(&self, step: &Step, applied: &Value, digest: &str, put_back_from: Vec<String>) -> Done {
        let seen = observe(applied);
        let record = seen.as_ref().map(|seen| Record {
            digest: digest.to_owned(),
            uid: seen.uid.clone(),
            version: seen.resource_version.clone(),
            owned: seen.owned_fields,
        });
        let before = self.observed.get(&Identity::of(&step.key)).map(|seen| seen.resource_version.as_str());
        let wrote = before.is_none() || before != version(applied);
        let (health, crowd) = (verdict(applied), crowd(applied));
        Done { wrote, created: false, record, seen, health, crowd, put_back_from }
    }
}

/// Gives a traffic record its weight, the file's own or another, and says it in a label, where a watch shows it.
fn weigh(object: &mut Value, weight: Option<u64>) {
    let Some(endpoints) = object.pointer_mut("/spec/endpoints").and_then(Value::as_array_mut) else { return };
    let properties = endpoints.iter_mut().filter_map(|endpoint| endpoint.get_mut("providerSpecific"));
    let properties = properties.filter_map(Value::as_array_mut).flatten();
    let mut shown = None;
    for property in properties.filter(|property| property["name"] == WEIGHT_PROPERTY) {
        if let Some(weight) = weight {
            property["value"] = Value::from(weight.to_string());
        }
        shown = property["value"].as_str().map(str::to_owned);
    }
    let labels = object.pointer_mut("/metadata/labels").and_then(Value::as_object_mut);
    if let (Some(shown), Some(labels)) = (shown, labels) {
        labels.insert(TRAFFIC_WEIGHT.to_owned(), Value::from(shown));
    }
}

fn annotated(live: &Value, digest: &str) -> bool {
    let annotations = live.pointer("/metadata/annotations");
    annotations.and_then(|map| map.get(DIGEST)).and_then(Value::as_str) == Some(digest)
}

fn version(object: &Value) -> Option<&str> {
    object.pointer("/metadata/resourceVersion").and_then(Value::as_str)
}

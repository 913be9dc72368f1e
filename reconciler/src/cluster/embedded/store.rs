//! The objects of an embedded cluster: one JSON file each, an index in memory, a log of changes for watches.
//!
//! Takes objects and edits by anybody, gives what lies there now. A `resourceVersion` ends in a checksum of the object,
//! so that a file edited by hand is known as such, also by a later process. Invariant: a file is written whole (temporary
//! file, rename); one that does not parse counts as gone.

use super::merge::attribute;
use super::scope::cluster_scoped;
use crate::cluster::observe::{canonical, observe};
use crate::cluster::{Change, Observed};
use seawall_schema::digest::sha256;
use seawall_schema::object::ObjectKey;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// The manager that edits by hand are attributed to.
pub(super) const HAND: &str = "hand-edit";
/// Changes that are remembered for watches.
const LOG: usize = 100_000;
/// Folder of what has no namespace.
const CLUSTER: &str = "_cluster";

/// One object in the index.
pub(super) struct Entry {
    stamp: Option<(SystemTime, u64)>,
    pub(super) object: Arc<Value>,
    pub(super) observed: Observed,
}

/// One change in the log, with the label by which watches select.
pub(super) struct Logged {
    pub(super) sequence: u64,
    pub(super) change: Change,
    pub(super) inventory: Option<String>,
    /// The label before it: an object that loses its label is gone for a watch by label.
    pub(super) former: Option<String>,
}

/// The store; one lock around it.
pub(super) struct Store {
    root: PathBuf,
    pub(super) index: BTreeMap<PathBuf, Entry>,
    revision: u64,
    pub(super) sequence: u64,
    pub(super) log: VecDeque<Logged>,
}

impl Store {
    pub(super) fn open(root: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(root)?;
        let root = root.to_owned();
        let mut store = Self { root, index: BTreeMap::new(), revision: 0, sequence: 0, log: VecDeque::new() };
        store.refresh()?;
        Ok(store)
    }

    /// Where the object of `key` lies.
    pub(super) fn path(&self, key: &ObjectKey) -> PathBuf {
        let group = key.group();
        let kind = key.kind.to_ascii_lowercase();
        let kind = if group.is_empty() { kind } else { format!("{kind}.{group}") };
        self.root
            .join(key.namespace.as_deref().unwrap_or(CLUSTER))
            .join(kind)
            .join(format!("{}.json", key.name))
    }

    /// The object of `key`, looked up on disk.
    pub(super) fn get(&mut self, key: &ObjectKey) -> Option<Arc<Value>> {
        let path = self.path(key);
        self.look(&path);
        self.index.get(&path).map(|entry| Arc::clone(&entry.object))
    }

    /// Looks at every file.
    pub(super) fn refresh(&mut self) -> std::io::Result<()> {
        let mut found = BTreeSet::new();
        for namespace in folders(&self.root)? {
            for kind in folders(&namespace)? {
                for file in entries(&kind)? {
                    let hidden =
                        file.file_name().and_then(|name| name.to_str()).is_none_or(|n| n.starts_with('.'));
                    if !hidden && file.extension().is_some_and(|extension| extension == "json") {
                        self.look(&file);
                        found.insert(file);
                    }
                }
            }
        }
        let gone: Vec<PathBuf> = self.index.keys().filter(|path| !found.contains(*path)).cloned().collect();
        for path in gone {
            self.look(&path);
        }
        Ok(())
    }

    /// Brings the index up to date for one file.
    fn look(&mut self, path: &Path) {
        let stamp = stamp(path);
        match (self.index.get(path), stamp) {
            (None, None) => return,
            (Some(entry), Some(now)) if entry.stamp == Some(now) => return,
            _ => {}
        }
        let read = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        // A file whose content belongs elsewhere is as good as one that does not parse.
        let read = read.filter(|object| ObjectKey::of(object).is_some_and(|key| self.path(&key) == path));
        let Some(object) = read else { return self.lost(path) };
        let version = object.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
        if version.split_once('-').is_some_and(|(_, sum)| sum == checksum(&object)) {
            let number = version.split_once('-').and_then(|(number, _)| number.parse().ok()).unwrap_or(0);
            self.revision = self.revision.max(number);
            return self.index_as(path, object, stamp);
        }
        let old = self.index.get(path).map(|entry| Arc::clone(&entry.object));
        let edited = attribute(old.as_deref(), &object, HAND);
        if let Err(error) = self.write(edited, old.as_deref()) {
            tracing::warn!(file = %path.display(), %error, "cannot take over a file edited by hand");
        }
    }

    fn lost(&mut self, path: &Path) {
        if let Some(entry) = self.index.remove(path) {
            let inventory = entry.observed.inventory;
            self.note(Change::Gone(entry.observed.key), inventory.clone(), inventory);
        }
    }

    fn index_as(&mut self, path: &Path, object: Value, stamp: Option<(SystemTime, u64)>) {
        let Some(observed) = observe(&object) else { return };
        let former = self.index.get(path).map(|entry| &entry.observed);
        if former.is_none_or(|former| former.resource_version != observed.resource_version) {
            let former = former.and_then(|former| former.inventory.clone());
            self.note(Change::Present(observed.clone()), observed.inventory.clone(), former);
        }
        self.index.insert(path.to_owned(), Entry { stamp, object: Arc::new(object), observed });
    }

    fn note(&mut self, change: Change, inventory: Option<String>, former: Option<String>) {
        self.sequence += 1;
        self.log.push_back(Logged { sequence: self.sequence, change, inventory, former });
        if self.log.len() > LOG {
            self.log.pop_front();
        }
    }

    /// Writes `object` as the successor of `old`: identity, generation and version are set here.
    pub(super) fn write(&mut self, mut object: Value, old: Option<&Value>) -> std::io::Result<Value> {
        let key = ObjectKey::of(&object).ok_or_else(|| std::io::Error::other("the object has no key"))?;
        let path = self.path(&key);
        self.revision += 1;
        let spec_changed = old.is_none_or(|old| spec_of(old) != spec_of(&object));
        let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
        if let Some(metadata) = metadata {
            let kept = |name: &str| old.and_then(|old| old.pointer(&format!("/metadata/{name}"))).cloned();
            let uid = kept("uid").unwrap_or_else(|| Value::from(uid(&path, self.revision)));
            let created = kept("creationTimestamp").unwrap_or_else(|| Value::from(now()));
            let generation = kept("generation").and_then(|value| value.as_i64()).unwrap_or(0);
            metadata.insert("uid".to_owned(), uid);
            metadata.insert("creationTimestamp".to_owned(), created);
            metadata.insert("generation".to_owned(), json!(generation + i64::from(spec_changed)));
        }
        if spec_changed {
            super::ready::settle(&mut object);
        }
        let version = format!("{}-{}", self.revision, checksum(&object));
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("resourceVersion".to_owned(), Value::from(version));
        }
        write_whole(&path, &object)?;
        self.index_as(&path, object.clone(), stamp(&path));
        Ok(object)
    }

    /// Removes the object of `key`, with everything inside where it is a namespace or defines a kind.
    pub(super) fn delete(&mut self, key: &ObjectKey) -> std::io::Result<()> {
        self.refresh()?;
        let inside: Vec<ObjectKey> = self.inside(key).map(|entry| entry.observed.key.clone()).collect();
        for key in inside.iter().chain([key]) {
            let path = self.path(key);
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => self.lost(&path),
            }
        }
        Ok(())
    }

    /// What lies in the namespace `key`, or is of the kind that the definition `key` defines.
    pub(super) fn inside<'s>(&'s self, key: &'s ObjectKey) -> impl Iterator<Item = &'s Entry> {
        let path = self.path(key);
        let defined = self.index.get(&path).map(|entry| Arc::clone(&entry.object));
        let spec = move |field: &str| -> Option<String> {
            Some(defined.as_ref()?.pointer(field)?.as_str()?.to_owned())
        };
        let (group, kind) = (spec("/spec/group"), spec("/spec/names/kind"));
        self.index.values().filter(move |entry| match key.kind.as_str() {
            "Namespace" => entry.observed.key.namespace.as_deref() == Some(key.name.as_str()),
            "CustomResourceDefinition" => {
                let other = &entry.observed.key;
                Some(other.group()) == group.as_deref() && Some(other.kind.as_str()) == kind.as_deref()
            }
            _ => false,
        })
    }
}

fn spec_of(object: &Value) -> BTreeMap<&String, &Value> {
    let map = object.as_object().into_iter().flatten();
    map.filter(|(name, _)| !["metadata", "status"].contains(&name.as_str())).collect()
}

fn checksum(object: &Value) -> String {
    let mut bare = object.clone();
    if let Some(metadata) = bare.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("resourceVersion");
    }
    let mut text = String::new();
    canonical(&bare, &mut text);
    sha256(text.as_bytes()).split_off("sha256:".len()).chars().take(12).collect()
}

fn uid(path: &Path, revision: u64) -> String {
    let seed = format!("{}\0{revision}\0{}", path.display(), jiff::Timestamp::now());
    let hex = sha256(seed.as_bytes()).split_off("sha256:".len());
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32])
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let meta = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    Some((meta.modified().ok()?, meta.len()))
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(list) => list.map(|entry| entry.map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

fn folders(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

fn write_whole(path: &Path, object: &Value) -> std::io::Result<()> {
    let folder = path.parent().ok_or_else(|| std::io::Error::other("no folder"))?;
    std::fs::create_dir_all(folder)?;
    let mut text = serde_json::to_vec_pretty(object)?;
    text.push(b'\n');
    let mut file = tempfile::Builder::new().prefix(".").suffix(".tmp").tempfile_in(folder)?;
    std::io::Write::write_all(&mut file, &text)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Whether the key is of an object that needs no namespace to exist.
pub(super) fn needs_no_namespace(key: &ObjectKey) -> bool {
    key.namespace.is_none() || cluster_scoped(&key.kind)
}

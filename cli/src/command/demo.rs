//! `seawall demo`: the whole loop in one folder, by the very commands that a user types, told as it goes.
//!
//! Invariant: nothing is shown that did not happen; a command that ends otherwise than told ends the demo.

use crate::failure::Failure;
use crate::style::Style;
use crate::template::REFERENCE;
use crate::{Context, Exit, Outcome};
use seawall_reconciler::cluster::embedded::EmbeddedCluster;
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Instant;

/// Watch the whole loop: a fleet, a local git repository, three embedded regions
///
/// Works in a new temporary folder, which is kept. Needs no cluster and no network.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to; must not exist [default: a temporary folder]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Tells the story.
///
/// # Errors
/// Where the disk fails, or a command does not do what the story says.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let started = Instant::now();
    let stage = Stage::open(args, context)?;
    stage.a_fleet_is_a_folder()?;
    stage.regions_follow_git()?;
    stage.a_change_is_planned_first()?;
    stage.drift_is_put_back()?;
    stage.a_mistake_is_caught()?;
    stage.where_everything_lies(started)?;
    Ok(Exit::Fine)
}

struct Stage {
    context: Context,
    style: Style,
}

const FOLLOW: [&str; 8] =
    ["sync", "--repo", "repository.git", "--branch", "rendering", "--state", "state", "--once"];
const DELIVER: [&str; 6] = ["render", "fleet", "--commit", "rendering", "--repo", "repository.git"];

impl Stage {
    /// The folder with its fleet and an empty repository.
    fn open(args: &Args, context: &Context) -> Result<Self, Failure> {
        let folder = match &args.folder {
            Some(folder) => {
                let folder = context.path(folder);
                fs::create_dir(&folder).map_err(|e| match e.kind() {
                    ErrorKind::AlreadyExists => {
                        Failure::input(format!("{} is there already", context.shown(&folder)))
                            .help("name a new folder")
                    }
                    _ => Failure::disk("create", &folder, &e).help("name a new folder"),
                })?;
                folder
            }
            None => tempfile::Builder::new()
                .prefix("seawall-demo-")
                .tempdir()
                .map_err(|e| Failure::disk("create a folder in", &std::env::temp_dir(), &e))?
                .keep(),
        };
        let folder = folder.canonicalize().map_err(|e| Failure::disk("open", &folder, &e))?;
        let context = context.merged().within(&folder);
        super::init::write(&context, &folder.join("fleet"), REFERENCE)?;
        git2::Repository::init_bare(folder.join("repository.git"))
            .map_err(|e| Failure::world("cannot make a git repository", e.message()))?;
        let stage = Stage { style: Style(context.terminal.stdout_color), context };
        for region in ["eu-central", "eu-west", "us-east"] {
            let real = format!("cluster context=prod-{region}");
            let embedded = format!("cluster embedded=\"clusters/{region}\"");
            stage.edit(&format!("fleet/regions/{region}.kdl"), &real, &embedded)?;
        }
        Ok(stage)
    }

    fn a_fleet_is_a_folder(&self) -> Result<(), Failure> {
        self.tell(
            "1. A fleet is a folder of KDL: three regions, who may run where, what happens when one is lost",
        )?;
        self.context.line("")?;
        for file in REFERENCE {
            self.context.line(&format!("   fleet/{}", file.path))?;
        }
        self.context
            .line(&format!("\n   {}", self.style.dim("the heart of fleet/workloads/risk-api.kdl:")))?;
        let text = self.read("fleet/workloads/risk-api.kdl")?;
        for line in text.lines().skip(4).take(7) {
            self.context.line(&format!("   {}", self.style.dim(line)))?;
        }
        self.run(&["check", "fleet"], 0)
    }

    fn regions_follow_git(&self) -> Result<(), Failure> {
        self.tell("2. It compiles to one self-contained bundle a region, committed to git; each region follows on its own")?;
        self.run(&DELIVER, 0)?;
        self.run(&FOLLOW, 0)?;
        self.run(&["status", "--state", "state"], 0)
    }

    fn a_change_is_planned_first(&self) -> Result<(), Failure> {
        self.tell("3. Somebody edits a workload: `plan` says what that does, before anything happens")?;
        self.change(
            "fleet/workloads/catalog.kdl",
            "registry.example/catalog:7",
            "registry.example/catalog:8",
        )?;
        self.change("fleet/workloads/risk-api.kdl", "target DUB replicas=10", "target DUB replicas=14")?;
        self.run(&["plan", "fleet", "--against", "rendering", "--repo", "repository.git"], 1)?;
        self.run(&DELIVER, 0)?;
        self.run(&FOLLOW, 0)
    }

    fn drift_is_put_back(&self) -> Result<(), Failure> {
        self.tell("4. Somebody changes a cluster by hand: the region sees it, and puts back what it owns")?;
        let key = ObjectKey {
            api_version: String::from("apps/v1"),
            kind: String::from("Deployment"),
            namespace: Some(String::from("payments-prod")),
            name: String::from("risk-api"),
        };
        let cluster = EmbeddedCluster::open(self.context.path("clusters/eu-west"))
            .map_err(|e| Failure::world("cannot open the cluster of eu-west", e))?;
        let path = cluster.path_of(&key);
        drop(cluster);
        let shown = self.context.shown(&path);
        let mut object: Value = serde_json::from_str(&self.read(&shown)?)
            .map_err(|e| Failure::world(format!("cannot read {shown}"), e))?;
        let replicas = object.pointer("/spec/replicas").cloned().unwrap_or_default();
        if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
            spec.insert(String::from("replicas"), Value::from(1));
        }
        self.write(&shown, &format!("{object:#}\n"))?;
        self.context.line(&format!("\n   {shown}: spec.replicas {replicas} → 1, written with an editor"))?;
        self.run(&["diff", "--state", "state", "--region", "eu-west"], 1)?;
        self.run(&FOLLOW, 0)?;
        self.run(&["diff", "--state", "state", "--region", "eu-west"], 0)
    }

    fn a_mistake_is_caught(&self) -> Result<(), Failure> {
        self.tell("5. Somebody breaks the policy: a city that nobody knows, and data that would leave its jurisdiction")?;
        let (reports, risk_api) = ("fleet/workloads/reports.kdl", "fleet/workloads/risk-api.kdl");
        let (europe, abroad) =
            ("to eu-central lane=recovery standby=warm warm=\"50%\"", "to us-east lane=emergency");
        self.change(reports, "target DUB", "target DUN")?;
        self.change(risk_api, europe, abroad)?;
        self.run(&["check", "fleet"], 1)?;
        self.edit(reports, "target DUN", "target DUB")?;
        // Only the line that was changed: a comment below it holds the same words.
        self.write(risk_api, &self.read(risk_api)?.replacen(abroad, europe, 1))?;
        self.tell("   … or work that is more than may move, on the day its region is lost")?;
        self.change(risk_api, "max=60", "max=400")?;
        self.run(&["check", "fleet"], 1)?;
        self.edit(risk_api, "max=400", "max=60")?;
        self.context.line("\n   nothing was rendered or committed, so no region has heard of it; the mistakes are taken back")?;
        self.run(&["check", "fleet"], 0)
    }

    fn where_everything_lies(&self, started: Instant) -> Result<(), Failure> {
        self.tell("That was all of it")?;
        self.context.line("")?;
        let rows = [
            ("fleet/", "the policy: edit it"),
            ("repository.git", "branch `rendering`: what regions follow; `git log -p rendering` reads well"),
            ("clusters/<region>/", "three embedded clusters, an object a file"),
            ("state/<region>/", "what each region has staged; it can start from this alone"),
        ];
        for (path, what) in rows {
            self.context.line(&format!("   {path:20} {what}"))?;
        }
        self.context.line("\nGo on from here:")?;
        self.context.line(&format!("   cd {}", self.context.folder.display()))?;
        let deliver = format!("seawall {}", DELIVER.join(" "));
        let stay = "seawall sync --repo repository.git --branch rendering --state state";
        let next = [
            (stay, "stay, follow the branch, put back drift (Ctrl-C ends it)"),
            ("seawall plan fleet --against live", "ask the clusters themselves what would change"),
            (deliver.as_str(), "deliver an edit"),
            ("seawall explain", "every finding there is"),
            ("seawall init my-fleet", "a small fleet of your own"),
        ];
        for (command, what) in next {
            self.context.line(&format!("   {}\n       {what}", self.style.cyan(command)))?;
        }
        self.context.say(&self.style.dim(&format!("\ndone in {:.1} s", started.elapsed().as_secs_f32())));
        Ok(())
    }

    fn tell(&self, text: &str) -> Result<(), Failure> {
        self.context.line(&format!("\n{}", self.style.bold(text)))
    }

    /// Runs a command as a user would type it, and holds it to the exit code that the story needs.
    fn run(&self, args: &[&str], expected: u8) -> Result<(), Failure> {
        self.context.line(&format!("\n{}", self.style.cyan(&format!("$ seawall {}", args.join(" ")))))?;
        let words = std::iter::once("seawall").chain(args.iter().copied()).map(Into::into);
        let code = crate::run(words, &self.context);
        // Whoever reads may have gone, or the disk behind stdout be full: that is no fault of the command.
        self.context.flush()?;
        if self.context.interrupt.stopped() {
            return Err(Failure::Interrupted);
        }
        if code == expected {
            return Ok(());
        }
        let folder = self.context.folder.display();
        Err(Failure::world(
            format!("`seawall {}` ended with {code}, not {expected}", args.join(" ")),
            format!("the demo stops here; everything it did lies in {folder}"),
        ))
    }

    /// Replaces `from` by `to` in a file, and shows the line as a diff.
    fn change(&self, path: &str, from: &str, to: &str) -> Result<(), Failure> {
        let old = self.read(path)?;
        self.edit(path, from, to)?;
        let line = old.lines().find(|line| line.contains(from)).unwrap_or_default().trim();
        self.context.line(&format!("\n   {path}"))?;
        self.context.line(&format!("   {}", self.style.red(&format!("- {line}"))))?;
        self.context.line(&format!("   {}", self.style.green(&format!("+ {}", line.replace(from, to)))))
    }

    fn edit(&self, path: &str, from: &str, to: &str) -> Result<(), Failure> {
        let text = self.read(path)?;
        if !text.contains(from) {
            return Err(Failure::world(format!("cannot edit {path}"), format!("it does not hold `{from}`")));
        }
        self.write(path, &text.replacen(from, to, 1))
    }

    fn read(&self, path: &str) -> Result<String, Failure> {
        let file = self.context.path(path);
        fs::read_to_string(&file).map_err(|e| Failure::disk("read", &file, &e))
    }

    fn write(&self, path: &str, text: &str) -> Result<(), Failure> {
        let file = self.context.path(path);
        fs::write(&file, text).map_err(|e| Failure::disk("write", &file, &e))
    }
}

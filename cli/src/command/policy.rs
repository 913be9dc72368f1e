//! `seawall policy test|list|explain`: the policies of a fleet, or of a pack.

use crate::disk::DiskFiles;
use crate::fleet::{self, FleetArgs};
use crate::style::{Style, count};
use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::diagnostic::{Diagnostic, Diagnostics, Severity};
use seawall_compiler::files::Sources;
use seawall_compiler::policy::trial;
use seawall_compiler::policy::{PACKS, Policy};
use seawall_compiler::span::Span;
use std::fmt::Write as _;
use std::path::PathBuf;

mod report;

/// What an organisation demands on top of the language
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Try every policy on the fleets that it says meet it, or do not
    ///
    /// Of a fleet's folder the policies in policies/; of a folder without a fleet the policies beside each other in it, as a
    /// pack has them. Exits 1 where a fleet is not what its test says, 2 where a policy has an error.
    Test(Test),
    /// The policies of a fleet and those of the packs that come with Seawall
    List(List),
    /// What a policy is about, requires and says
    Explain(Explain),
}

#[derive(Debug, clap::Args)]
struct Test {
    #[command(flatten)]
    fleet: FleetArgs,
    /// How the results are printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object with `tests` and `summary`
    Json,
    /// JUnit XML
    Junit,
}

#[derive(Debug, clap::Args)]
struct List {
    /// The folder of the fleet, or of a pack
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

#[derive(Debug, clap::Args)]
struct Explain {
    /// The policy's name
    name: String,
    /// The folder of the fleet, or of a pack
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

/// Tries, lists or explains.
///
/// # Errors
/// Where the folder cannot be read, or holds no policy of that name.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    match &args.command {
        Command::Test(args) => test(args, context),
        Command::List(args) => list(args, context),
        Command::Explain(args) => explain(args, context),
    }
}

fn open(context: &Context, folder: &std::path::Path) -> Result<DiskFiles, Failure> {
    DiskFiles::folder(&context.path(folder), &folder.display().to_string())
}

fn test(args: &Test, context: &Context) -> Outcome {
    let files = open(context, &args.fleet.folder)?;
    let options = fleet::options(context, &args.fleet);
    let tried = trial::run(&files, options.today.as_deref());
    tell(context, &tried.diagnostics, &tried.sources);
    if tried.policies == 0 && tried.diagnostics.is_empty() {
        let folder = args.fleet.folder.display();
        return Err(Failure::input(format!("there is no policy in {folder}"))
            .help("a fleet has its policies in policies/*.kdl; a pack has them in *.kdl"));
    }
    match args.format {
        Format::Text => context.write(&report::text(&tried, Style(context.terminal.stdout_color)))?,
        Format::Json => context.json(&report::json(&tried))?,
        Format::Junit => context.write(&report::junit(&tried))?,
    }
    let failed = tried.trials.iter().filter(|trial| !trial.passed()).count();
    context.say(&format!(
        "{}, {}, {failed} not as said",
        count(tried.policies, "policy"),
        count(tried.trials.len(), "test")
    ));
    if !tried.untested.is_empty() {
        context.say(&format!("without a test: {}", tried.untested.join(", ")));
    }
    if tried.diagnostics.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(Exit::Input);
    }
    Ok(Exit::findings_if(failed > 0))
}

fn tell(context: &Context, findings: &[Diagnostic], sources: &Sources) {
    if !findings.is_empty() {
        context.complain(&fleet::shown(context, findings, sources, context.terminal.stderr_color));
    }
}

/// The policies of a folder, and of every pack; what is wrong with them is on stderr.
fn known(context: &Context, folder: &std::path::Path) -> Result<Vec<Policy>, Failure> {
    let files = open(context, folder)?;
    let (own, sources, findings) = trial::read(&files);
    tell(context, &findings, &sources);
    let mut found = own.loaded;
    for pack in PACKS {
        let of = pack.load(Span::NONE, &mut Diagnostics::default()).loaded;
        for policy in of {
            if !found.iter().any(|own| own.name.value == policy.name.value) {
                found.push(policy);
            }
        }
    }
    Ok(found)
}

fn level(policy: &Policy) -> &'static str {
    match policy.severity {
        Severity::Error => "deny",
        Severity::Warning => "warn",
    }
}

fn list(args: &List, context: &Context) -> Outcome {
    let mut text = String::new();
    for policy in known(context, &args.folder)? {
        let from = policy.pack.map_or(String::new(), |pack| format!("  pack {pack}"));
        // Writing into a String does not fail.
        let _ = writeln!(
            text,
            "{:<32} {:<4}  {:<9}{from}",
            policy.name.value,
            level(&policy),
            policy.subject.name()
        );
    }
    context.write(&text)?;
    Ok(Exit::Fine)
}

fn explain(args: &Explain, context: &Context) -> Outcome {
    let policies = known(context, &args.folder)?;
    let Some(policy) = policies.iter().find(|policy| *policy.name.value == *args.name) else {
        let names = policies.iter().map(|policy| &*policy.name.value);
        let near = seawall_compiler::diagnostic::nearest::nearest(&args.name, names);
        let failure = Failure::input(format!("no policy is named `{}`", args.name));
        return Err(failure.help(match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => String::from("`seawall policy list` names them"),
        }));
    };
    context.write(&page(policy))?;
    Ok(Exit::Fine)
}

fn page(policy: &Policy) -> String {
    let mut text = format!("policy {} severity={}\n", policy.name.value, level(policy));
    if let Some(pack) = policy.pack {
        let _ = writeln!(text, "of pack {pack}");
    }
    let _ = writeln!(text, "\nfor every {}", policy.subject.name());
    if let Some(filter) = policy.filter() {
        let _ = writeln!(text, "  where {filter}");
    }
    for (require, message) in policy.requires() {
        let _ = writeln!(text, "\nrequires\n  {require}\nelse\n  {message}");
    }
    if let Some(help) = &policy.help {
        let _ = writeln!(text, "\nhelp: {help}");
    }
    let _ =
        writeln!(text, "\nallowed by `allow {} reason=\"…\" until=\"…\"` in its block", policy.name.value);
    text
}

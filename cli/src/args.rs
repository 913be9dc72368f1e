//! The command line as a whole: flags that every command takes, and the command.

use crate::command::Command;
use clap::builder::styling::{AnsiColor, Styles};

const HELP_STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER: &str = "\
Exit codes:
  0    fine
  1    findings, or differences
  2    the input or the call is wrong
  3    the world failed: git, a cluster, the disk
  130  interrupted

New here? `seawall demo` shows the whole loop in ten seconds; `seawall init` starts a fleet of your own.";

/// Plans, proves and keeps the failover of a fleet of regions.
///
/// stdout is data, stderr is for people; commands that a machine may read take `--format`.
#[derive(Debug, clap::Parser)]
#[command(name = "seawall", version, after_help = AFTER, styles = HELP_STYLES, disable_help_subcommand = true)]
#[command(subcommand_required = true, arg_required_else_help = false, max_term_width = 100)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Say nothing but errors and data
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// When to colour; NO_COLOR and CLICOLOR_FORCE are heeded
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub color: When,
    /// When to draw findings, rather than tell them in sentences; NO_GRAPHICS is heeded
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_default_value = true)]
    pub graphics: When,
}

/// When to colour or draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum When {
    /// Where the terminal can.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How data is printed, where there are only these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

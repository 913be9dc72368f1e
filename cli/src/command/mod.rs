//! The commands, one file each: its arguments and what it does.
//!
//! Adding one is adding a file, its `mod` line and its line in the list.

use crate::{Context, Outcome};

pub mod agent;
pub mod check;
pub mod completions;
pub mod declare;
pub mod demo;
pub mod diff;
pub mod drill;
pub mod explain;
pub mod fmt;
pub mod init;
pub mod plan;
pub mod policy;
pub mod render;
pub mod reserve;
pub mod schema;
pub mod show;
pub mod status;
pub mod suspend;
pub mod sync;
pub mod verify_proof;
pub mod weakest;

use declare::end;
use suspend::{approve, resume};

macro_rules! commands {
    ($($variant:ident => $module:ident),+ $(,)?) => {
        /// Every command, in the order of the help.
        #[derive(Debug, clap::Subcommand)]
        #[allow(missing_docs, reason = "the text of each is that of its module's Args")]
        pub enum Command {
            $($variant($module::Args),)+
        }

        impl Command {
            /// Runs it.
            ///
            /// # Errors
            /// As the command does.
            pub fn exec(&self, context: &Context) -> Outcome {
                match self {
                    $(Command::$variant(args) => $module::exec(args, context),)+
                }
            }
        }
    };
}

commands! {
    Demo => demo,
    Init => init,
    Check => check,
    Explain => explain,
    Fmt => fmt,
    Render => render,
    Plan => plan,
    Drill => drill,
    Show => show,
    Policy => policy,
    VerifyProof => verify_proof,
    Reserve => reserve,
    Weakest => weakest,
    Sync => sync,
    Agent => agent,
    Status => status,
    Diff => diff,
    Suspend => suspend,
    Resume => resume,
    Approve => approve,
    Declare => declare,
    End => end,
    Schema => schema,
    Completions => completions,
}

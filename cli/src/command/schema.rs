//! `seawall schema [OF]`: the schema of the language for editors, and of what commands print for machines.

use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::decode::{kdl_schema, schema};
use seawall_compiler::show;
use seawall_schema::schemas;

/// Print a schema: of the language, or of what commands print for machines
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Of what
    #[arg(value_name = "OF", default_value = "language")]
    of: Of,
    /// How it is printed; the language also in the KDL Schema Language
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Of {
    /// The files of a fleet: every node, its values, types and defaults
    Language,
    /// `seawall show --format json`
    Show,
    /// `proof.json`, `seawall check --proof`
    Proof,
    /// `bundle.json` of a rendering
    Bundle,
    /// `seawall check --format json`
    Findings,
    /// `seawall status --format json`
    Status,
}

/// How a schema is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// JSON; JSON Schema for everything but the language
    Json,
    /// KDL Schema Language 2.0.0
    Kdl,
}

/// Prints it.
///
/// # Errors
/// Where something else than the language is asked for as KDL.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    match (args.of, args.format) {
        (Of::Language, Format::Json) => context.json(&schema::json())?,
        (Of::Language, Format::Kdl) => context.write(&kdl_schema::kdl())?,
        (_, Format::Kdl) => {
            return Err(Failure::input("only the language has a schema in KDL")
                .help("leave out `--format kdl`: it is data in JSON, with a JSON schema"));
        }
        (Of::Show, Format::Json) => context.json(&show::schema())?,
        (Of::Proof, Format::Json) => context.write(schemas::PROOF)?,
        (Of::Bundle, Format::Json) => context.write(schemas::BUNDLE)?,
        (Of::Findings, Format::Json) => context.write(schemas::FINDINGS)?,
        (Of::Status, Format::Json) => context.write(schemas::STATUS)?,
    }
    Ok(Exit::Fine)
}

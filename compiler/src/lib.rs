//! The compiler: a folder of KDL in; diagnostics, a model, a proof and bundles out.
//!
//! Pure: no file system, network, environment or clock; source text comes through [`files::Files`].
//! Stages, in order, each a folder with one entry function:
//! `syntax → decode → resolve → model → check (with proof) → policy → lower → emit`; `drill` tells one scenario of it.

pub mod check;
pub mod decode;
pub mod diagnostic;
pub mod drill;
pub mod emit;
pub mod files;
pub mod headroom;
pub mod lower;
pub mod manifest;
pub mod mend;
pub mod model;
pub mod policy;
pub mod proof;
pub mod resolve;
pub mod show;
pub mod span;
pub mod syntax;

use diagnostic::{Diagnostic, Diagnostics, Severity};
use files::{Files, Sources};
use model::Model;
use proof::Proof;

/// What a compilation is told beside the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The day that dates are compared with, `YYYY-MM-DD`.
    pub today: Option<String>,
}

/// What came of a fleet.
#[derive(Debug)]
pub struct Checked {
    /// Every file that was read.
    pub sources: Sources,
    /// Every finding, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The fleet; `None` where it could not be understood in full.
    pub model: Option<Model>,
    /// What normal running and every declared failure come to; `None` where there is no model.
    pub proof: Option<Proof>,
}

impl Checked {
    /// How many findings are errors.
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.severity == Severity::Error).count()
    }

    /// How many findings are warnings.
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }
}

/// Reads, resolves, checks and proves the fleet whose entry is `fleet.kdl`; fixes that findings carry were tried.
pub fn check(files: &dyn Files, options: &Options) -> Checked {
    let mut checked = examine(files, options, true);
    mend::hold(files, &|files| examine(files, options, false), &mut checked);
    checked
}

/// As [`check`], with fixes as the stages propose them; those that take proofs to find only where they are wanted.
fn examine(files: &dyn Files, options: &Options, repairs: bool) -> Checked {
    let mut sources = Sources::default();
    let mut found = Diagnostics::default();
    let draft = resolve::resolve(files, &mut sources, &mut found);
    let proof = check::check(&draft, repairs, &mut found);
    policy::check(&draft, &sources, options.today.as_deref(), &mut found);
    let model = proof.is_some().then_some(draft.model);
    Checked { sources, diagnostics: found.into_shown(), model, proof }
}

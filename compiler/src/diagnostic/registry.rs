//! Every code, declared once. Adding one is adding an entry here, a page in `docs/codes/` and a case folder.

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// `check` exits 1.
    Error,
    /// `check` exits 0.
    Warning,
}

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable identifier, `SW0101`. Hundreds: 01 syntax, 02 files, 03 decoding, 04 names, 05 geography and residency,
    /// 06 failover, 07 capacity and proof, 08 manifests, 09 policies, 10 unused and style.
    pub id: &'static str,
    /// Name in words, `unexpected-token`.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Default severity.
    pub level: Severity,
    /// Version of Seawall that first had it.
    pub since: &'static str,
}

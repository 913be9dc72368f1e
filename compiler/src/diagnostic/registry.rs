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

/// Declares codes as statics and lists them all in [`ALL`], in the order written.
macro_rules! codes {
    ($($(#[$doc:meta])* $ident:ident = $id:literal, $name:literal, $level:ident, $summary:literal;)*) => {
        $(
            #[doc = concat!($id, " `", $name, "`: ", $summary, ".")]
            $(#[$doc])*
            pub static $ident: Code = Code {
                id: $id,
                name: $name,
                summary: $summary,
                level: Severity::$level,
                since: "0.1.0",
            };
        )*

        /// Every code, by id.
        pub static ALL: &[&Code] = &[$(&$ident),*];
    };
}

/// The code of that id (`SW0101`) or name (`unexpected-token`).
pub fn find(id_or_name: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id_or_name) || code.name == id_or_name)
}

// Append in your own block, ids ascending: ALL is in this order.
codes! {
    // SW01xx syntax

    // SW02xx files

    // SW03xx decoding

    // SW04xx names

    // SW05xx geography and residency

    // SW06xx failover

    // SW07xx capacity and proof

    // SW08xx manifests
    MANIFEST_SYNTAX = "SW0801", "manifest-syntax", Error, "a manifest is not valid YAML";
    MANIFEST_LIMIT = "SW0802", "manifest-limit", Error, "a manifest is nested or repeats itself beyond the limits";
    MANIFEST_DUPLICATE_KEY = "SW0803", "manifest-duplicate-key", Error, "a key stands twice in one mapping of a manifest";
    MANIFEST_NOT_AN_OBJECT = "SW0804", "manifest-not-an-object", Error, "a YAML document is no Kubernetes object";
    MANIFEST_FIELD_MISSING = "SW0805", "manifest-field-missing", Error, "a Kubernetes object lacks `apiVersion`, `kind` or `metadata.name`";
    MANIFEST_BAD_VALUE = "SW0806", "manifest-bad-value", Error, "a YAML value or key that Kubernetes cannot be sent";

    // SW09xx policies

    // SW10xx unused and style
}

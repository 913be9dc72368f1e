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
    UNEXPECTED_TOKEN = "SW0101", "unexpected-token", Error, "something stands where KDL does not allow it";
    UNCLOSED_STRING = "SW0102", "unclosed-string", Error, "a string is not closed";
    UNCLOSED_COMMENT = "SW0103", "unclosed-comment", Error, "a block comment is not closed";
    UNCLOSED_BLOCK = "SW0104", "unclosed-block", Error, "a `{` has no `}`";
    STRAY_BRACE = "SW0105", "stray-brace", Error, "a `}` closes nothing";
    BAD_ESCAPE = "SW0106", "bad-escape", Error, "a `\\` in a string starts no escape that KDL knows";
    BAD_NUMBER = "SW0107", "bad-number", Error, "a word starts like a number and is none";
    BARE_KEYWORD = "SW0108", "bare-keyword", Error, "`true`, `null` and the like are written with `#` since KDL v2";
    OLD_RAW_STRING = "SW0109", "old-raw-string", Error, "raw strings are written without `r` since KDL v2";
    BAD_INDENT = "SW0110", "bad-indent", Error, "a line of a multi-line string is not indented like its closing line";
    DISALLOWED_CHARACTER = "SW0111", "disallowed-character", Error, "a character that KDL does not allow in text";
    TOO_DEEP = "SW0112", "too-deep", Error, "blocks are nested deeper than 128 levels";
    NOTHING_COMMENTED = "SW0113", "nothing-commented", Error, "a `/-` has nothing behind it to leave out";
    MISSING_SPACE = "SW0114", "missing-space", Error, "two values stand together without a space";
    MISSING_VALUE = "SW0115", "missing-value", Error, "a property has no value";
    BAD_ANNOTATION = "SW0116", "bad-annotation", Error, "a type annotation is not one word in parentheses before a name or value";
    SECOND_BLOCK = "SW0117", "second-block", Error, "something follows a node's `{ }` on the same line";
    MISSING_NAME = "SW0118", "missing-name", Error, "a node does not start with a name";
    OLD_VERSION = "SW0119", "old-version", Error, "the file says that it is KDL version 1";
    BAD_CONTINUATION = "SW0120", "bad-continuation", Error, "a `\\` outside a string is not the last thing on its line";
    TOO_MANY_SYNTAX_ERRORS = "SW0121", "too-many-syntax-errors", Error, "a file has more syntax errors than are shown";
    TEXT_BESIDE_QUOTES = "SW0122", "text-beside-quotes", Error, "text shares its line with the `\"\"\"` of a multi-line string";

    // SW02xx files

    // SW03xx decoding

    // SW04xx names

    // SW05xx geography and residency

    // SW06xx failover

    // SW07xx capacity and proof

    // SW07xx capacity and proof
    RESERVES_EXCEED = "SW0701", "reserves-exceed-capacity", Error, "the reserves of a location add up to more than it has";
    RUNNING_EXCEEDS = "SW0702", "running-exceeds-capacity", Error, "what runs at a location is more than its reserves leave";
    STANDBYS_EXCEED = "SW0703", "standbys-exceed-reserve", Error, "the standbys of a lane are more than its reserve holds";
    TENANT_OVER_QUOTA = "SW0704", "quota-exceeded", Error, "a tenant runs more in a region than its quota";
    SCENARIO_REFUTED = "SW0710", "scenario-refuted", Error, "a declared failure is not survivable";
    SCENARIO_UNDECIDED = "SW0711", "scenario-undecided", Error, "the search for an assignment ran out of its budget";
    NOT_PACKED = "SW0712", "fits-in-sum-not-on-nodes", Warning, "replicas fit into a location's sum but not on its nodes";
    SPREAD_NOT_SAID = "SW0713", "spread-not-said", Error, "work where a zone's loss must be survived does not say how it spreads";
    DATA_OUT_OF_REACH = "SW0714", "data-out-of-reach", Error, "in a declared failure work reaches no copy of its data in time";
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

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
    /// Its page, in Markdown: what, why, a failing and a fixed example.
    pub page: &'static str,
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
                page: include_str!(concat!("../../../docs/codes/", $id, ".md")),
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
    FILE_MISSING = "SW0201", "file-missing", Error, "a path names no file, or a pattern matches nothing";
    FILE_OUTSIDE = "SW0202", "file-outside", Error, "a path leaves the fleet's folder, itself or through a link";
    FILE_IS_DIRECTORY = "SW0203", "file-is-directory", Error, "a path names a directory where a file is meant";
    IMPORT_CYCLE = "SW0204", "import-cycle", Error, "files import each other";
    FILE_NOT_TEXT = "SW0205", "file-not-text", Error, "a file is not valid UTF-8";
    FILE_TOO_LARGE = "SW0206", "file-too-large", Error, "a file is larger than 16 MiB";
    FILE_UNREADABLE = "SW0207", "file-unreadable", Error, "a file could not be read";
    NO_FLEET = "SW0208", "no-fleet", Error, "there is no `fleet.kdl`, or no `fleet` node in it";
    UNKNOWN_LANGUAGE = "SW0209", "unknown-language", Error, "the fleet is written in a version of the language that this compiler does not know";

    // SW03xx decoding
    UNKNOWN_NODE = "SW0301", "unknown-node", Error, "a node of that name is not known where it stands";
    UNKNOWN_PROPERTY = "SW0302", "unknown-property", Error, "a property of that name is not known on its node";
    DUPLICATE_PROPERTY = "SW0303", "duplicate-property", Error, "a property or a resource is given twice on one node";
    DUPLICATE_NODE = "SW0304", "duplicate-node", Error, "a node that may stand once stands twice";
    WRONG_TYPE = "SW0305", "wrong-type", Error, "a value is of another type than what it stands for";
    BAD_QUANTITY = "SW0306", "bad-quantity", Error, "a value is no quantity of its resource";
    BAD_DURATION = "SW0307", "bad-duration", Error, "a value is no whole number with a unit of time";
    BAD_SHARE = "SW0308", "bad-share", Error, "a value is no share from 0% to 100%";
    BAD_COUNT = "SW0309", "bad-count", Error, "a value is no whole number from 0";
    UNKNOWN_VALUE = "SW0310", "unknown-value", Error, "a value is not one of the words that may stand there";
    MISSING_PROPERTY = "SW0311", "missing-property", Error, "a property that must be given is not";
    MISSING_NODE = "SW0312", "missing-node", Error, "a node that must stand does not";
    MISSING_ARGUMENT = "SW0313", "missing-argument", Error, "a node has no value where it must have one";
    EXTRA_ARGUMENT = "SW0314", "extra-argument", Error, "a node has more values than it takes";
    UNEXPECTED_BLOCK = "SW0315", "unexpected-block", Error, "a node has a block and takes none";
    ANNOTATION = "SW0316", "annotation", Error, "a type annotation stands where annotations mean nothing";
    CONTRADICTION = "SW0317", "contradiction", Error, "two things on one node cannot both hold";
    OVERHEAD_EXCEEDS = "SW0318", "overhead-exceeds-node", Error, "daemons take more of a node than it has";
    OCCUPIED_EXCEEDS = "SW0319", "occupied-exceeds-nodes", Error, "what is occupied is more than the nodes have";
    FOREIGN_PUNCTUATION = "SW0320", "foreign-punctuation", Error, "quotes or commas of another notation stand in a value";

    // SW04xx names
    BAD_NAME = "SW0401", "bad-name", Error, "a name is not a DNS label";
    NAME_TOO_LONG = "SW0402", "name-too-long", Error, "a name is longer than what is derived from it may be";
    DUPLICATE_NAME = "SW0403", "duplicate-name", Error, "two things of one kind have the same name";
    UNDEFINED_NAME = "SW0404", "undefined-name", Error, "a name refers to something that is not defined";
    LISTED_TWICE = "SW0405", "listed-twice", Error, "a list names the same thing twice";
    CLASS_CYCLE = "SW0406", "class-cycle", Error, "classes take their defaults from each other";
    EXPANDS_TOO_FAR = "SW0407", "expands-too-far", Error, "a few lines stand for more than a fleet may hold";
    REFUSED_BY_KUBERNETES = "SW0408", "refused-by-kubernetes", Error, "a label, taint, variable or image is written as Kubernetes does not take it";

    // SW05xx geography and residency
    UNKNOWN_CITY = "SW0501", "unknown-city", Error, "a code is neither an IATA city nor an IATA airport";
    CITY_NOT_SERVED = "SW0502", "city-not-served", Error, "a target names a city that no region serves";
    CITY_AMBIGUOUS = "SW0503", "city-ambiguous", Error, "a target names a city that two regions serve and does not say which";
    UNKNOWN_COUNTRY = "SW0504", "unknown-country", Error, "a code is no ISO 3166 country";
    PLACEMENT_OUTSIDE = "SW0505", "placement-outside-residency", Error, "work runs outside its residency";
    FAILOVER_OUTSIDE = "SW0506", "failover-outside-residency", Error, "work may fail over, or has standbys, outside its residency";
    DATA_OUTSIDE = "SW0507", "data-outside-residency", Error, "a dataset has its home or a copy outside its residency";
    RESIDENCY_EMPTY = "SW0508", "residency-empty", Error, "residencies of a workload and its datasets have no country in common";
    BAD_LINK = "SW0509", "bad-link", Error, "a link joins a region with itself, or a pair of regions twice";
    CLUSTER_TWICE = "SW0510", "cluster-twice", Error, "two regions, or cells with clusters of their own, are one cluster";
    REGION_IN_NO_WAVE = "SW0511", "region-in-no-wave", Error, "a rollout has waves, and a region is in none of them";

    // SW06xx failover
    FAILOVER_MISSING = "SW0601", "failover-missing", Error, "work above the lowest tier does not say what happens to it in a failure";
    NO_OTHER_PLACE = "SW0602", "no-other-place", Error, "a destination is the only location the work runs in";
    NO_RESERVE = "SW0603", "no-reserve", Error, "a destination holds no reserve for the lane";
    STANDBY_WITHOUT_SHARE = "SW0604", "standby-without-share", Error, "a warm standby does not say how much of it waits, or another one does";
    RTO_EXCEEDED = "SW0605", "rto-exceeded", Error, "a failover takes longer than its rto allows";
    RPO_EXCEEDED = "SW0606", "rpo-exceeded", Error, "a destination holds no copy of the data that is fresh enough";
    NEED_OUT_OF_REACH = "SW0607", "need-out-of-reach", Error, "what work needs is too far away from a place where it runs or may run";
    DESTINATION_TWICE = "SW0608", "destination-twice", Error, "two destinations of one workload share location and lane";
    PREEMPTIBLE_ORDER = "SW0609", "preemptible-order", Error, "a preemptible tier's order is not 1 to 4 and below all others";
    ORDER_TWICE = "SW0610", "order-twice", Error, "two tiers have the same order";
    TWO_PREEMPTING_LANES = "SW0611", "two-preempting-lanes", Error, "a region holds reserves for two lanes that may preempt";
    LENT_TO_FIRM_TIER = "SW0612", "lent-to-firm-tier", Error, "a reserve is lent to a tier that does not give way";
    BAD_EVENT = "SW0613", "bad-event", Error, "an event contradicts itself";
    SURVIVE_TOO_MANY = "SW0614", "survive-too-many", Error, "more boundaries are to fail at once than can";
    NO_HEALTH_CHECK = "SW0615", "no-health-check", Error, "traffic has no health check, and a dead region cannot withdraw its own record";
    AUTOSCALE_RANGE = "SW0616", "autoscale-range", Error, "an autoscaler's minimum, maximum and replicas do not fit together";
    NOWHERE = "SW0617", "runs-nowhere", Error, "a workload has no target";
    COPY_TWICE = "SW0618", "copy-twice", Error, "a dataset has two copies in one region";
    ZONAL_STATE = "SW0619", "zonal-state", Error, "state that dies with its zone or stays behind in its region";

    // SW07xx capacity and proof
    RESERVES_EXCEED = "SW0701", "reserves-exceed-capacity", Error, "the reserves of a location add up to more than it has";
    RUNNING_EXCEEDS = "SW0702", "running-exceeds-capacity", Error, "what runs at a location is more than its reserves leave";
    STANDBYS_EXCEED = "SW0703", "standbys-exceed-reserve", Error, "the standbys of a lane are more than its reserve holds";
    TENANT_OVER_QUOTA = "SW0704", "quota-exceeded", Error, "a tenant runs more in a region than its quota";
    JOB_EXCEEDS_QUEUE = "SW0705", "job-exceeds-queue", Error, "a job asks for more than its queue may ever use where it is dispatched";
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

    MANIFEST_UNKNOWN_FIELD = "SW0807", "manifest-unknown-field", Error, "an object has a field that its kind does not know";
    MANIFEST_MISSING_FIELD = "SW0808", "manifest-missing-field", Error, "an object lacks a field that its kind needs";
    MANIFEST_WRONG_TYPE = "SW0809", "manifest-wrong-type", Error, "a field of an object holds a value of another type";
    MANIFEST_UNKNOWN_VALUE = "SW0810", "manifest-unknown-value", Error, "a field of an object holds none of the values that it takes";
    MANIFEST_BAD_QUANTITY = "SW0811", "manifest-bad-quantity", Error, "a field of an object holds no Kubernetes quantity";
    MANIFEST_OUT_OF_RANGE = "SW0812", "manifest-out-of-range", Error, "a value of an object is too small, too large, too few or too many";
    MANIFEST_BAD_FORMAT = "SW0813", "manifest-bad-format", Error, "a text of an object is not of the form that its field takes";
    MANIFEST_REPEATED_ITEM = "SW0814", "manifest-repeated-item", Error, "two items of a list have the same key";
    UNKNOWN_KIND = "SW0815", "unknown-kind", Error, "an API has no kind of that name";
    UNSERVED_VERSION = "SW0816", "unserved-version", Error, "the `apiVersion` of an object is not served";
    MANIFEST_NO_FORM = "SW0817", "manifest-no-form", Error, "a value of an object has none of the forms that its CustomResourceDefinition allows";

    REQUEST_MISSING = "SW0820", "request-missing", Error, "work has no request, of its own, by class or in its manifest";
    REQUEST_DIFFERS = "SW0821", "request-differs", Error, "a request and the manifest disagree";
    OBJECT_TWICE = "SW0822", "object-twice", Error, "two manifests describe the same object";
    NOTHING_DEPLOYED = "SW0823", "nothing-deployed", Error, "a workload has no container and no manifest that runs one";
    REFERENCE_MISSING = "SW0824", "reference-missing", Warning, "a manifest refers to an object that is not among the manifests";
    REFERENCE_ELSEWHERE = "SW0825", "reference-elsewhere", Error, "a manifest refers to an object that is missing at a place where its work runs or may fail over to";
    SCHEMA_TWICE = "SW0826", "schema-twice", Error, "two CustomResourceDefinitions define the same kind";
    SCHEMA_BROKEN = "SW0827", "schema-broken", Error, "a CustomResourceDefinition cannot be used as a schema";
    KIND_UNCHECKED = "SW0828", "kind-unchecked", Warning, "nothing says what objects of a kind may hold";
    REPLICAS_UNCOUNTED = "SW0829", "replicas-uncounted", Error, "manifests run replicas that no target of their workload counts";
    AUTOSCALER_BESIDE = "SW0830", "autoscaler-beside", Warning, "a HorizontalPodAutoscaler among the manifests is not what the targets say";
    BUDGET_BESIDE = "SW0831", "budget-beside", Warning, "a PodDisruptionBudget among the manifests is not what the policy says";
    SELECTOR_DIFFERS = "SW0832", "selector-differs", Error, "the selector of a controller does not find the pods of its own template";
    SELECTS_NOTHING = "SW0833", "selects-nothing", Warning, "a Service or PodDisruptionBudget selects no pod of the manifests";
    OTHER_NAMESPACE = "SW0834", "other-namespace", Error, "a manifest names another namespace than its tenant's";

    // SW09xx policies
    POLICY_VIOLATED = "SW0901", "policy-violated", Error, "something does not meet a policy";
    BAD_EXPRESSION = "SW0902", "bad-expression", Error, "an expression of a policy is not CEL as policies have it";
    UNKNOWN_FIELD = "SW0903", "unknown-field", Error, "an expression names a variable, field or function that there is not";
    EXPRESSION_TYPE = "SW0904", "expression-type", Error, "a part of an expression is of another type than what it stands for";
    EXPRESSION_FAILED = "SW0905", "expression-failed", Error, "an expression of a policy has no value for something it is asked of";
    EXPRESSION_ENDLESS = "SW0906", "expression-endless", Error, "a policy takes more steps than it may";
    ALLOWANCE_OVER = "SW0907", "allowance-over", Error, "the last day of an allowance has passed";
    ALLOWANCE_UNUSED = "SW0908", "allowance-unused", Warning, "an allowance allows nothing";

    // SW10xx unused and style
    UNUSED = "SW1001", "unused", Warning, "something is defined and never used";
    QUOTAS_EXCEED = "SW1002", "quotas-exceed", Warning, "quotas add up to more than the reserves leave";
    TOO_MANY_FINDINGS = "SW1003", "too-many-findings", Error, "a fleet has more findings than are shown";
}

//! Labels, annotations and fixed names that the compiler writes and the reconciler reads.

/// The field manager of everything that Seawall applies.
pub const FIELD_MANAGER: &str = "seawall";
/// Label: the fleet an object belongs to.
pub const FLEET: &str = "seawall.dev/fleet";
/// Label: the region an object belongs to.
pub const REGION: &str = "seawall.dev/region";
/// Label and node label: the cell.
pub const CELL: &str = "seawall.dev/cell";
/// Label: the workload.
pub const WORKLOAD: &str = "seawall.dev/workload";
/// Label: the tenant.
pub const TENANT: &str = "seawall.dev/tenant";
/// Label: the tier.
pub const TIER: &str = "seawall.dev/tier";
/// Label: the lane, on placeholders, standbys and lane work.
pub const LANE: &str = "seawall.dev/lane";
/// Label: what part an object plays (`workload`, `standby`, `placeholder`, …).
pub const ROLE: &str = "seawall.dev/role";
/// Label: the jurisdictions that the pod's work may be in, countries joined by `.`; `any` where it has no residency.
pub const RESIDENCY: &str = "seawall.dev/residency";
/// Annotation that the reconciler sets on what it applies: the digest of the applied object, so that a metadata-only
/// watch is enough to know that nothing is to be done.
pub const DIGEST: &str = "seawall.dev/digest";
/// Annotation on an object: JSON pointers, one a line, of fields that are seeded once and then left to others.
pub const IGNORED_FIELDS: &str = "seawall.dev/ignored-fields";
/// Annotation on an object: a JSON object from JSON pointers to the values that are set when the object is first created
/// and never again; each of them is an ignored field too. The rendered object itself leaves them out.
pub const SEED: &str = "seawall.dev/seed";
/// Annotation with the value `never`: the object belongs to somebody else and only some fields are set; it is not deleted
/// when it leaves the bundle.
pub const PRUNE: &str = "seawall.dev/prune";
/// Annotation on a traffic record: the path that is probed.
pub const HEALTH_CHECK: &str = "seawall.dev/health-check";
/// Annotation on a traffic record of an overlay: the weights that it takes one after another, joined by commas; the last is
/// the one that it holds.
pub const TRAFFIC_STEPS: &str = "seawall.dev/traffic-steps";
/// The provider's property of a traffic record that holds its weight (external-dns, Amazon Route 53).
pub const WEIGHT_PROPERTY: &str = "aws/weight";
/// Label that the reconciler puts on a traffic record: the weight that it holds.
pub const TRAFFIC_WEIGHT: &str = "seawall.dev/traffic-weight";
/// Label on everything that one bundle owns; its value is the bundle's inventory name.
pub const INVENTORY: &str = "seawall.dev/inventory";
/// ConfigMap of local declarations, in the namespace `SYSTEM_NAMESPACE`.
pub const DECLARATIONS: &str = "seawall-declarations";
/// Namespace of what the reconciler writes for itself: inventory, status, declarations.
pub const SYSTEM_NAMESPACE: &str = "seawall-system";
/// Namespace of the placeholders of reserves.
pub const RESERVES_NAMESPACE: &str = "seawall-reserves";

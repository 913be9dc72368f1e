//! Typed indices into the tables of the model, so that `model[id]` gives the thing and ids cannot be mixed up.

use super::*;

macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident => $table:ident : $item:ty),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id(pub u32);

        impl $id {
            /// As an index.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl std::ops::Index<$id> for Model {
            type Output = $item;

            fn index(&self, id: $id) -> &$item {
                &self.$table[id.index()]
            }
        }
    )+};
}

ids! {
    /// A jurisdiction.
    JurisdictionId => jurisdictions: Jurisdiction,
    /// A tier.
    TierId => tiers: Tier,
    /// A lane.
    LaneId => lanes: Lane,
    /// A region.
    RegionId => regions: Region,
    /// A location.
    LocationId => locations: Location,
    /// A tenant.
    TenantId => tenants: Tenant,
    /// A dataset.
    DatasetId => datasets: Dataset,
    /// A workload.
    WorkloadId => workloads: Workload,
    /// A queue.
    QueueId => queues: Queue,
    /// A job.
    JobId => jobs: Job,
    /// An event.
    EventId => events: Event,
    /// A manifest file.
    ManifestId => manifests: ManifestFile,
}

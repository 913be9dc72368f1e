//! In which order objects are applied: the phases of a bundle, with one place more.
//!
//! Work that may take no room from others goes ahead of the reserves when an overlay comes into force: its pods are there
//! when the room gets free. Source: design page 05, "Order on activation".

use seawall_schema::object::Phase;

/// When an object has its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// What others refer to.
    Foundation,
    /// What bounds the rest.
    Limits,
    /// What work reads.
    Configuration,
    /// Work that waits for the reserves to give way.
    Ahead,
    /// Placeholders.
    Reserves,
    /// All other work.
    Workloads,
    /// Budgets, autoscalers, traffic records.
    Traffic,
}

impl Turn {
    /// All turns in order; at the end of an event they are taken backwards.
    pub const ALL: [Turn; 7] = [
        Turn::Foundation,
        Turn::Limits,
        Turn::Configuration,
        Turn::Ahead,
        Turn::Reserves,
        Turn::Workloads,
        Turn::Traffic,
    ];

    /// The turn of a phase; `ahead` where an overlay lists it before one that comes earlier elsewhere.
    pub fn of(phase: Phase, ahead: bool) -> Self {
        match phase {
            Phase::Foundation => Turn::Foundation,
            Phase::Limits => Turn::Limits,
            Phase::Configuration => Turn::Configuration,
            Phase::Workloads if ahead => Turn::Ahead,
            Phase::Reserves => Turn::Reserves,
            Phase::Workloads => Turn::Workloads,
            Phase::Traffic => Turn::Traffic,
        }
    }
}

//! What policies may name: the kinds of objects, and the fields of each. One table says a field's name, what it means, its
//! type and how it is read from the model; typing, evaluation and `docs/policies.md` are made from it.
//!
//! Takes a valid [`Model`], gives values. Adding a field is adding a line in the table of its kind. Invariant: amounts have
//! their unit, a reference is the name of what it refers to, and every list keeps the model's order.

mod batch;
mod fleet;
mod give;
mod place;
mod view;
mod work;

pub(crate) use view::{Nth, View};

use super::cel::types::Type;
use super::cel::value::Value;
use crate::model;
use crate::span::Span;
use seawall_schema::Resources;

/// Something that can be asked of an object.
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it means.
    pub(crate) about: &'static str,
    /// Its type, and whether it may be left out.
    of: fn() -> (Type, bool),
    /// Reads it; `None` where it is left out.
    pub(super) get: for<'m> fn(Object<'m>, &'m View<'m>) -> Option<Value<'m>>,
}

impl std::fmt::Debug for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Field {
    /// Its type.
    pub(crate) fn gives(&self) -> Type {
        (self.of)().0
    }

    /// Whether it may be left out.
    pub(crate) fn optional(&self) -> bool {
        (self.of)().1
    }
}

/// The fields of a kind: `/// about` `name: Type = value;`.
macro_rules! fields {
    ($(#[doc = $doc:literal])+ $list:ident = $kind:ident<$m:lifetime> |$this:ident, $view:ident| {
        $($(#[doc = $about:literal])+ $field:ident: $type:ty = $value:expr;)+
    }) => {
        $(#[doc = $doc])+
        pub(super) static $list: &[$crate::policy::fields::Field] = &[$($crate::policy::fields::Field {
            name: stringify!($field),
            about: concat!($($about),+),
            of: {
                // Types of fields that borrow nothing do not name it.
                #[allow(clippy::extra_unused_lifetimes)]
                fn of<$m>() -> ($crate::policy::cel::types::Type, bool) {
                    <$type as $crate::policy::fields::give::Give<$m>>::of()
                }
                of
            },
            get: {
                #[allow(clippy::extra_unused_lifetimes)]
                fn get<$m>(
                    object: $crate::policy::fields::Object<$m>,
                    $view: &$m $crate::policy::fields::View<$m>,
                ) -> Option<$crate::policy::cel::value::Value<$m>> {
                    let $crate::policy::fields::Object::$kind($this) = object else { return None };
                    let _ = ($this, $view);
                    <$type as $crate::policy::fields::give::Give<$m>>::give($value)
                }
                get
            },
        }),+];
    };
}
use fields;

/// The kinds: `/// about` `Name(type) = "name", fields;`.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident($given:ty) = $name:literal, $list:path;)+) => {
        /// A kind of object.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        /// An object of the model.
        #[derive(Clone, Copy, Debug)]
        pub(crate) enum Object<'m> {
            $($(#[doc = $doc])+ $kind($given),)+
        }

        impl Kind {
            /// Every kind, in the order of the reference.
            pub(crate) const ALL: &'static [Kind] = &[$(Kind::$kind),+];

            /// Its name.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Kind::$kind => $name),+ }
            }

            /// What it is.
            pub(crate) fn about(self) -> &'static str {
                match self { $(Kind::$kind => concat!($($doc),+)),+ }
            }

            /// Its fields.
            pub(crate) fn fields(self) -> &'static [Field] {
                match self { $(Kind::$kind => $list),+ }
            }
        }

        $(impl<'m> give::Give<'m> for $given {
            fn of() -> (Type, bool) {
                (Type::Object(Kind::$kind), false)
            }

            fn give(self) -> Option<Value<'m>> {
                Some(Value::Object(Object::$kind(self)))
            }
        })+
    };
}

kinds! {
    /// The fleet's settings, and everything in it; always there as `fleet`.
    Fleet(&'m model::Fleet) = "fleet", fleet::FLEET;
    /// A failure domain of its own.
    Region(Nth<'m, model::Region>) = "region", place::REGION;
    /// Where work runs: a cell, or a region without cells.
    Location(Nth<'m, model::Location>) = "location", place::LOCATION;
    /// How important work is.
    Tier(Nth<'m, model::Tier>) = "tier", fleet::TIER;
    /// A way in during failover.
    Lane(Nth<'m, model::Lane>) = "lane", fleet::LANE;
    /// The network between two regions.
    Link(&'m model::Link) = "link", fleet::LINK;
    /// Whose work it is.
    Tenant(Nth<'m, model::Tenant>) = "tenant", fleet::TENANT;
    /// Data that work uses.
    Dataset(Nth<'m, model::Dataset>) = "dataset", fleet::DATASET;
    /// Replicated work.
    Workload(Nth<'m, model::Workload>) = "workload", work::WORKLOAD;
    /// A batch queue.
    Queue(Nth<'m, model::Queue>) = "queue", batch::QUEUE;
    /// A batch job.
    Job(Nth<'m, model::Job>) = "job", batch::JOB;
    /// A named scenario.
    Event(Nth<'m, model::Event>) = "event", batch::EVENT;
    /// A demand on the proof.
    Survive(&'m model::Survive) = "survival", fleet::SURVIVE;
    /// Regions that move together in a rollout.
    Wave(&'m model::Wave) = "wave", fleet::WAVE;
    /// A further dialect that is written.
    Dialect(model::Dialect) = "dialect", fleet::DIALECT;
    /// How a cluster is reached.
    Cluster(&'m model::Cluster) = "cluster", place::CLUSTER;
    /// Nodes of one shape.
    Pool(&'m model::Pool) = "pool", place::POOL;
    /// A node taint.
    Taint(&'m model::Taint) = "taint", place::TAINT;
    /// Capacity held for a lane.
    Reserve(&'m model::Reserve) = "reserve", place::RESERVE;
    /// What a reserve is lent for meanwhile.
    Lend(&'m model::Lend) = "loan", place::LEND;
    /// A tenant's limit in a region.
    Quota(&'m model::Quota) = "quota", fleet::QUOTA;
    /// A copy of a dataset, the home included.
    Copy(view::Copied) = "copy", fleet::COPY;
    /// Where work or data may be.
    Residency(&'m model::Residency) = "residency", fleet::RESIDENCY;
    /// Replicas at one place.
    Target(&'m model::Target) = "target", work::TARGET;
    /// An autoscaler.
    Autoscale(&'m model::Autoscale) = "autoscaler", work::AUTOSCALE;
    /// A dataset that a workload uses.
    Uses(&'m model::Uses) = "use", work::USES;
    /// A workload that another needs nearby.
    Needs(&'m model::Needs) = "need", work::NEEDS;
    /// What happens to a workload in a failure.
    Failover(view::Failing<'m>) = "failover", work::FAILOVER;
    /// A destination.
    To(&'m model::To) = "destination", work::TO;
    /// What holds while an event is in force.
    During(view::During<'m>) = "during-failover", work::DURING;
    /// How users reach a workload.
    Traffic(&'m model::Traffic) = "traffic", work::TRAFFIC;
    /// A queue's quota at one location.
    Share(&'m model::QueueQuota) = "queue quota", batch::QUOTA;
    /// A location of an event that is asked to leave.
    Drain(view::Drained) = "drain", batch::DRAIN;
    /// Amounts by resource; 0 where none is said.
    Amounts(&'m Resources) = "set of amounts", place::AMOUNTS;
    /// Limits by resource; what is left out is unlimited.
    Limits(view::Limits<'m>) = "set of limits", place::LIMITS;
}

impl Kind {
    /// The field of that name.
    pub(crate) fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }
}

impl Object<'_> {
    /// The line it is written on; `None` for what is worked out.
    pub(super) fn place(self) -> Option<Span> {
        let span = match self {
            Object::Fleet(fleet) => fleet.span,
            Object::Region(region) => region.span,
            Object::Location(location) => location.span,
            Object::Tier(tier) => tier.span,
            Object::Lane(lane) => lane.span,
            Object::Link(link) => link.span,
            Object::Tenant(tenant) => tenant.span,
            Object::Dataset(dataset) => dataset.span,
            Object::Workload(workload) => workload.span,
            Object::Queue(queue) => queue.span,
            Object::Job(job) => job.span,
            Object::Event(event) => event.span,
            Object::Residency(residency) => residency.span,
            Object::Failover(of) => of.place(),
            Object::During(of) => of.place(),
            Object::Traffic(traffic) => traffic.span,
            _ => return None,
        };
        span.is_some().then_some(span)
    }
}

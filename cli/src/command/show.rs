//! `seawall show [DIR]`: the resolved model as data, every default applied, every part with its place in the source.

use crate::fleet::{self, FleetArgs};
use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::files::Sources;
use seawall_compiler::model::{Declared, Failover, Location, Model, Region, Reserve, Standby, Workload};
use seawall_compiler::span::Span;
use seawall_schema::Resources;
use serde_json::{Value, json};

/// Print the resolved model as JSON, every default applied
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    fleet: FleetArgs,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    format: Format,
}

/// How a model is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For machines
    Json,
}

/// Prints the model.
///
/// # Errors
/// Where there is no fleet, or findings leave no model.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let compiled = fleet::check(context, &args.fleet)?;
    let checked = &compiled.checked;
    let Some(model) = &checked.model else {
        context.complain(&fleet::shown(
            context,
            &checked.diagnostics,
            &checked.sources,
            context.terminal.stderr_color,
        ));
        return Err(Failure::input("the fleet has errors that leave no model to show"));
    };
    match args.format {
        Format::Json => context.json(&View { model, sources: &checked.sources }.fleet())?,
    }
    Ok(Exit::Fine)
}

struct View<'a> {
    model: &'a Model,
    sources: &'a Sources,
}

impl View<'_> {
    fn at(&self, span: Span) -> Value {
        let place = self.sources.locate(span);
        place.map_or(Value::Null, |(file, at)| json!({ "file": file, "line": at.line, "column": at.column }))
    }

    fn fleet(&self) -> Value {
        let model = self.model;
        let fleet = &model.fleet;
        let tiers = model.tiers.iter().map(|t| {
            json!({ "name": t.name.as_str(), "order": t.order.value, "preemptible": t.preemptible, "source": self.at(t.span) })
        });
        let lanes = model.lanes.iter().map(|l| {
            let draws = [(l.reserve, "reserve"), (l.free, "free"), (l.preemptible, "preemptible")];
            let draws: Vec<_> = draws.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
            json!({ "name": l.name.as_str(), "draws_on": draws, "source": self.at(l.span) })
        });
        json!({
            "fleet": fleet.name.value.as_str(),
            "max_plan_age": fleet.max_plan_age.value,
            "detection": fleet.detection.value,
            "decision": fleet.decision.value,
            "traffic_shift": fleet.traffic_shift.value,
            "source": self.at(fleet.span),
            "tiers": tiers.collect::<Vec<_>>(),
            "lanes": lanes.collect::<Vec<_>>(),
            "regions": model.regions.iter().map(|r| self.region(r)).collect::<Vec<_>>(),
            "tenants": model.tenants.iter().map(|t| self.tenant(t)).collect::<Vec<_>>(),
            "workloads": model.workloads.iter().map(|w| self.workload(w)).collect::<Vec<_>>(),
            "events": model.events.iter().map(|e| self.event(e)).collect::<Vec<_>>(),
        })
    }

    fn region(&self, region: &Region) -> Value {
        let locations = region.locations.iter().map(|id| self.location(&self.model[*id]));
        json!({
            "name": region.name.as_str(),
            "country": region.country.value.as_str(),
            "cities": region.cities.iter().map(|c| c.value.as_str()).collect::<Vec<_>>(),
            "zones": region.zones.iter().map(|z| z.value.as_str()).collect::<Vec<_>>(),
            "locations": locations.collect::<Vec<_>>(),
            "source": self.at(region.span),
        })
    }

    fn location(&self, location: &Location) -> Value {
        let pools = location.pools.iter().map(|p| {
            json!({ "name": p.name, "count": p.count.value, "max": p.max, "allocatable": amounts(&p.allocatable.value),
                "source": self.at(p.span) })
        });
        json!({
            "name": location.label,
            "capacity": amounts(&location.capacity),
            "pools": pools.collect::<Vec<_>>(),
            "reserves": location.reserves.iter().map(|r| self.reserve(r)).collect::<Vec<_>>(),
            "source": self.at(location.span),
        })
    }

    fn reserve(&self, reserve: &Reserve) -> Value {
        let share = |d: &Declared| match d {
            Declared::Share(share) => Value::from(share.to_string()),
            Declared::Amount(_) => Value::Null,
        };
        let shares = reserve.declared.iter().map(|(name, d)| (name.to_string(), share(&d.value)));
        let lent =
            reserve.lend.iter().flat_map(|lend| &lend.tiers).map(|t| self.model[t.value].name.as_str());
        json!({
            "lane": self.model[reserve.lane].name.as_str(),
            "amount": amounts(&reserve.amount),
            "shares": shares.filter(|(_, v)| !v.is_null()).collect::<serde_json::Map<_, _>>(),
            "lend_to": lent.collect::<Vec<_>>(),
            "source": self.at(reserve.span),
        })
    }

    fn tenant(&self, tenant: &seawall_compiler::model::Tenant) -> Value {
        let quotas = tenant.quotas.iter().map(|q| {
            json!({ "region": self.model[q.region].name.as_str(), "amount": amounts(&q.amount), "source": self.at(q.span) })
        });
        json!({
            "name": tenant.name.as_str(),
            "namespace": tenant.namespace.value,
            "quotas": quotas.collect::<Vec<_>>(),
            "burst": tenant.burst.as_ref().map(|b| amounts(&b.value)),
            "source": self.at(tenant.span),
        })
    }

    fn workload(&self, workload: &Workload) -> Value {
        let targets = workload.targets.iter().map(|t| {
            json!({ "location": self.model[t.location].label, "city": t.city.value, "replicas": t.replicas.value,
                "autoscale": t.autoscale.as_ref().map(|a| json!({ "min": a.min.value, "max": a.max.value })),
                "source": self.at(t.span) })
        });
        json!({
            "name": workload.name.as_str(),
            "tenant": self.model[workload.tenant.value].name.as_str(),
            "class": workload.class.as_ref().map(|c| c.value.as_str()),
            "tier": self.model[workload.tier.value].name.as_str(),
            "request": amounts(&workload.request.value),
            "targets": targets.collect::<Vec<_>>(),
            "failover": self.failover(&workload.failover),
            "source": self.at(workload.span),
        })
    }

    fn failover(&self, failover: &Failover) -> Value {
        let moves = match failover {
            Failover::Lowest => return json!({ "moves": false, "reason": "lowest tier" }),
            Failover::None { reason, span } => {
                return json!({ "moves": false, "reason": reason, "source": self.at(*span) });
            }
            Failover::Moves(moves) => moves,
        };
        let to = moves.to.iter().map(|to| {
            let standby = match to.standby.value {
                Standby::Hot => "hot",
                Standby::Warm => "warm",
                Standby::Cold => "cold",
            };
            json!({ "location": self.model[to.location].label, "lane": self.model[to.lane.value].name.as_str(),
                "standby": standby, "warm": to.warm.value.to_string(), "share": to.share.value.to_string(),
                "source": self.at(to.span) })
        });
        json!({
            "moves": true,
            "rto": moves.rto.as_ref().map(|rto| rto.value),
            "degraded": moves.degraded.value.to_string(),
            "to": to.collect::<Vec<_>>(),
            "source": self.at(moves.span),
        })
    }

    fn event(&self, event: &seawall_compiler::model::Event) -> Value {
        let drained = event.drained.iter().map(
            |(id, share)| json!({ "location": self.model[*id].label, "share": share.value.to_string() }),
        );
        json!({
            "name": event.name.as_str(),
            "failed": event.failed.iter().map(|id| self.model[id.value].label.as_str()).collect::<Vec<_>>(),
            "drained": drained.collect::<Vec<_>>(),
            "source": self.at(event.span),
        })
    }
}

/// Kubernetes quantities by resource.
fn amounts(resources: &Resources) -> Value {
    let text = |(resource, amount): (&seawall_schema::Resource, u64)| {
        (resource.to_string(), resource.format(i128::from(amount)).into())
    };
    Value::Object(resources.iter().map(text).collect())
}

//! A drill as data: names as `proof.json` has them, amounts as Kubernetes quantities, each entry with its line of policy.

use super::*;
use crate::files::Sources;
use crate::proof::json::witness;
use serde_json::{Map, Value, json};

impl Drill {
    /// The drill as data.
    pub fn to_json(&self, model: &Model, sources: &Sources) -> Value {
        let of = Data { model, sources };
        let Drill { outcome, asked, declare, .. } = self;
        let Outcome { scenario, on_paper, verdict } = outcome;
        let label = |c: &LocationId| of.label(*c);
        let drained = scenario
            .drained
            .iter()
            .map(|(c, share)| json!({ "location": label(c), "share": share.to_string() }));
        let mut data = json!({
            "format": 1,
            "fleet": model.fleet.name.value.as_str(),
            "scenario": scenario.name,
            "kind": scenario.kind.word(),
            "asked": asked,
            "verdict": verdict.word(),
            "on_paper": on_paper,
            "failed": scenario.failed.iter().map(label).collect::<Vec<_>>(),
            "drained": drained.collect::<Vec<_>>(),
            "declare": declare,
            "source": of.source(scenario.span),
        });
        if let Verdict::Survivable(plan) = verdict {
            data["level"] = json!(plan.level.word());
            data["method"] = json!(plan.method.word());
        }
        self.lists(&of, &mut data);
        if let Some(Refusal { cause, witness: found, fixes }) = &self.refusal {
            data["refusal"] = json!({ "cause": cause, "witness": witness(model, found), "fixes": fixes });
        }
        data["not_proved"] = json!(crate::proof::NOT_PROVED);
        data
    }

    fn lists(&self, of: &Data<'_>, data: &mut Value) {
        data["moves"] = self.moves.iter().map(|m| of.moved(m)).collect();
        data["stays"] = self.stays.iter().map(|s| of.stays(s)).collect();
        data["evicted"] = self.evicted.iter().map(|e| of.evicted(e)).collect();
        data["lost"] = self.lost.iter().map(|l| of.lost(l)).collect();
        data["impaired"] = self.impaired.iter().map(|i| of.impaired(i)).collect();
        data["traffic"] = self.traffic.iter().map(|t| of.traffic(t)).collect();
        data["held"] = self.held.iter().map(|h| of.held(h)).collect();
        data["utilisation"] = self.usage.iter().map(|u| of.usage(u)).collect();
        data["rto"] = self.rto.iter().map(|r| of.rto(r)).collect();
    }
}

/// What ids and spans are looked up in.
struct Data<'a> {
    model: &'a Model,
    sources: &'a Sources,
}

impl Data<'_> {
    fn label(&self, location: LocationId) -> &str {
        &self.model[location].label
    }

    fn name(&self, workload: WorkloadId) -> &str {
        self.model[workload].name.as_str()
    }

    fn source(&self, span: Span) -> Value {
        match self.sources.locate(span) {
            Some((file, at)) => json!({ "file": file, "line": at.line, "column": at.column }),
            None => json!("default"),
        }
    }

    fn amounts<'r>(&self, amounts: impl Iterator<Item = &'r (Resource, i128)>) -> Value {
        let all = amounts.map(|(k, amount)| (k.as_str().to_owned(), json!(k.format(*amount))));
        Value::Object(all.collect::<Map<_, _>>())
    }

    fn moved(&self, moved: &Moved) -> Value {
        let Moved { how, standing, amount, fenced, span } = moved;
        json!({
            "workload": self.name(how.workload),
            "from": self.label(how.from),
            "to": self.label(how.destination),
            "lane": self.model[how.lane].name.as_str(),
            "replicas": count(how.replicas),
            "standing": count(*standing),
            "amount": self.amounts(amount.iter()),
            "fenced": fenced,
            "source": self.source(*span),
        })
    }

    fn stays(&self, stays: &Stays) -> Value {
        let Stays { workload, location, replicas, drained, span } = stays;
        json!({
            "workload": self.name(*workload),
            "location": self.label(*location),
            "replicas": count(*replicas),
            "drained": drained,
            "source": self.source(*span),
        })
    }

    fn evicted(&self, evicted: &Why<Evicted>) -> Value {
        json!({
            "location": self.label(evicted.what.location),
            "tier": self.model[evicted.what.tier].name.as_str(),
            "amount": self.amounts(evicted.what.amount.iter()),
            "why": evicted.why,
            "source": self.source(evicted.span),
        })
    }

    fn lost(&self, lost: &Why<Down>) -> Value {
        json!({
            "workload": self.name(lost.what.workload),
            "from": self.label(lost.what.from),
            "replicas": count(lost.what.replicas),
            "reason": lost.what.reason,
            "why": lost.why,
            "source": self.source(lost.span),
        })
    }

    fn impaired(&self, impaired: &Impaired) -> Value {
        let dataset = |(id, span): &(crate::model::DatasetId, Span)| json!({ "dataset": self.model[*id].name.as_str(), "source": self.source(*span) });
        let datasets: Vec<_> = impaired.datasets.iter().map(dataset).collect();
        json!({ "workload": self.name(impaired.workload), "datasets": datasets })
    }

    fn traffic(&self, traffic: &Traffic) -> Value {
        let Traffic { workload, host, place, lost, before, step, after, span } = traffic;
        json!({
            "workload": self.name(*workload),
            "host": host,
            "place": place,
            "lost": lost,
            "before": before,
            "step": step,
            "after": after,
            "source": self.source(*span),
        })
    }

    fn held(&self, held: &Held) -> Value {
        let Held { kind, name, place, effect, span } = held;
        json!({ "kind": kind, "name": name, "place": place, "effect": effect, "source": self.source(*span) })
    }

    fn usage(&self, usage: &Usage) -> Value {
        let Usage { scope, pool, resource, has, used, parts: _ } = usage;
        let place = match scope {
            Scope::Region(region) => json!({ "region": self.model[*region].name.as_str() }),
            Scope::Location(location) => json!({ "location": self.label(*location) }),
        };
        let side = |has, used| json!({ "has": resource.format(has), "used": resource.format(used) });
        let mut data = place;
        data["pool"] = json!(pool.word());
        if let Pool::Reserve(lane) = pool {
            data["lane"] = json!(self.model[*lane].name.as_str());
        }
        data["resource"] = json!(resource.as_str());
        data["before"] = side(has.0, used.0);
        data["after"] = side(has.1, used.1);
        data
    }

    fn rto(&self, rto: &Rto) -> Value {
        let Rto { workload, destination, lane, terms, sum, limit } = rto;
        let term = |(name, time, span): &(&str, Duration, Span)| json!({ "name": name, "time": time.to_string(), "source": self.source(*span) });
        json!({
            "workload": self.name(*workload),
            "to": self.label(*destination),
            "lane": self.model[*lane].name.as_str(),
            "terms": terms.iter().map(term).collect::<Vec<_>>(),
            "sum": sum.to_string(),
            "rto": limit.map(|limit| limit.to_string()),
        })
    }
}

impl Pool {
    /// As a drill writes it.
    pub fn word(self) -> &'static str {
        match self {
            Pool::Whole => "whole",
            Pool::Reserve(_) => "reserve",
            Pool::Free => "free",
            Pool::Preemptible => "preemptible",
        }
    }
}

/// A count as a JSON number; one beyond 64 bits becomes text.
fn count(number: i128) -> Value {
    u64::try_from(number).map_or_else(|_| json!(number.to_string()), |n| json!(n))
}

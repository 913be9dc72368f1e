//! Small fleets built in code: a description in plain numbers, and random ones from a seed.

use crate::model::*;
use crate::span::{FileId, Span, Spanned};
use seawall_schema::{Duration, Resource, Resources, Share};

/// A fleet in plain numbers; cpu in milli.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub(super) lanes: Vec<[bool; 3]>,
    /// Order and whether preemptible; from the highest.
    pub(super) tiers: Vec<(u64, bool)>,
    pub(super) regions: Vec<Vec<Place>>,
    pub(super) zones: usize,
    pub(super) work: Vec<Work>,
    pub(super) queues: Vec<(usize, usize, u64)>,
    pub(super) bursts: Vec<Option<u64>>,
    pub(super) quota: Option<u64>,
    /// Home region and replicas with their lag in seconds.
    pub(super) datasets: Vec<(usize, Vec<(usize, u64)>)>,
    pub(super) events: Vec<Day>,
    pub(super) any_region: u32,
    pub(super) holding: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) nodes: u64,
    pub(super) cpu: u64,
    pub(super) pods: u64,
    pub(super) occupied: u64,
    /// Lane, cpu, pods, tiers it is lent to.
    pub(super) reserves: Vec<(usize, u64, u64, Vec<usize>)>,
}

/// Location, lane, warm percent, share percent.
type Way = (usize, usize, u32, u32);

#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub(super) tenant: usize,
    pub(super) tier: usize,
    pub(super) cpu: u64,
    pub(super) at: Vec<(usize, u64)>,
    /// Degraded percent and destinations.
    pub(super) moves: Option<(u32, Vec<Way>)>,
    /// Dataset and rpo in seconds.
    pub(super) uses: Option<(usize, Option<u64>)>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Day {
    pub(super) failed: Vec<usize>,
    pub(super) drained: Vec<(usize, u32)>,
    pub(super) lose: Vec<usize>,
    pub(super) sides: Vec<Vec<usize>>,
}

fn percent(share: u32) -> Share {
    Share::from_thousandths(share * 1000).unwrap()
}

fn of<T>(value: T) -> Spanned<T> {
    Spanned::default_of(value)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_millis(seconds * 1000)
}

fn amounts(cpu: u64, pods: u64) -> Resources {
    let mut amounts = Resources::default();
    amounts.set(Resource::Cpu, cpu);
    amounts.set(Resource::Pods, pods);
    amounts
}

fn line(number: usize) -> Span {
    Span::new(FileId(0), number as u32, number as u32 + 1)
}

impl Spec {
    /// The model of it.
    pub(super) fn model(&self) -> Model {
        let mut model = Model {
            allows: Vec::new(),
            fleet: self.fleet(),
            resources: vec![Resource::Cpu, Resource::Memory, Resource::Pods],
            jurisdictions: Vec::new(),
            tiers: self.tiers.iter().enumerate().map(|(i, t)| tier(i, *t)).collect(),
            lanes: self.lanes.iter().enumerate().map(|(i, draws)| lane(i, *draws)).collect(),
            links: Vec::new(),
            regions: Vec::new(),
            locations: Vec::new(),
            tenants: self.tenants(),
            datasets: self.datasets.iter().enumerate().map(|(i, d)| dataset(i, d)).collect(),
            workloads: self.work.iter().enumerate().map(|(i, w)| workload(i, w)).collect(),
            queues: self.queues.iter().enumerate().map(|(i, q)| queue(i, *q)).collect(),
            jobs: Vec::new(),
            events: self.events.iter().enumerate().map(|(i, e)| event(i, e)).collect(),
            declarations: Vec::new(),
            manifests: Vec::new(),
            schemas: Vec::new(),
        };
        for (r, places) in self.regions.iter().enumerate() {
            let first = model.locations.len();
            for (c, place) in places.iter().enumerate() {
                model.locations.push(location(r, (places.len() > 1).then_some(c), first + c, place));
            }
            let locations = (first..model.locations.len()).map(|c| LocationId(c as u32)).collect();
            model.regions.push(self.region(r, locations, places.len() > 1));
        }
        model
    }

    fn fleet(&self) -> Fleet {
        let survive =
            |boundary, count| Survive { boundary, count, holding_reserves: self.holding, span: line(1) };
        let mut asked = vec![survive(Boundary::Region, self.any_region), survive(Boundary::Cell, 1)];
        if self.zones > 0 {
            asked.push(survive(Boundary::Zone, 1));
        }
        Fleet {
            name: of("tiny".into()),
            survive: asked,
            kubernetes: of(36),
            max_plan_age: of(seconds(1)),
            standby_times: StandbyTimes { hot: of(seconds(1)), warm: of(seconds(1)), cold: of(seconds(1)) },
            detection: of(seconds(1)),
            decision: of(seconds(1)),
            traffic_shift: of(seconds(1)),
            failback: None,
            rollout: Vec::new(),
            targets: Vec::new(),
            span: line(0),
        }
    }

    fn region(&self, r: usize, locations: Vec<LocationId>, has_cells: bool) -> Region {
        Region {
            name: format!("r{r}").as_str().into(),
            country: of("DE".into()),
            cities: Vec::new(),
            zones: (0..self.zones).map(|z| of(format!("r{r}-z{z}").as_str().into())).collect(),
            locations,
            has_cells,
            cluster: None,
            observed: None,
            span: line(10 + r),
        }
    }

    fn tenants(&self) -> Vec<Tenant> {
        let tenant = |(i, burst): (usize, &Option<u64>)| {
            let quota = |(r, cpu): (usize, u64)| {
                let mut amount = Resources::default();
                amount.set(Resource::Cpu, cpu);
                Quota { region: RegionId(r as u32), amount, span: line(50 + i) }
            };
            let burst = burst.map(|cpu| {
                let mut burst = Resources::default();
                burst.set(Resource::Cpu, cpu);
                Spanned::new(burst, line(60 + i))
            });
            let name = format!("t{i}");
            let quotas =
                self.quota.iter().flat_map(|cpu| (0..self.regions.len()).map(|r| (r, *cpu))).map(quota);
            Tenant {
                name: name.as_str().into(),
                namespace: of(name),
                quotas: quotas.collect(),
                burst,
                span: line(40 + i),
            }
        };
        self.bursts.iter().enumerate().map(tenant).collect()
    }
}

fn tier(i: usize, (order, preemptible): (u64, bool)) -> Tier {
    Tier { name: format!("tier{i}").as_str().into(), order: of(order), preemptible, span: line(70 + i) }
}

fn lane(i: usize, [reserve, free, preemptible]: [bool; 3]) -> Lane {
    Lane {
        name: format!("lane{i}").as_str().into(),
        reserve,
        free,
        preemptible,
        draws_on: line(80 + i),
        span: line(80 + i),
    }
}

fn dataset(i: usize, (home, replicas): &(usize, Vec<(usize, u64)>)) -> Dataset {
    let replica =
        |(r, lag): &(usize, u64)| Replica { region: RegionId(*r as u32), lag: seconds(*lag), span: line(90) };
    Dataset {
        name: format!("d{i}").as_str().into(),
        residency: None,
        home: of(RegionId(*home as u32)),
        replicas: replicas.iter().map(replica).collect(),
        span: line(95 + i),
    }
}

fn queue(i: usize, (tier, location, cpu): (usize, usize, u64)) -> Queue {
    let quota =
        QueueQuota { location: LocationId(location as u32), amount: amounts(cpu, 0), span: line(100 + i) };
    Queue {
        name: format!("q{i}").as_str().into(),
        tier: of(TierId(tier as u32)),
        quotas: vec![quota],
        strict: false,
        span: line(100 + i),
    }
}

fn event(i: usize, day: &Day) -> Event {
    let id = |c: usize| LocationId(c as u32);
    Event {
        name: format!("e{i}").as_str().into(),
        failed: day.failed.iter().map(|c| of(id(*c))).collect(),
        drained: day.drained.iter().map(|(c, share)| (id(*c), of(percent(*share)))).collect(),
        sides: day.sides.iter().map(|side| side.iter().map(|r| RegionId(*r as u32)).collect()).collect(),
        may_lose: day.lose.iter().map(|t| of(TierId(*t as u32))).collect(),
        span: line(110 + i),
    }
}

fn location(region: usize, cell: Option<usize>, index: usize, place: &Place) -> Location {
    let reserve = |(i, (lane, cpu, pods, lent)): (usize, &(usize, u64, u64, Vec<usize>))| Reserve {
        lane: LaneId(*lane as u32),
        amount: amounts(*cpu, *pods),
        declared: vec![
            (Resource::Cpu, Spanned::new(Declared::Amount(*cpu), line(1000 + index * 10 + i))),
            (Resource::Pods, Spanned::new(Declared::Amount(*pods), line(1000 + index * 10 + i))),
        ],
        lend: (!lent.is_empty()).then(|| Lend {
            tiers: lent.iter().map(|t| of(TierId(*t as u32))).collect(),
            reclaim_within: seconds(60),
            span: Span::NONE,
        }),
        span: line(1000 + index * 10 + i),
    };
    let pool = Pool {
        name: "node".into(),
        count: of(place.nodes),
        max: None,
        allocatable: of(amounts(place.cpu, place.pods)),
        overhead: None,
        labels: Vec::new(),
        taints: Vec::new(),
        span: line(900 + index),
    };
    Location {
        region: RegionId(region as u32),
        cell: cell.map(|c| of(format!("c{c}").as_str().into())),
        label: cell.map_or_else(|| format!("r{region}"), |c| format!("r{region}/c{c}")),
        pools: vec![pool],
        occupied: (place.occupied > 0).then(|| of(amounts(place.occupied, 0))),
        capacity: amounts((place.nodes * place.cpu).saturating_sub(place.occupied), place.nodes * place.pods),
        reserves: place.reserves.iter().enumerate().map(reserve).collect(),
        cluster: None,
        span: line(800 + index),
    }
}

fn workload(i: usize, work: &Work) -> Workload {
    let target = |(c, n): &(usize, u64)| Target {
        location: LocationId(*c as u32),
        city: of("FRA".into()),
        replicas: of(*n),
        autoscale: None,
        span: line(2000 + i * 10),
    };
    let to = |(j, (c, lane, warm, share)): (usize, &(usize, usize, u32, u32))| To {
        location: LocationId(*c as u32),
        lane: of(LaneId(*lane as u32)),
        standby: of(match warm {
            0 => Standby::Cold,
            100 => Standby::Hot,
            _ => Standby::Warm,
        }),
        warm: of(percent(*warm)),
        share: of(percent(*share)),
        span: line(2001 + i * 10 + j),
    };
    let failover = match &work.moves {
        None => Failover::None { reason: String::new(), span: Span::NONE },
        Some((degraded, destinations)) => Failover::Moves(Moves {
            mode: of(FailoverMode::ActivePassive),
            rto: None,
            degraded: of(percent(*degraded)),
            to: destinations.iter().enumerate().map(to).collect(),
            span: line(2000 + i * 10),
        }),
    };
    Workload {
        name: format!("w{i:04}").as_str().into(),
        tenant: of(TenantId(work.tenant as u32)),
        class: None,
        tier: of(TierId(work.tier as u32)),
        mode: Mode::Own,
        content: Content::Container(Container {
            image: of(String::new()),
            port: None,
            args: Vec::new(),
            env: Vec::new(),
            span: Span::NONE,
        }),
        request: of(amounts(work.cpu, 1)),
        targets: work.at.iter().map(target).collect(),
        spread: None,
        disruption: None,
        residency: None,
        uses: work
            .uses
            .iter()
            .map(|(d, rpo)| Uses {
                dataset: DatasetId(*d as u32),
                rpo: rpo.map(|s| of(seconds(s))),
                span: line(3000 + i),
            })
            .collect(),
        needs: Vec::new(),
        failover,
        during_failover: None,
        traffic: None,
        fenced: false,
        allows: Vec::new(),
        span: line(2000 + i * 10),
        name_span: line(2000 + i * 10),
    }
}

/// Pseudo-random numbers (xorshift64*), the same on every machine.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`.
    pub(super) fn roll(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.roll(n) == 0
    }
}

/// A tiny random fleet, tight enough that about half of its scenarios fail.
pub(super) fn random(seed: u64) -> Spec {
    let dice = &mut Dice::new(seed);
    let lanes = 1 + dice.roll(3) as usize;
    let regions: Vec<Vec<Place>> =
        (0..2 + dice.roll(3)).map(|_| (0..1 + dice.roll(2)).map(|_| place(dice, lanes)).collect()).collect();
    let locations = regions.iter().map(Vec::len).sum::<usize>();
    let count = regions.len();
    Spec {
        lanes: (0..lanes).map(|_| draws(dice)).collect(),
        tiers: vec![(100, false), (50, false), (2, true), (1, true)],
        zones: dice.roll(4) as usize,
        work: (0..1 + dice.roll(4)).map(|_| work(dice, locations, lanes)).collect(),
        queues: (0..dice.roll(2))
            .map(|_| (2 + dice.roll(2) as usize, dice.roll(locations as u64) as usize, 1 + dice.roll(4)))
            .collect(),
        bursts: (0..2).map(|_| dice.one_in(3).then(|| dice.roll(12))).collect(),
        quota: dice.one_in(4).then(|| 2 + dice.roll(20)),
        datasets: vec![dataset_of(dice, count), dataset_of(dice, count)],
        events: (0..dice.roll(3)).map(|_| day(dice, locations, count)).collect(),
        any_region: 1 + dice.roll(3) as u32,
        holding: dice.one_in(3),
        regions,
    }
}

fn place(dice: &mut Dice, lanes: usize) -> Place {
    let reserve = |dice: &mut Dice| {
        let lent = [2, 3].into_iter().filter(|_| dice.one_in(3)).collect();
        (dice.roll(lanes as u64) as usize, dice.roll(7), dice.roll(6), lent)
    };
    Place {
        nodes: 1 + dice.roll(6),
        cpu: 1 + dice.roll(4),
        pods: 1 + dice.roll(4),
        occupied: if dice.one_in(4) { 1 } else { 0 },
        reserves: (0..dice.roll(3)).map(|_| reserve(dice)).collect(),
    }
}

fn draws(dice: &mut Dice) -> [bool; 3] {
    [!dice.one_in(5), dice.one_in(2), dice.one_in(2)]
}

fn work(dice: &mut Dice, locations: usize, lanes: usize) -> Work {
    let mut at: Vec<_> =
        (0..1 + dice.roll(2)).map(|_| (dice.roll(locations as u64) as usize, dice.roll(4))).collect();
    at.dedup_by_key(|(c, _)| *c);
    let shares = [100, 100, 70, 50, 34];
    let mut to: Vec<Way> = Vec::new();
    for _ in 0..1 + dice.roll(3) {
        let next = (dice.roll(locations as u64) as usize, dice.roll(lanes as u64) as usize);
        if !to.iter().any(|t| (t.0, t.1) == next) {
            let warm = [0, 0, 0, 0, 30, 100][dice.roll(6) as usize];
            to.push((next.0, next.1, warm, shares[dice.roll(5) as usize]));
        }
    }
    let degraded = if dice.one_in(3) { 60 } else { 100 };
    Work {
        tenant: dice.roll(2) as usize,
        tier: dice.roll(4) as usize,
        cpu: dice.roll(4),
        at,
        moves: (!dice.one_in(6)).then_some((degraded, to)),
        uses: dice.one_in(4).then(|| (dice.roll(2) as usize, (!dice.one_in(3)).then(|| dice.roll(4) * 5))),
    }
}

fn dataset_of(dice: &mut Dice, regions: usize) -> (usize, Vec<(usize, u64)>) {
    let home = dice.roll(regions as u64) as usize;
    (home, (0..regions).filter(|r| *r != home && dice.one_in(2)).map(|r| (r, 10)).collect())
}

fn day(dice: &mut Dice, locations: usize, regions: usize) -> Day {
    let lose: Vec<usize> = (0..4).filter(|_| dice.one_in(4)).collect();
    if dice.one_in(4) {
        let (mut near, mut far) = (Vec::new(), Vec::new());
        (0..regions).for_each(|r| if dice.one_in(2) { near.push(r) } else { far.push(r) });
        if !near.is_empty() && !far.is_empty() {
            return Day { lose, sides: vec![near, far], ..Day::default() };
        }
    }
    let (mut failed, mut drained) = (Vec::new(), Vec::new());
    for c in 0..locations {
        match dice.roll(5) {
            0 | 1 => failed.push(c),
            2 => drained.push((c, [40, 50, 100][dice.roll(3) as usize])),
            _ => {}
        }
    }
    Day { failed, drained, lose, sides: Vec::new() }
}

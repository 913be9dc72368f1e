//! Cuts an amount into pieces that each fill a node: what is freed again is whole nodes.
//!
//! Takes pools and an amount, gives runs of equal pieces. Invariant: for every resource but pods the pieces add up to the
//! amount exactly, as long as the pools hold it. Pods are held by the nodes themselves: where a piece takes all of a node,
//! nothing else fits there.

use crate::model::Pool;
use seawall_schema::{Resource, Resources};

/// So many equal pieces on nodes of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Index of the pool.
    pub(crate) pool: usize,
    pub(crate) count: u64,
    /// Of one piece.
    pub(crate) shape: Resources,
}

/// Cuts `amount`, pools that offer what is wanted and nothing rarer first.
pub(crate) fn cut(pools: &[Pool], amount: &Resources) -> Vec<Run> {
    let mut left: Resources = Resources(
        amount.iter().filter(|(k, a)| **k != Resource::Pods && *a > 0).map(|(k, a)| (k.clone(), a)).collect(),
    );
    let mut order: Vec<usize> = (0..pools.len()).collect();
    let extended = |k: &Resource| matches!(k, Resource::Extended(_));
    order.sort_by_key(|index| {
        let offers = &pools[*index].allocatable.value;
        let lacks = left.iter().any(|(k, _)| extended(k) && offers.get(k) == 0);
        let rarer = offers.iter().any(|(k, a)| extended(k) && a > 0 && left.get(k) == 0);
        (lacks, rarer, *index)
    });
    let mut runs = Vec::new();
    for index in order {
        let mut nodes = pools[index].count.value;
        while nodes > 0 {
            let Some(run) = one_run(&pools[index], index, nodes, &left) else { break };
            nodes -= run.count;
            for (resource, each) in run.shape.iter() {
                let rest = left.get(resource) - each * run.count;
                left.set(resource.clone(), rest);
            }
            left.0.retain(|_, a| *a > 0);
            runs.push(run);
        }
    }
    runs
}

/// The largest pieces that a node and what is left allow, as many of the same as there can be.
fn one_run(pool: &Pool, index: usize, nodes: u64, left: &Resources) -> Option<Run> {
    let piece = left.iter().map(|(k, a)| (k.clone(), a.min(pool.usable(k)))).filter(|(_, a)| *a > 0);
    let shape = Resources(piece.collect());
    if shape.is_empty() {
        return None;
    }
    let times = shape.iter().map(|(k, each)| left.get(k) / each).min().unwrap_or(1);
    Some(Run { pool: index, count: times.clamp(1, nodes), shape })
}

/// How many pieces of each run must go so that at least `need` of every resource is free, whole nodes first.
pub(crate) fn freed(runs: &[Run], need: &Resources) -> Vec<u64> {
    let mut need: Resources = need.clone();
    let mut freed = Vec::new();
    for run in runs {
        let wanted = run.shape.iter().map(|(k, each)| need.get(k).div_ceil(each)).max().unwrap_or(0);
        let count = wanted.min(run.count);
        for (resource, each) in run.shape.iter() {
            need.set(resource.clone(), need.get(resource).saturating_sub(each.saturating_mul(count)));
        }
        freed.push(count);
    }
    freed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Span, Spanned};

    fn resources(items: &[(&str, u64)]) -> Resources {
        Resources(items.iter().map(|(name, amount)| (Resource::from_name(name), *amount)).collect())
    }

    fn pool(count: u64, allocatable: &[(&str, u64)]) -> Pool {
        Pool {
            name: "p".into(),
            count: Spanned::default_of(count),
            max: None,
            allocatable: Spanned::default_of(resources(allocatable)),
            overhead: None,
            labels: Vec::new(),
            taints: Vec::new(),
            span: Span::NONE,
        }
    }

    #[test]
    fn pieces_fill_nodes_and_add_up() {
        let pools = [pool(30, &[("cpu", 32_000), ("memory", 128), ("pods", 110)])];
        let runs = cut(&pools, &resources(&[("cpu", 120_000), ("memory", 480), ("pods", 200)]));
        let shown: Vec<_> = runs.iter().map(|r| (r.count, r.shape.clone())).collect();
        let full = resources(&[("cpu", 32_000), ("memory", 128)]);
        assert_eq!(shown, [(3, full), (1, resources(&[("cpu", 24_000), ("memory", 96)]))]);
        let lopsided = cut(&pools, &resources(&[("cpu", 70_000), ("memory", 130)]));
        let sum = |k: &Resource| lopsided.iter().map(|r| r.count * r.shape.get(k)).sum::<u64>();
        assert_eq!((sum(&Resource::Cpu), sum(&Resource::Memory)), (70_000, 130));
        assert_eq!(freed(&runs, &resources(&[("cpu", 33_000)])), [2, 0]);
        assert_eq!(freed(&runs, &resources(&[("cpu", 97_000)])), [3, 1]);
    }

    #[test]
    fn rare_nodes_are_left_alone() {
        let pools = [pool(2, &[("cpu", 10), ("nvidia.com/gpu", 8)]), pool(5, &[("cpu", 10)])];
        let runs = cut(&pools, &resources(&[("cpu", 20)]));
        assert_eq!(runs.iter().map(|r| r.pool).collect::<Vec<_>>(), [1]);
        let runs = cut(&pools, &resources(&[("cpu", 20), ("nvidia.com/gpu", 8)]));
        assert_eq!(runs.iter().map(|r| (r.pool, r.count)).collect::<Vec<_>>(), [(0, 1), (0, 1)]);
    }
}

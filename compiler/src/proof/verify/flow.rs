//! Maximum flow by shortest augmenting paths on a table of capacities: slow, short, and not the solver's.

use std::collections::BTreeMap;

/// Capacities between named nodes.
pub(super) struct Graph<N: Ord + Copy> {
    left: BTreeMap<N, BTreeMap<N, i128>>,
}

impl<N: Ord + Copy> Default for Graph<N> {
    fn default() -> Self {
        Self { left: BTreeMap::new() }
    }
}

impl<N: Ord + Copy> Graph<N> {
    pub(super) fn edge(&mut self, from: N, to: N, capacity: i128) {
        *self.left.entry(from).or_default().entry(to).or_insert(0) += capacity;
        self.left.entry(to).or_default().entry(from).or_insert(0);
    }

    /// Sends as much more as possible.
    pub(super) fn send(&mut self, source: N, sink: N) -> i128 {
        let mut total = 0;
        while let Some(path) = self.path(source, sink) {
            let amount =
                path.iter().filter_map(|(a, b)| self.left.get(a)?.get(b)).min().copied().unwrap_or(0);
            for (a, b) in path {
                self.add(a, b, -amount);
                self.add(b, a, amount);
            }
            total += amount;
        }
        total
    }

    fn add(&mut self, from: N, to: N, amount: i128) {
        if let Some(left) = self.left.get_mut(&from).and_then(|row| row.get_mut(&to)) {
            *left += amount;
        }
    }

    fn path(&self, source: N, sink: N) -> Option<Vec<(N, N)>> {
        let mut came: BTreeMap<N, N> = BTreeMap::from([(source, source)]);
        let mut queue = std::collections::VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            for (next, left) in self.left.get(&node).into_iter().flatten() {
                if *left > 0 && !came.contains_key(next) {
                    came.insert(*next, node);
                    queue.push_back(*next);
                }
            }
        }
        let mut path = Vec::new();
        let mut at = sink;
        while at != source {
            let before = *came.get(&at)?;
            path.push((before, at));
            at = before;
        }
        Some(path)
    }
}

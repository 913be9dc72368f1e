//! Maximum flow (Dinic) on small networks with exact integers.
//!
//! Takes arcs with capacities, gives the flow's value, the flow of each arc and the source side of a minimum cut.
//! Invariant: arcs may be added between runs; a later run only augments what an earlier one found.

/// No limit on an arc.
pub(crate) const UNLIMITED: i128 = i128::MAX / 4;

/// A flow network; nodes are numbered from 0.
pub(crate) struct Network {
    heads: Vec<Vec<usize>>,
    to: Vec<usize>,
    left: Vec<i128>,
    level: Vec<u32>,
    next: Vec<usize>,
}

const UNSEEN: u32 = u32::MAX;

impl Network {
    /// A network of so many nodes and no arcs.
    pub(crate) fn new(nodes: usize) -> Self {
        Self {
            heads: vec![Vec::new(); nodes],
            to: Vec::new(),
            left: Vec::new(),
            level: vec![UNSEEN; nodes],
            next: vec![0; nodes],
        }
    }

    /// Adds a node and gives its number.
    pub(crate) fn node(&mut self) -> usize {
        self.heads.push(Vec::new());
        self.level.push(UNSEEN);
        self.next.push(0);
        self.heads.len() - 1
    }

    /// Adds an arc and gives its number.
    pub(crate) fn arc(&mut self, from: usize, to: usize, capacity: i128) -> usize {
        let arc = self.to.len();
        self.heads[from].push(arc);
        self.heads[to].push(arc + 1);
        self.to.extend([to, from]);
        self.left.extend([capacity, 0]);
        arc
    }

    /// How much flows through an arc.
    pub(crate) fn flow(&self, arc: usize) -> i128 {
        self.left[arc + 1]
    }

    /// Sends as much more as possible and gives how much that was.
    pub(crate) fn augment(&mut self, source: usize, sink: usize) -> i128 {
        let mut total = 0i128;
        while self.layer(source, sink) {
            self.next.fill(0);
            loop {
                let sent = self.push(source, sink, UNLIMITED);
                if sent == 0 {
                    break;
                }
                total += sent;
            }
        }
        total
    }

    /// After a run: whether a node is on the source side of the minimum cut.
    pub(crate) fn on_source_side(&self, node: usize) -> bool {
        self.level[node] != UNSEEN
    }

    fn layer(&mut self, source: usize, sink: usize) -> bool {
        self.level.fill(UNSEEN);
        self.level[source] = 0;
        let mut queue = vec![source];
        let mut at = 0;
        while at < queue.len() {
            let node = queue[at];
            at += 1;
            for &arc in &self.heads[node] {
                let next = self.to[arc];
                if self.left[arc] > 0 && self.level[next] == UNSEEN {
                    self.level[next] = self.level[node] + 1;
                    queue.push(next);
                }
            }
        }
        self.level[sink] != UNSEEN
    }

    /// Depth is at most the number of layers, which the networks built here keep below ten.
    fn push(&mut self, node: usize, sink: usize, limit: i128) -> i128 {
        if node == sink {
            return limit;
        }
        while self.next[node] < self.heads[node].len() {
            let arc = self.heads[node][self.next[node]];
            let next = self.to[arc];
            if self.left[arc] > 0 && self.level[next] == self.level[node] + 1 {
                let sent = self.push(next, sink, limit.min(self.left[arc]));
                if sent > 0 {
                    self.left[arc] -= sent;
                    self.left[arc ^ 1] += sent;
                    return sent;
                }
            }
            self.next[node] += 1;
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_maximum_and_the_cut() {
        let mut network = Network::new(6);
        for (from, to, capacity) in
            [(0, 1, 10), (0, 2, 10), (1, 3, 4), (1, 4, 8), (2, 4, 9), (4, 3, 6), (3, 5, 10), (4, 5, 10)]
        {
            network.arc(from, to, capacity);
        }
        assert_eq!(network.augment(0, 5), 19);
        assert!(network.on_source_side(0) && !network.on_source_side(5));
    }
}

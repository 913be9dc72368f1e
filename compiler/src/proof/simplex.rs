//! A linear relaxation by the bounded primal simplex method, in floating point.
//!
//! Takes a packing problem (maximise the sum of what is placed, coefficients not negative), gives a point and multipliers.
//! Nothing here decides a verdict: points are rounded and checked in integers, multipliers certified in integers.

/// What the relaxation came to.
pub(super) struct Relaxed {
    /// Value of each variable, above its lower bound.
    pub(super) point: Vec<f64>,
    /// Multiplier of each row.
    pub(super) multipliers: Vec<f64>,
    /// The maximum.
    pub(super) value: f64,
}

const TINY: f64 = 1e-9;

struct Tableau {
    rows: usize,
    columns: usize,
    cells: Vec<f64>,
    /// Reduced cost of each column.
    cost: Vec<f64>,
    /// Value of each basic variable.
    basic: Vec<f64>,
    row_var: Vec<usize>,
    column_var: Vec<usize>,
    at_upper: Vec<bool>,
    upper: Vec<f64>,
}

/// Maximises the sum of the variables within `0 ≤ x ≤ upper` and the rows `Σ a·x ≤ b`, `b ≥ 0`.
///
/// `work` is what may be spent, in cells touched; `None` when it runs out.
pub(super) fn maximise(upper: &[f64], rows: &[(Vec<(usize, f64)>, f64)], work: &mut u64) -> Option<Relaxed> {
    let (n, m) = (upper.len(), rows.len());
    let mut cells = vec![0.0; n * m];
    for (i, (row, _)) in rows.iter().enumerate() {
        for (j, a) in row {
            cells[i * n + j] = *a;
        }
    }
    let mut bounds = upper.to_vec();
    bounds.extend(std::iter::repeat_n(f64::INFINITY, m));
    let mut tableau = Tableau {
        rows: m,
        columns: n,
        cells,
        cost: vec![1.0; n],
        basic: rows.iter().map(|(_, b)| *b).collect(),
        row_var: (n..n + m).collect(),
        column_var: (0..n).collect(),
        at_upper: vec![false; n],
        upper: bounds,
    };
    let mut steps = 0usize;
    while let Some(column) = tableau.entering(steps > 20 * (n + m)) {
        tableau.step(column);
        steps += 1;
        *work = work.checked_sub((n * m) as u64 + 1)?;
    }
    Some(tableau.result(n))
}

impl Tableau {
    /// The steepest column, or after many steps the first one, which cannot cycle.
    fn entering(&self, first: bool) -> Option<usize> {
        let gain = |j: usize| if self.at_upper[j] { -self.cost[j] } else { self.cost[j] };
        let mut good = (0..self.columns).filter(|j| gain(*j) > TINY && self.upper[self.column_var[*j]] > 0.0);
        if first {
            return good.min_by_key(|j| self.column_var[*j]);
        }
        let best = good.next()?;
        Some(good.fold(best, |best, j| if gain(j) > gain(best) { j } else { best }))
    }

    fn step(&mut self, column: usize) {
        let sign = if self.at_upper[column] { -1.0 } else { 1.0 };
        let mut limit = self.upper[self.column_var[column]];
        let mut leaving = None;
        for i in 0..self.rows {
            let rate = sign * self.cells[i * self.columns + column];
            let room = if rate > TINY {
                self.basic[i] / rate
            } else if rate < -TINY {
                (self.upper[self.row_var[i]] - self.basic[i]) / -rate
            } else {
                continue;
            };
            if room < limit - TINY
                || room <= limit && leaving.is_none_or(|(r, _)| self.row_var[i] < self.row_var[r])
            {
                limit = room.max(0.0);
                leaving = Some((i, rate < 0.0));
            }
        }
        for i in 0..self.rows {
            self.basic[i] -= sign * limit * self.cells[i * self.columns + column];
        }
        match leaving {
            None => self.at_upper[column] = !self.at_upper[column],
            Some((row, to_upper)) => {
                let entered = if sign > 0.0 { limit } else { self.upper[self.column_var[column]] - limit };
                self.pivot(row, column);
                self.basic[row] = entered;
                self.at_upper[column] = to_upper;
            }
        }
    }

    fn pivot(&mut self, row: usize, column: usize) {
        let n = self.columns;
        let pivot = self.cells[row * n + column];
        for j in 0..n {
            self.cells[row * n + j] /= pivot;
        }
        self.cells[row * n + column] = 1.0 / pivot;
        let of: Vec<f64> = self.cells[row * n..][..n].to_vec();
        for i in (0..self.rows).filter(|i| *i != row) {
            let factor = self.cells[i * n + column];
            if factor != 0.0 {
                self.cells[i * n..][..n].iter_mut().zip(&of).for_each(|(cell, o)| *cell -= factor * o);
                self.cells[i * n + column] = -factor / pivot;
            }
        }
        let factor = self.cost[column];
        self.cost.iter_mut().zip(&of).for_each(|(cost, o)| *cost -= factor * o);
        self.cost[column] = -factor / pivot;
        std::mem::swap(&mut self.row_var[row], &mut self.column_var[column]);
    }

    fn result(&self, n: usize) -> Relaxed {
        let mut point = vec![0.0; n];
        let mut multipliers = vec![0.0; self.rows];
        for (j, var) in self.column_var.iter().enumerate() {
            match var.checked_sub(n) {
                Some(row) => multipliers[row] = (-self.cost[j]).max(0.0),
                None if self.at_upper[j] => point[*var] = self.upper[*var],
                None => {}
            }
        }
        for (i, var) in self.row_var.iter().enumerate().filter(|(_, var)| **var < n) {
            point[*var] = self.basic[i].clamp(0.0, self.upper[*var]);
        }
        let value = point.iter().sum();
        Relaxed { point, multipliers, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_share_two_variables() {
        let rows = vec![(vec![(0, 2.0), (1, 1.0)], 8.0), (vec![(0, 1.0), (1, 3.0)], 9.0)];
        let relaxed = maximise(&[10.0, 10.0], &rows, &mut 1000).unwrap();
        assert!((relaxed.value - 5.0).abs() < 1e-9, "{}", relaxed.value);
        let bound = relaxed.multipliers[0] * 8.0 + relaxed.multipliers[1] * 9.0;
        assert!((bound - 5.0).abs() < 1e-9);
    }

    #[test]
    fn upper_bounds_bind() {
        let rows = vec![(vec![(0, 1.0), (1, 1.0)], 5.0)];
        let relaxed = maximise(&[2.0, 1.0], &rows, &mut 1000).unwrap();
        assert!((relaxed.value - 3.0).abs() < 1e-9);
    }
}

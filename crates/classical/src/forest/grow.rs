//! How one tree grows, and which leaf the rows that watch it grow end in.

use std::ops::Range;

use super::random::Counter;
use super::tree::{Node, Tree};
use super::{Growth, Sample};

/// A training row in the bag of a tree.
#[derive(Clone, Copy)]
struct Member {
    row: u32,
    /// How often it was drawn.
    weight: f32,
    /// Its target as often.
    sum: f32,
}

/// Sum of weights and of weighted targets.
#[derive(Clone, Copy, Default)]
struct Total {
    weight: f64,
    sum: f64,
}

impl Total {
    fn without(self, other: Self) -> Self {
        Self {
            weight: self.weight - other.weight,
            sum: self.sum - other.sum,
        }
    }
}

/// A node that waits for its turn.
struct Waiting {
    /// The node whose second branch this is.
    above: Option<usize>,
    members: Range<usize>,
    passengers: Range<usize>,
    depth: usize,
    total: Total,
}

/// The best cut of a node.
struct Split {
    column: usize,
    bin: u8,
    /// What goes to the first branch.
    first: Total,
}

/// A tree that grows on a bootstrap sample.
pub(super) struct Growing<'a> {
    sample: &'a Sample<'a>,
    growth: &'a Growth,
    random: Counter,
    members: Vec<Member>,
    /// Rows that teach the tree nothing and want its estimate.
    passengers: Vec<u32>,
    /// The columns to draw from, in an order that drawing shuffles.
    columns: Vec<u32>,
    bins: Box<[Total; 256]>,
    /// Room to part members and passengers.
    members_aside: Vec<Member>,
    passengers_aside: Vec<u32>,
}

impl<'a> Growing<'a> {
    /// Draws the bag of tree number `tree`; rows out of it and others become passengers.
    pub(super) fn new(sample: &'a Sample<'a>, growth: &'a Growth, key: u64, tree: u64) -> Self {
        let n = sample.rows.len();
        let mut random = Counter::new(key, &[tree]);
        // Where bags are small, every third tree estimates an undrawn row: about the share that
        // a full bag leaves out, and enough for its error.
        let turns = if growth.draws <= n / 2 { 3 } else { 1 };
        let turn = tree as usize % turns;
        let mut draws = vec![0_u32; n];
        for _ in 0..growth.draws.min(n) {
            draws[random.below(n)] += 1;
        }
        let mut members = Vec::with_capacity(n.min(growth.draws));
        let mut passengers = Vec::with_capacity(n + sample.others.len());
        for (slot, (&row, &times)) in sample.rows.iter().zip(&draws).enumerate() {
            if times == 0 {
                if slot % turns == turn {
                    passengers.push(row);
                }
            } else {
                let weight = times as f32;
                let sum = weight * sample.targets[slot];
                members.push(Member { row, weight, sum });
            }
        }
        passengers.extend(sample.others);
        Self {
            sample,
            growth,
            random,
            columns: (0..sample.columns.len() as u32).collect(),
            bins: Box::new([Total::default(); 256]),
            members_aside: members.clone(),
            passengers_aside: passengers.clone(),
            members,
            passengers,
        }
    }

    /// Grows the tree and tells `arrive` the passengers of every leaf with its estimate.
    pub(super) fn grow(mut self, mut arrive: impl FnMut(&[u32], f32)) -> Tree {
        let mut nodes: Vec<Node> = Vec::new();
        let mut waiting = vec![self.root()];
        while let Some(node) = waiting.pop() {
            let at = nodes.len();
            if let Some(above) = node.above {
                nodes[above].set_second(at);
            }
            let Some(split) = self.best_split(&node) else {
                let estimate = (node.total.sum / node.total.weight.max(1.0)) as f32;
                nodes.push(Node::leaf(estimate));
                arrive(&self.passengers[node.passengers], estimate);
                continue;
            };
            nodes.push(Node::split(split.column, split.bin));
            let [first, second] = self.part(node, &split, at);
            waiting.push(second);
            waiting.push(first);
        }
        Tree { nodes }
    }

    fn root(&self) -> Waiting {
        let mut total = Total::default();
        for member in &self.members {
            total.weight += f64::from(member.weight);
            total.sum += f64::from(member.sum);
        }
        Waiting {
            above: None,
            members: 0..self.members.len(),
            passengers: 0..self.passengers.len(),
            depth: 0,
            total,
        }
    }

    /// The cut that lowers the sum of squares most, among columns drawn for this node.
    fn best_split(&mut self, node: &Waiting) -> Option<Split> {
        let smallest = self.growth.min_leaf as f64;
        let is_deepest = self.growth.depth.is_some_and(|depth| node.depth >= depth);
        if is_deepest || node.total.weight < 2.0 * smallest || node.members.len() < 2 {
            return None;
        }
        // What one leaf explains, and a little: rounding is no gain.
        let alone = node.total.sum * node.total.sum / node.total.weight;
        let mut best: Option<Split> = None;
        let mut bar = alone + 1e-9 * (1.0 + alone);
        let all = self.columns.len();
        for turn in 0..self.growth.candidates.min(all) {
            let other = turn + self.random.below(all - turn);
            self.columns.swap(turn, other);
            let column = self.columns[turn] as usize;
            self.try_column(column, node, &mut bar, &mut best);
        }
        best
    }

    fn try_column(
        &mut self,
        column: usize,
        node: &Waiting,
        bar: &mut f64,
        best: &mut Option<Split>,
    ) {
        let met = self.fill_bins(column, node);
        let smallest = self.growth.min_leaf as f64;
        let mut first = Total::default();
        let mut last = None;
        for (word, mut bits) in met.into_iter().enumerate() {
            while bits != 0 {
                let bin = (word << 6) as u32 + bits.trailing_zeros();
                bits &= bits - 1;
                let second = node.total.without(first);
                if first.weight >= smallest && second.weight >= smallest {
                    let of_first = first.sum * first.sum * second.weight;
                    let of_second = second.sum * second.sum * first.weight;
                    let gain = (of_first + of_second) / (first.weight * second.weight);
                    if gain > *bar {
                        *bar = gain;
                        let last: u32 = last.expect("a first part with weight has a bin");
                        *best = Some(Split {
                            column,
                            // In the middle of the bins that no member is in.
                            bin: ((last + bin - 1) / 2) as u8,
                            first,
                        });
                    }
                }
                let total = std::mem::take(&mut self.bins[bin as usize]);
                first.weight += total.weight;
                first.sum += total.sum;
                last = Some(bin);
            }
        }
    }

    /// Sums a node's members by bin, and says which bins have any.
    fn fill_bins(&mut self, column: usize, node: &Waiting) -> [u64; 4] {
        let bins = self.sample.columns[column];
        let mut met = [0_u64; 4];
        for member in &self.members[node.members.clone()] {
            let bin = bins[member.row as usize];
            let total = &mut self.bins[usize::from(bin)];
            total.weight += f64::from(member.weight);
            total.sum += f64::from(member.sum);
            met[usize::from(bin >> 6)] |= 1 << (bin & 63);
        }
        met
    }

    /// Parts members and passengers of a node, which is number `at` of the tree.
    fn part(&mut self, node: Waiting, split: &Split, at: usize) -> [Waiting; 2] {
        let bins = self.sample.columns[split.column];
        let members = part(
            &mut self.members[node.members.clone()],
            &mut self.members_aside,
            |member| bins[member.row as usize] <= split.bin,
        ) + node.members.start;
        let passengers = part(
            &mut self.passengers[node.passengers.clone()],
            &mut self.passengers_aside,
            |&row| bins[row as usize] <= split.bin,
        ) + node.passengers.start;
        let branch = |above, members, passengers, total| Waiting {
            above,
            members,
            passengers,
            depth: node.depth + 1,
            total,
        };
        [
            branch(
                None,
                node.members.start..members,
                node.passengers.start..passengers,
                split.first,
            ),
            branch(
                Some(at),
                members..node.members.end,
                passengers..node.passengers.end,
                node.total.without(split.first),
            ),
        ]
    }
}

/// Moves what `is_first` to the front, order kept, and says how many there are. Writes without
/// asking: which way a row goes is a coin toss that no processor foresees.
fn part<T: Copy>(all: &mut [T], aside: &mut [T], is_first: impl Fn(&T) -> bool) -> usize {
    let (mut kept, mut away) = (0, 0);
    for at in 0..all.len() {
        let one = all[at];
        all[kept] = one;
        aside[away] = one;
        let first = usize::from(is_first(&one));
        kept += first;
        away += 1 - first;
    }
    all[kept..].copy_from_slice(&aside[..away]);
    kept
}

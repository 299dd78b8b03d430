//! One regression tree over binned columns, and how rows find their leaf.

use serde::{Deserialize, Serialize};

/// One step of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// `column · 256 + bin`: rows whose bin is at most `bin` go to the next node, others to node
    /// `payload`; [`LEAF`] at a leaf.
    split: u32,
    /// The estimate at a leaf; the number of the node for higher bins elsewhere.
    payload: f32,
}

/// What stands in place of a split at a leaf: more than any column and bin.
const LEAF: u32 = 1 << 24;
/// Columns a tree can tell apart, and nodes it can have: 24 bits, which an f32 holds exactly.
pub const MAX_COLUMNS: usize = 1 << 16;
const MAX_NODES: usize = 1 << 24;

impl Node {
    pub(super) fn leaf(estimate: f32) -> Self {
        Self {
            split: LEAF,
            payload: estimate,
        }
    }

    /// A split whose second branch is told later, by [`Node::set_second`].
    pub(super) fn split(column: usize, bin: u8) -> Self {
        Self {
            split: (column << 8) as u32 | u32::from(bin),
            payload: 0.0,
        }
    }

    pub(super) fn set_second(&mut self, node: usize) {
        self.payload = node as f32;
    }
}

/// A regression tree: its nodes, each before those below it, the first branch right behind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
}

impl Tree {
    /// The estimate for a row with these bins, one per column.
    pub fn estimate(&self, bin_of: impl Fn(usize) -> u8) -> f32 {
        let mut at = 0;
        loop {
            let node = self.nodes[at];
            if node.split == LEAF {
                return node.payload;
            }
            let is_first = u32::from(bin_of((node.split >> 8) as usize)) <= node.split & 0xff;
            at = if is_first {
                at + 1
            } else {
                node.payload as usize
            };
        }
    }

    /// How many nodes it has.
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Its nodes as pairs of numbers, for [`Tree::from_pairs`].
    pub fn pairs(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        self.nodes.iter().map(|n| [n.split as f32, n.payload])
    }

    /// The tree with these nodes. Nothing unless every row over `columns` columns finds a leaf.
    pub fn from_pairs(pairs: impl Iterator<Item = [f32; 2]>, columns: usize) -> Option<Self> {
        let node = |[split, payload]: [f32; 2]| Node {
            // Saturates: what is no whole number from 0 to LEAF is refused below.
            split: split as u32,
            payload,
        };
        let tree = Self {
            nodes: pairs.map(node).collect(),
        };
        tree.is_whole(columns).then_some(tree)
    }

    fn is_whole(&self, columns: usize) -> bool {
        let n = self.nodes.len();
        let leads_on = |(at, node): (usize, &Node)| {
            let second = node.payload as usize;
            let is_split = ((node.split >> 8) as usize) < columns && at + 1 < second && second < n;
            node.split == LEAF || is_split
        };
        0 < n && n <= MAX_NODES && self.nodes.iter().enumerate().all(leads_on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stump() -> Tree {
        let mut root = Node::split(1, 3);
        root.set_second(2);
        Tree {
            nodes: vec![root, Node::leaf(-1.0), Node::leaf(5.0)],
        }
    }

    #[test]
    fn a_row_goes_by_its_bin() {
        let estimate = |bins: [u8; 2]| stump().estimate(|column| bins[column]);
        assert_eq!((estimate([9, 3]), estimate([0, 4])), (-1.0, 5.0));
    }

    #[test]
    fn a_tree_survives_being_stored() {
        assert_eq!(Tree::from_pairs(stump().pairs(), 2), Some(stump()));
    }

    #[test]
    fn a_stored_tree_that_leads_nowhere_is_refused() {
        assert_eq!(Tree::from_pairs(stump().pairs(), 1), None); // column 1 of 1
        assert_eq!(Tree::from_pairs(stump().pairs().take(2), 2), None); // no node 2
        assert_eq!(Tree::from_pairs(std::iter::empty(), 2), None);
        let back = [[256.0, 0.0], [LEAF as f32, 1.0]];
        assert_eq!(Tree::from_pairs(back.into_iter(), 2), None); // round and round
    }
}

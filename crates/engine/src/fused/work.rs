//! How work is cut into tasks: results do not depend on it, so threads and sizes may.

/// Numbers copied or multiplications done, below which handing out a task costs more than it gains; about 20
/// microseconds of products, or 10 of copying; ours.
const LEAST: usize = 1 << 20;

/// Pieces that a task should take at least, each of this many operations.
pub(super) fn at_least(operations: usize) -> usize {
    (LEAST / operations.max(1)).max(1)
}

/// Pieces of a task, where there are `pieces` of so many operations: several tasks for each thread, each with so many
/// pieces that what they share is read seldom, at most `most`; more only where they would be too small a task.
pub(super) fn pieces_of_task(pieces: usize, operations: usize, most: usize) -> usize {
    let tasks = 4 * rayon::current_num_threads();
    pieces.div_ceil(tasks).min(most).max(at_least(operations))
}

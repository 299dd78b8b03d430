//! Memory for weights: zero at first, in huge pages where the system gives them.

use std::ops::{Deref, DerefMut};

use memmap2::MmapMut;

/// Bytes from which a mapping of its own pays: that of one huge page of x86-64 and most ARM systems.
const HUGE_PAGE: usize = 2 << 20;

/// Numbers in memory, zero at first. Large ones lie in huge pages where the system gives them: training streams
/// through weights, and with pages of 4 KiB it would wait for address translation.
#[derive(Debug)]
pub(crate) enum Memory {
    Small(Vec<f32>),
    Large { map: MmapMut, length: usize },
}

impl Memory {
    /// This many zeros; a large piece costs nothing before it is touched.
    pub(crate) fn zeros(length: usize) -> Self {
        let bytes = length * size_of::<f32>();
        if bytes < HUGE_PAGE {
            return Self::Small(vec![0.0; length]);
        }
        match MmapMut::map_anon(bytes.next_multiple_of(HUGE_PAGE)) {
            Ok(map) => {
                advise_huge_pages(&map);
                Self::Large { map, length }
            }
            // What the allocator says of the same wish is the answer then.
            Err(_) => Self::Small(vec![0.0; length]),
        }
    }
}

/// Asks for huge pages; a system without them goes on with small ones.
#[cfg(target_os = "linux")]
fn advise_huge_pages(map: &MmapMut) {
    let _ = map.advise(memmap2::Advice::HugePage);
}

#[cfg(not(target_os = "linux"))]
fn advise_huge_pages(_: &MmapMut) {}

impl Deref for Memory {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Self::Small(values) => values,
            Self::Large { map, length } => &bytemuck::cast_slice(map)[..*length],
        }
    }
}

impl DerefMut for Memory {
    fn deref_mut(&mut self) -> &mut [f32] {
        match self {
            Self::Small(values) => values,
            Self::Large { map, length } => &mut bytemuck::cast_slice_mut(map)[..*length],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_pieces_are_zero_and_keep_what_is_written() {
        for length in [0, 1, 1_000, HUGE_PAGE / 4, HUGE_PAGE / 4 + 1] {
            let mut memory = Memory::zeros(length);
            assert_eq!(memory.len(), length);
            assert!(memory.iter().all(|&value| value == 0.0));
            if let Some(last) = memory.last_mut() {
                *last = 2.0;
                assert_eq!(memory[length - 1], 2.0);
            }
        }
    }
}

//! The first bytes of an HDF5 file, brought to the newer form.
//!
//! A file in the older form can only be added to while it is held in memory whole. What makes a file one of that
//! form is its superblock alone: groups and arrays of either form may stand in a file of the newer one. It is replaced by a
//! shorter one that says the same, so that a file larger than memory can be added to.
//!
//! Source: HDF5 File Format Specification 3.0, II.A "Disk Format: Level 0A - Format Signature and
//! Superblock".

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";
/// Bytes of an older superblock, version 1, with its entry of the root group.
const OLDER: usize = 100;
/// Bytes of a newer one, version 2.
const NEWER: usize = 48;
/// An address that leads nowhere.
const NOWHERE: u64 = u64::MAX;
/// Entries of a group's nodes and of an array's index, halved, that a newer file has unless it says otherwise.
const LEAF: u16 = 4;
const INTERNAL: u16 = 16;
const INDEX: u16 = 32;

/// Where a file in the older form ends, and where its root group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Older {
    end: u64,
    root: u64,
}

/// True when additions to a file will be made in bounded memory.
pub(super) fn is_bounded(path: &Path) -> bool {
    first_bytes(path).is_ok_and(|bytes| match bytes.get(8) {
        Some(0 | 1) => older(&bytes).is_some(),
        Some(_) => bytes.starts_with(&SIGNATURE),
        None => false,
    })
}

/// Brings a file in the older form to the newer one; leaves every other file as it is, and one that says what a newer
/// superblock cannot.
pub(super) fn renew(path: &Path) -> std::io::Result<()> {
    let Some(found) = older(&first_bytes(path)?) else {
        return Ok(());
    };
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&newer(found))
}

fn first_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(OLDER);
    File::open(path)?
        .take(OLDER as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// An older superblock that a newer one can stand for: addresses of eight bytes from the first byte on, the usual
/// numbers of entries, no driver.
fn older(bytes: &[u8]) -> Option<Older> {
    if bytes.len() < OLDER || !bytes.starts_with(&SIGNATURE) || bytes[13..15] != [8, 8] {
        return None;
    }
    let short = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    let address = |at: usize| {
        let eight = bytes[at..at + 8].try_into().expect("eight bytes");
        u64::from_le_bytes(eight)
    };
    let first = match bytes[8] {
        0 => 24,
        1 if short(24) == INDEX => 28,
        _ => return None,
    };
    let usual = short(16) == LEAF && short(18) == INTERNAL;
    let [base, end, driver] = [0, 16, 24].map(|at| address(first + at));
    let root = address(first + 40);
    let plain = base == 0 && driver == NOWHERE && root < end;
    (usual && plain).then_some(Older { end, root })
}

fn newer(found: Older) -> [u8; NEWER] {
    let mut bytes = [0; NEWER];
    bytes[..8].copy_from_slice(&SIGNATURE);
    // Version 2, addresses and lengths of eight bytes, no flags.
    bytes[8..12].copy_from_slice(&[2, 8, 8, 0]);
    // From the first byte on, without an extension.
    for (at, address) in [(12, 0), (20, NOWHERE), (28, found.end), (36, found.root)] {
        bytes[at..at + 8].copy_from_slice(&u64::to_le_bytes(address));
    }
    let sum = checksum(&bytes[..NEWER - 4]);
    bytes[NEWER - 4..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// Jenkins' lookup3 (Jenkins 2006, public domain), as the specification has it.
fn checksum(bytes: &[u8]) -> u32 {
    let start = 0xdead_beef_u32.wrapping_add(bytes.len() as u32);
    let mut state = [start; 3];
    let mut rest = bytes;
    while rest.len() > 12 {
        let (block, left) = rest.split_at(12);
        add(&mut state, block);
        mix(&mut state);
        rest = left;
    }
    add(&mut state, rest);
    finish(state)
}

fn add(state: &mut [u32; 3], block: &[u8]) {
    for (word, four) in state.iter_mut().zip(block.chunks(4)) {
        let mut padded = [0; 4];
        padded[..four.len()].copy_from_slice(four);
        *word = word.wrapping_add(u32::from_le_bytes(padded));
    }
}

fn mix(state: &mut [u32; 3]) {
    // Of three words the first takes, the third turns and the second gives, round after round.
    for (round, turn) in [4, 6, 8, 16, 19, 4].into_iter().enumerate() {
        let [a, b, c] = [0, 1, 2].map(|k| (round + k) % 3);
        state[a] = state[a].wrapping_sub(state[c]) ^ state[c].rotate_left(turn);
        state[c] = state[c].wrapping_add(state[b]);
    }
}

fn finish(mut state: [u32; 3]) -> u32 {
    for (round, turn) in [14, 11, 25, 16, 4, 14, 24].into_iter().enumerate() {
        let (to, from) = ((round + 2) % 3, (round + 1) % 3);
        state[to] = (state[to] ^ state[from]).wrapping_sub(state[from].rotate_left(turn));
    }
    state[2]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../fixtures/cells")
            .join(name)
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        // Bob Jenkins, lookup3.c, driver5.
        assert_eq!(checksum(b"Four score and seven years ago"), 0x1777_0551);
    }

    #[test]
    fn a_file_of_h5py_is_brought_to_the_newer_form_and_others_stay() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("cells.h5ad");
        let bytes = std::fs::read(fixture("v13_csr_gzip.h5ad")).unwrap();
        assert_eq!(bytes[8], 0);
        std::fs::write(&path, &bytes).unwrap();
        assert!(is_bounded(&path));
        renew(&path).unwrap();
        let renewed = std::fs::read(&path).unwrap();
        assert_eq!((renewed[8], renewed.len()), (2, bytes.len()));
        assert_eq!(renewed[NEWER..], bytes[NEWER..]);
        renew(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), renewed);
        // Other numbers of entries are what a newer superblock cannot say by itself.
        let mut unusual = bytes;
        unusual[16] = 8;
        std::fs::write(&path, &unusual).unwrap();
        assert!(!is_bounded(&path));
        renew(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), unusual);
        std::fs::write(&path, b"short").unwrap();
        assert!(!is_bounded(&path));
        renew(&path).unwrap();
    }
}

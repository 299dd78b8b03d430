//! Changes of bytes.

/// Changes made to one file at most; ours.
const MOST: usize = 6;
/// Bytes of a block at most; ours.
const BLOCK: usize = 64;
/// Numbers on which programs stumble.
const NUMBERS: [u64; 14] = [
    0,
    1,
    2,
    7,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    u64::MAX,
];
/// Words on which readers of text stumble.
const WORDS: [&[u8]; 16] = [
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"\"",
    b"-1",
    b"nan",
    b"1e999",
    b"-0",
    b"99999999999999999999",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\0",
    b"%%",
    b"#1.2",
    b".",
];

/// Numbers that are the same in every run (splitmix64, Steele et al. 2014).
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, 0 where that is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// Changes a file in one to six places; blocks may come from another.
pub(crate) fn change(bytes: &mut Vec<u8>, other: &[u8], chance: &mut Chance) {
    for _ in 0..=chance.below(MOST) {
        if bytes.is_empty() {
            bytes.push(b'\n');
        }
        let at = chance.below(bytes.len());
        let length = (1 + chance.below(BLOCK)).min(bytes.len() - at);
        match chance.below(10) {
            0 | 1 => flip(bytes, at, chance),
            2..=4 => number(bytes, at, chance),
            5 => bytes[at..at + length].fill([0, 0xff, b'0', b' '][chance.below(4)]),
            6 => block(bytes, at, other, length, chance),
            7 => drop(bytes.drain(at..at + length)),
            8 => {
                let word = WORDS[chance.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            // Seldom, since little is left of a file that is cut off.
            _ if chance.below(4) == 0 => bytes.truncate(at),
            _ => {
                let again = bytes[at..at + length].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
}

fn flip(bytes: &mut [u8], at: usize, chance: &mut Chance) {
    bytes[at] ^= 1 << chance.below(8);
}

/// A number of one to eight bytes, little end first: a notorious one, or one a little off.
fn number(bytes: &mut [u8], at: usize, chance: &mut Chance) {
    let width = [1, 2, 4, 8][chance.below(4)];
    // Numbers of binary files stand at multiples of their width.
    let at = if chance.below(2) == 0 {
        at / width * width
    } else {
        at
    };
    let Some(place) = bytes.get_mut(at..at + width) else {
        return;
    };
    let mut eight = [0; 8];
    eight[..width].copy_from_slice(place);
    let old = u64::from_le_bytes(eight);
    let new = match chance.below(4) {
        0 => old.wrapping_add(1 + chance.below(16) as u64),
        1 => old.wrapping_sub(1 + chance.below(16) as u64),
        2 => old << chance.below(16),
        _ => NUMBERS[chance.below(NUMBERS.len())],
    };
    place.copy_from_slice(&new.to_le_bytes()[..width]);
}

/// A block of another file in place of this one's.
fn block(bytes: &mut [u8], at: usize, other: &[u8], length: usize, chance: &mut Chance) {
    let from = chance.below(other.len());
    let length = length.min(other.len() - from);
    bytes[at..at + length].copy_from_slice(&other[from..from + length]);
}

//! Text in blocks of whole lines, decompressed on a thread of its own while earlier blocks are
//! being parsed.
//!
//! Block borders depend on the text alone, so that work by block gives the same bytes for any
//! number of threads.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use memchr::memrchr;

/// Bytes of a block; ours: large enough to make hand-overs rare, small enough for the cache.
const BLOCK: usize = 512 * 1024;
/// Blocks that wait between decompression and parsing; ours.
const WAITING: usize = 4;
/// Longest line taken for text; ours, a hundred times the widest table we know.
const LONGEST_LINE: usize = 512 * 1024 * 1024;

/// The blocks of a text, in order.
pub(crate) struct Blocks {
    filled: Receiver<io::Result<Vec<u8>>>,
    emptied: Sender<Vec<u8>>,
    ended: bool,
}

impl Blocks {
    /// Starts reading ahead.
    pub(crate) fn start(reader: Box<dyn Read + Send>) -> Self {
        let (send_filled, filled) = sync_channel(WAITING);
        let (emptied, take_emptied) = channel();
        std::thread::spawn(move || read_ahead(reader, &send_filled, &take_emptied));
        Self {
            filled,
            emptied,
            ended: false,
        }
    }

    /// The next block; nothing at the end. Every block but the last ends with a line end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.ended {
            return Ok(None);
        }
        // A reader that is gone without a word about the end has failed.
        let next = self.filled.recv();
        self.take(next.unwrap_or_else(|_| Err(io::Error::other("the reader broke off"))))
    }

    /// The blocks that are ready, at least one and at most `most`; none at the end. An error
    /// comes after the blocks before it.
    pub(crate) fn next_batch(&mut self, most: usize) -> (Vec<Vec<u8>>, io::Result<()>) {
        let mut batch = Vec::with_capacity(most);
        let mut next = self.next();
        loop {
            match next {
                Ok(Some(block)) => batch.push(block),
                Ok(None) => return (batch, Ok(())),
                Err(error) => return (batch, Err(error)),
            }
            if batch.len() == most || self.ended {
                return (batch, Ok(()));
            }
            match self.filled.try_recv() {
                Ok(message) => next = self.take(message),
                Err(_) => return (batch, Ok(())),
            }
        }
    }

    /// Tells the end, an empty block, from what comes before it.
    fn take(&mut self, message: io::Result<Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
        let block = message?;
        self.ended = block.is_empty();
        Ok((!self.ended).then_some(block))
    }

    /// Takes a block back, so that its memory is used again.
    pub(crate) fn give_back(&self, block: Vec<u8>) {
        // A reader that has finished needs no memory back.
        let _ = self.emptied.send(block);
    }
}

/// Sends blocks, and an empty one for the end.
fn read_ahead(
    mut reader: Box<dyn Read + Send>,
    filled: &SyncSender<io::Result<Vec<u8>>>,
    emptied: &Receiver<Vec<u8>>,
) {
    let mut rest: Vec<u8> = Vec::new();
    loop {
        let mut block = emptied.try_recv().unwrap_or_default();
        block.clear();
        block.append(&mut rest);
        let outcome = fill_block(&mut *reader, &mut block, &mut rest);
        let failed = outcome.is_err();
        let last = matches!(outcome, Ok(true));
        let whole = last && !block.is_empty();
        // A receiver that is gone has seen enough.
        if filled.send(outcome.map(|_| block)).is_err() || failed {
            return;
        }
        if last {
            if whole {
                let _ = filled.send(Ok(Vec::new()));
            }
            return;
        }
    }
}

/// Fills a block up to its last line end and leaves what follows in `rest`; true at the end.
fn fill_block(reader: &mut dyn Read, block: &mut Vec<u8>, rest: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        let before = block.len();
        let read = reader.take(BLOCK as u64).read_to_end(block)?;
        if read < BLOCK {
            return Ok(true);
        }
        if let Some(end) = memrchr(b'\n', &block[before..]) {
            let after = before + end + 1;
            rest.extend_from_slice(&block[after..]);
            block.truncate(after);
            return Ok(false);
        }
        if block.len() > LONGEST_LINE {
            return Err(io::Error::other("a line is longer than 512 MiB"));
        }
    }
}

//! Feeds damaged files to every reader until the time is up, and keeps what makes one panic.
//!
//! `cargo run -p imputome-io --example fuzz_readers -- READER|all SECONDS [seed=N] [folder=DIR]`
//!
//! Readers are h5ad, ten-x-h5, ten-x-folder, loom and table. It begins with the files of `fixtures`, changes
//! bytes, numbers, blocks and lines of them (of gzip files also of what is inside), and goes on from changed files that a
//! reader answered in words not heard before: a stand-in for coverage, which
//! needs a nightly compiler. `all` runs two readers at a time, each for SECONDS.
//!
//! A file on which a reader panics, or takes longer than a minute, is left in DIR (default: fuzz-findings),
//! and the program ends with code 1; so is the file in hand when the process dies. Limit memory from
//! outside (`ulimit -v`), and an allocation that a file talked a reader into is a death too.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program, not the library: it writes files, looks at the clock, prints and may panic"
)]

mod corpus;
mod mutation;
mod target;

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use corpus::Corpus;
use mutation::Chance;
use target::Reader;

/// A file that keeps a reader busy for longer is a finding; ours, a hundred thousand times what is usual.
const PATIENCE: Duration = Duration::from_secs(60);
/// Readers at a time.
const TOGETHER: usize = 2;

/// What is asked for.
#[derive(Clone, Debug)]
struct Asked {
    time: Duration,
    seed: u64,
    findings: PathBuf,
}

/// Where the last panic of a thread came from.
static PANICS: Mutex<Vec<(thread::ThreadId, String)>> = Mutex::new(Vec::new());

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [reader, seconds, options @ ..] = arguments.as_slice() else {
        println!(
            "give READER|all SECONDS [seed=N] [folder=DIR]; readers: {}",
            Reader::names()
        );
        std::process::exit(2);
    };
    let option = |name: &str| {
        let pairs = options.iter().filter_map(|option| option.split_once('='));
        pairs
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .next_back()
    };
    let asked = Asked {
        time: Duration::from_secs(seconds.parse().expect("seconds")),
        seed: option("seed").map_or(0, |seed| seed.parse().expect("a seed")),
        findings: option("folder").unwrap_or("fuzz-findings").into(),
    };
    let readers = match reader.as_str() {
        "all" => Reader::ALL.to_vec(),
        name => vec![Reader::named(name).expect("a reader")],
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, ToString::to_string);
        PANICS.lock().unwrap().push((thread::current().id(), place));
    }));
    let waiting = Mutex::new(readers);
    let found: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..TOGETHER)
            .map(|_| {
                scope.spawn(|| {
                    let mut found = 0;
                    loop {
                        let Some(reader) = waiting.lock().unwrap().pop() else {
                            return found;
                        };
                        found += fuzz(reader, &asked);
                    }
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap())
            .sum()
    });
    if found > 0 {
        println!("{found} findings in {}", asked.findings.display());
        std::process::exit(1);
    }
}

/// Tries one reader until the time is up; gives the number of findings.
fn fuzz(reader: Reader, asked: &Asked) -> usize {
    let scratch = tempfile::tempdir().unwrap();
    let mut corpus = Corpus::of(reader);
    let mut chance = Chance::new(asked.seed ^ reader as u64);
    let (mut heard, mut places) = (HashSet::new(), HashSet::new());
    let (start, mut tried) = (Instant::now(), 0_u64);
    std::fs::create_dir_all(&asked.findings).unwrap();
    let in_hand = asked.findings.join(format!("{}-in-hand", reader.name()));
    while start.elapsed() < asked.time {
        let case = corpus.changed(&mut chance);
        std::fs::write(&in_hand, &case.bytes).unwrap();
        tried += 1;
        let watch = Watch::over(&in_hand);
        let answer = catch_unwind(AssertUnwindSafe(|| reader.answer(&case, scratch.path())));
        drop(watch);
        match answer {
            Ok(words) => {
                if heard.insert(words) {
                    corpus.keep(case);
                }
            }
            Err(_) => {
                let place = last_panic();
                if places.insert(place.clone()) {
                    let kept = asked.findings.join(format!("{}-{tried}", reader.name()));
                    std::fs::write(&kept, &case.bytes).unwrap();
                    println!(
                        "{}: panic at {place}: {} (of {})",
                        reader.name(),
                        kept.display(),
                        case.source
                    );
                }
            }
        }
    }
    std::fs::remove_file(&in_hand).unwrap();
    println!(
        "{}: {tried} files in {:.0} s, {} answers, {} findings",
        reader.name(),
        start.elapsed().as_secs_f64(),
        heard.len(),
        places.len()
    );
    places.len()
}

fn last_panic() -> String {
    let mut panics = PANICS.lock().unwrap();
    let mine = thread::current().id();
    let place = panics.iter().rev().find(|(id, _)| *id == mine);
    let place = place.map_or_else(String::new, |(_, place)| place.clone());
    panics.retain(|(id, _)| *id != mine);
    place
}

/// Ends the program when a reader takes too long; dropped before, nothing happens.
struct Watch {
    done: Option<std::sync::mpsc::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Watch {
    fn over(in_hand: &Path) -> Self {
        let (done, over) = channel();
        let in_hand = in_hand.to_path_buf();
        let thread = thread::spawn(move || {
            if over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                println!("longer than {PATIENCE:?}: {}", in_hand.display());
                std::process::exit(1);
            }
        });
        Self {
            done: Some(done),
            thread: Some(thread),
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

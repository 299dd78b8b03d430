//! A card made of the processor: the kernels of the engine compiled as C++ behind a small header, and products as
//! BLAS has them, in a process of their own. What the engine asks of a card is thereby run as it is, but for CUDA.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use imputome_engine::EngineError;
use imputome_engine::cuda::{Argument, Card, KERNELS, Launch, Product};

pub(crate) const SHIM: &str = include_str!("shim.hpp");
const CARD: &str = include_str!("card.hpp");

/// Sums and products stay apart, as on a card.
const OPTIONS: [&str; 5] = [
    "-std=c++17",
    "-O3",
    "-g",
    "-ffp-contract=off",
    "-fno-strict-aliasing",
];

/// A card made of the processor.
#[derive(Debug, Clone)]
pub(crate) struct HostCard {
    process: Arc<Mutex<Process>>,
}

/// Memory of the card by its number.
#[derive(Debug)]
pub(crate) struct Memory {
    id: u32,
    process: Arc<Mutex<Process>>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    commands: BufWriter<ChildStdin>,
    answers: BufReader<ChildStdout>,
    memories: u32,
}

impl HostCard {
    /// The card, where there is a C++ compiler.
    pub(crate) fn new() -> Option<Self> {
        static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
        let program = PROGRAM.get_or_init(program).as_ref()?;
        let mut child = Command::new(program)
            // Memory still held when the tests end is no fault.
            .env("ASAN_OPTIONS", "detect_leaks=0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let process = Process {
            commands: BufWriter::new(child.stdin.take().expect("piped")),
            answers: BufReader::new(child.stdout.take().expect("piped")),
            child,
            memories: 0,
        };
        Some(Self {
            process: Arc::new(Mutex::new(process)),
        })
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().expect("no test panics with the card")
    }

    fn memory(&self, length: usize) -> Memory {
        let mut process = self.process();
        process.memories += 1;
        let id = process.memories;
        process.send(&[0, id, length as u32]);
        Memory {
            id,
            process: Arc::clone(&self.process),
        }
    }
}

/// Names of the kernels in the source.
pub(crate) fn kernel_names() -> BTreeSet<&'static str> {
    let kernels = KERNELS.split("__global__ void ").skip(1);
    kernels
        .filter_map(|kernel| kernel.split('(').next())
        .collect()
}

/// The compiled program; none without a compiler.
fn program() -> Option<PathBuf> {
    let source = format!(
        "{SHIM}\n{KERNELS}\n{CARD}\nint main() {{ obey({}); }}\n",
        table()
    );
    let checked = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
    let built = match built("host_card", &source, &checked)? {
        Ok(program) => Ok(program),
        // Not every compiler has a checker.
        Err(_) => built("host_card", &source, &[])?,
    };
    Some(built.expect("the kernels are C++"))
}

/// Names of the kernels with what runs them, in C++.
pub(crate) fn table() -> String {
    let entries = kernel_names();
    let entries: String = entries
        .iter()
        .map(|name| format!("{{\"{name}\", runner({name})}}, "))
        .collect();
    format!("{{{entries}}}")
}

/// What a compiler makes of a source, or its complaints; none without a compiler.
#[expect(
    clippy::disallowed_methods,
    reason = "the compiler takes its source from a file"
)]
pub(crate) fn built(name: &str, source: &str, options: &[&str]) -> Option<Result<PathBuf, String>> {
    let mut hasher = DefaultHasher::new();
    (source, options, OPTIONS).hash(&mut hasher);
    let stem = format!("{name}_{:016x}", hasher.finish());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let built = folder.join(&stem);
    if built.exists() {
        return Some(Ok(built));
    }
    // Several test programs may build it at a time; each renames its own into place.
    let own = format!("{stem}_{}", std::process::id());
    let (file, program) = (folder.join(format!("{own}.cpp")), folder.join(&own));
    fs::write(&file, source).expect("the folder of tests takes files");
    let mut command = Command::new("c++");
    command.args(OPTIONS).args(options);
    let compiled = command.arg(&file).arg("-o").arg(&program).output().ok()?;
    if !compiled.status.success() {
        return Some(Err(String::from_utf8_lossy(&compiled.stderr).into_owned()));
    }
    fs::rename(&program, &built).expect("the folder of tests takes files");
    Some(Ok(built))
}

impl Process {
    fn send(&mut self, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.send_bytes(&bytes);
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        self.commands.write_all(bytes).expect("the host card lives");
    }
}

impl Card for HostCard {
    type Numbers = Memory;
    type Words = Memory;

    fn room(&self, length: usize) -> Result<Memory, EngineError> {
        Ok(self.memory(length))
    }

    fn words(&self, words: &[u32]) -> Result<Memory, EngineError> {
        let memory = self.memory(words.len());
        let mut process = self.process();
        process.send(&[1, memory.id, words.len() as u32]);
        process.send(words);
        drop(process);
        Ok(memory)
    }

    fn write(&self, values: &[f32], numbers: &mut Memory) -> Result<(), EngineError> {
        let mut process = self.process();
        process.send(&[1, numbers.id, values.len() as u32]);
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        process.send_bytes(&bytes);
        Ok(())
    }

    fn read(&self, numbers: &Memory, values: &mut [f32]) -> Result<(), EngineError> {
        let mut process = self.process();
        process.send(&[2, numbers.id, values.len() as u32]);
        process.commands.flush().expect("the host card lives");
        let mut bytes = vec![0; 4 * values.len()];
        process
            .answers
            .read_exact(&mut bytes)
            .expect("the host card answers");
        for (value, bytes) in values.iter_mut().zip(bytes.chunks(4)) {
            *value = f32::from_le_bytes(bytes.try_into().expect("four bytes"));
        }
        Ok(())
    }

    fn multiply(
        &self,
        product: Product,
        left: &Memory,
        right: &Memory,
        result: &mut Memory,
    ) -> Result<(), EngineError> {
        let call = product.column_major();
        let [left_extent, right_extent, extent] = product.extents().map(|extent| extent as u32);
        let dimensions = [call.m, call.n, call.k, call.lda, call.ldb, call.ldc];
        let mut command = vec![4, u32::from(call.transpose_a), u32::from(call.transpose_b)];
        command.extend(dimensions.map(|dimension| dimension as u32));
        command.push(call.beta as u32);
        command.extend([right.id, product.right_start as u32, right_extent]);
        command.extend([left.id, left_extent, result.id, extent]);
        self.process().send(&command);
        Ok(())
    }

    fn launch(&self, launch: Launch<'_, Memory, Memory>) -> Result<(), EngineError> {
        let (kernel, threads) = (launch.kernel(), launch.threads());
        let mut process = self.process();
        process.send(&[5, kernel.len() as u32]);
        process.send_bytes(kernel.as_bytes());
        process.send(&[threads]);
        for argument in launch.into_arguments() {
            match argument {
                Argument::Reads(memory, length) => process.send(&[0, memory.id, length as u32]),
                Argument::Writes(memory, length) => process.send(&[1, memory.id, length as u32]),
                Argument::Words(memory, length) => process.send(&[2, memory.id, length as u32]),
                Argument::Count(count) => process.send(&[3, count]),
                Argument::Value(value) => process.send(&[4, value.to_bits()]),
            }
        }
        Ok(())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // A card that failed has been told of already.
        if let Ok(mut process) = self.process.lock() {
            let bytes: Vec<u8> = [3, self.id]
                .iter()
                .flat_map(|word: &u32| word.to_le_bytes())
                .collect();
            let _ = process.commands.write_all(&bytes);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It ends with its input; what fails here has failed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! What a core can do at most: multiply-adds in registers, and the memory traffic of Adam.
//!
//! `cargo run --release -- [threads]`. All threads run at once; a rate is that of one thread by its own CPU time, the
//! median over stretches, then the mean over threads.

use std::hint::black_box;
use std::sync::Barrier;

use pulp::{Arch, Simd, WithSimd};
use rustix::time::{ClockId, clock_gettime};

/// Sums that do not wait for each other: two multiply-adds begin per cycle and take 4 cycles, so at least 8; the 16
/// registers of AVX2 hold 12 and two factors.
const SUMS: usize = 12;
/// Multiply-adds of each sum in one timed stretch, some 10 ms.
const ROUNDS: usize = 4_000_000;
const TIMES: usize = 15;
/// Weights beside each other, then their first moments, then their second: one stream, which the processor fetches
/// ahead better than three.
const STRETCH: usize = 64;
/// 288 MiB of weights and moments for each thread, beyond every cache.
const NUMBERS: usize = 3 * STRETCH * 393_216;
const PASSES: usize = 5;

fn main() {
    let threads = std::env::args()
        .nth(1)
        .map_or(1, |word| word.parse().expect("a number of threads"));
    let wide = on_every_thread(threads, || {
        median(TIMES, || Arch::new().dispatch(MultiplyAdds))
    });
    let avx2 = on_every_thread(threads, || median(TIMES, multiply_adds_avx2));
    let traffic = on_every_thread(threads, adam_traffic);
    println!(
        "{threads} threads, per core: {wide:.1} GFLOP/s, {avx2:.1} GFLOP/s AVX2, {traffic:.1} GB/s Adam traffic"
    );
}

/// Mean of what the threads measure, all of them at work at once.
fn on_every_thread(threads: usize, measure: impl Fn() -> f64 + Sync) -> f64 {
    let start = Barrier::new(threads);
    let rates: Vec<f64> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    measure()
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("it only counts"))
            .collect()
    });
    rates.iter().sum::<f64>() / threads as f64
}

fn median(times: usize, mut measure: impl FnMut() -> f64) -> f64 {
    let mut rates: Vec<f64> = (0..times).map(|_| measure()).collect();
    rates.sort_by(f64::total_cmp);
    rates[times / 2]
}

/// GFLOP/s of multiply-adds that touch no memory.
struct MultiplyAdds;

impl WithSimd for MultiplyAdds {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        // The sums stay near 1: neither overflow nor subnormal numbers slow the processor.
        let factor = simd.splat_f32s(black_box(0.5));
        let term = simd.splat_f32s(black_box(0.5));
        let mut sums = [simd.splat_f32s(black_box(1.0)); SUMS];
        let began = cpu_seconds();
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, factor, term);
            }
        }
        let total = sums.iter().fold(simd.splat_f32s(0.0), |total, &sum| {
            simd.add_f32s(total, sum)
        });
        black_box(simd.reduce_sum_f32s(total));
        let lanes = size_of::<S::f32s>() / size_of::<f32>();
        (2 * lanes * SUMS * ROUNDS) as f64 / (cpu_seconds() - began) / 1e9
    }
}

#[cfg(target_arch = "x86_64")]
fn multiply_adds_avx2() -> f64 {
    pulp::x86::V3::try_new().map_or(f64::NAN, |simd| Simd::vectorize(simd, MultiplyAdds))
}

#[cfg(not(target_arch = "x86_64"))]
fn multiply_adds_avx2() -> f64 {
    f64::NAN
}

/// GB/s, read and written, of passes over weights and both moments; without the root and the division of Adam,
/// which would hide the limit of the memory.
fn adam_traffic() -> f64 {
    let mut numbers = vec![0.5_f32; NUMBERS];
    median(PASSES, || {
        let began = cpu_seconds();
        Arch::new().dispatch(|| numbers.chunks_exact_mut(3 * STRETCH).for_each(update));
        (2 * size_of::<f32>() * NUMBERS) as f64 / (cpu_seconds() - began) / 1e9
    })
}

#[inline(always)]
fn update(group: &mut [f32]) {
    let (values, moments) = group.split_at_mut(STRETCH);
    let (first, second) = moments.split_at_mut(STRETCH);
    for position in 0..STRETCH {
        let m = first[position] + 0.1 * (0.25 - first[position]);
        let v = second[position] + 0.001 * (0.0625 - second[position]);
        first[position] = m;
        second[position] = v;
        values[position] -= 1e-4 * m * v;
    }
}

/// CPU time of this thread.
fn cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
}

//! Exponential functions from arithmetic alone, so that loops over them run on whole registers.
//!
//! With `x = n ln 2 + r` and `|r|` at most `ln 2 / 2`, `exp(x)` is `exp(r)` times a power of two; the series of Taylor
//! to the seventh power leaves less than 6e-9 of `exp(r) - 1`.

/// `ln 2` in two parts, the first with 9 bits, so that its product with a whole number below 2^15 is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// 1.5 * 2^23: a number below 2^22 added to it is rounded to a whole one, found in its lowest bits.
const ROUNDER: f32 = 12_582_912.0;

/// Beyond these `exp` is 0 or infinite as an f32.
const LOWEST: f32 = -104.0;
const HIGHEST: f32 = 89.0;

/// `exp(x)`.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let (exponent, less_one) = reduced(x);
    // In two factors, as the power alone may not be a number where the result is one.
    let half = exponent >> 1;
    (less_one + 1.0) * power_of_two(half) * power_of_two(exponent - half)
}

/// `exp(x) - 1` for `x` not above 0, exact to the last bits near 0.
#[inline(always)]
pub(super) fn exp_m1_below_zero(x: f32) -> f32 {
    // Below -80 the result is -1, and `clamp` keeps what is not a number.
    let (exponent, less_one) = reduced(x.clamp(-80.0, 0.0));
    let power = power_of_two(exponent);
    power * less_one + (power - 1.0)
}

/// `ln(1 + x)` for `x` in `[0, 1]`: the series of the area tangent, with `ln(1 + x) = 2 artanh(x / (2 + x))`; the
/// terms left out are below 2e-8 of the result.
#[inline(always)]
pub(super) fn ln_1p_of_share(x: f32) -> f32 {
    let s = x / (2.0 + x);
    let square = s * s;
    let series = [11.0, 9.0, 7.0, 5.0, 3.0, 1.0]
        .into_iter()
        .fold(1.0 / 13.0, |sum, odd: f32| sum * square + 1.0 / odd);
    2.0 * s * series
}

/// Whole number `n` and `exp(r) - 1`.
#[inline(always)]
fn reduced(x: f32) -> (i32, f32) {
    let x = x.clamp(LOWEST, HIGHEST);
    let rounded = x * std::f32::consts::LOG2_E + ROUNDER;
    let exponent = (rounded.to_bits() as i32).wrapping_sub(ROUNDER.to_bits() as i32);
    let n = rounded - ROUNDER;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let series = [720.0, 120.0, 24.0, 6.0, 2.0]
        .into_iter()
        .fold(1.0 / 5_040.0, |sum, factorial: f32| {
            sum * r + 1.0 / factorial
        });
    (exponent, series * r * r + r)
}

#[inline(always)]
fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits((exponent.wrapping_add(127) << 23) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points over the range, dense near 0.
    fn points() -> impl Iterator<Item = f32> {
        let sweep = (-10_300..=8_800).map(|n| n as f32 * 0.01);
        let small = (0..400).map(|n| 1e-8 * 1.05_f32.powi(n));
        sweep
            .chain(small.clone())
            .chain(small.map(|x| -x))
            .filter(|x| *x < 88.7)
    }

    /// Relative difference to what f64 gives, in units of an f32's spacing.
    fn worst(
        of: impl Fn(f32) -> f32,
        truth: impl Fn(f64) -> f64,
        points: impl Iterator<Item = f32>,
    ) -> f64 {
        let errors = points.map(|x| {
            let truth = truth(f64::from(x));
            (f64::from(of(x)) - truth).abs() / truth.abs().max(f64::from(f32::MIN_POSITIVE))
        });
        errors.fold(0.0, f64::max) / f64::from(f32::EPSILON)
    }

    #[test]
    fn exponentials_are_within_two_units_of_the_last_place() {
        assert!(worst(exp, f64::exp, points()) < 2.0);
        let below = points().filter(|x| *x < 0.0);
        assert!(worst(exp_m1_below_zero, f64::exp_m1, below) < 2.0);
        let shares = (0..=10_000)
            .map(|n| n as f32 * 1e-4)
            .chain((0..40).map(|n| 0.5_f32.powi(n)));
        assert!(worst(ln_1p_of_share, f64::ln_1p, shares.filter(|x| *x > 0.0)) < 2.0);
    }

    #[test]
    fn the_ends_of_the_range_are_those_of_f32() {
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(-104.0), 0.0);
        assert_eq!(exp(89.0), f32::INFINITY);
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp_m1_below_zero(f32::NEG_INFINITY), -1.0);
        assert_eq!(exp_m1_below_zero(0.0), 0.0);
        assert!(exp(f32::NAN).is_nan() && exp_m1_below_zero(f32::NAN).is_nan());
    }
}

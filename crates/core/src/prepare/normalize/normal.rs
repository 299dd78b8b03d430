//! The standard normal distribution: its function and the inverse.

/// Share of the distribution below `score`.
pub(super) fn share_below(score: f64) -> f64 {
    0.5 * libm::erfc(-score * std::f64::consts::FRAC_1_SQRT_2)
}

/// The score below which a share of the distribution lies, `share` in `(0, 1)`; relative error
/// 1e-16.
///
/// Wichura 1988, Algorithm AS 241, Applied Statistics 37, 477-484, routine PPND16.
pub(super) fn quantile(share: f64) -> f64 {
    let from_middle = share - 0.5;
    if from_middle.abs() <= 0.425 {
        let r = 0.180_625 - from_middle * from_middle;
        return from_middle * ratio(r, &MIDDLE);
    }
    let r = (-share.min(1.0 - share).ln()).sqrt();
    let score = if r <= 5.0 {
        ratio(r - 1.6, &SIDE)
    } else {
        ratio(r - 5.0, &TAIL)
    };
    score.copysign(from_middle)
}

/// Coefficients of numerator and denominator, the constant first.
type Rational = [[f64; 8]; 2];

const MIDDLE: Rational = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];

const SIDE: Rational = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

const TAIL: Rational = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

fn ratio(r: f64, [above, below]: &Rational) -> f64 {
    let polynomial = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum, c| sum * r + c);
    polynomial(above) / polynomial(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.norm.ppf` of SciPy 1.17.1.
    const SCIPY: [(f64, f64); 8] = [
        (1e-300, -37.047_096_299_361_2),
        (1e-12, -7.034_483_825_301_131),
        (0.001, -3.090_232_306_167_813),
        (0.07, -1.475_791_028_179_170_6),
        (0.3, -0.524_400_512_708_040_9),
        (0.5, 0.0),
        (0.9, 1.281_551_565_544_600_4),
        (0.99999, 4.264_890_793_923_841),
    ];

    #[test]
    fn quantiles_agree_with_scipy() {
        for (share, score) in SCIPY {
            let found = quantile(share);
            // Both are good to a few units in the last place.
            assert!(
                (found - score).abs() <= 4e-15 * score.abs(),
                "{share}: {found}"
            );
        }
    }

    #[test]
    fn the_share_below_a_quantile_is_the_share() {
        for i in 1..1000 {
            let share = f64::from(i) / 1000.0;
            // Rounding of a score near 3 moves the share by less.
            assert!((share_below(quantile(share)) - share).abs() < 1e-15);
        }
        assert_eq!(share_below(f64::INFINITY), 1.0);
    }
}

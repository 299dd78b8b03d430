//! Tables of known truth, small enough to be made when they are needed.

use crate::folder::Folder;

/// A number in `[-1, 1)` by position (SplitMix64), so that tables need no files.
fn noise(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// The value of sample `s`, gene `g` of [`table`]: two hidden causes and a little noise.
pub(crate) fn value(s: usize, g: usize) -> f64 {
    let cause = |c: u64| noise(1000 * c + s as u64) * noise(100_000 * (c + 1) + g as u64);
    let value =
        5.0 + 2.0 * cause(1) + 2.0 * cause(2) + 0.1 * noise((s * 7919 + g) as u64 + (1 << 40));
    (value * 1000.0).round() / 1000.0
}

/// True where [`table`] has a gap: about one entry in ten.
pub(crate) fn is_gap(s: usize, g: usize) -> bool {
    noise((s * 104_729 + g) as u64 + (1 << 41)) > 0.8
}

/// A TSV of log values, samples by genes, with gaps.
pub(crate) fn table(samples: usize, genes: usize) -> String {
    rows(0..samples, &(0..genes).collect::<Vec<_>>())
}

/// Some samples and some genes of [`table`].
pub(crate) fn rows(samples: std::ops::Range<usize>, genes: &[usize]) -> String {
    let mut text = String::from("sample_id");
    for g in genes {
        text += &format!("\tGENE{g}");
    }
    text.push('\n');
    for s in samples {
        text += &format!("S{s}");
        for &g in genes {
            text += &match is_gap(s, g) {
                true => "\tNA".to_string(),
                false => format!("\t{}", value(s, g)),
            };
        }
        text.push('\n');
    }
    text
}

/// Covariates of the samples of [`table`]: tissue, age and donor, two samples each.
pub(crate) fn covariates(samples: usize) -> String {
    let mut text = String::from("sample_id\ttissue\tage\tdonor_id\n");
    for s in 0..samples {
        let tissue = ["Lung", "Blood", "Liver"][s % 3];
        text += &format!("S{s}\t{tissue}\t{}\tD{}\n", 30 + s % 40, s / 2);
    }
    text
}

/// The fields of a TSV, line by line.
pub(crate) fn fields(text: &str) -> Vec<Vec<String>> {
    text.lines()
        .map(|line| line.split('\t').map(String::from).collect())
        .collect()
}

/// Every measured field of `before` stands in `after` as it was; every gap is a number.
pub(crate) fn expect_filled(before: &str, after: &str) {
    let (before, after) = (fields(before), fields(after));
    assert_eq!(before.len(), after.len());
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(old.len(), new.len());
        for (old, new) in old.iter().zip(new) {
            if old == "NA" {
                assert!(new.parse::<f64>().is_ok(), "{new:?}");
            } else {
                assert_eq!(old, new);
            }
        }
    }
}

/// A folder with [`table`] and [`covariates`].
pub(crate) fn cohort(samples: usize, genes: usize) -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(samples, genes));
    folder.write("c.tsv", covariates(samples));
    folder
}

//! A table copied with its gaps replaced.

use imputome_core::ErrorKind;
use imputome_io::{Filled, ReadOptions, Source, Target, fill_table, read_table};
use rayon::ThreadPoolBuilder;

use crate::{bytes, fixture, read, written};

fn filled(
    source: &Source,
    name: &str,
    estimate: impl Fn(usize, usize) -> Option<f32> + Sync,
) -> Vec<u8> {
    let read = read_table(source, &ReadOptions::default()).unwrap();
    written(name, |target| {
        fill_table(source, target, &read.facts, &estimate).unwrap();
    })
}

#[test]
fn measured_fields_keep_their_text_and_gaps_are_replaced() {
    let text = "\u{feff}sample_id,\"A,1\",B,C\r\ns1,1.50,,14.1234567890123\r\n\r\n\"s2\", NA ,+2e0,\"\"\r\n";
    let estimate = |s: usize, g: usize| Some((10 * s + g) as f32 + 0.1);
    let out = filled(&bytes(text), "out.csv", estimate);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "\u{feff}sample_id,\"A,1\",B,C\r\ns1,1.50,1.1,14.1234567890123\r\n\r\n\"s2\",10.1,+2e0,12.1\r\n"
    );
}

#[test]
fn lines_that_are_genes_are_filled_by_sample_and_gene() {
    let out = filled(&fixture("gtex.gct"), "out.gct", |s, g| {
        Some((100 * s + g) as f32)
    });
    let text = String::from_utf8(out).unwrap();
    // Sample 1 lacks gene 2, sample 2 gene 0, sample 4 gene 5.
    assert!(text.contains("RAB4B\t5.686\t102\t4.5009"));
    assert!(text.contains("RBM10\t4.9491\t4.3999\t200\t4.5448"));
    assert!(text.contains("ARL8B\t5.2917\t5.2544\t5.4871\t5.0644\t405\t5.9338"));
}

#[test]
fn gaps_without_estimate_stay_as_they_are_and_are_counted() {
    let source = bytes("sample_id\tA\tB\ns1\tNA\t.\ns2\t1\t2\n");
    let read = read_table(&source, &ReadOptions::default()).unwrap();
    let mut done = Filled::default();
    let out = written("out.tsv", |target| {
        let estimate = |_: usize, g: usize| (g == 1).then_some(7.0);
        done = fill_table(&source, target, &read.facts, &estimate).unwrap();
    });
    assert_eq!(out, b"sample_id\tA\tB\ns1\tNA\t7\ns2\t1\t2\n");
    assert_eq!(done, Filled { filled: 1, left: 1 });
}

#[test]
fn a_table_that_changed_meanwhile_is_refused_and_the_old_output_stays() {
    let before = read("sample_id\tA\ns1\t\ns2\t2\n");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.tsv");
    std::fs::write(&path, "old").unwrap();
    let target = Target::Path(path.clone());
    for changed in [
        "sample_id\tA\ns1\t\n",
        "sample_id\tA\ns1\t1\ns2\t2\n",
        "sample_id\tA\tB\ns1\t\t1\ns2\t2\t1\n",
    ] {
        let error =
            fill_table(&bytes(changed), &target, &before.facts, &|_, _| Some(1.0)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let line = |s: usize| {
        (0..300)
            .map(|g| {
                if (g + s).is_multiple_of(5) {
                    "\t".into()
                } else {
                    format!("\t{}.{g}", s % 17)
                }
            })
            .collect::<String>()
    };
    let header: String = (0..300).map(|g| format!("\tg{g}")).collect();
    let lines: String = (0..2000).map(|s| format!("s{s}{}\n", line(s))).collect();
    let source = bytes(format!("sample_id{header}\n{lines}"));
    let with = |threads: usize, name: &str| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| filled(&source, name, |s, g| Some((s * g) as f32 / 7.0)))
    };
    for name in ["out.tsv", "out.tsv.gz", "out.tsv.zst"] {
        assert!(with(1, name) == with(3, name), "{name} differs");
    }
}

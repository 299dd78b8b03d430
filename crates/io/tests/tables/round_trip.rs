//! What is written reads back, bit for bit.

use imputome_core::{Dataset, Names};
use imputome_io::{
    Decimal, Delimiter, Format, Layout, Orientation, ReadOptions, Rows, Target, read_table,
    write_table,
};
use ndarray::Array2;
use proptest::prelude::*;
use rayon::ThreadPoolBuilder;

use crate::{bits, bytes, fixture, written};

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z0-9,;\"|. _é'-]{0,8}[A-Za-z]"
}

fn dataset() -> impl Strategy<Value = Dataset> {
    let names = |least: usize| proptest::collection::hash_set(name(), least..6);
    (names(2), names(2)).prop_flat_map(|(samples, genes)| {
        let entries = samples.len() * genes.len();
        let value = prop_oneof![
            3 => any::<u32>().prop_map(f32::from_bits),
            2 => (-1000i32..1000).prop_map(|v| v as f32 / 8.0),
            1 => Just(f32::NAN),
        ];
        let values = proptest::collection::vec(value, entries);
        (Just(samples), Just(genes), values).prop_map(|(samples, genes, mut values)| {
            values[0] = 1.5;
            let shape = (samples.len(), genes.len());
            let values = Array2::from_shape_vec(shape, values).unwrap();
            let names = |kind, names: std::collections::HashSet<String>| {
                let mut names: Vec<String> = names.into_iter().collect();
                names.sort();
                Names::new(kind, names).unwrap()
            };
            Dataset::new(values, names("sample", samples), names("gene", genes)).unwrap()
        })
    })
}

fn layouts() -> Vec<(Layout, &'static str)> {
    let tsv = Layout::tsv();
    let genes = tsv.with_rows(Orientation::Genes);
    let of = |delimiter| tsv.with_format(Format::Delimited(delimiter));
    vec![
        (tsv.clone(), "t.tsv"),
        (
            Layout {
                gap: "NA".into(),
                ..genes.clone()
            },
            "t.tsv.gz",
        ),
        (of(Delimiter::Comma), "t.csv"),
        (
            Layout {
                decimal: Decimal::Comma,
                ..of(Delimiter::Semicolon)
            },
            "t.csv.zst",
        ),
        (genes.with_format(Format::Gct12), "t.gct"),
        (genes.with_format(Format::Gct13), "t.gct.gz"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_tables_come_back_in_every_format(dataset in dataset()) {
        for (layout, file) in layouts() {
            let content = written(file, |target| write_table(target, &dataset, &layout).unwrap());
            let options = ReadOptions {
                delimiter: Some(layout.format.delimiter()),
                decimal: layout.decimal,
                rows: match layout.rows {
                    Orientation::Samples => Rows::Samples,
                    Orientation::Genes => Rows::Genes,
                },
                ..ReadOptions::default()
            };
            let back = read_table(&bytes(content), &options).unwrap();
            prop_assert_eq!(&back.dataset.samples, &dataset.samples);
            prop_assert_eq!(&back.dataset.genes, &dataset.genes);
            let expected: Vec<Vec<Option<u32>>> = (0..dataset.n_samples())
                .map(|s| (0..dataset.n_genes()).map(|g| dataset.entry(s, g).map(f32::to_bits)).collect())
                .collect();
            prop_assert_eq!(bits(&back), expected);
        }
    }
}

#[test]
fn gct_written_from_gct_is_the_same_text() {
    for name in ["gtex.gct", "gtex_1.3.gct"] {
        let read = read_table(&fixture(name), &ReadOptions::default()).unwrap();
        let out = written("out.gct", |target| {
            let layout = read.facts.layout.for_target(target).unwrap();
            write_table(target, &read.dataset, &layout).unwrap();
        });
        let imputome_io::Source::Path(path) = fixture(name) else {
            unreachable!("fixtures are files")
        };
        assert_eq!(
            String::from_utf8(out).unwrap(),
            std::fs::read_to_string(path).unwrap()
        );
    }
}

#[test]
fn descriptions_follow_their_genes_into_a_smaller_table() {
    let read = read_table(&fixture("gtex.gct"), &ReadOptions::default()).unwrap();
    let smaller = read.dataset.select_genes(&[1, 0]);
    let out = written("out.gct", |target| {
        write_table(target, &smaller, &read.facts.layout).unwrap()
    });
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("#1.2\n2\t6\nName\tDescription\tGTEX"));
    assert!(text.contains("\nENSG00000006695.10\tCOX10\t2.561\t"));
    assert!(text.contains("\nENSG00000182872.15\tRBM10\t4.9491\t"));
}

#[test]
fn covariates_become_metadata_of_gct_1_3() {
    let read = read_table(&fixture("gtex_1.3.gct"), &ReadOptions::default()).unwrap();
    let layout = Layout::tsv().with_format(Format::Gct13);
    let out = written("out.gct", |target| {
        write_table(target, &read.dataset, &layout).unwrap()
    });
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("#1.3\n8\t6\t0\t3\nid\tGTEX"));
    assert!(text.contains("\ntissue\tBlood Vessel\t"));
    assert!(text.contains("\nage_mid\t64.5\t"));
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let names = |prefix: &str, n: usize| (0..n).map(|i| format!("{prefix}{i}")).collect();
    let values =
        Array2::from_shape_fn((3000, 200), |(s, g)| ((s * 31 + g * 7) % 997) as f32 / 13.0);
    let samples = Names::new("sample", names("s", 3000)).unwrap();
    let genes = Names::new("gene", names("g", 200)).unwrap();
    let dataset = Dataset::new(values, samples, genes).unwrap();
    let with = |threads: usize, name: &str| {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            written(name, |target| {
                write_table(target, &dataset, &Layout::tsv()).unwrap()
            })
        })
    };
    for name in ["t.tsv", "t.tsv.gz", "t.tsv.zst"] {
        assert!(with(1, name) == with(3, name), "{name} differs");
    }
}

#[test]
fn an_output_that_cannot_be_written_is_named() {
    let read = crate::read("sample_id\tA\ns1\t1\n");
    let target = Target::Path("/dev/null/at/all.tsv".into());
    let error = write_table(&target, &read.dataset, &read.facts.layout).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("/dev/null/at/all.tsv: cannot be written")
    );
    assert_eq!(error.kind(), imputome_core::ErrorKind::Resource);
}

#[test]
fn folders_of_an_output_are_made_and_stay_where_it_came_to_be() {
    let read = crate::read("sample_id\tA\ns1\t1\n");
    let scratch = tempfile::tempdir().unwrap();
    let place = scratch.path().join("a/b/t.tsv");
    write_table(
        &Target::Path(place.clone()),
        &read.dataset,
        &read.facts.layout,
    )
    .unwrap();
    assert!(place.is_file());
}

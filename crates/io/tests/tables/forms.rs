//! The forms that real tables come in.

use imputome_core::Scale;
use imputome_io::{
    Compression, Delimiter, Format, Orientation, ReadOptions, Rows, TableRead, inspect, read_table,
};

use crate::{bits, bytes, fixture, read};

fn of_fixture(name: &str) -> TableRead {
    read_table(&fixture(name), &ReadOptions::default()).unwrap()
}

#[test]
fn the_same_table_reads_alike_in_every_form() {
    let plain = of_fixture("gtex.tsv");
    assert_eq!((plain.dataset.n_samples(), plain.dataset.n_genes()), (6, 8));
    assert_eq!(plain.facts.gaps, 3);
    assert_eq!(
        plain.facts.gap_spellings,
        [("".into(), 2), ("NA".into(), 1)]
    );
    for name in ["gtex_two_members.tsv.gz", "gtex.gct", "gtex_1.3.gct"] {
        let other = of_fixture(name);
        assert_eq!(bits(&other), bits(&plain), "{name}");
        assert_eq!(other.dataset.genes, plain.dataset.genes);
        assert_eq!(other.dataset.samples, plain.dataset.samples);
        assert_eq!(other.dataset.scale, Scale::Log);
    }
}

#[test]
fn compression_is_told_by_content_and_not_by_name() {
    let text = b"sample_id\tA\ns1\t1\n";
    let packed = zstd::encode_all(&text[..], 1).unwrap();
    let twice = [
        packed.clone(),
        zstd::encode_all(&b"s2\t2\n"[..], 1).unwrap(),
    ]
    .concat();
    let read = read(twice);
    assert_eq!(read.facts.compression, Compression::Zstd);
    assert_eq!(read.dataset.n_samples(), 2);
    assert_eq!(
        of_fixture("gtex_two_members.tsv.gz").facts.compression,
        Compression::Gzip
    );
}

#[test]
fn donors_come_from_gtex_names() {
    let groups = of_fixture("gtex.tsv").dataset.groups.unwrap();
    assert_eq!(groups[0], "GTEX-1117F");
    assert_eq!(groups[5], "GTEX-111CU");
}

#[test]
fn gct_keeps_descriptions_and_column_metadata() {
    let read = of_fixture("gtex_1.3.gct");
    assert_eq!(read.facts.layout.format, Format::Gct13);
    assert_eq!(read.facts.layout.line_texts[0].texts[1], "COX10");
    let tissue = read.dataset.covariates.categorical("tissue").unwrap();
    assert_eq!(tissue[5].as_deref(), Some("Lung"));
    assert_eq!(
        read.dataset.covariates.numeric("age_mid").unwrap()[5],
        Some(54.5)
    );
}

#[test]
fn gct_of_one_gtex_tissue_has_a_column_before_the_name() {
    let read =
        read("#1.2\n2\t1\nid\tName\tDescription\tGTEX-1117F-1\n0\tENSG1\tA\t1\n1\tENSG2\tB\t2\n");
    assert_eq!(read.dataset.genes.as_slice(), ["ENSG1", "ENSG2"]);
    assert_eq!(read.dataset.entry(0, 1), Some(2.0));
}

#[test]
fn line_ends_bom_and_blank_lines_do_not_matter() {
    let plain = bits(&read("sample_id,A,B\ns1,1,2\ns2,3,\n"));
    for text in [
        "sample_id,A,B\r\ns1,1,2\r\ns2,3,\r\n",
        "\u{feff}sample_id,A,B\ns1,1,2\ns2,3,",
        "sample_id,A,B\n\ns1,1,2\n\ns2,3,\n\n",
        "sample_id,A,B,\ns1,1,2,\ns2,3,,\n",
        "\"sample_id\",\"A\",\"B\"\n\"s1\",\"1\",2\ns2,3,\"\"\n",
        "A,B\ns1,1,2\ns2,3,\n",
        ",A,B\ns1,1,2\ns2,3,\n",
    ] {
        assert_eq!(bits(&read(text)), plain, "{text:?}");
    }
}

#[test]
fn the_delimiter_is_told_by_the_first_lines() {
    for (text, delimiter) in [
        ("id;a,b;c\ns;1;2\n", Delimiter::Semicolon),
        ("id\ta,b\tc,d\ns\t1\t2\n", Delimiter::Tab),
        ("id,a b c\ns 1 2 3,1\n", Delimiter::Comma),
        ("\"a\" \"b\"\n\"s\" 1 2\n", Delimiter::Space),
    ] {
        let found = read(text).facts.layout.format;
        assert_eq!(found, Format::Delimited(delimiter), "{text:?}");
    }
}

#[test]
fn quoted_names_may_hold_delimiters() {
    let read = read("sample_id,\"A,1\",\"B \"\"b\"\"\"\n\"s,1\",1,2\n");
    assert_eq!(read.dataset.genes.as_slice(), ["A,1", "B \"b\""]);
    assert_eq!(read.dataset.samples.as_slice(), ["s,1"]);
}

#[test]
fn lines_that_are_genes_become_columns_and_it_is_told() {
    let text = "\tcell_1\tcell_2\tcell_3\nActb\t1\t2\t3\nTrp53\t4\t\t6\n";
    let read = read(text);
    assert_eq!(read.facts.layout.rows, Orientation::Genes);
    assert_eq!(read.dataset.entry(2, 1), Some(6.0));
    assert_eq!(read.dataset.entry(1, 1), None);
    assert!(
        read.facts
            .notes
            .iter()
            .any(|n| n.starts_with("lines are genes: the lines have"))
    );
    let options = ReadOptions {
        rows: Rows::Samples,
        ..ReadOptions::default()
    };
    let asked = read_table(&bytes(text), &options).unwrap();
    assert_eq!(asked.dataset.samples.as_slice(), ["Actb", "Trp53"]);
}

#[test]
fn wide_and_long_tables_are_read_whole() {
    let genes = 150_000;
    let header: String = (0..genes).map(|g| format!("\tg{g}")).collect();
    let line = |s: usize| {
        (0..genes)
            .map(|g| format!("\t{}", (g * 7 + s) % 1000))
            .collect::<String>()
    };
    let text = format!("sample_id{header}\na{}\nb{}\n", line(0), line(1));
    let read = read(text);
    assert_eq!(
        (read.dataset.n_samples(), read.dataset.n_genes()),
        (2, genes)
    );
    let wrong = (0..genes).find(|&g| read.dataset.entry(1, g) != Some(((g * 7 + 1) % 1000) as f32));
    assert_eq!(wrong, None);
}

#[test]
fn constant_and_empty_genes_and_empty_samples_are_taken() {
    let read = read("sample_id\tflat\tempty\tx\ns1\t1\t\t2\ns2\t1\tNA\t3\ns3\t\t\t\n");
    assert_eq!(read.facts.gaps, 5);
    let found = inspect(&read.dataset, &read.facts);
    assert_eq!(found.constant_genes, ["flat"]);
    assert_eq!(found.never_measured_genes, ["empty"]);
}

#[test]
fn values_with_more_digits_than_single_precision_are_told() {
    let read = read("sample_id\tA\tB\ns1\t14.1234567890123\t2\n");
    assert_eq!(read.facts.long_values, 1);
    assert!(read.facts.notes.iter().any(|n| n.contains("more digits")));
}

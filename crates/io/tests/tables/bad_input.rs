//! Every refusal names the file, the place, what was expected and found, and what to do.

use std::io::Write;

use imputome_core::ErrorKind;
use imputome_io::{Decimal, ReadOptions, read_table, require_samples};
use proptest::prelude::*;

use crate::{bytes, fixture, read, refusal};

#[track_caller]
fn refused(content: impl Into<Vec<u8>>, message: &str) {
    let error = refusal(content);
    assert_eq!(error.to_string(), message);
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[track_caller]
fn refused_with(content: impl Into<Vec<u8>>, parts: &[&str]) {
    let error = refusal(content);
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in {message:?}");
    }
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[test]
fn ragged_lines_are_refused_with_their_number() {
    refused(
        "sample_id\tTP53\tMYC\ns1\t1\t2\ns2\t1\n",
        "table.tsv, line 3 (\"s2\"): expected 3 fields, found 2; check for a missing or doubled \
         delimiter, for a decimal comma, or for a line broken off",
    );
    refused_with(
        "sample_id\tTP53\ns1\t1\n\ns2\t1\t2\t3\n",
        &["line 4 (\"s2\")", "found 4"],
    );
}

#[test]
fn a_delimiter_at_the_end_of_some_lines_only_is_refused() {
    refused_with(
        "sample_id\tA\tB\t\ns1\t1\t2\t\ns2\t1\t2\n",
        &["line 3", "expected 4 fields"],
    );
    refused_with(
        "sample_id\tA\tB\ns1\t1\t2\ns2\t1\t2\t\n",
        &["line 3", "found 4"],
    );
}

#[test]
fn names_that_stand_twice_are_refused_with_both_places() {
    refused(
        "sample_id\tTP53\tMYC\tTP53\ns1\t1\t2\t3\n",
        "table.tsv, line 1, columns 2 and 4: expected names that stand once only, found \"TP53\" \
         twice; make the names unique, or keep one of the columns",
    );
    refused_with(
        "sample_id\tTP53\ns1\t1\ns2\t1\ns1\t2\n",
        &["lines 2 and 4", "\"s1\" twice"],
    );
}

#[test]
fn names_that_are_missing_are_refused() {
    refused_with(
        "sample_id\tTP53\t\tMYC\ns1\t1\t2\t3\n",
        &["line 1, column 3", "a name"],
    );
    refused_with(
        "sample_id\tTP53\n\t1\n",
        &["line 2", "a name in the first field"],
    );
}

#[test]
fn text_where_a_number_belongs_is_refused_with_line_column_and_names() {
    refused(
        "sample_id\tTP53\tMYC\ns1\t1\t2\ns2\t1\tlow\n",
        "table.tsv, line 3 (\"s2\"), column 3 (\"MYC\"): expected a number or a gap (empty, NA, \
         NaN, null, none, . or -), found \"low\"; correct the field, or leave it empty if it was \
         not measured; a column of text belongs into a covariate table (--covariates)",
    );
}

#[test]
fn decimal_commas_are_refused_unless_asked_for() {
    let table = "sample_id;TP53;MYC\ns1;1,5;2\ns2;1;2,25\n";
    refused_with(
        table,
        &[
            "line 2",
            "column 2 (\"TP53\")",
            "decimal point",
            "--decimal comma",
        ],
    );
    let options = ReadOptions {
        decimal: Decimal::Comma,
        ..ReadOptions::default()
    };
    let read = read_table(&bytes(table), &options).unwrap();
    assert_eq!(read.dataset.entry(1, 1), Some(2.25));
}

#[test]
fn infinite_and_overflowing_values_are_refused() {
    refused_with(
        "sample_id\tA\tB\ns1\t1\tinf\n",
        &["column 3 (\"B\")", "finite", "\"inf\"", "zero"],
    );
    refused_with(
        "sample_id\tA\tB\ns1\t1e400\t1\n",
        &["column 2", "3.4e38", "\"1e400\""],
    );
    refused_with("sample_id\tA\ns1\t-4e38\n", &["3.4e38"]);
}

#[test]
fn files_without_a_table_are_refused() {
    refused_with("", &["table.tsv: ", "an empty file"]);
    refused_with("\n \n", &["an empty file"]);
    refused_with(
        "sample_id\tTP53\n",
        &["after line 1", "the end of the file"],
    );
    refused_with("sample_id\tTP53\n\n\n", &["the end of the file"]);
    refused_with("just words\nand more\n", &["line 2 (\"and\")", "number"]);
    refused_with("word\nwords\n", &["line 1", "commas or semicolons"]);
}

#[test]
fn a_file_without_header_is_refused() {
    refused_with(
        "s1\t1.5\t2.5\ns2\t0.5\t3\n",
        &["line 1", "names of the columns", "add a header"],
    );
}

#[test]
fn other_encodings_and_binary_files_are_named() {
    let utf16: Vec<u8> = "\u{feff}a\tb\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    refused_with(utf16, &["UTF-16", "UTF-8"]);
    refused_with(*b"PK\x03\x04rest", &["Excel"]);
    refused_with(*b"\x89HDF\r\n\x1a\n", &["HDF5"]);
    refused_with(*b"a\tb\n\x00\x01\x02\t3\n", &["zero byte", "position 4"]);
    refused_with(*b"sample_id\tA\nK\xf6ln\t1\n", &["line 2", "UTF-8"]);
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn long_table() -> String {
    let lines = (0..5000).map(|line| format!("s{line}\t{}\t{}\n", line * 7919 % 1000, line));
    format!("sample_id\tA\tB\n{}", lines.collect::<String>())
}

#[test]
fn compressed_data_that_ends_early_is_refused() {
    let whole = gzip(long_table().as_bytes());
    refused_with(
        &whole[..whole.len() / 2],
        &["cannot be read", "gzip", "too early", "again"],
    );
    let whole = zstd::encode_all(long_table().as_bytes(), 3).unwrap();
    refused_with(&whole[..whole.len() / 2], &["zstd", "too early"]);
}

#[test]
fn compressed_data_that_is_corrupt_is_refused() {
    let mut damaged = gzip(long_table().as_bytes());
    let last = damaged.len() - 5;
    damaged[last] ^= 0xff;
    refused_with(damaged, &["gzip", "corrupt", "download it again"]);
    let mut damaged = gzip(long_table().as_bytes());
    damaged.extend_from_slice(b"garbage after the end");
    refused_with(damaged, &["cannot be read"]);
}

#[test]
fn a_file_that_does_not_exist_is_named() {
    let error = read_table(&fixture("nowhere.tsv"), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("nowhere.tsv: cannot be read"));
    let error = read_table(&fixture(""), &ReadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("directory"));
}

#[test]
fn a_gct_whose_header_lies_is_refused() {
    let gct =
        |shape: &str| format!("#1.2\n{shape}\nName\tDescription\ts1\ts2\nA\tx\t1\t2\nB\ty\t3\t4\n");
    refused_with(gct("3\t2"), &["line 2", "expected 3 lines", "found 2"]);
    refused_with(gct("2\t3"), &["line 3", "3 columns", "found 2"]);
    refused_with(gct("two\t2"), &["line 2", "two whole numbers"]);
    refused_with(
        gct("99999999999999999999\t2"),
        &["line 2", "two whole numbers"],
    );
    assert_eq!(read(gct("2\t2")).dataset.n_samples(), 2);
    let later = "#1.3\n1\t2\t0\t1\nid\ts1\ts2\ntissue\tLung\nA\t1\t2\n";
    refused_with(later, &["line 4", "3 fields", "found 2"]);
    refused_with("#1.2\n", &["line 1", "the end of the file"]);
}

#[test]
fn a_table_with_nothing_measured_is_refused() {
    refused_with(
        "sample_id\tA\tB\ns1\t\tNA\ns2\tNaN\t.\n",
        &["measured values", "gaps alone"],
    );
}

#[test]
fn a_single_sample_is_refused_only_where_more_are_required() {
    let read = read("sample_id\tTP53\tMYC\ns1\t1\t2\n");
    assert!(require_samples(&read, 1).is_ok());
    let error = require_samples(&read, 2).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expected at least 2 samples, found 1")
    );
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[test]
fn a_quote_never_closed_is_refused() {
    refused_with("sample_id,A\n\"s1,1\ns2,2\n", &["line 2", "closing quote"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn noise_never_panics(noise: Vec<u8>) {
        let _ = read_table(&bytes(noise), &ReadOptions::default());
    }

    #[test]
    fn noise_that_looks_like_a_table_never_panics(
        noise in "(#1.[23]\n)?([0-9]{1,20}[\t,;\"]){0,5}[a-c1\t,;\" \r\n.-]{0,80}",
        compressed: bool,
    ) {
        let noise = if compressed { gzip(noise.as_bytes()) } else { noise.into_bytes() };
        let _ = read_table(&bytes(noise), &ReadOptions::default());
    }
}

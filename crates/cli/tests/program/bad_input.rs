//! Every bad input ends with exit code 3 and a message that names place, expectation, finding
//! and what to do; no output is left.

use std::io::Write;

use crate::folder::Folder;
use crate::tables::table;
use flate2::Compression;
use flate2::write::GzEncoder;

/// `inspect`, `impute`, `fit` and `evaluate` refuse `content` alike.
fn refused(name: &str, content: impl AsRef<[u8]>, parts: &[&str]) {
    let folder = Folder::new();
    folder.write(name, content);
    let mut parts = parts.to_vec();
    parts.push(name);
    folder.fail(3, &parts, &["inspect", name]);
    folder.fail(3, &parts, &["impute", name, "-o", "out.tsv"]);
    folder.fail(
        3,
        &parts,
        &["fit", name, "-o", "m.safetensors", "--method", "mean"],
    );
    folder.fail(
        3,
        &parts,
        &["evaluate", name, "-o", "scores", "--methods", "mean"],
    );
    assert_eq!(folder.names(), [name], "something was left");
}

#[test]
fn ragged_rows_are_refused_with_their_line() {
    refused("t.tsv", "id\tA\tB\nS1\t1\t2\nS2\t3\n", &["line 3"]);
}

#[test]
fn duplicate_sample_names_are_refused_by_name() {
    refused("t.tsv", "id\tA\tB\nS1\t1\t2\nS1\t3\t4\n", &["S1"]);
}

#[test]
fn duplicate_gene_names_are_refused_by_name() {
    refused("t.tsv", "id\tTP53\tTP53\nS1\t1\t2\nS2\t3\t4\n", &["TP53"]);
}

#[test]
fn text_where_a_number_belongs_is_refused_with_its_place() {
    refused(
        "t.tsv",
        "id\tA\tB\nS1\t1\t2\nS2\thigh\t4\n",
        &["line 3", "high"],
    );
}

#[test]
fn decimal_commas_without_the_option_are_refused_with_the_option() {
    refused("t.csv", "id;A;B\nS1;1,5;2,5\nS2;3,5;4,5\n", &["--decimal"]);
}

#[test]
fn an_empty_file_is_refused() {
    refused("t.tsv", "", &["empty"]);
}

#[test]
fn a_header_alone_is_refused() {
    refused("t.tsv", "id\tA\tB\n", &[]);
}

#[test]
fn a_truncated_gz_is_refused() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(table(30, 20).as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    refused("t.tsv.gz", &whole[..whole.len() / 2], &[]);
}

#[test]
fn a_corrupt_gz_is_refused() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(table(30, 20).as_bytes()).unwrap();
    let mut corrupt = encoder.finish().unwrap();
    let middle = corrupt.len() / 2;
    corrupt[middle..middle + 40].fill(0xa5);
    refused("t.tsv.gz", &corrupt, &[]);
}

#[test]
fn utf_16_is_refused() {
    let text = table(4, 3);
    let bytes: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    refused("t.tsv", bytes, &["UTF-16"]);
}

#[test]
fn binary_noise_is_refused() {
    let noise: Vec<u8> = (0..5000_u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    refused("t.tsv", noise, &[]);
}

#[test]
fn nothing_measured_at_all_is_refused() {
    refused("t.tsv", "id\tA\tB\nS1\tNA\tNA\nS2\tNA\tNA\n", &["measured"]);
}

#[test]
fn infinite_values_are_refused_with_their_place() {
    refused("t.tsv", "id\tA\tB\nS1\t1\t2\nS2\tinf\t4\n", &["line 3"]);
}

#[test]
fn overflowing_values_are_refused_with_their_place() {
    refused(
        "t.tsv",
        "id\tA\tB\nS1\t1\t2\nS2\t1e400\t4\n",
        &["line 3", "1e400"],
    );
}

#[test]
fn a_gct_whose_header_lies_is_refused() {
    let gct = "#1.2\n3\t2\nName\tDescription\tS1\tS2\nG1\tx\t1\t2\nG2\ty\t3\t4\n";
    refused("t.gct", gct, &[]);
}

#[test]
fn covariates_that_match_no_sample_are_refused() {
    let folder = Folder::new();
    folder.write("t.tsv", table(6, 4));
    folder.write("c.tsv", "sample_id\ttissue\nX1\tLung\nX2\tBlood\n");
    let arguments = ["impute", "t.tsv", "-o", "out.tsv", "--covariates", "c.tsv"];
    folder.fail(3, &["c.tsv"], &arguments);
    assert_eq!(folder.names(), ["c.tsv", "t.tsv"]);
}

#[test]
fn a_single_sample_is_refused_where_there_is_nothing_to_learn_from() {
    let folder = Folder::new();
    folder.write("t.tsv", "id\tA\tB\tC\tD\nS1\t1.5\t2.5\tNA\t3\n");
    let rows = ["--rows", "samples"];
    for command in [
        &["impute", "t.tsv", "-o", "out.tsv"][..],
        &["fit", "t.tsv", "-o", "m.safetensors", "--method", "mean"],
        &["evaluate", "t.tsv", "-o", "scores", "--methods", "mean"],
    ] {
        folder.fail(3, &["single sample", "--model"], &[command, &rows].concat());
    }
    assert_eq!(folder.names(), ["t.tsv"]);
}

#[test]
fn a_missing_file_is_refused_by_name() {
    Folder::new().fail(3, &["nowhere.tsv"], &["inspect", "nowhere.tsv"]);
}

#[test]
fn a_hostile_model_is_refused() {
    let folder = Folder::new();
    folder.write("t.tsv", table(6, 4));
    for hostile in [
        &b""[..],
        b"not a model",
        &[0xff; 64],
        b"\x02\0\0\0\0\0\0\0{}",
    ] {
        folder.write("m.safetensors", hostile);
        let arguments = [
            "impute",
            "t.tsv",
            "-o",
            "out.tsv",
            "--model",
            "m.safetensors",
        ];
        folder.fail(3, &["m.safetensors"], &arguments);
    }
    assert_eq!(folder.names(), ["m.safetensors", "t.tsv"]);
}

#[test]
fn a_list_of_genes_that_are_not_there_is_refused() {
    let folder = Folder::new();
    folder.write("t.tsv", table(6, 4));
    folder.write("genes.txt", "TP53\nMDM2\n");
    let arguments = ["impute", "t.tsv", "-o", "out.tsv", "--genes", "genes.txt"];
    folder.fail(3, &["genes.txt", "TP53", "GENE0"], &arguments);
}

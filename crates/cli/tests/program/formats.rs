//! Tables in their formats: what is read, kept and written back.

use crate::folder::Folder;
use crate::tables::{cohort, covariates, fields, value};

#[test]
fn zeros_are_gaps_when_asked_for() {
    let folder = Folder::new();
    folder.write("t.tsv", "id\tA\tB\nS1\t1.5\t0\nS2\t0\t2.5\nS3\t3.5\t4.5\n");
    let impute = [
        "impute", "t.tsv", "-o", "o.tsv", "--method", "mean", "--rows", "samples",
    ];
    folder.succeed(&impute);
    assert_eq!(folder.read("o.tsv"), folder.read("t.tsv"));
    folder.succeed(&[&impute[..], &["--zeros", "gaps", "--overwrite"]].concat());
    assert_eq!(
        folder.read("o.tsv"),
        "id\tA\tB\nS1\t1.5\t3.5\nS2\t2.5\t2.5\nS3\t3.5\t4.5\n"
    );
}

#[test]
fn convert_changes_format_orientation_and_scale_but_no_value() {
    let folder = cohort(5, 4);
    folder.succeed(&[
        "convert",
        "t.tsv",
        "g.csv.gz",
        "--rows",
        "samples",
        "--to-rows",
        "genes",
    ]);
    folder.succeed(&[
        "convert",
        "g.csv.gz",
        "back.tsv",
        "--rows",
        "genes",
        "--to-rows",
        "samples",
    ]);
    assert_eq!(
        fields(&folder.read("back.tsv"))[1..],
        fields(&folder.read("t.tsv"))[1..]
    );
    folder.write("counts.tsv", "id\tA\tB\nS1\t0\t3\nS2\t7\tNA\nS3\t1\t15\n");
    folder.succeed(&[
        "convert",
        "counts.tsv",
        "log.tsv",
        "--rows",
        "samples",
        "--transform",
        "log2p1",
    ]);
    assert_eq!(
        folder.read("log.tsv"),
        "id\tA\tB\nS1\t0\t2\nS2\t3\tNA\nS3\t1\t4\n"
    );
}

#[test]
fn a_gct_stays_a_gct_with_its_descriptions() {
    let folder = Folder::new();
    let gct = "#1.2\n3\t4\nName\tDescription\tS1\tS2\tS3\tS4\nG1\tone\t1.50\t\t3\t2\nG2\ttwo\t2\t4\t\t3\nG3\tthree\t1\t5\t2.5\t4\n";
    folder.write("t.gct", gct);
    folder.succeed(&["impute", "t.gct", "-o", "o.gct", "--method", "mean"]);
    let filled = gct
        .replace("1.50\t\t", "1.50\t2.1666667\t")
        .replace("4\t\t3", "4\t3\t3");
    assert_eq!(folder.read("o.gct"), filled);
    folder.write("genes.txt", "G3\nG1\n");
    folder.succeed(&[
        "impute",
        "t.gct",
        "-o",
        "some.gct",
        "--method",
        "mean",
        "--genes",
        "genes.txt",
    ]);
    assert!(
        folder
            .read("some.gct")
            .starts_with("#1.2\n2\t4\nName\tDescription\tS1")
    );
    assert!(folder.read("some.gct").contains("G3\tthree\t1"));
}

#[test]
fn more_digits_than_single_precision_are_kept_or_their_loss_is_told() {
    let folder = Folder::new();
    let text = "id\tA\tB\nS1\t1.234567890123\t2\nS2\t\t4\nS3\t5.5\t6\n";
    folder.write("t.tsv", text);
    let impute = |output: &str| {
        folder.succeed(&[
            "impute", "t.tsv", "-o", output, "--method", "mean", "--rows", "samples",
        ])
    };
    assert!(impute("o.tsv").stderr.contains("measured values unchanged"));
    assert!(folder.read("o.tsv").contains("1.234567890123"));
    let told = impute("o.csv").stderr;
    assert!(
        !told.contains("unchanged") && told.contains("keeps every digit"),
        "{told}"
    );
}

#[test]
fn a_table_converted_to_its_own_form_keeps_the_text_of_every_field() {
    let folder = Folder::new();
    let text = "id\tA\tB\nS1\t1.234567890123\t2.50\nS2\tn/a\t+4e0\nS3\t\"5.5\"\t006\n";
    folder.write("t.tsv", text);
    folder.write("t.csv", text.replace('\t', ","));
    let convert = |arguments: &str| {
        let all = format!("convert {arguments} --rows samples");
        folder.succeed(&all.split(' ').collect::<Vec<_>>()).stderr
    };
    for (from, through, to) in [
        ("t.tsv", "packed.tsv.gz", "u.tsv"),
        ("t.csv", "packed.csv.zst", "u.csv"),
    ] {
        for told in [
            convert(&format!("{from} {through}")),
            convert(&format!("{through} {to} --to-rows samples")),
        ] {
            assert!(!told.contains("keeps every digit"), "{told}");
        }
        assert_eq!(folder.read(to), folder.read(from));
    }
    for rewritten in [
        "t.tsv o.csv",
        "t.tsv o.tsv --to-rows genes",
        "t.tsv log.tsv --transform log2p1 --scale tpm",
    ] {
        let told = convert(rewritten);
        assert!(told.contains("keeps every digit"), "{rewritten}: {told}");
    }
}

#[test]
fn what_real_tables_have_is_taken_with_a_word() {
    let folder = Folder::new();
    // A constant gene, a gene never measured, a sample without any value, one without covariates.
    let mut text = String::from("sample_id\tGENE0\tGENE1\tGENE2\tCONSTANT\tEMPTY\n");
    for s in 0..20 {
        let row: Vec<String> = (0..3).map(|g| format!("{}", value(s, g))).collect();
        let constant = if s == 3 { "" } else { "7.5" };
        text += &match s {
            5 => "S5\t\t\t\t\t\n".to_string(),
            4 => format!("S4\t\t{}\t{}\t{constant}\t\n", row[1], row[2]),
            _ => format!("S{s}\t{}\t{constant}\t\n", row.join("\t")),
        };
    }
    folder.write("t.tsv", text);
    folder.write("c.tsv", covariates(20).replace("S7\t", "X7\t"));
    for method in ["factor", "knn", "median", "mean", "pmi:widths=8:epochs=2"] {
        let told = folder
            .succeed(&[
                "impute",
                "t.tsv",
                "-o",
                "o.tsv",
                "--covariates",
                "c.tsv",
                "--rows",
                "samples",
                "--method",
                method,
                "--overwrite",
            ])
            .stderr;
        for part in [
            "one value in all training samples",
            "never measured",
            "left empty",
        ] {
            assert!(told.contains(part), "{method}: {part} is not in\n{told}");
        }
        let filled = fields(&folder.read("o.tsv"));
        assert_eq!(filled[4][4], "7.5");
        assert!(filled[1..].iter().all(|row| row[5].is_empty()));
        assert!(
            filled[1..]
                .iter()
                .flat_map(|row| &row[1..5])
                .all(|v| v.parse::<f64>().is_ok())
        );
    }
}

#[test]
fn semicolons_and_decimal_commas_are_read_when_told_and_written_back() {
    let folder = Folder::new();
    folder.write("t.csv", "id;A;B\nS1;1,5;2,5\nS2;;4,5\nS3;3,5;6\n");
    folder.succeed(&[
        "impute",
        "t.csv",
        "-o",
        "o.csv",
        "--decimal",
        ",",
        "--rows",
        "samples",
        "--method",
        "mean",
    ]);
    assert_eq!(
        folder.read("o.csv"),
        "id;A;B\nS1;1,5;2,5\nS2;2,5;4,5\nS3;3,5;6\n"
    );
}

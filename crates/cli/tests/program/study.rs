//! `study`: data told by their files, parts that go on, a report with the paper's figures.

use std::fmt::Write;

use crate::folder::Folder;
use crate::tables::{covariates, fields, table, value};

const DONORS: usize = 20;
const TISSUES: [&str; 3] = ["Blood", "Liver", "Adrenal Gland"];

/// GTEx as a slice of 60 samples and 12 genes, two cohorts of TCGA, and a pathway that GTEx lacks.
fn slice() -> Folder {
    let folder = Folder::new();
    for name in [
        "data",
        "data/gtex_v8_1000",
        "data/tcga_rnaseq_6",
        "data/pathways",
    ] {
        std::fs::create_dir(folder.path(name)).unwrap();
    }
    let (mut expression, mut samples) = (
        header("sample_id", (0..12).map(|g| format!("ENSG{g}.1"))),
        String::from("sample_id\tdonor_id\ttissue\tsex\tage_mid\n"),
    );
    for s in 0..3 * DONORS {
        let id = format!("GTEX-D{}-{s}", s % DONORS);
        expression += &line(&id, (0..12).map(|g| value(s, g)));
        let _ = writeln!(
            samples,
            "{id}\tGTEX-D{}\t{}\tmale\t64.5",
            s % DONORS,
            TISSUES[s % 3]
        );
    }
    let mut genes = String::from("gene_id\tsymbol\tfrac_tpm_gt_0.1\n");
    for g in 0..12 {
        let share = if g == 11 { 0.1 } else { 0.9 };
        let _ = writeln!(genes, "ENSG{g}.1\tSYM{g}\t{share}");
    }
    folder.write("data/gtex_v8_1000/expression.tsv.gz", expression);
    folder.write("data/gtex_v8_1000/samples.tsv", samples);
    folder.write("data/gtex_v8_1000/genes.tsv", genes);
    tcga(&folder);
    folder
}

/// Genes 0 to 7 are GTEx's, 8 to 19 are not.
fn tcga(folder: &Folder) {
    let names = (0..20).map(|g| {
        if g < 8 {
            format!("SYM{g}|{g}")
        } else {
            format!("PATH{g}|{g}")
        }
    });
    let mut expression = header("sample_id", names);
    let mut samples = String::from("sample_id\tpatient\tcohort\tsample_type\tsex\tage\n");
    for s in 0..40 {
        let id = format!("TCGA-OR-A{s:03}-01A");
        expression += &line(&id, (0..20).map(|g| value(1000 + s, g).exp()));
        let cohort = ["ACC", "CHOL"][s % 2];
        let _ = writeln!(
            samples,
            "{id}\tTCGA-OR-A{s:03}\t{cohort}\ttumour\tfemale\t50"
        );
    }
    folder.write("data/tcga_rnaseq_6/expression.tsv.gz", expression);
    folder.write("data/tcga_rnaseq_6/samples.tsv", samples);
    let listed: String = (8..20).map(|g| format!("PATH{g}\n")).collect();
    folder.write("data/pathways/alzheimer_hsa05010.txt", listed);
}

fn header(first: &str, names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    format!("{first}\t{}\n", names.join("\t"))
}

fn line(name: &str, values: impl Iterator<Item = f64>) -> String {
    let values: Vec<String> = values.map(|value| format!("{value:.4}")).collect();
    format!("{name}\t{}\n", values.join("\t"))
}

const STUDY: [&str; 12] = [
    "study",
    "vinas2021",
    "--data",
    "data",
    "-o",
    "out",
    "--methods",
    "knn,mean",
    "--repeats",
    "1",
    "--threads",
    "2",
];

#[test]
fn a_study_fills_its_folder_and_goes_on_where_it_was_left() {
    let folder = slice();
    let answer = folder.succeed(&STUDY);
    for part in [
        "R2 in the paper",
        "not known",
        "over 7 days",
        "60 samples of 20 donors in 3 tissues, 11 genes",
        "TCGA ACC",
        "GTEx Liver (CHOL)",
    ] {
        let page = folder.read("out/report.html");
        assert!(
            answer.stdout.contains(part) || page.contains(part),
            "{part} is not in\n{}",
            answer.stdout
        );
    }
    let table = fields(&folder.read("out/table1.tsv"));
    // Two scenarios on two scales strictly, one each as published, where knn has a form of its own too.
    assert_eq!(table.len(), 1 + 2 * 2 * 2 + 2 * 3);
    assert!(table[1..].iter().all(|row| row.last().unwrap() == "done"));
    for file in [
        "table2.tsv",
        "figure4.tsv",
        "runs/cross-study/mean/scores.tsv",
    ] {
        assert!(folder.path("out").join(file).is_file(), "{file}");
    }
    let (scores, page) = (
        folder.read("out/figure4.tsv"),
        folder.read("out/report.html"),
    );
    let again = folder.succeed(&STUDY);
    assert!(
        again.stderr.contains("table1-log-strict: finished earlier"),
        "{}",
        again.stderr
    );
    assert!(
        again.stderr.contains("cross-study: finished earlier"),
        "{}",
        again.stderr
    );
    assert_eq!(folder.read("out/figure4.tsv"), scores);
    assert_eq!(folder.read("out/report.html"), page);
    let other = STUDY.map(|word| if word == "1" { "2" } else { word });
    folder.fail(2, &["1 repeats", "--overwrite"], &other);
    // Another method of another experiment has no place beside them either.
    for part in ["table1", "table3"] {
        let median = STUDY.map(|word| match word {
            "1" => "2",
            "knn,mean" => "median",
            other => other,
        });
        let mut median = median.to_vec();
        median.extend(["--parts", part]);
        folder.fail(2, &["holds results", "another output folder"], &median);
    }
    std::fs::remove_file(folder.path("data/pathways/alzheimer_hsa05010.txt")).unwrap();
    folder.fail(2, &["as it is now", "no list of the pathway"], &STUDY);
}

#[test]
fn what_cannot_be_run_is_refused_before_any_table_is_made() {
    let folder = slice();
    for (typed, put, said) in [
        ("knn,mean", "medain", "no method is called \"medain\""),
        ("knn,mean", "knn:neighbors=0", "neighbors"),
        ("1", "0", "--repeats must be at least 1"),
    ] {
        let words = STUDY.map(|word| if word == typed { put } else { word });
        folder.fail(2, &[said], &words);
    }
    assert!(!folder.path("out").exists());
}

#[test]
fn the_portals_table_is_joined_with_attributes_and_phenotypes() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("data")).unwrap();
    let ids: Vec<String> = (0..12)
        .map(|s| format!("GTEX-D{}-0{s}26-SM-X{s}", s % 6))
        .collect();
    let mut gct = format!("#1.2\n5\t12\nName\tDescription\t{}\n", ids.join("\t"));
    for g in 0..5 {
        // The last gene is not expressed.
        let values = (0..12).map(|s| if g == 4 { 0.0 } else { value(s, g).exp() });
        gct += &line(&format!("ENSG{g}.2\tSYM{g}"), values);
    }
    folder.write("data/GTEx_gene_tpm.gct.gz", gct);
    let refused = folder.fail(
        3,
        &["SampleAttributesDS.txt"],
        &["study", "vinas2021", "--data", "data", "-o", "out"],
    );
    assert!(!refused.stderr.contains("panicked"));
    let mut attributes = String::from("SAMPID\tSMTS\tSMTSD\n");
    for (s, id) in ids.iter().enumerate() {
        let _ = writeln!(
            attributes,
            "{id}\tBlood\t{}",
            ["Whole Blood", "Lung"][s % 2]
        );
    }
    folder.write("data/GTEx_SampleAttributesDS.txt", attributes);
    let donors: String = (0..6)
        .map(|d| format!("GTEX-D{d}\t{}\t60-69\t0\n", 1 + d % 2))
        .collect();
    folder.write(
        "data/GTEx_SubjectPhenotypesDS.txt",
        format!("SUBJID\tSEX\tAGE\tDTHHRDY\n{donors}"),
    );
    folder.succeed(&[
        "study",
        "vinas2021",
        "--data",
        "data",
        "-o",
        "out",
        "--parts",
        "data",
    ]);
    let samples = fields(&folder.read("out/tables/all-genes.samples.tsv"));
    assert_eq!(
        samples[0],
        ["sample_id", "donor", "tissue", "sex", "age", "cohort"]
    );
    assert_eq!(
        samples[2],
        [&ids[1], "GTEX-D1", "Lung", "female", "64.5", ""]
    );
    let answer = folder.succeed(&[
        "inspect",
        "out/tables/all-genes.tsv.gz",
        "--covariates",
        "out/tables/all-genes.samples.tsv",
    ]);
    assert!(
        answer.stdout.contains("12") && answer.stdout.contains("tissue"),
        "{}",
        answer.stdout
    );
}

#[test]
fn normalized_expression_of_tissues_becomes_one_table_of_shared_genes() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("data")).unwrap();
    for (tissue, genes) in [("Whole_Blood", [0, 1, 2]), ("Lung", [1, 2, 3])] {
        let mut bed = header(
            "#chr\tstart\tend\tgene_id",
            (0..4).map(|d| format!("GTEX-D{d}")),
        );
        for g in genes {
            bed += &line(
                &format!("chr1\t1\t2\tENSG{g}.1"),
                (0..4).map(|s| value(s, g) - 5.0),
            );
        }
        folder.write(
            &format!("data/{tissue}.v8.normalized_expression.bed.gz"),
            bed,
        );
    }
    let answer = folder.succeed(&[
        "study",
        "vinas2021",
        "--data",
        "data",
        "-o",
        "out",
        "--parts",
        "data",
    ]);
    assert!(
        answer.stderr.contains("normalized expression of 2 tissues"),
        "{}",
        answer.stderr
    );
    assert!(
        folder
            .read("out/tables/all-genes.samples.tsv")
            .contains("GTEX-D3-Whole Blood\tGTEX-D3\tWhole Blood")
    );
    assert!(
        folder
            .read("out/tables/data.toml")
            .contains("8 samples of 4 donors in 2 tissues, 2 genes")
    );
}

#[test]
fn a_folder_without_gtex_an_unknown_study_and_an_unknown_part_are_refused() {
    let folder = slice();
    std::fs::create_dir(folder.path("empty")).unwrap();
    folder.fail(
        3,
        &["empty", "gene_tpm.gct.gz", "gtex_v8_1000"],
        &["study", "vinas2021", "--data", "empty", "-o", "out"],
    );
    folder.fail(
        2,
        &["vinas2022", "vinas2021"],
        &["study", "vinas2022", "--data", "data", "-o", "out"],
    );
    folder.fail(
        2,
        &["table9", "figure5"],
        &[
            "study",
            "vinas2021",
            "--data",
            "data",
            "-o",
            "out",
            "--parts",
            "table9",
        ],
    );
}

#[test]
fn an_evaluation_under_the_published_protocol_says_so_and_can_be_repeated() {
    let folder = Folder::new();
    folder.write("t.tsv", table(48, 10));
    folder.write("c.tsv", covariates(48));
    let evaluate = [
        "evaluate",
        "t.tsv",
        "-o",
        "scores",
        "--covariates",
        "c.tsv",
        "--methods",
        "knn:neighbors=3,mean",
        "--repeats",
        "2",
        "--protocol",
        "published",
    ];
    folder.succeed(&evaluate);
    let run = folder.read("scores/run.toml");
    assert!(
        run.contains("protocol = \"published\"") && run.contains("test-share = 0.25"),
        "{run}"
    );
    let page = folder.read("scores/report.html");
    assert!(page.contains("cut once") && !page.contains("always stay together"));
    // The mean of a gene predicts the same test rows under the same masks in each repeat.
    let scores = fields(&folder.read("scores/scores.tsv"));
    let r2 = |repeat: &str| {
        let row = scores.iter().find(|row| {
            row[0] == "mean"
                && row[1] == "inductive"
                && row[3] == repeat
                && row[4] == "all"
                && row[5] == "r2"
        });
        row.unwrap()[6].clone()
    };
    assert_eq!(r2("1"), r2("2"));
    folder.succeed(&["evaluate", "--plan", "scores/run.toml", "-o", "again"]);
    assert_eq!(
        folder.read("again/scores.tsv"),
        folder.read("scores/scores.tsv")
    );
}

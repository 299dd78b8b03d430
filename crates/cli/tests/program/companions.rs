//! `--companion`: another assay of the same samples.

use crate::folder::Folder;
use crate::tables::fields;

/// Twelve tumors with expression of six genes, and methylation of ten of them and of two more,
/// features in lines, under barcodes of other aliquots.
pub(crate) fn cohort() -> Folder {
    let folder = Folder::new();
    let tumor = |s: usize| format!("TCGA-AA-{:04}-01A", s);
    let level = |s: usize| ((s * 7) % 12) as f64 / 4.0;
    let mut table = String::from("sample_id\tTP53\tMDM2\tEGFR\tMYC\tKRAS\tPTEN\n");
    for s in 0..12 {
        table += &format!("{}-11R-A", tumor(s));
        for g in 0..6 {
            let value = 5.0 + level(s) * (g as f64 - 2.0) + 0.01 * ((s * g) % 5) as f64;
            table += &format!("\t{value:.3}");
        }
        table += "\n";
    }
    folder.write("t.tsv", table);
    let rows: Vec<usize> = (2..14).collect();
    let mut betas = String::from("cg");
    for &s in &rows {
        betas += &format!("\t{}-11D-B", tumor(s));
    }
    betas += "\n";
    for f in 0..4 {
        betas += &format!("cg{f:08}");
        for &s in &rows {
            betas += &format!("\t{:.4}", 0.1 + level(s) * (f as f64 + 1.0) / 20.0);
        }
        betas += "\n";
    }
    folder.write("betas.tsv", betas);
    folder
}

const IMPUTE: [&str; 7] = [
    "impute",
    "t.tsv",
    "-o",
    "o.tsv",
    "--companion",
    "betas.tsv",
    "--overwrite",
];

#[test]
fn samples_are_joined_by_barcode_and_those_without_expression_are_imputed() {
    let folder = cohort();
    let told = folder
        .succeed(&[&IMPUTE[..], &["--method", "svd"]].concat())
        .stderr;
    for word in [
        "10 samples have both assays, matched by patient and sample type of TCGA barcodes",
        "2 samples of the table are not in it: TCGA-AA-0000-01A-11R-A, TCGA-AA-0001-01A-11R-A",
        "2 samples have betas and are not in the table: TCGA-AA-0012-01A-11D-B",
        "12 gaps filled, 0 left",
    ] {
        assert!(told.contains(word), "{word}\n{told}");
    }
    let lines = fields(&folder.read("o.tsv"));
    assert_eq!(lines.len(), 15);
    assert_eq!(lines[13][0], "TCGA-AA-0012-01A-11D-B");
    let given = fields(&folder.read("t.tsv"));
    for (line, before) in lines.iter().zip(&given).skip(1) {
        for (value, before) in line.iter().zip(before).skip(1) {
            assert_eq!(
                value.parse::<f32>().unwrap(),
                before.parse::<f32>().unwrap()
            );
        }
    }
    assert!(
        folder
            .read("o.tsv.run.toml")
            .contains("companions = [\"betas.tsv\"]")
    );
}

#[test]
fn a_companion_without_effect_or_without_a_shared_sample_is_refused() {
    let folder = cohort();
    let refusal = folder.run(&[&IMPUTE[..], &["--method", "mean"]].concat());
    assert_eq!(refusal.code, Some(2));
    assert!(
        refusal
            .stderr
            .contains("--companion would have no effect: mean"),
        "{}",
        refusal.stderr
    );
    folder.write("betas.tsv", "id\tcg1\tcg2\nX1\t0.1\t0.2\nX2\t0.3\t0.4\n");
    let refusal = folder.run(&[&IMPUTE[..], &["--method", "svd"]].concat());
    assert_eq!(refusal.code, Some(3));
    assert!(
        refusal
            .stderr
            .contains("betas.tsv: expected samples of the expression table"),
        "{}",
        refusal.stderr
    );
}

#[test]
fn whole_profiles_are_hidden_and_judged_in_the_unit_of_the_table() {
    let folder = cohort();
    let line = "evaluate t.tsv -o scores --companion betas.tsv --mask profile --hide 0.4 --repeats 1 --methods mean,svd:rank=1";
    let answer = folder.succeed(&line.split(' ').collect::<Vec<_>>());
    assert!(answer.stdout.contains("R2 per gene"), "{}", answer.stdout);
    let scores = fields(&folder.read("scores/scores.tsv"));
    let metric = |name: &str| scores.iter().filter(|line| line[5] == name).count();
    assert_eq!((metric("rmse_table"), metric("r2_gene")), (2, 2));
    let refusal = folder.run(
        &format!("{line} --scenario inductive --overwrite")
            .split(' ')
            .collect::<Vec<_>>(),
    );
    assert_eq!(refusal.code, Some(2));
    assert!(
        refusal
            .stderr
            .contains("whole profiles are hidden in place alone"),
        "{}",
        refusal.stderr
    );
}

#[test]
fn samples_of_which_nothing_is_known_are_named() {
    let folder = Folder::new();
    folder.write(
        "t.tsv",
        "sample_id\tA1\tB1\nS1\t1.5\t-2\nS2\t\t\nS3\t2.5\t4.5\nS4\t3\t5\n",
    );
    folder.write("m.tsv", "sample_id\tm1\nS1\t0.1\nS3\t0.2\nS4\t0.4\n");
    let line =
        "impute t.tsv -o o.tsv --rows samples --scale log --companion m.tsv --method svd:rank=1";
    let told = folder.succeed(&line.split(' ').collect::<Vec<_>>()).stderr;
    assert!(
        told.contains("1 samples have neither expression nor a companion"),
        "{told}"
    );
    assert!(told.contains("at best: S2"), "{told}");
}

#[test]
fn a_model_that_has_seen_the_donors_is_no_contestant() {
    let folder = cohort();
    let run = |line: &str| folder.run(&line.split(' ').collect::<Vec<_>>());
    let fitted = run("fit t.tsv --companion betas.tsv --method ridge -o own.safetensors");
    assert_eq!(fitted.code, Some(0), "{}", fitted.stderr);
    let told = run(
        "evaluate t.tsv -o scores --companion betas.tsv --mask profile --hide 0.4 --repeats 1 --methods mean,ridge@own.safetensors",
    );
    assert_eq!(told.code, Some(4));
    assert!(
        told.stderr.contains("has seen what is hidden"),
        "{}",
        told.stderr
    );
    assert!(
        told.stderr.contains("only 10 samples have expression"),
        "{}",
        told.stderr
    );
}

#[test]
fn m_values_are_refused_by_a_model_of_betas() {
    let folder = cohort();
    let run = |line: &str| folder.run(&line.split(' ').collect::<Vec<_>>());
    run("fit t.tsv --companion betas.tsv --method ridge -o own.safetensors");
    let betas = folder.read("betas.tsv");
    folder.write("m.tsv", betas.replace("\t0.1", "\t-3.1"));
    let told = run("impute t.tsv --companion m.tsv --model own.safetensors -o o.tsv");
    assert_eq!(told.code, Some(4));
    assert!(
        told.stderr.contains("bring both to one unit"),
        "{}",
        told.stderr
    );
}

#[test]
fn decimal_commas_of_a_companion_are_said_by_an_option_of_its_own() {
    let folder = cohort();
    folder.succeed(&[&IMPUTE[..], &["--method", "svd"]].concat());
    let filled = folder.read("o.tsv");
    let commas = folder.read("betas.tsv").replace('.', ",");
    folder.write("betas.tsv", commas.replace('\t', ";"));
    let line = [&IMPUTE[..], &["--method", "svd"]].concat();
    folder.fail(3, &["--companion-decimal comma"], &line);
    folder.succeed(&[&line[..], &["--companion-decimal", "comma"]].concat());
    assert_eq!(folder.read("o.tsv"), filled);
    let plan = folder.read("o.tsv.run.toml");
    assert!(plan.contains("companion-decimal = \"comma\""), "{plan}");
}

#[test]
fn text_in_a_companion_is_not_sent_to_the_covariates() {
    let folder = cohort();
    let mut lines: Vec<String> = folder.read("betas.tsv").lines().map(String::from).collect();
    for (line, chromosome) in lines
        .iter_mut()
        .zip(["chr", "chr1", "chrX", "chr2", "chr7"])
    {
        *line += &format!("\t{chromosome}");
    }
    folder.write("betas.tsv", lines.join("\n"));
    let line = [&IMPUTE[..], &["--method", "svd"]].concat();
    let told = folder.fail(3, &["leave columns of text out of a companion"], &line);
    assert!(!told.stderr.contains("--covariates"), "{}", told.stderr);
}

#[test]
fn another_vial_of_a_sample_is_taken_and_told() {
    let folder = cohort();
    let betas = folder.read("betas.tsv").replace("0005-01A", "0005-01B");
    folder.write("betas.tsv", betas);
    let told = folder
        .succeed(&[&IMPUTE[..], &["--method", "svd"]].concat())
        .stderr;
    for said in [
        "10 samples have both assays",
        "1 samples are matched to another vial of the same patient and sample type, the only one there is: TCGA-AA-0005-01A-11R-A with TCGA-AA-0005-01B-11D-B",
    ] {
        assert!(told.contains(said), "{said}\n{told}");
    }
}

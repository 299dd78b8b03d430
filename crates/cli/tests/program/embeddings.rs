//! What a network learned about tissues, from a model file to a map.

use crate::folder::Folder;
use crate::tables::{fields, table};

const TISSUES: [&str; 6] = [
    "Brain",
    "Nerve",
    "Heart",
    "Blood Vessel",
    "Lung",
    "elsewhere",
];

/// A folder with a model whose network knows [`TISSUES`] and two sexes.
fn fitted() -> Folder {
    let folder = Folder::new();
    folder.write("t.tsv", table(60, 6));
    let mut samples = String::from("sample_id\tsex\ttissue\tdonor_id\n");
    for sample in 0..60 {
        let sex = ["female", "male"][sample % 2];
        let tissue = TISSUES[sample % TISSUES.len()];
        samples += &format!("S{sample}\t{sex}\t{tissue}\tD{}\n", sample / 6);
    }
    folder.write("c.tsv", samples);
    folder.succeed(&[
        "fit",
        "t.tsv",
        "-o",
        "m.st",
        "--covariates",
        "c.tsv",
        "--method",
        "gain-mse:epochs=2:steps=5:widths=8",
    ]);
    folder
}

#[test]
fn a_model_with_a_network_gives_map_numbers_and_report() {
    let folder = fitted();
    let answer = folder.succeed(&["embeddings", "m.st", "-o", "out"]);
    // Brain and Nerve, Heart and Blood Vessel have company; Lung has none.
    assert!(answer.stdout.contains("of 4 levels"), "{}", answer.stdout);
    assert!(answer.stdout.contains("10,000 permutations"));
    assert!(
        answer
            .stderr
            .contains("no organ system and are not judged: elsewhere")
    );
    let numbers = fields(&folder.read("out/embeddings.tsv"));
    assert_eq!(numbers[0], ["tissue", "system", "1", "2", "3"]);
    assert_eq!(numbers.len(), 1 + TISSUES.len());
    let places = fields(&folder.read("out/projection.tsv"));
    assert_eq!(places[0], ["tissue", "system", "x", "y", "nearest"]);
    let agreement = fields(&folder.read("out/agreement.tsv"));
    assert_eq!(
        [&agreement[1][..2], &agreement[2][..2]],
        [["embedding", "4"], ["map", "4"]]
    );
    let page = folder.read("out/report.html");
    let drawing = folder.read("out/figures/embedding_map.svg");
    for tissue in TISSUES {
        assert!(
            page.contains(tissue) && drawing.contains(tissue),
            "{tissue}"
        );
    }
}

#[test]
fn another_covariate_and_a_table_of_systems_are_taken() {
    let folder = fitted();
    folder.write(
        "s.csv",
        "level,system\nBrain,a\nLung,a\nHeart,b\nelsewhere,b\n",
    );
    let line = ["embeddings", "m.st", "-o", "out", "--systems", "s.csv"];
    let answer = folder.succeed(&line);
    assert!(answer.stdout.contains("of 4 levels"));
    assert!(
        answer.stderr.contains("Blood Vessel, Nerve"),
        "{}",
        answer.stderr
    );
    let first = folder.bytes("out/projection.tsv");
    folder.fail(2, &["holds results already", "--overwrite"], &line);
    folder.succeed(&[&line[..], &["--overwrite", "--threads", "1"]].concat());
    assert_eq!(folder.bytes("out/projection.tsv"), first);
    let sex = ["embeddings", "m.st", "-o", "sex", "--by", "sex"];
    folder.fail(3, &["at least 4 points, found 2"], &sex);
}

#[test]
fn what_has_no_embedding_is_answered_with_what_has() {
    let folder = fitted();
    let embeddings = ["embeddings", "m.st", "-o", "out", "--by", "age"];
    folder.fail(
        2,
        &["no categorical covariate \"age\"", "sex, tissue"],
        &embeddings,
    );
    folder.write("s.csv", "level,system\nBrain\n");
    let broken = ["embeddings", "m.st", "-o", "out", "--systems", "s.csv"];
    folder.fail(3, &["s.csv: line 2"], &broken);
    folder.succeed(&["fit", "t.tsv", "-o", "f.st", "--method", "mean"]);
    let mean = ["embeddings", "f.st", "-o", "out"];
    folder.fail(3, &["mean has no network", "gain-gtex"], &mean);
    folder.succeed(&[
        "fit",
        "t.tsv",
        "-o",
        "b.st",
        "--method",
        "gain-mse:epochs=1:steps=2:widths=4",
    ]);
    let bare = ["embeddings", "b.st", "-o", "out"];
    folder.fail(
        3,
        &["without categorical covariates", "--covariates"],
        &bare,
    );
    assert!(!folder.path("out").exists());
}

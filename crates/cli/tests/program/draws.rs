//! Completed tables for multiple imputation.

use crate::folder::Folder;
use crate::tables::{fields, table};

#[test]
fn completed_tables_lie_beside_the_output_and_differ_in_gaps_alone() {
    let folder = Folder::new();
    folder.write("t.tsv", table(30, 8));
    let line = "impute t.tsv -o filled.tsv --method mice --draws 3";
    let answer = folder.succeed(&line.split(' ').collect::<Vec<_>>());
    assert!(answer.stderr.contains("and 3 completed tables beside it"));
    let names = ["filled.draw1.tsv", "filled.draw2.tsv", "filled.draw3.tsv"];
    let drawn: Vec<String> = names.iter().map(|name| folder.read(name)).collect();
    let given = folder.read("t.tsv");
    let drawn: Vec<Vec<Vec<String>>> = drawn.iter().map(|text| fields(text)).collect();
    for (row, line) in fields(&given).into_iter().enumerate() {
        for (column, text) in line.into_iter().enumerate() {
            let values = [0, 1, 2].map(|draw| drawn[draw][row][column].as_str());
            if text == "NA" {
                assert!(values.iter().all(|v| v.parse::<f64>().unwrap().is_finite()));
                assert_ne!(values[0], values[1]);
            } else {
                assert_eq!(values, [text.as_str(); 3]);
            }
        }
    }
    // The record repeats them byte for byte.
    let before: Vec<Vec<u8>> = names.iter().map(|name| folder.bytes(name)).collect();
    folder.succeed(&["impute", "--plan", "filled.tsv.run.toml", "--overwrite"]);
    assert!(
        names
            .iter()
            .zip(&before)
            .all(|(name, bytes)| folder.bytes(name) == *bytes)
    );
}

#[test]
fn draws_are_refused_where_there_are_none() {
    let folder = Folder::new();
    folder.write("t.tsv", table(30, 8));
    let parts = ["draws no completed tables", "methods that do: mice"];
    let line = "impute t.tsv -o filled.tsv --method median --draws 3";
    folder.fail(2, &parts, &line.split(' ').collect::<Vec<_>>());
    let line = "impute t.tsv -o - --method mice --draws 3";
    folder.fail(
        2,
        &["standard output"],
        &line.split(' ').collect::<Vec<_>>(),
    );
    folder.write("filled.draw2.tsv", table(30, 8));
    let line = "impute filled.draw2.tsv -o filled.tsv --method mice --draws 3";
    folder.fail(2, &["is the input"], &line.split(' ').collect::<Vec<_>>());
}

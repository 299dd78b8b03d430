//! Covariate tables joined to samples.

use imputome_core::ErrorKind;
use imputome_io::{
    CovariateOptions, GroupRule, ReadOptions, Source, TableRead, covariate_names, read_table,
};

use crate::{bytes, fixture};

fn with(
    table: Source,
    covariates: CovariateOptions,
    groups: GroupRule,
) -> imputome_io::Result<TableRead> {
    let options = ReadOptions {
        covariates: Some(covariates),
        groups,
        ..ReadOptions::default()
    };
    read_table(&table, &options)
}

const TABLE: &str = "sample_id\tA\tB\ns1\t1\t2\ns2\t3\t4\ns3\t5\t6\n";

#[test]
fn lines_are_joined_by_name_in_any_order() {
    let guessed = CovariateOptions::guessed(fixture("samples.tsv"));
    let read = with(fixture("gtex.tsv"), guessed, GroupRule::Auto).unwrap();
    let tissue = read.dataset.covariates.categorical("tissue").unwrap();
    assert_eq!(tissue[0], None);
    assert_eq!(tissue[1].as_deref(), Some("Adipose Tissue"));
    assert_eq!(tissue[5].as_deref(), Some("Lung"));
    assert_eq!(
        read.dataset.covariates.numeric("age_mid").unwrap()[5],
        Some(54.5)
    );
    // The sample without covariates stands for itself.
    let groups = read.dataset.groups.as_ref().unwrap();
    assert_eq!(groups[..2], ["GTEX-1117F-0626-SM-5N9CS", "GTEX-1117F"]);
    assert!(read.facts.warnings[0].contains("1 samples have no covariates"));
    assert!(read.facts.warnings[0].contains("GTEX-1117F-0626-SM-5N9CS"));
    assert!(
        read.facts
            .notes
            .iter()
            .any(|n| n.contains("1 lines belong to no sample"))
    );
}

#[test]
fn named_columns_are_taken_as_they_are_asked_for_and_no_others() {
    let table = bytes("id\tbatch\tage\tsite\ns1\t1\t50\tx\ns2\t2\tNA\ty\ns3\t1\t70\tx\n");
    let options = CovariateOptions {
        source: table,
        categorical: vec!["batch".into()],
        numeric: vec!["age".into()],
    };
    let read = with(bytes(TABLE), options, GroupRule::Column("site".into())).unwrap();
    let covariates = &read.dataset.covariates;
    assert_eq!(covariates.columns().len(), 2);
    assert_eq!(
        covariates.categorical("batch").unwrap()[1].as_deref(),
        Some("2")
    );
    assert_eq!(covariates.numeric("age").unwrap()[1], None);
    assert_eq!(read.dataset.groups.unwrap(), ["x", "y", "x"]);
}

#[test]
fn columns_that_do_not_exist_or_hold_no_numbers_are_refused() {
    let table = || bytes("id\ttissue\ns1\tLung\ns2\tLiver\ns3\tLung\n");
    let options = |categorical: &[&str], numeric: &[&str]| CovariateOptions {
        source: table(),
        categorical: categorical.iter().map(|c| c.to_string()).collect(),
        numeric: numeric.iter().map(|c| c.to_string()).collect(),
    };
    let error = with(bytes(TABLE), options(&["organ"], &[]), GroupRule::Auto).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no column is called \"organ\"; it has id, tissue")
    );
    assert_eq!(error.kind(), ErrorKind::Usage);
    let error = with(bytes(TABLE), options(&[], &["tissue"]), GroupRule::Auto).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expected numbers, found \"Lung\"")
    );
    assert_eq!(covariate_names(&table()).unwrap(), ["id", "tissue"]);
}

#[test]
fn a_table_of_donors_is_joined_by_donor() {
    let patients = bytes("patient\tstage\nTCGA-OR-A5J2\tii\nTCGA-OR-A5J1\tiv\n");
    let table = bytes("\tTP53|7157\nTCGA-OR-A5J1-01A\t1\nTCGA-OR-A5J2-01A\t2\n");
    let read = with(table, CovariateOptions::guessed(patients), GroupRule::Auto).unwrap();
    let stage = read.dataset.covariates.categorical("stage").unwrap();
    assert_eq!(stage[0].as_deref(), Some("iv"));
    assert_eq!(
        read.dataset.groups.unwrap(),
        ["TCGA-OR-A5J1", "TCGA-OR-A5J2"]
    );
}

#[test]
fn covariates_that_match_no_sample_are_refused_with_names_of_both_sides() {
    let others = CovariateOptions::guessed(bytes("id\ttissue\nx1\tLung\nx2\tLung\n"));
    let error = with(bytes(TABLE), others, GroupRule::Auto).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("s1, s2, s3") && message.contains("x1, x2"),
        "{message}"
    );
    assert_eq!(error.kind(), ErrorKind::Input);
}

#[test]
fn a_sample_with_two_lines_of_covariates_is_refused() {
    let twice = CovariateOptions::guessed(bytes("id\ttissue\ns1\tLung\ns2\tLung\ns1\tLiver\n"));
    let error = with(bytes(TABLE), twice, GroupRule::Auto).unwrap_err();
    assert!(error.to_string().contains("lines 2 and 4"));
}

#[test]
fn names_are_no_covariate_and_the_decision_is_told() {
    let lines = (0..12).map(|s| format!("s{s}\tname{s}\t{}\n", ["a", "b"][s % 2]));
    let covariates = format!("id\tlabel\tgroup_of_two\n{}", lines.collect::<String>());
    let values = (0..12).map(|s| format!("s{s}\t{s}.5\n"));
    let table = format!("sample_id\tA\n{}", values.collect::<String>());
    let guessed = CovariateOptions::guessed(bytes(covariates));
    let read = with(bytes(table), guessed, GroupRule::Auto).unwrap();
    assert_eq!(read.dataset.covariates.columns().len(), 1);
    assert!(
        read.facts
            .notes
            .iter()
            .any(|n| n.contains("\"label\": left out"))
    );
}

#[test]
fn covariate_names_tell_the_orientation_of_a_table() {
    let covariates = bytes("id\ttissue\nx9\tLung\ny8\tLiver\n");
    let table = bytes("\tx9\ty8\nq1\t1\t2\nq2\t3\t4\nq3\t3\t4\n");
    let read = with(
        table,
        CovariateOptions::guessed(covariates),
        GroupRule::None,
    )
    .unwrap();
    assert_eq!(read.dataset.samples.as_slice(), ["x9", "y8"]);
    assert!(read.dataset.groups.is_none());
}

#[test]
fn a_group_that_no_covariate_tells_is_refused() {
    let options = ReadOptions {
        groups: GroupRule::Column("donor".into()),
        ..ReadOptions::default()
    };
    let error = read_table(&bytes(TABLE), &options).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no covariate column is called \"donor\"")
    );
    assert_eq!(error.kind(), ErrorKind::Usage);
}

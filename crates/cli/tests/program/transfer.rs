//! `--start`, `--source` and `--companion-quantiles`: what another cohort teaches.

use crate::companions::cohort;
use crate::folder::{Answer, Folder};

fn run(folder: &Folder, line: &str) -> Answer {
    folder.run(&line.split(' ').collect::<Vec<_>>())
}

fn succeed(folder: &Folder, line: &str) -> String {
    let answer = run(folder, line);
    assert_eq!(answer.code, Some(0), "{line}\n{}", answer.stderr);
    answer.stderr
}

fn refused(folder: &Folder, code: i32, said: &str, line: &str) {
    folder.fail(code, &[said], &line.split(' ').collect::<Vec<_>>());
}

/// The companion on another unit, an increasing function of every value, in `other.tsv`.
fn another_unit(folder: &Folder) {
    let betas = folder.read("betas.tsv");
    let stretched = |field: &str| match field.parse::<f64>() {
        Ok(beta) => format!("{:.6}", 8.0 * beta * beta - 3.0),
        Err(_) => field.into(),
    };
    let line = |line: &str| {
        line.split('\t')
            .map(stretched)
            .collect::<Vec<_>>()
            .join("\t")
    };
    let lines: Vec<String> = betas.lines().map(line).collect();
    folder.write("other.tsv", lines.join("\n") + "\n");
}

const FIT: &str = "fit t.tsv --companion betas.tsv --method ridge -o own.safetensors";

#[test]
fn a_cohort_on_another_unit_is_taken_at_the_quantiles_of_the_source() {
    let folder = cohort();
    another_unit(&folder);
    succeed(&folder, FIT);
    let at = |companion: &str, output: &str, rest: &str| {
        format!("impute t.tsv --companion {companion} -o {output} {rest}")
    };
    let model = "--model own.safetensors";
    refused(
        &folder,
        4,
        "bring both to one unit",
        &at("other.tsv", "o.tsv", model),
    );
    let source = format!("{model} --companion-quantiles source");
    let told = succeed(&folder, &at("other.tsv", "o.tsv", &source));
    assert!(
        told.contains("are taken at the quantiles of the source"),
        "{told}"
    );
    succeed(&folder, &at("betas.tsv", "p.tsv", &source));
    assert_eq!(folder.read("o.tsv"), folder.read("p.tsv"));
    let plan = folder.read("o.tsv.run.toml");
    assert!(plan.contains("companion-quantiles = \"source\""), "{plan}");

    let start = "--start own.safetensors --companion-quantiles source";
    succeed(&folder, &at("other.tsv", "tuned.tsv", start));
    let tune = "fit t.tsv --companion other.tsv --start own.safetensors --companion-quantiles source -o tuned.safetensors";
    succeed(&folder, tune);
    // A model tuned at the quantiles of its source stays there.
    succeed(
        &folder,
        &at("other.tsv", "again.tsv", "--model tuned.safetensors"),
    );
    assert_eq!(folder.read("again.tsv"), folder.read("tuned.tsv"));
}

#[test]
fn a_model_can_be_told_to_take_every_later_table_at_its_quantiles() {
    let folder = cohort();
    another_unit(&folder);
    succeed(&folder, &format!("{FIT} --companion-quantiles source"));
    let line = "impute t.tsv --companion other.tsv -o o.tsv --model own.safetensors";
    let told = succeed(&folder, line);
    assert!(
        told.contains("are taken at the quantiles of the source"),
        "{told}"
    );
}

#[test]
fn quantiles_of_a_source_that_there_is_not_are_refused() {
    let folder = cohort();
    let asked = "--companion-quantiles source";
    let line = format!("impute t.tsv --companion betas.tsv -o o.tsv --method ridge {asked}");
    refused(&folder, 2, "goes with a model or a source", &line);
    let alone = format!("fit t.tsv --method mean -o own.safetensors {asked}");
    refused(&folder, 2, "goes with a model or a source", &alone);
    succeed(&folder, "fit t.tsv --method mean -o mean.safetensors");
    let line = format!("impute t.tsv -o o.tsv --model mean.safetensors {asked}");
    refused(&folder, 3, "fitted without a companion", &line);
}

#[test]
fn a_source_is_read_as_its_own_options_say() {
    let folder = cohort();
    let commas = |name: &str| folder.read(name).replace('.', ",").replace('\t', ";");
    folder.write("s.csv", commas("t.tsv"));
    folder.write("sb.csv", commas("betas.tsv"));
    let line = "impute t.tsv --companion betas.tsv -o o.tsv --method ridge --source s.csv --source-companion betas=sb.csv";
    refused(&folder, 3, "--source-decimal comma", line);
    let told = succeed(&folder, &format!("{line} --source-decimal comma"));
    assert!(
        told.contains("learning first from s.csv: 14 samples"),
        "{told}"
    );
    let repeated = "impute --plan o.tsv.run.toml -o again.tsv";
    succeed(&folder, repeated);
    assert_eq!(folder.read("again.tsv"), folder.read("o.tsv"));
}

#[test]
fn a_model_fitted_on_normalized_values_is_no_start() {
    let folder = cohort();
    succeed(
        &folder,
        "fit t.tsv --companion betas.tsv --method ridge --normalize zscore -o own.safetensors",
    );
    refused(
        &folder,
        3,
        "fit the source without normalization",
        "impute t.tsv --companion betas.tsv --start own.safetensors -o o.tsv",
    );
}

#[test]
fn a_companion_for_a_model_that_takes_none_is_refused() {
    let folder = cohort();
    succeed(&folder, "fit t.tsv --method mean -o own.safetensors");
    refused(
        &folder,
        2,
        "the model was fitted without one",
        "impute t.tsv --companion betas.tsv --model own.safetensors -o o.tsv",
    );
}

//! Looks at the GTEx table of a folder with all genes, with its expressed genes and with its 273
//! best-detected genes: `inspect_gtex FOLDER`, the folder holding `expression.tsv.gz`,
//! `samples.tsv` and `genes.tsv`.

use std::path::Path;

use imputome_io::{CovariateOptions, ReadOptions, Source, inspect, read_table, read_text};

/// Share of samples with TPM above 0.1 from which a gene counts as expressed.
const EXPRESSED: f64 = 0.2;
/// Genes of the smallest set.
const BEST: usize = 273;
/// Samples named at most.
const NAMED: usize = 20;

#[expect(clippy::print_stdout, reason = "an example prints its answer")]
fn main() -> Result<(), imputome_io::Error> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".into());
    let file = |name: &str| Path::new(&folder).join(name);
    let options = ReadOptions {
        covariates: Some(CovariateOptions::guessed(Source::Path(file("samples.tsv")))),
        ..ReadOptions::default()
    };
    let read = read_table(&Source::Path(file("expression.tsv.gz")), &options)?;
    let shares = shares_detected(&read_text(&file("genes.tsv"))?);
    let mut by_share: Vec<usize> = (0..shares.len()).collect();
    by_share.sort_by(|&a, &b| shares[b].1.total_cmp(&shares[a].1));
    let expressed = by_share
        .iter()
        .copied()
        .filter(|&g| shares[g].1 >= EXPRESSED);
    let sets = [
        ("all", by_share.clone()),
        ("expressed", expressed.collect()),
        ("best", by_share[..BEST.min(by_share.len())].to_vec()),
    ];
    for (name, rows) in sets {
        let position = |row: &usize| read.dataset.genes.position(&shares[*row].0);
        let positions: Vec<usize> = rows.iter().filter_map(position).collect();
        let found = inspect(&read.dataset.select_genes(&positions), &read.facts);
        println!("== {name}: {} genes", found.genes);
        let at_floor = &found.samples_at_floor;
        println!("{} samples at floor {:?}", at_floor.len(), found.floor);
        for (sample, share) in at_floor.iter().take(NAMED) {
            println!("  {sample} {share:.3}");
        }
        println!(
            "quantiles {:?}, commonest {:?}",
            found.quantiles, found.commonest
        );
        println!(
            "constant {}, advice {:#?}",
            found.constant_genes.len(),
            found.advice
        );
    }
    println!("{}", read.facts.notes.join("\n"));
    println!("{}", read.facts.warnings.join("\n"));
    Ok(())
}

/// Gene and share of each line of `genes.tsv`, whose first column is the gene and whose last is
/// the share.
fn shares_detected(text: &str) -> Vec<(String, f64)> {
    let fields = text.lines().skip(1).filter_map(|line| {
        let gene = line.split('\t').next()?;
        let share = line.rsplit('\t').next()?.parse().ok()?;
        Some((gene.to_string(), share))
    });
    fields.collect()
}

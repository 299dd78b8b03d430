//! Scores as a table on the terminal.

use std::fmt::Write;

use imputome_evaluate::{Evaluation, Hiding, Protocol, SummaryRow, definition, summary};

use crate::terminal::paragraph;

/// Metrics shown, with their headings; the others are in `scores.tsv`.
const METRICS: [(&str, &str); 5] = [
    ("r2", "R2"),
    ("r2_within", "R2 within"),
    ("rmse", "RMSE"),
    ("mae", "MAE"),
    ("pearson", "Pearson"),
];

/// The same where whole profiles were hidden, errors in the unit of the table.
const METRICS_OF_PROFILES: [(&str, &str); 5] = [
    ("r2", "R2"),
    ("rmse_table", "RMSE"),
    ("r2_gene", "R2 per gene"),
    ("r2_sample", "R2 per sample"),
    ("skill", "Skill"),
];

/// One table per scenario and hidden share, the best of each column marked, and what R2 means.
pub(crate) fn score_table(evaluation: &Evaluation) -> String {
    let rows = summary(evaluation);
    let mut out = String::new();
    let mut first = 0;
    while first < rows.len() {
        let head = &rows[first];
        let same = |row: &&SummaryRow| row.scenario == head.scenario && row.hidden == head.hidden;
        let block: Vec<&SummaryRow> = rows[first..].iter().take_while(same).collect();
        first += block.len();
        let repeats = evaluation.experiment.repeats;
        let _ = writeln!(
            out,
            "{}, {:.0} % hidden, {repeats} {}{}",
            head.scenario,
            100.0 * head.hidden,
            if repeats == 1 { "repeat" } else { "repeats" },
            match evaluation.experiment.protocol {
                Protocol::Strict => "",
                Protocol::Published => ", protocol as published",
            }
        );
        out += &aligned(&cells(&block, evaluation));
        for row in &block {
            if let Some(reason) = &row.failed {
                let _ = writeln!(out, "  {}: {reason}", row.method);
            }
        }
        out.push('\n');
    }
    out += &legend(evaluation);
    out
}

fn cells(rows: &[&SummaryRow], evaluation: &Evaluation) -> Vec<Vec<String>> {
    let metrics = match evaluation.experiment.hiding {
        Hiding::Random => METRICS,
        Hiding::Profile => METRICS_OF_PROFILES,
    };
    let shown: Vec<(&str, String)> = metrics
        .iter()
        .filter(|(metric, _)| rows.iter().any(|row| row.metric(metric).is_some()))
        .map(
            |(metric, heading)| match (&evaluation.experiment.by, *metric) {
                (Some(by), "r2_within") => (*metric, format!("{heading} {by}")),
                _ => (*metric, (*heading).to_string()),
            },
        )
        .collect();
    let mut header = vec!["method".to_string()];
    header.extend(shown.iter().map(|(_, heading)| heading.clone()));
    header.extend(["CPU s", "peak MiB"].map(String::from));
    let mut table = vec![header];
    for row in rows {
        let mut line = vec![row.method.clone()];
        line.extend(shown.iter().map(|(metric, _)| metric_cell(row, metric)));
        line.push(number(row.cpu_seconds, 2));
        line.push(number(row.peak_mib, 0));
        table.push(line);
    }
    table
}

fn metric_cell(row: &SummaryRow, metric: &str) -> String {
    let Some(found) = row.metric(metric) else {
        return "-".into();
    };
    let mut cell = number(found.mean, 3);
    if let Some(spread) = found.spread {
        cell += &format!(" ± {}", number(spread, 3));
    }
    cell + if found.best { " *" } else { "  " }
}

/// A number without a sign where it rounds to zero; `-` where it is none.
pub(crate) fn number(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return "-".into();
    }
    let text = format!("{value:.digits$}");
    // A negative number that rounds to zero is zero.
    match text.trim_start_matches(['-', '0', '.']).is_empty() {
        true => text.trim_start_matches('-').into(),
        false => text,
    }
}

/// Columns aligned: the first to the left, the others to the right.
pub(crate) fn aligned(table: &[Vec<String>]) -> String {
    let columns = table.first().map_or(0, Vec::len);
    let width = |c: usize| table.iter().map(|row| row[c].chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|c| width(c).unwrap_or(0)).collect();
    let mut out = String::new();
    for (place, row) in table.iter().enumerate() {
        let mut line = String::from("  ");
        for (c, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Headings stand over the numbers and not over the mark of the best.
            let marked = place == 0 && (1..=columns.saturating_sub(3)).contains(&c);
            let cell = if marked {
                format!("{cell}  ")
            } else {
                cell.clone()
            };
            let fill = " ".repeat(width.saturating_sub(cell.chars().count()));
            line += &if c == 0 {
                cell + &fill
            } else {
                format!("  {fill}{cell}")
            };
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn legend(evaluation: &Evaluation) -> String {
    let mut out = String::from("* best");
    if evaluation.experiment.repeats > 1 {
        out += "; mean ± standard deviation over repeats";
    }
    out += "; CPU seconds and peak memory of the fit's own process\n";
    if let Some(scale) = evaluation.experiment.scale_of_scores() {
        paragraph(&mut out, "", &scale);
    }
    let profiles = evaluation.experiment.hiding == Hiding::Profile;
    let metrics = [
        ("r2", true),
        ("r2_within", evaluation.experiment.by.is_some() && !profiles),
        ("rmse_table", profiles),
        ("r2_gene", profiles),
        ("r2_sample", profiles),
        ("skill", profiles),
    ];
    for (metric, _) in metrics.iter().filter(|(_, shown)| *shown) {
        if let Some(definition) = definition(metric) {
            let (title, text) = (definition.title, definition.text);
            paragraph(&mut out, "", &format!("{title}: {text}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(number(-0.0004, 3), "0.000");
        assert_eq!(number(-0.4, 3), "-0.400");
        assert_eq!(number(f64::NAN, 3), "-");
    }

    #[test]
    fn columns_line_up() {
        let row = |cells: [&str; 4]| cells.map(String::from).to_vec();
        let text = aligned(&[
            row(["method", "R2", "CPU s", "peak MiB"]),
            row(["factor", "0.828 *", "0.30", "35"]),
            row(["mean", "-0.001  ", "0.01", "12"]),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[1].find("0.828"),
            lines[2].find("-0.001").map(|at| at + 1)
        );
        assert!(lines[1].ends_with("0.30        35"));
    }
}

//! What was found of shares of the cells, for the page.

use imputome_report::{
    FigureText, Line, LineAxis, LinePanel, Steps, StudySection, StudyTable, lines_figure,
};

use super::entrants::OURS;
use super::published;
use super::rows::{Found, number};
use super::tables::cell;
use super::training::SHARES;

const METRICS: [(&str, &str); 4] = [
    ("mse", "MSE"),
    ("pearson", "Pearson, all entries"),
    ("pearson_within_genes", "Pearson within genes"),
    ("cpu_seconds", "CPU seconds of learning"),
];

/// The section, nothing where nothing was found.
pub(super) fn section(found: &Found) -> Option<StudySection> {
    let data = found.data().into_iter().next()?;
    let mut tables: Vec<StudyTable> = found
        .methods()
        .iter()
        .map(|method| table(found, &data, method))
        .collect();
    tables.extend(published::table("training"));
    let panels: Vec<LinePanel> = METRICS
        .iter()
        .map(|metric| panel(found, &data, *metric))
        .collect();
    let text = FigureText {
        name: "training",
        title: "Accuracy by the share of the cells learned from",
        caption: "Figures of ln(1 + count) at hidden entries of all cells, mean over repeats; bars reach one standard deviation to either side.",
    };
    let mut discussion: Vec<String> = said(found, &data).into_iter().collect();
    discussion.extend(found.failures());
    Some(StudySection {
        name: "part-training".into(),
        title: "Figure 6c: share of the cells learned from".into(),
        text: vec![format!(
            "{data}: counts hidden as for Figure 2; the networks learn from a share of the cells, drawn at random, and estimate all cells."
        )],
        discussion,
        differs: vec![
            "The paper used neuron9k (9,128 cells), which is taken where the folder has it, and 10 repetitions.".into(),
        ],
        tables,
        figures: lines_figure(text, &panels).into_iter().collect(),
    })
}

fn table(found: &Found, data: &str, method: &str) -> StudyTable {
    let rows = SHARES.iter().map(|share| {
        let setting = share.to_string();
        let of = |metric: &str| cell(found.mean(data, method, (&setting, metric)));
        let cells = METRICS.iter().map(|(metric, _)| of(metric));
        std::iter::once(format!("{:.0} %", 100.0 * share))
            .chain(cells)
            .collect()
    });
    let header = METRICS.iter().map(|(_, title)| (*title).to_string());
    StudyTable {
        caption: format!("{method} on {data}"),
        header: std::iter::once("cells".to_string()).chain(header).collect(),
        rows: rows.collect(),
    }
}

fn panel(found: &Found, data: &str, (metric, title): (&str, &str)) -> LinePanel {
    let lines = found.methods().into_iter().map(|method| {
        let points = SHARES.iter().filter_map(|share| {
            let mean = found.mean(data, &method, (&share.to_string(), metric))?;
            Some((100.0 * share, mean.value, mean.spread.unwrap_or(0.0)))
        });
        Line {
            points: points.collect(),
            name: method,
            straight: None,
        }
    });
    let axis = |title: &str| LineAxis {
        title: title.into(),
        steps: Steps::Even,
    };
    LinePanel {
        title: title.into(),
        across: axis("cells learned from, %"),
        upward: axis(title.split(',').next().unwrap_or(title)),
        lines: lines.collect(),
    }
}

fn said(found: &Found, data: &str) -> Option<String> {
    let at = |share: &str| Some(found.mean(data, OURS, (share, "mse"))?.value);
    let (few, some, all) = (at("0.05")?, at("0.4")?, at("1")?);
    Some(format!(
        "{data}: {OURS} has an MSE of {} from 5 % of the cells, {} from 40 % and {} from all; in the paper it went from 0.121 at 40 % to 0.116.",
        number(few),
        number(some),
        number(all)
    ))
}

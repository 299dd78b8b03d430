//! What was found of time and memory, for the page.

use imputome_report::{
    FigureText, Line, LineAxis, LinePanel, Steps, StudySection, StudyTable, lines_figure,
};

use crate::terminal::duration;

use super::rows::{Found, number};
use super::sources::SIMULATION;
use super::tables::cell;

const METRICS: [(&str, &str); 5] = [
    ("seconds", "seconds"),
    ("fit_seconds", "of them learning"),
    ("cpu_seconds", "CPU seconds"),
    ("peak_mib", "peak memory, MiB"),
    ("table_mib", "of it the counts, MiB"),
];

/// The section, nothing where nothing was found.
pub(super) fn section(found: &Found) -> Option<StudySection> {
    if found.is_empty() {
        return None;
    }
    let methods = found.methods();
    let panels = [
        ("seconds", "Time", "seconds, learning and imputing"),
        ("peak_mib", "Memory", "peak memory, MiB"),
    ]
    .map(|(metric, title, upward)| panel(found, metric, title, upward));
    let text = FigureText {
        name: "speed",
        title: "Time and memory over cells",
        caption: "Mean over repeats, each in a process of its own; bars reach one standard deviation to either side. Dashed: the straight line in cells through the points, which bends on these axes of equal factors.",
    };
    let mut discussion: Vec<String> = methods
        .iter()
        .flat_map(|method| {
            [("seconds", "takes"), ("peak_mib", "needs")]
                .into_iter()
                .filter_map(|(metric, verb)| said(found, method, metric, verb))
        })
        .collect();
    discussion.extend(found.failures());
    Some(StudySection {
        name: "part-speed".into(),
        title: "Figure 6a, b: time and memory over cells".into(),
        text: vec![format!(
            "Simulated cells x 3,205 genes, learned from and imputed window by window on {} threads. Reading and writing files do not count; memory is the largest of the whole process, the sparse counts included.",
            threads(found)
        )],
        discussion,
        differs: vec![
            "The paper took 100 to 50,000 cells of Mouse1M with the 3,205 genes that are seen in 20 % of the cells, on 8 cores with 30 GB, and read memory every 60 seconds; its text gives no times, only that DeepImpute is the fastest above 30,000 cells.".into(),
        ],
        tables: methods.iter().map(|method| table(found, method)).collect(),
        figures: lines_figure(text, &panels).into_iter().collect(),
    })
}

fn threads(found: &Found) -> String {
    let row = found.rows.iter().find(|row| row.metric == "threads");
    row.map_or("some".into(), |row| format!("{:.0}", row.value))
}

/// Numbers of cells, ascending.
fn sizes(found: &Found) -> Vec<usize> {
    let settings = found.settings("seconds");
    let mut sizes: Vec<usize> = settings.iter().filter_map(|s| s.parse().ok()).collect();
    sizes.sort_unstable();
    sizes
}

fn table(found: &Found, method: &str) -> StudyTable {
    let rows = sizes(found).into_iter().map(|size| {
        let setting = size.to_string();
        let cells = METRICS
            .iter()
            .map(|(metric, _)| cell(found.mean(SIMULATION, method, (&setting, metric))));
        std::iter::once(setting.clone()).chain(cells).collect()
    });
    let header = METRICS.iter().map(|(_, title)| (*title).to_string());
    StudyTable {
        caption: format!("{method}: simulated cells x 3,205 genes"),
        header: std::iter::once("cells".to_string()).chain(header).collect(),
        rows: rows.collect(),
    }
}

fn points(found: &Found, method: &str, metric: &str) -> Vec<(f64, f64, f64)> {
    let sizes = sizes(found).into_iter();
    let point = |size: usize| {
        let mean = found.mean(SIMULATION, method, (&size.to_string(), metric))?;
        Some((size as f64, mean.value, mean.spread.unwrap_or(0.0)))
    };
    sizes.filter_map(point).collect()
}

fn panel(found: &Found, metric: &str, title: &str, upward: &str) -> LinePanel {
    let axis = |title: &str| LineAxis {
        title: title.into(),
        steps: Steps::Factors,
    };
    let lines = found.methods().into_iter().map(|method| {
        let points = points(found, &method, metric);
        Line {
            name: method,
            straight: straight(&points).map(|line| (line.intercept, line.slope)),
            points,
        }
    });
    LinePanel {
        title: title.into(),
        across: axis("cells"),
        upward: axis(upward),
        lines: lines.collect(),
    }
}

/// The straight line nearest to points by least squares, and the share of their squares that it
/// explains.
struct Straight {
    intercept: f64,
    slope: f64,
    explained: f64,
}

fn straight(points: &[(f64, f64, f64)]) -> Option<Straight> {
    let n = points.len() as f64;
    let mean = |part: fn(&(f64, f64, f64)) -> f64| points.iter().map(part).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let sum = |part: &dyn Fn(&(f64, f64, f64)) -> f64| points.iter().map(part).sum::<f64>();
    let (xx, yy) = (sum(&|p| (p.0 - x).powi(2)), sum(&|p| (p.1 - y).powi(2)));
    let slope = sum(&|p| (p.0 - x) * (p.1 - y)) / xx;
    let left = sum(&|p| (p.1 - y - slope * (p.0 - x)).powi(2));
    (points.len() > 2).then_some(Straight {
        intercept: y - slope * x,
        slope,
        explained: 1.0 - left / yy,
    })
}

fn said(found: &Found, method: &str, metric: &str, verb: &str) -> Option<String> {
    let points = points(found, method, metric);
    let line = straight(&points)?;
    let last = points.last()?;
    let (per_thousand, at_last) = match metric {
        "seconds" => (
            format!("{} s", number(1000.0 * line.slope)),
            duration(last.1),
        ),
        _ => (
            format!("{} MiB", number(1000.0 * line.slope)),
            format!("{} MiB", number(last.1)),
        ),
    };
    Some(format!(
        "{method} {verb} {per_thousand} for each 1,000 cells more (straight line, R2 {}), {at_last} at {} cells.",
        number(line.explained),
        last.0
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_a_line_are_explained_by_it() {
        let line = straight(&[(1.0, 5.0, 0.0), (2.0, 7.0, 0.0), (4.0, 11.0, 0.0)]).unwrap();
        assert!((line.intercept - 3.0).abs() < 1e-12 && (line.slope - 2.0).abs() < 1e-12);
        assert!((line.explained - 1.0).abs() < 1e-12);
        assert!(straight(&[(1.0, 5.0, 0.0)]).is_none());
    }
}

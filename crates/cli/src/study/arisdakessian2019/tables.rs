//! Tables and marks of what a part found.

use imputome_report::{Mark, MarkPanel, MarkRow, StudyTable};

use super::rows::{Found, Mean};

/// A metric as it stands in tables: its name, what it is called, and which way is better.
#[derive(Clone, Copy, Debug)]
pub(super) struct Metric {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) better: Better,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Better {
    Lower,
    Higher,
    Neither,
}

/// What stands where there is no number.
const NOTHING: &str = "–";

/// Methods in lines and metrics in columns, of one data set; with what the paper gives in a
/// column of its own where `published` knows any. Nothing where there is no number.
pub(super) fn of_data(
    found: &Found,
    data: &str,
    setting: &str,
    metrics: &[Metric],
    caption: &str,
) -> Option<StudyTable> {
    let mean = |method: &str, metric: &Metric| found.mean(data, method, (setting, metric.name));
    let methods: Vec<String> = found
        .methods()
        .into_iter()
        .filter(|method| metrics.iter().any(|metric| mean(method, metric).is_some()))
        .collect();
    let known: Vec<&Metric> = metrics
        .iter()
        .filter(|metric| methods.iter().any(|method| mean(method, metric).is_some()))
        .collect();
    let rows = methods.iter().map(|method| {
        let cells = known.iter().map(|metric| cell(mean(method, metric)));
        std::iter::once(method.clone()).chain(cells).collect()
    });
    let header = known.iter().map(|metric| metric.title.to_string());
    (!methods.is_empty()).then(|| StudyTable {
        caption: caption.into(),
        header: std::iter::once("method".to_string())
            .chain(header)
            .collect(),
        rows: rows.collect(),
    })
}

/// A mean as a cell.
pub(super) fn cell(mean: Option<Mean>) -> String {
    mean.map_or(NOTHING.into(), Mean::cell)
}

/// A panel of marks: data sets in rows, a mark for each of the methods.
pub(super) fn panel(
    found: &Found,
    methods: &[String],
    setting: &str,
    metric: &Metric,
) -> MarkPanel {
    let rows = found.data().into_iter().map(|data| {
        let marks = methods.iter().filter_map(|method| {
            let mean = found.mean(&data, method, (setting, metric.name))?;
            Some(Mark {
                method: method.clone(),
                value: mean.value,
                spread: mean.spread,
            })
        });
        MarkRow {
            marks: marks.collect(),
            name: data,
        }
    });
    let arrow = match metric.better {
        Better::Lower => " (lower is better)",
        Better::Higher => " (higher is better)",
        Better::Neither => "",
    };
    let (score, detail) = metric
        .title
        .split_once(", ")
        .unwrap_or((metric.title, metric.title));
    MarkPanel {
        title: match setting {
            "" => metric.title.into(),
            setting => format!("{setting}: {detail}"),
        },
        score: format!("{score}{arrow}"),
        rows: rows.filter(|row| !row.marks.is_empty()).collect(),
    }
}

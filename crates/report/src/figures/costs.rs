//! Time and memory of every method, side by side.

use imputome_evaluate::SummaryRow;

use super::drawing::{
    Canvas, Look, Paint, Panel, Scale, TextLook, extent, label_room, marker, name_rows,
};
use super::{WIDTH, paint_of};
use crate::Figure;
use crate::findings::Findings;
use crate::numbers::{memory, percent, seconds};

const ROW: f64 = 28.0;
const TOP: f64 = 34.0;
const BETWEEN: f64 = 24.0;
/// Values spanning more than this factor are drawn on a logarithmic axis; ours.
const WIDE: f64 = 30.0;

struct Cost {
    heading: &'static str,
    axis: &'static str,
    of: fn(&SummaryRow) -> f64,
    shown: fn(f64) -> String,
}

const COSTS: [Cost; 3] = [
    Cost {
        heading: "Fit, by the clock",
        axis: "seconds",
        of: |row| row.fit_wall_seconds,
        shown: seconds,
    },
    Cost {
        heading: "Fit and impute, processor",
        axis: "CPU seconds",
        of: |row| row.cpu_seconds,
        shown: seconds,
    },
    Cost {
        heading: "Peak memory",
        axis: "MiB",
        of: |row| row.peak_mib,
        shown: memory,
    },
];

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let rows = findings.ranked(findings.main_scenario, findings.main_share);
    let known = |cost: &Cost| rows.iter().any(|row| (cost.of)(row) > 0.0);
    let costs: Vec<&Cost> = COSTS.iter().filter(|cost| known(cost)).collect();
    if costs.is_empty() {
        return None;
    }
    let labels: Vec<&str> = rows.iter().map(|row| row.method.as_str()).collect();
    let room = label_room(labels.iter(), 230.0) + 16.0;
    let panels = costs.len() as f64;
    let width = (WIDTH - room - 4.0 - (panels - 1.0) * BETWEEN) / panels;
    let height = rows.len() as f64 * ROW;
    let mut canvas = Canvas::new(WIDTH, TOP + height + 52.0);
    name_rows(&mut canvas, &labels, (room, TOP), ROW);
    for (index, cost) in costs.iter().enumerate() {
        let left = room + index as f64 * (width + BETWEEN);
        let panel = Panel {
            left,
            top: TOP,
            width,
            height,
        };
        draw_cost(&mut canvas, findings, panel, cost, &rows);
    }
    Some(described(findings, canvas))
}

fn draw_cost(
    canvas: &mut Canvas,
    findings: &Findings,
    panel: Panel,
    cost: &Cost,
    rows: &[&SummaryRow],
) {
    let values: Vec<f64> = rows.iter().map(|row| (cost.of)(row)).collect();
    let (low, high) = extent(values.iter().copied().filter(|value| *value > 0.0));
    // The longest value is written right of its mark and must fit.
    let widest = label_room(values.iter().map(|value| (cost.shown)(*value)), panel.width);
    let end = panel.right() - widest - 14.0;
    let wide = high / low > WIDE;
    let scale = if wide {
        Scale::logarithmic((low / 1.6, high), (panel.left, end))
    } else {
        Scale::linear((0.0, high), (panel.left, end))
    };
    panel.heading(canvas, cost.heading);
    let width = end - panel.left;
    Panel { width, ..panel }.lower_axis(canvas, scale, cost.axis);
    for (index, (row, value)) in rows.iter().zip(values).enumerate() {
        let y = panel.top + (index as f64 + 0.5) * ROW;
        let x = if value > 0.0 {
            scale.at(value)
        } else {
            panel.left
        };
        let mark = (findings.place(&row.method), paint_of(findings, &row.method));
        if wide {
            draw_stem(canvas, (panel.left, x, y), mark);
        } else {
            draw_bar(canvas, (panel.left, x, y), mark.1);
        }
        canvas.text((x + 10.0, y + 4.0), &(cost.shown)(value), TextLook::label());
    }
}

fn draw_stem(canvas: &mut Canvas, (left, x, y): (f64, f64, f64), (place, paint): (usize, Paint)) {
    canvas.line((left, y), (x, y), Look::drawn(paint, 1.5).faded(0.5));
    marker(canvas, (x, y), place, paint);
}

fn draw_bar(canvas: &mut Canvas, (left, x, y): (f64, f64, f64), paint: Paint) {
    let size = (x - left, ROW * 0.56);
    canvas.rectangle((left, y - ROW * 0.28), size, 1.5, Look::filled(paint));
}

fn described(findings: &Findings, canvas: Canvas) -> Figure {
    let title = "Time and memory";
    let caption = format!(
        "Means over repeats ({}, {} hidden), memory the largest, each method measured in a process \
         of its own. Bars begin at 0; dots on a stem mean a log scale, used where the \
         methods differ more than {WIDE:.0}-fold.",
        findings.main_scenario,
        percent(findings.main_share)
    );
    Figure {
        name: "time_and_memory".into(),
        title: title.into(),
        svg: canvas.finish("time_and_memory", title, &caption),
        caption,
    }
}

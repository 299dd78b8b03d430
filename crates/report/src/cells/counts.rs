//! What was estimated where counts were hidden, a panel per method.

use std::collections::BTreeMap;

use imputome_evaluate::cells::{CellEvaluation, CellMask, ESTIMATE_BAND, MethodBins, count_band};

use crate::Figure;
use crate::figures::WIDTH;
use crate::figures::drawing::{Anchor, Canvas, Look, Paint, Panel, Scale, TextLook, density_color};
use crate::numbers::percent;

const LEFT: f64 = 58.0;
const BETWEEN: f64 = 46.0;
const TOP: f64 = 30.0;
const BELOW: f64 = 58.0;
const NAME: &str = "estimated_against_hidden";
/// Hidden counts below which a column says nothing; ours.
const FEWEST: u64 = 20;
/// Counts that are named on the axes.
const TICKS: [u32; 13] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/// Hidden counts of one band: where it lies and how estimates are spread.
struct Column {
    /// Ends on the scale `ln(1 + count)`.
    ends: (f64, f64),
    /// Entries by band of the estimate.
    estimates: Vec<(usize, u64)>,
    entries: u64,
}

pub(super) fn figure(evaluation: &CellEvaluation) -> Option<Figure> {
    let methods: Vec<(&str, Vec<Column>)> = evaluation
        .bins
        .iter()
        .map(|bins| (bins.method.as_str(), columns(bins)))
        .filter(|(_, columns)| !columns.is_empty())
        .collect();
    let all = || methods.iter().flat_map(|(_, columns)| columns);
    let least = all().map(|column| column.ends.0).reduce(f64::min)?;
    let largest = all().map(|column| column.ends.1).fold(0.0, f64::max);
    let highest = all()
        .map(Column::highest)
        .fold(0.0, f64::max)
        .min(1.3 * largest);
    let most = all().map(Column::densest).fold(0.0, f64::max);
    let per_row = methods.len().min(3);
    let room = WIDTH - LEFT - (per_row as f64 - 1.0) * BETWEEN - 12.0;
    let side = (room / per_row as f64).min(400.0);
    let rows = methods.len().div_ceil(per_row);
    let mut canvas = Canvas::new(WIDTH, rows as f64 * (TOP + side + BELOW) + 34.0);
    for (at, (method, columns)) in methods.iter().enumerate() {
        let panel = Panel {
            left: LEFT + (at % per_row) as f64 * (side + BETWEEN),
            top: TOP + (at / per_row) as f64 * (TOP + side + BELOW),
            width: side,
            height: side,
        };
        panel.heading(&mut canvas, method);
        let across = Scale::linear((least, largest), (panel.left, panel.right()));
        let upward = Scale::linear((0.0, highest), (panel.bottom(), panel.top));
        draw(&mut canvas, panel, (across, upward), (columns, most));
    }
    color_bar(&mut canvas, most);
    Some(described(evaluation, canvas))
}

/// Columns with enough entries, by count.
fn columns(bins: &MethodBins) -> Vec<Column> {
    let mut found: BTreeMap<usize, Vec<(usize, u64)>> = BTreeMap::new();
    for bin in &bins.bins {
        let estimates = found.entry(bin.count).or_default();
        estimates.push((bin.estimate, bin.entries));
    }
    let columns = found.into_iter().map(|(band, estimates)| {
        let (low, high) = count_band(band);
        Column {
            ends: ((low as f64 + 0.5).ln(), (high as f64 + 1.5).ln()),
            entries: estimates.iter().map(|(_, entries)| entries).sum(),
            estimates,
        }
    });
    columns.filter(|column| column.entries >= FEWEST).collect()
}

impl Column {
    fn share(&self, entries: u64) -> f64 {
        entries as f64 / self.entries as f64
    }

    fn densest(&self) -> f64 {
        let most = self.estimates.iter().map(|(_, entries)| *entries).max();
        self.share(most.unwrap_or(0))
    }

    /// Upper end of the estimates, but for the highest hundredth.
    fn highest(&self) -> f64 {
        let mut left = self.entries / 100;
        for (band, entries) in self.estimates.iter().rev() {
            if *entries > left {
                return (*band as f64 + 1.0) * ESTIMATE_BAND;
            }
            left -= entries;
        }
        0.0
    }

    /// Mean of the estimates on the scale of the figure.
    fn mean(&self) -> f64 {
        let middle = |band: usize| (band as f64 + 0.5) * ESTIMATE_BAND;
        let bands = self.estimates.iter();
        bands
            .map(|&(band, entries)| middle(band) * self.share(entries))
            .sum()
    }
}

fn draw(
    canvas: &mut Canvas,
    panel: Panel,
    (across, upward): (Scale, Scale),
    (columns, most): (&[Column], f64),
) {
    let named = |scale: Scale| -> Vec<(f64, String)> {
        let ticks = TICKS
            .iter()
            .map(|&count| (f64::from(count).ln_1p(), count.to_string()));
        ticks.filter(|(value, _)| scale.covers(*value)).collect()
    };
    let title = if panel.left == LEFT { "estimate" } else { "" };
    panel.left_axis_at(canvas, upward, &named(upward), title);
    panel.lower_axis_at(canvas, across, &named(across), "hidden count");
    for column in columns {
        let (left, right) = (across.at(column.ends.0), across.at(column.ends.1));
        for &(band, entries) in &column.estimates {
            let low = band as f64 * ESTIMATE_BAND;
            if !upward.covers(low) {
                continue;
            }
            let (bottom, top) = (upward.at(low), upward.at(low + ESTIMATE_BAND));
            let color = density_color((column.share(entries) / most).sqrt());
            let size = (right - left, bottom - top);
            canvas.rectangle((left, top), size, 0.0, Look::filled(Paint::Data(color)));
        }
    }
    identity(canvas, (across, upward));
    for column in columns {
        let middle = f64::midpoint(across.at(column.ends.0), across.at(column.ends.1));
        let look = Look::filled(Paint::Ground).outlined(Paint::Ink, 1.3);
        canvas.circle((middle, upward.at(column.mean())), 2.6, look);
    }
}

/// Where estimate equals count.
fn identity(canvas: &mut Canvas, (across, upward): (Scale, Scale)) {
    let ends = [across.ends(), upward.ends()];
    let (from, to) = (ends[0].0.max(ends[1].0), ends[0].1.min(ends[1].1));
    let corner = |value: f64| (across.at(value), upward.at(value));
    canvas.line(
        corner(from),
        corner(to),
        Look::drawn(Paint::Ground, 2.6).faded(0.7),
    );
    canvas.line(
        corner(from),
        corner(to),
        Look::drawn(Paint::Ink, 1.1).dashed("5 4"),
    );
}

fn color_bar(canvas: &mut Canvas, most: f64) {
    let (left, top, width) = (LEFT + 250.0, canvas.height - 24.0, 200.0);
    let label = TextLook::label();
    canvas.text((LEFT, top + 10.0), "share of a column's entries", label);
    let soft = label.soft();
    canvas.text((left - 8.0, top + 10.0), "0", soft.at(Anchor::End));
    let steps = 50;
    for step in 0..steps {
        let share = f64::from(step) / f64::from(steps);
        let look = Look::filled(Paint::Data(density_color(share.sqrt())));
        // Each reaches to the end and is drawn over by the next, so that no seam shows.
        let size = (width * (1.0 - share), 12.0);
        canvas.rectangle((left + width * share, top), size, 0.0, look);
    }
    canvas.text((left + width + 8.0, top + 10.0), &percent(most), soft);
}

fn described(evaluation: &CellEvaluation, canvas: Canvas) -> Figure {
    let title = "Estimated against hidden counts";
    let what = match evaluation.experiment.mask {
        CellMask::Thinning => "Molecules put aside, where there were any",
        CellMask::Dropout | CellMask::Even | CellMask::Program => "Hidden counts",
    };
    let caption = format!(
        "{what}, over all repeats, and what was estimated in their place; both axes are logarithms of 1 + count. Each column is colored by how its estimates are spread, and a ring marks their mean. On the dashed line estimates equal counts. Rings rise with the counts even where nothing is told of cells, as under {}, because some genes have more counts than others; what a method adds is the narrowing around the line.",
        evaluation.baseline
    );
    Figure {
        name: NAME.into(),
        title: title.into(),
        svg: canvas.finish(NAME, title, &caption),
        caption,
    }
}

//! Kaplan-Meier curves of groups with bands, samples at risk and a test, a panel per table; as
//! Figure 5 of Zhou et al. 2020 (doi:10.1093/gigascience/giaa076).

use imputome_evaluate::survival::KaplanMeier;

use super::WIDTH;
use super::drawing::{
    Anchor, Canvas, Look, Paint, Panel, Scale, TextLook, label_room, method_color, shortened,
};
use crate::Figure;
use crate::downstream::{SurvivalGroup, SurvivalPanel};
use crate::numbers::{count, p_value, quantity};

const COLUMNS: usize = 2;
const TOP: f64 = 34.0;
const HEIGHT: f64 = 290.0;
/// From a panel to the first row of its table: ticks, title of the axis, heading of the table.
const ABOVE_TABLE: f64 = 76.0;
const ROW: f64 = 19.0;
/// Between panels in a row and between rows.
const BETWEEN: f64 = 34.0;
/// Right of the last panel.
const EDGE: f64 = 8.0;
/// Least room left of a panel, for the axis.
const LEFT: f64 = 62.0;
/// Dashes that tell groups apart without color.
const DASHES: [Option<&str>; 4] = [None, Some("7 3"), Some("2 3"), Some("9 3 2 3")];

pub(crate) fn figure(
    (name, title): (&str, &str),
    unit: &str,
    panels: &[SurvivalPanel],
) -> Option<Figure> {
    let longest = last_time(panels).filter(|time| *time > 0.0)?;
    let groups = panels.iter().map(|panel| panel.groups.len()).max()?;
    let names = panels.iter().flat_map(|panel| &panel.groups);
    let room = label_room(names.map(|group| &group.name), 110.0) + 34.0;
    let left = room.max(LEFT);
    let columns = panels.len().min(COLUMNS) as f64;
    let step = (WIDTH - EDGE + BETWEEN) / columns;
    // The table, and a line for each group that says how many there are and their median.
    let below = ABOVE_TABLE + 2.0 * ROW * groups as f64 + 20.0;
    let rows = panels.len().div_ceil(COLUMNS) as f64;
    let mut canvas = Canvas::new(WIDTH, rows * (TOP + HEIGHT + below));
    for (at, panel) in panels.iter().enumerate() {
        let place = Panel {
            left: left + (at % COLUMNS) as f64 * step,
            top: TOP + (at / COLUMNS) as f64 * (TOP + HEIGHT + below),
            width: step - left - BETWEEN,
            height: HEIGHT,
        };
        draw_panel(&mut canvas, place, (longest, unit), panel);
    }
    let caption = caption(panels);
    Some(Figure {
        name: name.into(),
        title: title.into(),
        svg: canvas.finish(name, title, &caption),
        caption,
    })
}

fn last_time(panels: &[SurvivalPanel]) -> Option<f64> {
    let groups = panels.iter().flat_map(|panel| &panel.groups);
    let ends = groups.filter_map(|group| group.curve.steps.last());
    ends.map(|step| step.time).reduce(f64::max)
}

fn draw_panel(
    canvas: &mut Canvas,
    place: Panel,
    (longest, unit): (f64, &str),
    panel: &SurvivalPanel,
) {
    let time = Scale::linear((0.0, longest), place.across());
    let share = Scale::linear((0.0, 1.0), place.upward());
    place.heading(canvas, &panel.title);
    place.left_axis(canvas, share, "estimated survival");
    let ticks = time.ticks(((place.width / 75.0).round() as usize).max(2));
    place.lower_axis_at(canvas, time, &ticks, unit);
    for (at, group) in panel.groups.iter().enumerate() {
        draw_band(canvas, &group.curve, (time, share), paint(at));
    }
    for (at, group) in panel.groups.iter().enumerate() {
        draw_curve(canvas, &group.curve, (time, share), at);
    }
    if let Some(test) = &panel.log_rank {
        let text = format!("log-rank p {}", p_value(test.p_value));
        let at = (place.left + 14.0, place.bottom() - 14.0);
        canvas.text(at, &text, TextLook::label());
    }
    let top = place.bottom() + ABOVE_TABLE;
    let heading = TextLook::label().soft().at(Anchor::End);
    canvas.text((place.left - 10.0, top - ROW), "at risk", heading);
    for (at, group) in panel.groups.iter().enumerate() {
        let y = top + at as f64 * ROW;
        at_risk(canvas, (place, y), (time, &ticks), (at, group));
        let y = y + ROW * panel.groups.len() as f64 + 8.0;
        in_words(canvas, (place, y), (at, group));
    }
}

fn paint(group: usize) -> Paint {
    Paint::Data(method_color(group))
}

fn look(group: usize) -> Look {
    let look = Look::drawn(paint(group), 2.0);
    match DASHES[group % DASHES.len()] {
        Some(dash) => look.dashed(dash),
        None => look,
    }
}

fn draw_curve(
    canvas: &mut Canvas,
    curve: &KaplanMeier,
    (time, share): (Scale, Scale),
    group: usize,
) {
    let heights = curve.steps.iter().map(|step| (step.time, step.survival));
    let points: Vec<_> = stairs(heights, 1.0)
        .into_iter()
        .map(|(t, height)| (time.at(t), share.at(height)))
        .collect();
    canvas.path(&points, look(group));
    let mut last = f64::NEG_INFINITY;
    for step in curve.steps.iter().filter(|step| step.censored > 0) {
        let (x, y) = (time.at(step.time), share.at(step.survival));
        // Ticks less than a pixel apart cannot be told apart and are drawn once.
        if x - last >= 1.0 {
            canvas.line((x, y - 4.0), (x, y + 4.0), Look::drawn(paint(group), 1.0));
            last = x;
        }
    }
}

fn draw_band(canvas: &mut Canvas, curve: &KaplanMeier, (time, share): (Scale, Scale), tint: Paint) {
    let known: Vec<_> = curve
        .steps
        .iter()
        .map_while(|step| Some((step.time, step.limits?)))
        .collect();
    let edge = |pick: fn((f64, f64)) -> f64| {
        let mut points = stairs(known.iter().map(|(t, limits)| (*t, pick(*limits))), 1.0);
        // Where nobody is left the band ends at the last step down.
        if let (Some(end), Some(last)) = (curve.steps.get(known.len()), points.last().copied()) {
            points.push((end.time, last.1));
        }
        points
    };
    let upper = edge(|limits| limits.1);
    let lower = edge(|limits| limits.0);
    let corners: Vec<_> = upper
        .into_iter()
        .chain(lower.into_iter().rev())
        .map(|(t, height)| (time.at(t), share.at(height)))
        .collect();
    canvas.polygon(&corners, Look::filled(tint).faded(0.15));
}

/// Corners of a function that is `start` from 0 on and takes each height from its time on.
fn stairs(heights: impl Iterator<Item = (f64, f64)>, start: f64) -> Vec<(f64, f64)> {
    let mut corners = vec![(0.0, start)];
    let mut last = start;
    for (time, height) in heights {
        corners.push((time, last));
        if height != last {
            corners.push((time, height));
            last = height;
        }
    }
    corners
}

/// A row of the table: the group and its samples at risk under the ticks.
fn at_risk(
    canvas: &mut Canvas,
    (place, y): (Panel, f64),
    (time, ticks): (Scale, &[(f64, String)]),
    (at, group): (usize, &SurvivalGroup),
) {
    let name = shortened(&group.name, 12.0, 110.0);
    let end = place.left - 10.0;
    canvas.text((end, y), &name, TextLook::label().at(Anchor::End));
    for (tick, _) in ticks {
        let number = count(group.curve.at_risk(*tick));
        let look = TextLook {
            paint: paint(at),
            ..TextLook::label().at(Anchor::Middle)
        };
        canvas.text((time.at(*tick), y), &number, look);
    }
}

/// A row of the legend: line, name, events, median.
fn in_words(canvas: &mut Canvas, (place, y): (Panel, f64), (at, group): (usize, &SurvivalGroup)) {
    let line = (place.left, place.left + 26.0);
    canvas.line((line.0, y - 4.0), (line.1, y - 4.0), look(at));
    let text = format!(
        "{}: {} events, {}",
        group.name,
        count(group.curve.events),
        median(&group.curve)
    );
    let text = shortened(&text, 12.0, place.width - 20.0);
    canvas.text((line.1 + 8.0, y), &text, TextLook::label());
}

fn median(curve: &KaplanMeier) -> String {
    let Some(median) = curve.median() else {
        return "median not reached".into();
    };
    let end = |end: Option<f64>| end.map_or_else(|| "–".into(), quantity);
    let (low, high) = curve.median_limits();
    format!(
        "median {} ({} to {})",
        quantity(median),
        end(low),
        end(high)
    )
}

fn caption(panels: &[SurvivalPanel]) -> String {
    let test = if panels.iter().any(|panel| panel.log_rank.is_some()) {
        " The p value is that of the log-rank test."
    } else {
        ""
    };
    format!(
        "Kaplan-Meier estimate of the share of samples without the event. Shaded areas are 95 % \
         confidence intervals at each time, short strokes samples last seen then; numbers below \
         are samples still followed. Medians have their 95 % confidence interval in brackets.{test}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_a_corner_before_and_after_it() {
        let heights = [(1.0, 0.8), (2.0, 0.8), (3.0, 0.5)];
        let corners = stairs(heights.into_iter(), 1.0);
        let expected = [
            (0.0, 1.0),
            (1.0, 1.0),
            (1.0, 0.8),
            (2.0, 0.8),
            (3.0, 0.8),
            (3.0, 0.5),
        ];
        assert_eq!(corners, expected);
    }
}

//! Axes, legends and the room that labels take.

use super::{Anchor, Canvas, Look, Paint, Scale, TextLook, marker, shortened, text_width};

/// Font size of labels, pixels.
const LABEL: f64 = 12.0;

/// The rectangle that values are drawn in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panel {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Panel {
    pub(crate) fn right(self) -> f64 {
        self.left + self.width
    }

    pub(crate) fn bottom(self) -> f64 {
        self.top + self.height
    }

    /// Pixels from left to right, a little within the edges.
    pub(crate) fn across(self) -> (f64, f64) {
        (self.left + 6.0, self.right() - 6.0)
    }

    /// Pixels from bottom to top, a little within the edges.
    pub(crate) fn upward(self) -> (f64, f64) {
        (self.bottom() - 6.0, self.top + 6.0)
    }

    /// Words above the panel.
    pub(crate) fn heading(self, canvas: &mut Canvas, text: &str) {
        let text = shortened(text, 13.0 * 1.06, self.width);
        let look = TextLook::label().bold().sized(13.0);
        canvas.text((self.left, self.top - 10.0), &text, look);
    }

    /// Grid, labels and title of the axis below.
    pub(crate) fn lower_axis(self, canvas: &mut Canvas, scale: Scale, title: &str) {
        let ticks = scale.ticks(((self.width / 75.0).round() as usize).max(2));
        self.lower_axis_at(canvas, scale, &ticks, title);
    }

    /// The same with ticks of one's own.
    pub(crate) fn lower_axis_at(
        self,
        canvas: &mut Canvas,
        scale: Scale,
        ticks: &[(f64, String)],
        title: &str,
    ) {
        for (value, label) in ticks {
            let x = scale.at(*value);
            canvas.line((x, self.top), (x, self.bottom()), grid());
            let look = TextLook::label().soft().at(Anchor::Middle);
            canvas.text((x, self.bottom() + 17.0), label, look);
        }
        self.base_line(canvas);
        let look = TextLook::label().at(Anchor::Middle);
        let middle = self.left + self.width / 2.0;
        canvas.text((middle, self.bottom() + 37.0), title, look);
    }

    /// Grid, labels and title of the axis on the left.
    pub(crate) fn left_axis(self, canvas: &mut Canvas, scale: Scale, title: &str) {
        let ticks = scale.ticks(((self.height / 48.0).round() as usize).max(2));
        self.left_axis_at(canvas, scale, &ticks, title);
    }

    /// The same with ticks of one's own.
    pub(crate) fn left_axis_at(
        self,
        canvas: &mut Canvas,
        scale: Scale,
        ticks: &[(f64, String)],
        title: &str,
    ) {
        let mut widest: f64 = 0.0;
        for (value, label) in ticks {
            let y = scale.at(*value);
            canvas.line((self.left, y), (self.right(), y), grid());
            let look = TextLook::label().soft().at(Anchor::End);
            canvas.text((self.left - 8.0, y + 4.0), label, look);
            widest = widest.max(text_width(label, LABEL));
        }
        let look = TextLook::label().at(Anchor::Middle).turned(-90.0);
        let at = (self.left - widest - 20.0, self.top + self.height / 2.0);
        canvas.text(at, title, look);
    }

    /// A line across at a value to compare with, where the scale has it.
    pub(crate) fn reference(self, canvas: &mut Canvas, scale: Scale, value: f64) {
        if scale.covers(value) {
            let x = scale.at(value);
            let look = Look::drawn(Paint::Soft, 1.0).dashed("2 3");
            canvas.line((x, self.top), (x, self.bottom()), look);
        }
    }

    /// The line that the panel stands on.
    pub(crate) fn base_line(self, canvas: &mut Canvas) {
        let look = Look::drawn(Paint::Soft, 1.0);
        canvas.line(
            (self.left, self.bottom()),
            (self.right(), self.bottom()),
            look,
        );
    }
}

fn grid() -> Look {
    Look::drawn(Paint::Faint, 1.0)
}

/// Width that row labels need, at most `most`.
pub(crate) fn label_room<L: AsRef<str>>(labels: impl IntoIterator<Item = L>, most: f64) -> f64 {
    labels
        .into_iter()
        .map(|label| text_width(label.as_ref(), LABEL))
        .fold(0.0, f64::max)
        .min(most)
}

/// Names of rows, ending left of `left`.
pub(crate) fn name_rows(canvas: &mut Canvas, labels: &[&str], (left, top): (f64, f64), row: f64) {
    for (index, label) in labels.iter().enumerate() {
        let at = (left - 12.0, top + (index as f64 + 0.5) * row + 4.0);
        let text = shortened(label, LABEL, left - 16.0);
        canvas.text(at, &text, TextLook::label().at(Anchor::End));
    }
}

/// An entry of a legend: the words and the place that gives color and shape.
pub(crate) type LegendEntry<'a> = (&'a str, usize, Paint);

/// Height of a legend of this width.
pub(crate) fn legend_height(entries: &[LegendEntry], width: f64) -> f64 {
    places(entries, width).last().map_or(0.0, |(_, y)| y + 20.0)
}

/// Marks and names in rows, from the upper left corner.
pub(crate) fn legend(
    canvas: &mut Canvas,
    entries: &[LegendEntry],
    (left, top): (f64, f64),
    width: f64,
) {
    for ((label, place, paint), (x, y)) in entries.iter().zip(places(entries, width)) {
        let middle = top + y + 8.0;
        marker(canvas, (left + x + 6.0, middle), *place, *paint);
        let label = shortened(label, LABEL, width - 20.0);
        canvas.text((left + x + 17.0, middle + 4.0), &label, TextLook::label());
    }
}

fn places(entries: &[LegendEntry], width: f64) -> Vec<(f64, f64)> {
    let (mut x, mut y) = (0.0, 0.0);
    let mut found = Vec::with_capacity(entries.len());
    for (label, ..) in entries {
        let needed = text_width(label, LABEL) + 38.0;
        if x > 0.0 && x + needed > width {
            (x, y) = (0.0, y + 20.0);
        }
        found.push((x, y));
        x += needed;
    }
    found
}

//! Boxes, and points of different shapes.

use super::{Canvas, Color, Look, Paint, Scale};

/// Tukey's five numbers, the mean and what lies apart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BoxStatistics {
    pub(crate) count: usize,
    pub(crate) mean: f64,
    pub(crate) median: f64,
    /// First and third quartile, linear between values (type 7 of Hyndman and Fan 1996).
    pub(crate) quartiles: (f64, f64),
    /// The furthest values within 1.5 interquartile ranges of the box (Tukey 1977).
    pub(crate) whiskers: (f64, f64),
    /// All values, ascending.
    values: Vec<f64>,
}

impl BoxStatistics {
    /// Of all finite values; nothing where there is none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = values.into_iter().filter(|v| v.is_finite()).collect();
        sorted.sort_by(f64::total_cmp);
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        let quartiles = (quantile(&sorted, 0.25), quantile(&sorted, 0.75));
        let reach = 1.5 * (quartiles.1 - quartiles.0);
        let inside = |value: &&f64| (quartiles.0 - reach..=quartiles.1 + reach).contains(*value);
        let low = *sorted.iter().find(inside).unwrap_or(&first);
        let high = *sorted.iter().rev().find(inside).unwrap_or(&last);
        Some(Self {
            count: sorted.len(),
            mean: sorted.iter().sum::<f64>() / sorted.len() as f64,
            median: quantile(&sorted, 0.5),
            quartiles,
            whiskers: (low, high),
            values: sorted,
        })
    }

    /// Values beyond the whiskers, ascending.
    pub(crate) fn outliers(&self) -> impl Iterator<Item = f64> {
        let (low, high) = self.whiskers;
        let values = self.values.iter().copied();
        values.filter(move |value| *value < low || *value > high)
    }

    /// Values that the scale does not reach.
    pub(crate) fn beyond(&self, scale: Scale) -> usize {
        self.values
            .iter()
            .filter(|value| !scale.covers(**value))
            .count()
    }
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let lower = place.floor() as usize;
    let upper = (lower + 1).min(sorted.len() - 1);
    sorted[lower] + (place - lower as f64) * (sorted[upper] - sorted[lower])
}

/// A box that lies about the line `y`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LyingBox<'a> {
    pub(crate) statistics: &'a BoxStatistics,
    pub(crate) y: f64,
    pub(crate) thickness: f64,
    pub(crate) color: Color,
}

impl LyingBox<'_> {
    /// Draws what the scale reaches; what lies beyond is left out.
    pub(crate) fn draw(self, canvas: &mut Canvas, scale: Scale) {
        let Self {
            statistics,
            y,
            thickness,
            color,
        } = self;
        let (at, half) = (|value: f64| scale.at(value), thickness / 2.0);
        self.draw_outliers(canvas, scale);
        let (left, right) = statistics.quartiles;
        if !scale.covers(right) {
            return;
        }
        self.draw_whiskers(canvas, scale);
        let size = ((at(right) - at(left)).max(1.0), thickness);
        let look = Look::filled(Paint::Data(color)).outlined(Paint::Soft, 1.0);
        canvas.rectangle((at(left), y - half), size, 1.5, look);
        if !scale.covers(statistics.median) {
            return;
        }
        let median = at(statistics.median);
        // White under the ink keeps the median seen on dark and on light boxes.
        for (paint, width) in [(Paint::Ground, 4.0), (Paint::Ink, 2.0)] {
            let look = Look::drawn(paint, width);
            canvas.line((median, y - half), (median, y + half), look);
        }
    }

    fn draw_whiskers(self, canvas: &mut Canvas, scale: Scale) {
        let (y, look) = (self.y, Look::drawn(Paint::Soft, 1.0));
        let (low, high) = self.statistics.whiskers;
        let (left, right) = self.statistics.quartiles;
        for (from, to) in [(low, left), (right, high)] {
            canvas.line((scale.at(from), y), (scale.at(to), y), look);
        }
        let cap = self.thickness / 4.0;
        for end in [low, high].into_iter().filter(|end| scale.covers(*end)) {
            let x = scale.at(end);
            canvas.line((x, y - cap), (x, y + cap), look);
        }
    }

    fn draw_outliers(self, canvas: &mut Canvas, scale: Scale) {
        let look = Look::filled(Paint::Data(self.color)).faded(0.7);
        let mut last = f64::NEG_INFINITY;
        let seen = self.statistics.outliers();
        for value in seen.filter(|value| scale.covers(*value)) {
            let x = scale.at(value);
            // Points less than half a pixel apart cannot be told apart and are drawn once.
            if x - last >= 0.5 {
                canvas.circle((x, self.y), 1.8, look);
                last = x;
            }
        }
    }
}

/// A point whose shape tells methods apart where colors do not.
pub(crate) fn marker(canvas: &mut Canvas, (x, y): (f64, f64), place: usize, paint: Paint) {
    let look = Look::filled(paint).outlined(Paint::Ground, 1.2);
    let corners: &[(f64, f64)] = match place % 6 {
        0 => {
            canvas.circle((x, y), 4.6, look);
            return;
        }
        1 => &[(-4.1, -4.1), (4.1, -4.1), (4.1, 4.1), (-4.1, 4.1)],
        2 => &[(0.0, -5.6), (5.2, 4.0), (-5.2, 4.0)],
        3 => &[(0.0, -5.8), (5.8, 0.0), (0.0, 5.8), (-5.8, 0.0)],
        4 => &[(0.0, 5.6), (5.2, -4.0), (-5.2, -4.0)],
        _ => &[
            (-1.7, -5.2),
            (1.7, -5.2),
            (1.7, -1.7),
            (5.2, -1.7),
            (5.2, 1.7),
            (1.7, 1.7),
            (1.7, 5.2),
            (-1.7, 5.2),
            (-1.7, 1.7),
            (-5.2, 1.7),
            (-5.2, -1.7),
            (-1.7, -1.7),
        ],
    };
    let corners: Vec<_> = corners.iter().map(|(dx, dy)| (x + dx, y + dy)).collect();
    canvas.polygon(&corners, look);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_the_quartiles_of_r_and_numpy() {
        let values = [1.0, 2.0, 3.0, 4.0, 10.0, f64::NAN];
        let found = BoxStatistics::of(values).expect("five finite values");
        // numpy 2.4 percentile(..., [25, 50, 75]) of the five: 2, 3, 4.
        assert_eq!((found.quartiles, found.median), ((2.0, 4.0), 3.0));
        assert_eq!(found.whiskers, (1.0, 4.0));
        assert_eq!(found.outliers().collect::<Vec<_>>(), [10.0]);
        assert_eq!(found.beyond(Scale::linear((2.0, 5.0), (0.0, 1.0))), 2);
        assert_eq!((found.count, found.mean), (5, 4.0));
    }

    #[test]
    fn a_single_value_is_a_box_and_none_is_not() {
        let one = BoxStatistics::of([0.5]).expect("one value");
        assert_eq!((one.quartiles, one.whiskers), ((0.5, 0.5), (0.5, 0.5)));
        assert_eq!(BoxStatistics::of([f64::NAN]), None);
    }
}

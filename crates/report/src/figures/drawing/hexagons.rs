//! Many points as hexagons colored by how many fall in each.

use std::collections::BTreeMap;

use super::{Canvas, Color, Look, Paint, viridis};

/// Points per hexagon, by place in a grid of hexagons with points upward.
#[derive(Clone, Debug)]
pub(crate) struct Hexagons {
    radius: f64,
    counts: BTreeMap<(i64, i64), usize>,
}

impl Hexagons {
    /// Of points in pixels; `radius` is the distance from center to corner.
    pub(crate) fn of(points: impl IntoIterator<Item = (f64, f64)>, radius: f64) -> Self {
        let mut counts = BTreeMap::new();
        for point in points {
            *counts.entry(nearest(point, radius)).or_insert(0) += 1;
        }
        Self { radius, counts }
    }

    /// Points in the fullest hexagon.
    pub(crate) fn most(&self) -> usize {
        self.counts.values().copied().max().unwrap_or(0)
    }

    /// Draws them; `most` has the last color, so that several drawings share one scale.
    pub(crate) fn draw(&self, canvas: &mut Canvas, most: usize) {
        for ((row, column), count) in &self.counts {
            let (x, y) = center((*row, *column), self.radius);
            let corners: Vec<_> = (0..6)
                .map(|corner| {
                    let angle = (f64::from(corner) + 0.5) * std::f64::consts::PI / 3.0;
                    (x + self.radius * angle.cos(), y + self.radius * angle.sin())
                })
                .collect();
            let color = density_color(density(*count, most));
            canvas.polygon(&corners, Look::filled(Paint::Data(color)));
        }
    }
}

/// The color for a share of the way from one point to the most; the darkest part of the scale
/// is left out because it cannot be seen on a dark page.
pub(crate) fn density_color(share: f64) -> Color {
    viridis(0.15 + 0.85 * share)
}

/// Place of a count on the color scale: logarithmic, because counts span decades.
fn density(count: usize, most: usize) -> f64 {
    if most < 2 {
        0.0
    } else {
        (count.max(1) as f64).ln() / (most as f64).ln()
    }
}

fn center((row, column): (i64, i64), radius: f64) -> (f64, f64) {
    let across = 3f64.sqrt() * radius;
    let shift = if row.rem_euclid(2) == 1 { 0.5 } else { 0.0 };
    ((column as f64 + shift) * across, row as f64 * 1.5 * radius)
}

fn nearest(point: (f64, f64), radius: f64) -> (i64, i64) {
    let across = 3f64.sqrt() * radius;
    let row = (point.1 / (1.5 * radius)).floor() as i64;
    let mut best = ((row, 0), f64::INFINITY);
    for row in row..=row + 1 {
        let shift = if row.rem_euclid(2) == 1 { 0.5 } else { 0.0 };
        let column = (point.0 / across - shift).round() as i64;
        let (x, y) = center((row, column), radius);
        let distance = (x - point.0).powi(2) + (y - point.1).powi(2);
        if distance < best.1 {
            best = ((row, column), distance);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_falls_in_the_hexagon_whose_center_is_nearest() {
        let radius = 4.0;
        for place in [(0, 0), (1, 3), (-2, 5), (7, -1)] {
            let (x, y) = center(place, radius);
            assert_eq!(nearest((x + 1.0, y - 1.0), radius), place);
        }
        let found = Hexagons::of([(0.0, 0.0), (0.5, 0.5), (100.0, 100.0)], radius);
        assert_eq!((found.counts.len(), found.most()), (2, 2));
    }
}

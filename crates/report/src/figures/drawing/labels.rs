//! Names beside points, clear of each other.

use super::{Anchor, Canvas, Look, Paint, Panel, TextLook, shortened, text_width};

/// Font size, pixels.
const SIZE: f64 = 12.0;
/// Names wider than this are cut; ours.
const WIDEST: f64 = 240.0;
/// Height of a line of text, pixels.
const LINE: f64 = 15.0;
/// Half the side of the square that a point takes, pixels.
const POINT: f64 = 7.0;

/// Writes a name beside each point, with a line to it where it had to go far. The points
/// themselves are drawn by whoever calls, above the lines.
pub(crate) fn name_points(canvas: &mut Canvas, panel: Panel, points: &[((f64, f64), &str)]) {
    let names: Vec<((f64, f64), String)> = points
        .iter()
        .map(|(at, name)| (*at, shortened(name, SIZE, WIDEST)))
        .collect();
    for ((at, name), frame) in names.iter().zip(frames(panel, &names)) {
        let nearest = (
            at.0.clamp(frame.left, frame.right()),
            at.1.clamp(frame.top, frame.bottom()),
        );
        if (nearest.0 - at.0).hypot(nearest.1 - at.1) > 12.0 {
            canvas.line(*at, nearest, Look::drawn(Paint::Soft, 0.8));
        }
        let look = TextLook::label().at(Anchor::Start);
        canvas.text((frame.left, frame.bottom() - 3.0), name, look);
    }
}

/// A place for each name beside its point, clear of all points and of the names before it; where
/// no place is clear, the one that covers least.
fn frames(panel: Panel, names: &[((f64, f64), String)]) -> Vec<Panel> {
    let mut taken: Vec<Panel> = names
        .iter()
        .map(|((x, y), _)| frame((x - POINT, y - POINT), 2.0 * POINT, 2.0 * POINT))
        .collect();
    let mut frames = Vec::with_capacity(names.len());
    for (at, name) in names {
        let places = candidates(*at, text_width(name, SIZE));
        let covered = |place: &Panel| -> f64 {
            let inside = place.left > panel.left
                && place.right() < panel.right() + 8.0
                && place.top > panel.top - 12.0
                && place.bottom() < panel.bottom();
            let outside = if inside { 0.0 } else { f64::from(u16::MAX) };
            outside
                + taken
                    .iter()
                    .map(|other| shared(*place, *other))
                    .sum::<f64>()
        };
        let chosen = places
            .into_iter()
            .min_by(|a, b| covered(a).total_cmp(&covered(b)))
            .expect("there are candidates");
        taken.push(chosen);
        frames.push(chosen);
    }
    frames
}

/// Right, left, above, below; then further and further up and down.
fn candidates((x, y): (f64, f64), width: f64) -> Vec<Panel> {
    let at = |left: f64, top: f64| frame((left, top), width, LINE);
    let mut places = vec![
        at(x + 10.0, y - 8.0),
        at(x - width - 10.0, y - 8.0),
        at(x - width / 2.0, y - 24.0),
        at(x - width / 2.0, y + 9.0),
    ];
    for step in 1..12 {
        let shift = 16.0 * f64::from(step);
        for side in [x + 14.0, x - width - 14.0] {
            places.push(at(side, y - 8.0 + shift));
            places.push(at(side, y - 8.0 - shift));
        }
    }
    places
}

fn frame((left, top): (f64, f64), width: f64, height: f64) -> Panel {
    Panel {
        left,
        top,
        width,
        height,
    }
}

/// Area that two frames share, in square pixels.
fn shared(a: Panel, b: Panel) -> f64 {
    let width = a.right().min(b.right()) - a.left.max(b.left);
    let height = a.bottom().min(b.bottom()) - a.top.max(b.top);
    width.max(0.0) * height.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel() -> Panel {
        frame((0.0, 0.0), 900.0, 400.0)
    }

    #[test]
    fn names_of_near_points_do_not_meet() {
        let names: Vec<((f64, f64), String)> = (0..8)
            .map(f64::from)
            .map(|index| {
                let at = (400.0 + 3.0 * index, 150.0 + 2.0 * index);
                (at, "knn:neighbors=20".into())
            })
            .collect();
        let frames = frames(panel(), &names);
        for (index, frame) in frames.iter().enumerate() {
            assert!(
                frames[..index]
                    .iter()
                    .all(|other| shared(*frame, *other) == 0.0)
            );
        }
    }

    #[test]
    fn a_name_that_finds_no_clear_place_stays_inside() {
        let names: Vec<((f64, f64), String)> = (0..200)
            .map(|_| ((450.0, 200.0), "Small Intestine".into()))
            .collect();
        let frames = frames(panel(), &names);
        assert!(
            frames
                .iter()
                .all(|frame| frame.left > 0.0 && frame.bottom() < 400.0)
        );
    }
}

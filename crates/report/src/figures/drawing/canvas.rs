//! Shapes and text, written as SVG.

use std::fmt::Write;

use super::looks::number;
use super::{Anchor, Look, Paint, TextLook};

/// Fonts of the reader's own system, in the order of preference.
const FONTS: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif";

/// A drawing in the making; positions in pixels from the upper left corner.
#[derive(Clone, Debug)]
pub(crate) struct Canvas {
    pub(crate) width: f64,
    pub(crate) height: f64,
    body: String,
}

impl Canvas {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            body: String::new(),
        }
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), look: Look) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        let look = look.attributes();
        let _ = writeln!(
            self.body,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"{look}/>"
        );
    }

    /// A rectangle from its upper left corner, with corners rounded by `radius`.
    pub(crate) fn rectangle(
        &mut self,
        corner: (f64, f64),
        size: (f64, f64),
        radius: f64,
        look: Look,
    ) {
        let (x, y, look) = (number(corner.0), number(corner.1), look.attributes());
        let (width, height) = (number(size.0.max(0.0)), number(size.1.max(0.0)));
        let round = if radius > 0.0 {
            format!(" rx=\"{}\"", number(radius))
        } else {
            String::new()
        };
        let _ = writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{round}{look}/>"
        );
    }

    pub(crate) fn circle(&mut self, center: (f64, f64), radius: f64, look: Look) {
        let (x, y, look) = (number(center.0), number(center.1), look.attributes());
        let radius = number(radius);
        let _ = writeln!(
            self.body,
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"{look}/>"
        );
    }

    /// Many small circles of one color, in one element; those within half a pixel are drawn once.
    pub(crate) fn dots(&mut self, centers: &[(f64, f64)], radius: f64, paint: Paint) {
        let half = |value: f64| (2.0 * value).round() as i64;
        let mut places: Vec<(i64, i64)> =
            centers.iter().map(|&(x, y)| (half(x), half(y))).collect();
        places.sort_unstable();
        places.dedup();
        let mut steps = String::new();
        for (x, y) in places {
            let (x, y) = (number(x as f64 / 2.0), number(y as f64 / 2.0));
            let _ = write!(steps, "M{x} {y}h0");
        }
        if !steps.is_empty() {
            let look = Look::drawn(paint, 2.0 * radius).attributes();
            let _ = writeln!(
                self.body,
                "<path d=\"{steps}\" stroke-linecap=\"round\"{look}/>"
            );
        }
    }

    /// A line through points, open.
    pub(crate) fn path(&mut self, points: &[(f64, f64)], look: Look) {
        if points.len() > 1 {
            self.draw_path(&steps(points), look);
        }
    }

    /// An area with these corners.
    pub(crate) fn polygon(&mut self, points: &[(f64, f64)], look: Look) {
        self.draw_path(&format!("{}Z", steps(points)), look);
    }

    fn draw_path(&mut self, steps: &str, look: Look) {
        let look = look.attributes();
        let _ = writeln!(
            self.body,
            "<path d=\"{steps}\" stroke-linejoin=\"round\"{look}/>"
        );
    }

    /// A text on its baseline.
    pub(crate) fn text(&mut self, at: (f64, f64), text: &str, look: TextLook) {
        let (x, y) = (number(at.0), number(at.1));
        let anchor = match look.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = match look.weight {
            400 => String::new(),
            weight => format!(" font-weight=\"{weight}\""),
        };
        let turn = if look.turn == 0.0 {
            String::new()
        } else {
            format!(" transform=\"rotate({} {x} {y})\"", number(look.turn))
        };
        let (size, paint) = (number(look.size), Look::filled(look.paint).attributes());
        let _ = writeln!(
            self.body,
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{weight}{anchor}{turn}{paint}>{}</text>",
            escaped(text)
        );
    }

    /// The whole document, with a title and a description for those who cannot see it.
    pub(crate) fn finish(self, name: &str, title: &str, description: &str) -> String {
        let (width, height) = (number(self.width), number(self.height));
        let (title, description) = (escaped(title), escaped(description));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" \
             aria-labelledby=\"{name}-title {name}-description\" font-family=\"{FONTS}\">\n\
             <title id=\"{name}-title\">{title}</title>\n\
             <desc id=\"{name}-description\">{description}</desc>\n\
             <rect class=\"f-ground\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
             {}</svg>\n",
            self.body
        )
    }
}

fn steps(points: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (position, (x, y)) in points.iter().enumerate() {
        let command = if position == 0 { 'M' } else { 'L' };
        let _ = write!(text, "{command}{} {}", number(*x), number(*y));
    }
    text
}

/// Text that means itself in XML; characters XML forbids become the replacement character.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            control if control.is_control() => safe.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escaped("<b>&\"'\u{1}"), "&lt;b&gt;&amp;&quot;&#39;\u{fffd}");
    }
}

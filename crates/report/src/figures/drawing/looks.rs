//! How shapes and text look.

use std::fmt::Write;

use super::Color;

/// What a shape is filled or drawn with. All but `Data` follow the light or dark page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Paint {
    /// Nothing.
    None,
    /// The color of text.
    Ink,
    /// The color of secondary text and of axes.
    Soft,
    /// The color of grid lines.
    Faint,
    /// The color of the page.
    Ground,
    /// A color that stands for something.
    Data(Color),
}

impl Paint {
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Ink => Some("ink"),
            Self::Soft => Some("soft"),
            Self::Faint => Some("faint"),
            Self::Ground => Some("ground"),
            Self::None | Self::Data(_) => None,
        }
    }

    /// The color on a light page, which is also what a file beside the page has.
    fn code(self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Ink => "#1c2127".into(),
            Self::Soft => "#5b6570".into(),
            Self::Faint => "#e3e6ea".into(),
            Self::Ground => "#ffffff".into(),
            Self::Data(color) => color.code(),
        }
    }
}

/// How a shape looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) fill: Paint,
    pub(crate) stroke: Paint,
    pub(crate) width: f64,
    pub(crate) opacity: f64,
    /// Lengths of dash and space; nothing for a solid line.
    pub(crate) dash: Option<&'static str>,
}

impl Look {
    pub(crate) fn filled(fill: Paint) -> Self {
        Self {
            fill,
            stroke: Paint::None,
            width: 0.0,
            opacity: 1.0,
            dash: None,
        }
    }

    pub(crate) fn drawn(stroke: Paint, width: f64) -> Self {
        Self {
            fill: Paint::None,
            stroke,
            width,
            opacity: 1.0,
            dash: None,
        }
    }

    pub(crate) fn outlined(self, stroke: Paint, width: f64) -> Self {
        Self {
            stroke,
            width,
            ..self
        }
    }

    pub(crate) fn faded(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    pub(crate) fn dashed(self, dash: &'static str) -> Self {
        Self {
            dash: Some(dash),
            ..self
        }
    }

    /// The same as attributes of an SVG element.
    pub(super) fn attributes(self) -> String {
        let classes: Vec<String> = [
            self.fill.name().map(|name| format!("f-{name}")),
            self.stroke.name().map(|name| format!("s-{name}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut text = String::new();
        if !classes.is_empty() {
            let _ = write!(text, " class=\"{}\"", classes.join(" "));
        }
        let _ = write!(text, " fill=\"{}\"", self.fill.code());
        if self.stroke != Paint::None {
            let (color, width) = (self.stroke.code(), number(self.width));
            let _ = write!(text, " stroke=\"{color}\" stroke-width=\"{width}\"");
        }
        if let Some(dash) = self.dash {
            let _ = write!(text, " stroke-dasharray=\"{dash}\"");
        }
        if self.opacity < 1.0 {
            let _ = write!(text, " opacity=\"{}\"", number(self.opacity));
        }
        text
    }
}

/// Which point of a text its position names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TextLook {
    pub(crate) size: f64,
    pub(crate) paint: Paint,
    pub(crate) anchor: Anchor,
    pub(crate) weight: u16,
    /// Degrees, clockwise.
    pub(crate) turn: f64,
}

impl TextLook {
    /// Labels of ticks, rows and legends.
    pub(crate) fn label() -> Self {
        Self {
            size: 12.0,
            paint: Paint::Ink,
            anchor: Anchor::Start,
            weight: 400,
            turn: 0.0,
        }
    }

    pub(crate) fn soft(self) -> Self {
        Self {
            paint: Paint::Soft,
            ..self
        }
    }

    pub(crate) fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(crate) fn bold(self) -> Self {
        Self {
            weight: 600,
            ..self
        }
    }

    pub(crate) fn sized(self, size: f64) -> Self {
        Self { size, ..self }
    }

    pub(crate) fn turned(self, turn: f64) -> Self {
        Self { turn, ..self }
    }
}

/// A hundredth of a pixel is finer than any screen or printer shows.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" | "" => "0".into(),
        text => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_carry_no_needless_digits() {
        assert_eq!(number(3.0), "3");
        assert_eq!(number(3.456), "3.46");
        assert_eq!(number(-0.001), "0");
    }
}

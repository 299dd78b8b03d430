//! Figures that any study may need: marks by data set, lines, boxes, cells on maps.

use crate::{Figure, figures};

/// A method's score, with its spread over repeats where there is more than one.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// The method.
    pub method: String,
    /// Mean score.
    pub value: f64,
    /// Its spread to either side.
    pub spread: Option<f64>,
}

/// Scores of all methods on one data set.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkRow {
    /// The data set.
    pub name: String,
    /// The methods.
    pub marks: Vec<Mark>,
}

/// One score on every data set.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkPanel {
    /// What stands above it.
    pub title: String,
    /// What the score is.
    pub score: String,
    /// The data sets.
    pub rows: Vec<MarkRow>,
}

/// What a figure is called, what stands above it and how to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureText<'a> {
    /// File name without extension.
    pub name: &'a str,
    /// What it shows, in a few words.
    pub title: &'a str,
    /// What is drawn and how to read it.
    pub caption: &'a str,
}

/// Scores data set by data set, a mark for each method and a panel for each score; methods have the
/// color and shape of their place among all that are met. Nothing when there is no score.
#[must_use]
pub fn marks_figure(text: FigureText, panels: &[MarkPanel]) -> Option<Figure> {
    figures::marks::figure(text, panels)
}

/// How an axis goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steps {
    /// Equal steps.
    Even,
    /// Equal factors; values must be positive.
    Factors,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct LineAxis {
    /// What it is of.
    pub title: String,
    /// How it goes.
    pub steps: Steps,
}

/// A line through points.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is of.
    pub name: String,
    /// Place, value, and spread to either side.
    pub points: Vec<(f64, f64, f64)>,
    /// A straight line beside it: intercept and slope.
    pub straight: Option<(f64, f64)>,
}

/// Lines drawn together.
#[derive(Clone, Debug, PartialEq)]
pub struct LinePanel {
    /// What stands above them.
    pub title: String,
    /// The axis below.
    pub across: LineAxis,
    /// The axis on the left.
    pub upward: LineAxis,
    /// The lines; the order of their names over all panels gives each its color.
    pub lines: Vec<Line>,
}

/// Lines, a panel beside the other. Nothing when there is no point.
#[must_use]
pub fn lines_figure(text: FigureText, panels: &[LinePanel]) -> Option<Figure> {
    figures::lines::figure(text, panels)
}

/// Values of which the distribution is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxRow {
    /// What they are of, such as a method.
    pub name: String,
    /// The values.
    pub values: Vec<f64>,
}

/// Distributions drawn together.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxPanel {
    /// What stands above them.
    pub title: String,
    /// What the values are.
    pub score: String,
    /// The distributions; the order of names over all panels gives each its color.
    pub rows: Vec<BoxRow>,
}

/// Distributions as boxes, a panel beside the other; the axis ends where most of the whiskers do.
/// Nothing when there is no value.
#[must_use]
pub fn boxes_figure(text: FigureText, panels: &[BoxPanel]) -> Option<Figure> {
    figures::boxes::figure(text, panels)
}

/// Cells on a map.
#[derive(Clone, Debug, PartialEq)]
pub struct CellPanel {
    /// What stands above it.
    pub title: String,
    /// Where each cell stands; the unit is arbitrary, but the same in both directions.
    pub places: Vec<(f64, f64)>,
    /// Kind of each cell, as a position among the kinds.
    pub kinds: Vec<usize>,
}

/// Cells on maps, a panel for each table, colored by kind. Nothing when there is no cell.
#[must_use]
pub fn cell_maps_figure(text: FigureText, kinds: &[&str], panels: &[CellPanel]) -> Option<Figure> {
    figures::cell_maps::figure(text, kinds, panels)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: FigureText = FigureText {
        name: "f",
        title: "F",
        caption: "c",
    };

    fn drawn(figure: Option<Figure>) -> String {
        let figure = figure.expect("something to show");
        roxmltree::Document::parse(&figure.svg).expect("well-formed");
        figure.svg
    }

    #[test]
    fn every_method_and_data_set_is_named() {
        let mark = |method: &str, value| Mark {
            method: method.into(),
            value,
            spread: Some(0.01),
        };
        let panel = MarkPanel {
            title: "Error".into(),
            score: "MSE".into(),
            rows: vec![MarkRow {
                name: "sc_zeisel".into(),
                marks: vec![mark("deepimpute", 0.2), mark("raw", f64::NAN)],
            }],
        };
        let svg = drawn(marks_figure(TEXT, std::slice::from_ref(&panel)));
        assert!(svg.contains("sc_zeisel") && svg.contains("deepimpute"));
        assert!(marks_figure(TEXT, &[]).is_none());
    }

    #[test]
    fn a_line_on_factors_leaves_out_what_is_not_positive() {
        let axis = |title: &str| LineAxis {
            title: title.into(),
            steps: Steps::Factors,
        };
        let panel = LinePanel {
            title: "Time".into(),
            across: axis("cells"),
            upward: axis("seconds"),
            lines: vec![Line {
                name: "deepimpute".into(),
                points: vec![(0.0, 1.0, 0.0), (100.0, 2.0, 0.5), (1000.0, 9.0, 0.1)],
                straight: Some((1.2, 0.008)),
            }],
        };
        assert!(drawn(lines_figure(TEXT, &[panel])).contains("seconds"));
        assert!(lines_figure(TEXT, &[]).is_none());
    }

    #[test]
    fn boxes_and_maps_of_nothing_are_no_figure() {
        let rows = vec![BoxRow {
            name: "deepimpute".into(),
            values: vec![0.1, 0.2, 0.3, 5.0],
        }];
        let panel = BoxPanel {
            title: "Genes".into(),
            score: "MSE".into(),
            rows,
        };
        assert!(drawn(boxes_figure(TEXT, &[panel])).contains("deepimpute"));
        assert!(boxes_figure(TEXT, &[]).is_none());
        let panel = CellPanel {
            title: "raw".into(),
            places: vec![(0.0, 0.0), (3.0, 1.0)],
            kinds: vec![0, 1],
        };
        let svg = drawn(cell_maps_figure(TEXT, &["A cells", "B cells"], &[panel]));
        assert!(svg.contains("A cells") && svg.contains("B cells"));
        assert!(cell_maps_figure(TEXT, &[], &[]).is_none());
    }
}

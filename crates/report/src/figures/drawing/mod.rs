//! A small layer over SVG: a canvas, scales, axes, marks. Knows nothing of genes.

mod axes;
mod canvas;
mod color;
mod hexagons;
mod labels;
mod looks;
mod marks;
mod scale;
mod text_width;

pub(crate) use axes::{LegendEntry, Panel, label_room, legend, legend_height, name_rows};
pub(crate) use canvas::Canvas;
pub(crate) use color::{Color, group_color, method_color, viridis};
pub(crate) use hexagons::{Hexagons, density_color};
pub(crate) use labels::name_points;
pub(crate) use looks::{Anchor, Look, Paint, TextLook};
pub(crate) use marks::{BoxStatistics, LyingBox, marker};
pub(crate) use scale::{Scale, extent};
pub(crate) use text_width::{shortened, text_width};

//! Distribution of R2 over genes within each level, such as a tissue, for the best method; as
//! Figure 2 of the PMI paper (Viñas et al., Frontiers in Genetics 2021).

use super::WIDTH;
use super::drawing::{
    Anchor, BoxStatistics, Canvas, Look, LyingBox, Paint, Panel, Scale, TextLook, label_room,
    shortened, viridis,
};
use super::r2_by_method::{beyond, low_end};
use crate::Figure;
use crate::findings::Findings;
use crate::numbers::{count, percent};

const ROW: f64 = 20.0;
const TOP: f64 = 76.0;
const BELOW: f64 = 52.0;
/// Room for the number of samples on the right.
const BESIDE: f64 = 84.0;
/// Where these numbers end, from the panel.
const COUNTS_END: f64 = 62.0;

struct Row<'a> {
    level: &'a str,
    samples: usize,
    found: BoxStatistics,
}

pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let drawn = draw(
        findings,
        findings.best(findings.main_scenario)?.method.as_str(),
    )?;
    Some(drawn.named("r2_by_level"))
}

/// The same for a method of one's own choice.
pub(crate) fn figure_of(findings: &Findings, method: &str) -> Option<Figure> {
    let name = format!("r2_by_level_{}", super::plain_name(method));
    Some(draw(findings, method)?.named(&name))
}

/// A drawing that has no name yet.
struct Drawn {
    canvas: Canvas,
    title: String,
    caption: String,
}

impl Drawn {
    fn named(self, name: &str) -> Figure {
        Figure {
            name: name.into(),
            svg: self.canvas.finish(name, &self.title, &self.caption),
            title: self.title,
            caption: self.caption,
        }
    }
}

fn draw(findings: &Findings, method: &str) -> Option<Drawn> {
    let rows = rows(findings, method);
    if rows.is_empty() {
        return None;
    }
    let room = label_room(rows.iter().map(|row| row.level), 280.0) + 16.0;
    let panel = Panel {
        left: room,
        top: TOP,
        width: WIDTH - room - BESIDE,
        height: rows.len() as f64 * ROW,
    };
    let mut canvas = Canvas::new(WIDTH, TOP + panel.height + BELOW);
    let low = low_end(rows.iter().map(|row| &row.found));
    let scale = Scale::linear((low, 1.0), panel.across());
    let colors = sample_scale(&rows);
    let what = sample_words(findings);
    color_bar(&mut canvas, panel, colors, what);
    let axis = format!("R2 of a gene within a {}", by(findings));
    panel.lower_axis(&mut canvas, scale, &axis);
    panel.reference(&mut canvas, scale, 0.0);
    let heading = (panel.right() + COUNTS_END, TOP - 8.0);
    canvas.text(heading, "samples", TextLook::label().soft().at(Anchor::End));
    for (index, row) in rows.iter().enumerate() {
        draw_row(&mut canvas, panel, (scale, colors), index, row);
    }
    Some(described(findings, canvas, method, &rows))
}

/// Levels with scores, highest median first.
fn rows<'a>(findings: &Findings<'a>, method: &str) -> Vec<Row<'a>> {
    let facts = &findings.evaluation.data.levels;
    let mut rows: Vec<Row> = findings
        .genes_by_level(method)
        .into_iter()
        .filter_map(|(level, values)| {
            let found = BoxStatistics::of(values)?;
            let fact = facts.iter().find(|fact| fact.level == level);
            let samples = fact.map_or(0, |fact| match findings.main_scenario {
                "inductive" => fact.training_samples,
                _ => fact.samples,
            });
            Some(Row {
                level,
                samples,
                found,
            })
        })
        .collect();
    rows.sort_by(|a, b| {
        let order = b.found.median.total_cmp(&a.found.median);
        order.then_with(|| a.level.cmp(b.level))
    });
    rows
}

fn by<'a>(findings: &Findings<'a>) -> &'a str {
    findings.evaluation.data.by.as_deref().unwrap_or("group")
}

fn sample_words(findings: &Findings) -> &'static str {
    match findings.main_scenario {
        "inductive" => "training samples",
        _ => "samples",
    }
}

/// From numbers of samples to pixels of the color bar.
fn sample_scale(rows: &[Row]) -> Scale {
    let least = rows.iter().map(|row| row.samples).min().unwrap_or(0) as f64;
    let most = rows.iter().map(|row| row.samples).max().unwrap_or(0) as f64;
    let pixels = (0.0, 240.0);
    // Over one decade, equal steps would give all small levels the same color.
    if least > 0.0 && most / least >= 10.0 {
        Scale::logarithmic((least, most), pixels)
    } else {
        Scale::linear((least, most), pixels)
    }
}

fn color_bar(canvas: &mut Canvas, panel: Panel, scale: Scale, what: &str) {
    let width = scale.pixels().1;
    let (left, top) = (panel.right() - width, 22.0);
    let caption = format!("color: {what}");
    let look = TextLook::label().at(Anchor::End);
    canvas.text((left - 12.0, top + 10.0), &caption, look);
    let steps = 60;
    for step in 0..steps {
        let share = f64::from(step) / f64::from(steps);
        // Each reaches to the end and is drawn over by the next, so that no seam shows.
        let size = (width * (1.0 - share), 12.0);
        let look = Look::filled(Paint::Data(viridis(share)));
        canvas.rectangle((left + width * share, top), size, 0.0, look);
    }
    for (value, label) in scale.ticks(4) {
        let x = left + scale.at(value);
        canvas.line(
            (x, top + 12.0),
            (x, top + 16.0),
            Look::drawn(Paint::Soft, 1.0),
        );
        let look = TextLook::label().soft().at(Anchor::Middle).sized(11.0);
        canvas.text((x, top + 28.0), label.trim_end_matches(".0"), look);
    }
}

fn draw_row(
    canvas: &mut Canvas,
    panel: Panel,
    (scale, colors): (Scale, Scale),
    index: usize,
    row: &Row,
) {
    let y = panel.top + (index as f64 + 0.5) * ROW;
    let label = shortened(row.level, 12.0, panel.left - 16.0);
    canvas.text(
        (panel.left - 12.0, y + 4.0),
        &label,
        TextLook::label().at(Anchor::End),
    );
    let share = colors.at(row.samples as f64) / colors.pixels().1;
    let (color, thickness) = (viridis(share), ROW * 0.62);
    let drawn = LyingBox {
        statistics: &row.found,
        y,
        thickness,
        color,
    };
    drawn.draw(canvas, scale);
    beyond(canvas, &row.found, scale, (panel.left, y));
    let look = TextLook::label().soft().at(Anchor::End);
    canvas.text(
        (panel.right() + COUNTS_END, y + 4.0),
        &count(row.samples),
        look,
    );
}

fn described(findings: &Findings, canvas: Canvas, method: &str, rows: &[Row]) -> Drawn {
    let by = by(findings);
    let title = format!("R2 of genes within each {by}: {method}");
    let most = rows.iter().map(|row| row.found.count).max().unwrap_or(0);
    let caption = format!(
        "Each box is one {by}: R2 of {} genes within it at {} hidden, {}, all repeats pooled. \
         Here 0 is no better than the gene's mean in that {by}, so what differs between {by}s \
         counts for nothing. Boxes stand in the order of their medians; color and the numbers on \
         the right give the {}. A number at ◂ counts genes too low for the axis.",
        count(most),
        percent(findings.main_share),
        findings.main_scenario,
        sample_words(findings),
    );
    Drawn {
        canvas,
        title,
        caption,
    }
}

//! R2 of every gene within every level under one method, as a map of colors; after Figure 5 of
//! the PMI paper (Viñas et al., Frontiers in Genetics 2021), which shows the same as points.

use std::collections::BTreeMap;

use super::WIDTH;
use super::drawing::{
    Anchor, Canvas, Look, Paint, Panel, Scale, TextLook, label_room, name_rows, viridis,
};
use crate::Figure;
use crate::findings::{Findings, same};
use crate::numbers::{count, percent, score};

const TOP: f64 = 64.0;
const ROW: f64 = 22.0;
const BELOW: f64 = 96.0;
/// Genes named below the map at most; more names than this would run into each other.
const NAMED: usize = 70;

pub(crate) fn figure(findings: &Findings, method: &str) -> Option<Figure> {
    let map = Map::of(findings, method);
    if map.genes.is_empty() {
        return None;
    }
    let levels: Vec<&str> = map.levels.clone();
    let room = label_room(levels.iter().copied(), 230.0) + 16.0;
    let panel = Panel {
        left: room,
        top: TOP,
        width: WIDTH - room - 12.0,
        height: levels.len() as f64 * ROW,
    };
    let mut canvas = Canvas::new(WIDTH, TOP + panel.height + BELOW);
    color_bar(&mut canvas, panel);
    name_rows(&mut canvas, &levels, (room, TOP), ROW);
    let width = panel.width / map.genes.len() as f64;
    for (&(level, gene), &r2) in &map.cells {
        let corner = (
            panel.left + gene as f64 * width,
            TOP + level as f64 * ROW + 1.0,
        );
        let look = Look::filled(Paint::Data(viridis(r2.clamp(0.0, 1.0))));
        canvas.rectangle(corner, (width.max(0.6), ROW - 2.0), 0.0, look);
    }
    name_genes(&mut canvas, panel, &map.genes);
    Some(described(findings, canvas, method, &map))
}

/// R2 by level and gene.
struct Map<'a> {
    levels: Vec<&'a str>,
    /// By mean R2 over levels, the best first.
    genes: Vec<&'a str>,
    cells: BTreeMap<(usize, usize), f64>,
}

impl<'a> Map<'a> {
    fn of(findings: &Findings<'a>, method: &str) -> Self {
        let by = findings.evaluation.data.by.as_deref().unwrap_or_default();
        let mut found: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
        for row in &findings.evaluation.per_gene {
            let level = row
                .group
                .strip_prefix(by)
                .and_then(|rest| rest.strip_prefix('='));
            let (Some(level), false) = (level, by.is_empty()) else {
                continue;
            };
            if row.method == method
                && row.scenario == findings.main_scenario
                && same(row.hidden, findings.main_share)
                && row.r2.is_finite()
            {
                found.entry(level).or_default().insert(&row.gene, row.r2);
            }
        }
        let levels: Vec<&str> = found.keys().copied().collect();
        let mut means: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
        for (gene, r2) in found.values().flatten() {
            let (sum, n) = means.entry(gene).or_default();
            *sum += r2.clamp(-1.0, 1.0);
            *n += 1.0;
        }
        let mut genes: Vec<&str> = means.keys().copied().collect();
        let mean = |gene: &str| means[gene].0 / means[gene].1;
        genes.sort_by(|a, b| mean(b).total_cmp(&mean(a)).then_with(|| a.cmp(b)));
        let place: BTreeMap<&str, usize> = genes.iter().copied().zip(0..).collect();
        let cells = levels.iter().enumerate().flat_map(|(at, level)| {
            let of_level = &found[level];
            let place = &place;
            of_level
                .iter()
                .map(move |(gene, r2)| ((at, place[gene]), *r2))
        });
        Self {
            cells: cells.collect(),
            levels,
            genes,
        }
    }
}

fn color_bar(canvas: &mut Canvas, panel: Panel) {
    let (width, top) = (240.0, 14.0);
    let left = panel.right() - width;
    let look = TextLook::label().at(Anchor::End);
    canvas.text(
        (left - 12.0, top + 10.0),
        "color: R2 of a gene within the level",
        look,
    );
    let scale = Scale::linear((0.0, 1.0), (left, left + width));
    let steps = 60;
    for step in 0..steps {
        let share = f64::from(step) / f64::from(steps);
        let look = Look::filled(Paint::Data(viridis(share)));
        canvas.rectangle(
            (left + width * share, top),
            (width * (1.0 - share), 12.0),
            0.0,
            look,
        );
    }
    for (value, label) in [(0.0, "0 or less"), (0.5, "0.5"), (1.0, "1")] {
        let look = TextLook::label().soft().at(Anchor::Middle).sized(11.0);
        canvas.text((scale.at(value), top + 26.0), label, look);
    }
}

/// Evenly spread names of genes, turned so that they fit.
fn name_genes(canvas: &mut Canvas, panel: Panel, genes: &[&str]) {
    let step = genes.len().div_ceil(NAMED);
    let width = panel.width / genes.len() as f64;
    for (at, gene) in genes.iter().enumerate().step_by(step) {
        let x = panel.left + (at as f64 + 0.5) * width;
        let look = TextLook::label()
            .soft()
            .at(Anchor::End)
            .sized(9.5)
            .turned(-90.0);
        canvas.text((x + 3.0, panel.bottom() + 6.0), gene, look);
    }
}

fn described(findings: &Findings, canvas: Canvas, method: &str, map: &Map) -> Figure {
    let by = findings.evaluation.data.by.as_deref().unwrap_or("level");
    let name = format!("gene_map_{}", super::plain_name(method));
    let title = format!("R2 of each gene within each {by}: {method}");
    let known = |gene: &str| score(mean_of(map, gene));
    let ends = match (map.genes.first(), map.genes.last()) {
        (Some(first), Some(last)) => format!(
            " Best over all is {first} ({}), worst {last} ({}).",
            known(first),
            known(last)
        ),
        _ => String::new(),
    };
    let caption = format!(
        "{} genes by {} {by}s, {} hidden, {}, all repeats pooled; genes from left to right by their mean over {by}s, every {}th named.{ends}",
        count(map.genes.len()),
        count(map.levels.len()),
        percent(findings.main_share),
        findings.main_scenario,
        map.genes.len().div_ceil(NAMED),
    );
    let caption = caption
        .replace("every 1th named", "all named")
        .replace("2th", "2nd")
        .replace("3th", "3rd");
    Figure {
        svg: canvas.finish(&name, &title, &caption),
        name,
        title,
        caption,
    }
}

fn mean_of(map: &Map, gene: &str) -> f64 {
    let at = map.genes.iter().position(|name| *name == gene);
    let cells = map
        .cells
        .iter()
        .filter(|((_, g), _)| Some(*g) == at)
        .map(|(_, r2)| *r2);
    let (sum, n) = cells.fold((0.0, 0.0), |(sum, n), r2| (sum + r2, n + 1.0));
    sum / n
}

//! What was found of groups and maps, for the page.

use std::path::Path;

use imputome_report::{
    CellPanel, Figure, FigureText, StudySection, cell_maps_figure, marks_figure,
};

use crate::failure::Result;

use super::clustering::MAP;
use super::entrants::{EXPECTED, OURS, RAW};
use super::parts::Part;
use super::rows::Found;
use super::study::{Study, beside};
use super::tables::{Better, Metric, of_data, panel};
use super::verdicts::against_raw;

const METRICS: [Metric; 6] = [
    Metric {
        name: "ari",
        title: "ARI",
        better: Better::Higher,
    },
    Metric {
        name: "ami",
        title: "AMI",
        better: Better::Higher,
    },
    Metric {
        name: "fmi",
        title: "FMI",
        better: Better::Higher,
    },
    Metric {
        name: "silhouette_map",
        title: "Silhouette, map",
        better: Better::Higher,
    },
    Metric {
        name: "silhouette_components",
        title: "Silhouette, components",
        better: Better::Higher,
    },
    Metric {
        name: "groups",
        title: "Groups found",
        better: Better::Neither,
    },
];

/// Metrics that say whether imputation helped or hurt.
const JUDGED: [usize; 4] = [0, 1, 3, 4];

/// The section, nothing where nothing was found.
pub(super) fn section(study: &Study, found: &Found) -> Result<Option<StudySection>> {
    if found.is_empty() {
        return Ok(None);
    }
    let tables = found.data().into_iter().filter_map(|data| {
        of_data(
            found,
            &data,
            "",
            &METRICS,
            &format!("{data}: groups found against known kinds of cells"),
        )
    });
    let mut discussion = verdicts(found);
    discussion.extend(found.failures());
    Ok(Some(StudySection {
        name: "part-clustering".into(),
        title: "Figures 4 and 5a, b: groups of cells".into(),
        text: vec![
            "Counts, raw and with zeros filled (measured counts stay), go the same way: cells scaled to the same total, genes that vary (Seurat's recipe with Scanpy's numbers), 50 principal components, 15 neighbors, UMAP, and Leiden groups at resolution 1. Groups are compared with the kinds of cells that the data or the simulation name: adjusted Rand index (ARI), adjusted mutual information (AMI), Fowlkes-Mallows index (FMI), 1 when they are the same. The silhouette says how far known kinds stand apart, on the map as in the paper and on the principal components, where distances mean more.".into(),
            "On the map a silhouette also rewards a map that tears kinds into islands; a gain on the map that the components do not show is one of the drawing.".into(),
        ],
        discussion,
        differs: vec![
            "The paper's Figure 4 is of GSE102827 (48,267 cells, 33 kinds), which is read where the folder has it as an h5ad with obs/cell_type; three public sets with kinds stand for it here.".into(),
            "Kinds of cells of real sets were named by their authors from the raw counts, with groups and markers: they favor raw counts.".into(),
            "The paper's simulation says five groups with six shares in one place and five in another; the five are taken (10, 10, 20, 20, 40 %).".into(),
        ],
        tables: tables.collect(),
        figures: figures(study, found)?,
    }))
}

/// Where each method helps or hurts, for each data set.
fn verdicts(found: &Found) -> Vec<String> {
    let judged = JUDGED.map(|at| METRICS[at]);
    let data = found.data().into_iter();
    data.flat_map(|data| against_raw(found, (&data, ""), &judged))
        .collect()
}

fn figures(study: &Study, found: &Found) -> Result<Vec<Figure>> {
    let methods = found.drawn();
    let panels: Vec<_> = METRICS[..5]
        .iter()
        .map(|metric| panel(found, &methods, "", metric))
        .collect();
    let marks = FigureText {
        name: "clustering",
        title: "Groups found against known kinds, raw and imputed",
        caption: "Mean over repeats; bars reach one standard deviation to either side, and where none is seen it is smaller than the mark.",
    };
    let mut figures: Vec<Figure> = marks_figure(marks, &panels).into_iter().collect();
    for data in found.data() {
        figures.extend(map_figure(study, &data, &found.methods())?);
    }
    Ok(figures)
}

fn map_figure(study: &Study, data: &str, methods: &[String]) -> Result<Option<Figure>> {
    let mut maps = Vec::new();
    // Beside the raw counts: ours and what the paper's program does.
    let shown =
        |method: &&String| [RAW, OURS, EXPECTED, "deepimpute:released"].contains(&method.as_str());
    let mut shown: Vec<&String> = methods.iter().filter(shown).collect();
    if shown.len() < 2 {
        shown = methods.iter().take(3).collect();
    }
    for method in shown {
        let file = beside(&study.place(Part::Clustering, data, method, 0), MAP);
        maps.push((method.clone(), cells(&file)?));
    }
    let mut kinds: Vec<&str> = Vec::new();
    for (_, cells) in &maps {
        kinds.extend(cells.iter().map(|cell| cell.0.as_str()));
    }
    kinds.sort_unstable();
    kinds.dedup();
    let panels = maps.iter().map(|(method, cells)| CellPanel {
        title: method.clone(),
        places: cells.iter().map(|cell| cell.1).collect(),
        kinds: cells
            .iter()
            .map(|cell| {
                kinds
                    .binary_search(&cell.0.as_str())
                    .expect("one of the kinds")
            })
            .collect(),
    });
    let panels: Vec<CellPanel> = panels.collect();
    let name = format!("map_{data}");
    let title = format!("Cells on a map, raw beside imputed: {data}");
    let text = FigureText {
        name: &name,
        title: &title,
        caption: "UMAP of each table, first repeat; a point is a cell, its color the kind that is known of it. Axes have no unit, and each table has a map of its own.",
    };
    Ok(cell_maps_figure(text, &kinds, &panels))
}

/// Kind and place of each cell, none where there is no file.
fn cells(file: &Path) -> Result<Vec<(String, (f64, f64))>> {
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let text = imputome_io::read_text(file)?;
    let lines = text.lines().skip(1).filter_map(|line| {
        let mut fields = line.split('\t');
        let kind = fields.next()?.to_string();
        let place = (fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?);
        Some((kind, place))
    });
    Ok(lines.collect())
}

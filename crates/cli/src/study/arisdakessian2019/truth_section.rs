//! What was found against known truth, for the page.

use imputome_report::{FigureText, StudySection, StudyTable, marks_figure};

use super::expression::TESTS;
use super::rows::Found;
use super::tables::{Better, Metric, of_data, panel};
use super::truth::Known;
use super::verdicts::against_raw;

const MIXTURES: [Metric; 7] = [
    Metric {
        name: "same_mixture",
        title: "Correlation, same mixture",
        better: Better::Neither,
    },
    Metric {
        name: "apart",
        title: "Same less other mixtures",
        better: Better::Higher,
    },
    Metric {
        name: "little_with_much",
        title: "Little RNA with much",
        better: Better::Higher,
    },
    Metric {
        name: "with_prediction",
        title: "Genes with their prediction",
        better: Better::Higher,
    },
    Metric {
        name: "silhouette_components",
        title: "Silhouette, components",
        better: Better::Higher,
    },
    Metric {
        name: "silhouette_map",
        title: "Silhouette, map",
        better: Better::Higher,
    },
    Metric {
        name: "ari",
        title: "ARI of groups",
        better: Better::Higher,
    },
];

const SPIKES: [Metric; 4] = [
    Metric {
        name: "r2_cell",
        title: "R2 in a cell",
        better: Better::Higher,
    },
    Metric {
        name: "r2_means",
        title: "R2 of means over cells",
        better: Better::Higher,
    },
    Metric {
        name: "spread",
        title: "Spread over cells",
        better: Better::Lower,
    },
    Metric {
        name: "rare",
        title: "Level of spike-ins below 1 molecule",
        better: Better::Lower,
    },
];

const SPLITS: [Metric; 5] = [
    Metric {
        name: "random_p",
        title: "Random halves, p below 0.05",
        better: Better::Neither,
    },
    Metric {
        name: "random_p_worst",
        title: "Worst of 20 halves, p below 0.05",
        better: Better::Lower,
    },
    Metric {
        name: "random_called",
        title: "Random halves, called different",
        better: Better::Lower,
    },
    Metric {
        name: "random_called_worst",
        title: "Worst of 20 halves, called different",
        better: Better::Lower,
    },
    Metric {
        name: "by_depth_called",
        title: "Halves by depth, called different",
        better: Better::Lower,
    },
];

/// A set, its metrics, the settings they stand under, and what tables of it say.
struct Judged {
    known: Known,
    metrics: &'static [Metric],
    settings: Vec<&'static str>,
    /// Metrics that are drawn.
    drawn: &'static [&'static str],
    caption: &'static str,
}

fn all() -> [Judged; 3] {
    [
        Judged {
            known: Known::Mixtures,
            metrics: &MIXTURES,
            settings: vec![""],
            drawn: &[
                "apart",
                "little_with_much",
                "with_prediction",
                "silhouette_components",
                "silhouette_map",
                "ari",
            ],
            caption: "sc_mixology: 340 samples of seven mixtures of the RNA of three cell lines, in four amounts",
        },
        Judged {
            known: Known::SpikeIns,
            metrics: &SPIKES,
            settings: vec![""],
            drawn: &["r2_cell", "r2_means", "spread", "rare"],
            caption: "sc_zeisel_ercc: 57 spike-ins in 1,464 cells; ln(1 + count) against the logarithm of the number of molecules",
        },
        Judged {
            known: Known::Splits,
            metrics: &SPLITS,
            settings: TESTS.map(|(test, _)| test).into(),
            drawn: &["random_p", "by_depth_called"],
            caption: "sc_grun_esc: share of the genes that differ between halves of 76 pool-and-split controls",
        },
    ]
}

/// The section, nothing where nothing was found.
pub(super) fn section(found: &Found) -> Option<StudySection> {
    if found.is_empty() {
        return None;
    }
    let mut tables: Vec<StudyTable> = Vec::new();
    let mut figures = Vec::new();
    let mut discussion = Vec::new();
    for set in all() {
        let name = set.known.name();
        for setting in &set.settings {
            let caption = match *setting {
                "" => set.caption.to_string(),
                test => format!("{}: {test}", set.caption),
            };
            tables.extend(of_data(found, name, setting, set.metrics, &caption));
            discussion.extend(against_raw(found, (name, setting), set.metrics));
        }
        figures.extend(figure(found, &set));
    }
    discussion.extend(found.failures());
    Some(StudySection {
        name: "part-truth".into(),
        title: "Known truth: mixtures, spike-ins, samples without a difference".into(),
        text: vec![
            "Mixtures: samples of the same mixture should be alike. Shown are the mean correlation of two samples of one mixture over the genes imputed, what that is above two of different mixtures, how near samples with little RNA (7.5 pg and less) come to the raw mean of their mixture with 30 pg, and the mean correlation of a gene's values in mixed samples with what the pure lines' raw means predict. If all samples only become more alike, the first rises and the second falls.".into(),
            "Spike-ins: each cell received the same numbers of molecules. R2 is the squared correlation of ln(1 + count) with the logarithm of the number, in each cell and of the means over cells; the spread over cells is technical noise; spike-ins of which a cell holds less than one molecule should be near 0.".into(),
            "Pool-and-split controls hold the same RNA: two random halves differ by nothing, and 5 % of the genes should have p below 0.05, none should be called different at a false discovery rate of 0.05. Halves by depth (cells with more counts against those with fewer) differ by nothing either but by how much was counted, for which cells are scaled.".into(),
        ],
        discussion,
        differs: vec!["None of this is in the paper.".into()],
        tables,
        figures,
    })
}

fn figure(found: &Found, set: &Judged) -> Option<imputome_report::Figure> {
    let methods = found.drawn();
    let of_set = Found {
        rows: found
            .rows
            .iter()
            .filter(|row| row.data == set.known.name())
            .cloned()
            .collect(),
    };
    let panels = set.settings.iter().flat_map(|setting| {
        let (of_set, methods) = (&of_set, &methods);
        let drawn = set
            .metrics
            .iter()
            .filter(|metric| set.drawn.contains(&metric.name));
        drawn.map(move |metric| panel(of_set, methods, setting, metric))
    });
    let panels: Vec<_> = panels.collect();
    let name = format!("truth_{}", set.known.name());
    let title = format!("Against known truth: {}", set.known.name());
    let text = FigureText {
        name: &name,
        title: &title,
        caption: "Mean over repeats, which differ in the method's random numbers; bars reach one standard deviation to either side, and where none is seen it is smaller than the mark.",
    };
    marks_figure(text, &panels)
}

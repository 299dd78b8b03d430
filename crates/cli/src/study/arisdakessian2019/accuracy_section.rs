//! What was found of accuracy, for the page.

use std::path::Path;

use imputome_report::{
    BoxPanel, BoxRow, Figure, FigureText, StudySection, boxes_figure, marks_figure,
};

use crate::failure::Result;

use super::accuracy::{ERRORS, HIDDEN_CELLS};
use super::entrants::{NONZERO_MEAN, OURS, RAW};
use super::parts::Part;
use super::rows::{Found, number};
use super::sources::SIMULATION;
use super::study::{Study, beside};
use super::tables::{Better, Metric, of_data, panel};
use super::verdicts::{Standing, standing};

const METRICS: [Metric; 5] = [
    Metric {
        name: "mse",
        title: "MSE",
        better: Better::Lower,
    },
    Metric {
        name: "pearson",
        title: "Pearson, all entries",
        better: Better::Higher,
    },
    Metric {
        name: "pearson_within_genes",
        title: "Pearson within genes",
        better: Better::Higher,
    },
    Metric {
        name: "mse_calibrated",
        title: "MSE after the best line",
        better: Better::Lower,
    },
    Metric {
        name: "zero_error",
        title: "Error at zeros",
        better: Better::Neither,
    },
];

const COST: Metric = Metric {
    name: "cpu_seconds",
    title: "CPU seconds",
    better: Better::Neither,
};

const TRUTH: [Metric; 3] = [
    Metric {
        name: "truth_missed",
        title: "zeros that were missed molecules",
        better: Better::Lower,
    },
    Metric {
        name: "truth_absent",
        title: "zeros that are true",
        better: Better::Lower,
    },
    Metric {
        name: "truth_all_zeros",
        title: "all zeros",
        better: Better::Lower,
    },
];

/// What sections and findings say of the baseline.
pub(super) const AGAINST_MEAN: &str = "the mean of the gene's non-zeros";
pub(super) const ERRS_LESS: &str = "errs less than";

/// The section, nothing where nothing was found.
pub(super) fn section(study: &Study, found: &Found) -> Result<Option<StudySection>> {
    if found.is_empty() {
        return Ok(None);
    }
    let mut metrics = METRICS.to_vec();
    metrics.push(COST);
    let mut tables: Vec<_> = found
        .data()
        .iter()
        .filter_map(|data| of_data(found, data, "", &metrics, &caption(found, data)))
        .collect();
    tables.extend(of_data(
        found,
        SIMULATION,
        "",
        &TRUTH,
        "simulation: mean squared error of ln(1 + count) against the counts before molecules were missed",
    ));
    Ok(Some(StudySection {
        name: "part-accuracy".into(),
        title: "Figure 2: accuracy on hidden counts".into(),
        text: vec![
            format!("In each gene {HIDDEN_CELLS} counts above 0 are set to zero, low ones more likely, by a logistic curve fitted to the share of zeros over the mean of each gene. Every method learns from what is left and is judged on genes whose variance over (1 + mean) is above 0.5, on the scale ln(1 + count). The same counts are hidden from every method; ± is the standard deviation over repeats."),
            "MSE and the correlation over all entries are the paper's. Both flatter whoever predicts the mean of a gene's non-zeros (nonzero-mean), since only non-zeros are hidden: read the correlation within genes, and the error where nothing was measured, beside them. The error at zeros is the mean square of ln(1 + estimate) there; it is small for whoever leaves zeros alone, and no method is asked for that here.".into(),
        ],
        discussion: discussion(found),
        differs: differs(),
        tables,
        figures: figures(study, found)?,
    }))
}

fn caption(found: &Found, data: &str) -> String {
    let first = found.methods().into_iter().next().unwrap_or_default();
    let of = |metric| {
        let mean = found.mean(data, &first, ("", metric));
        mean.map_or(0.0, |mean| mean.value)
    };
    format!(
        "{data}: {:.0} hidden counts of {:.0} genes",
        of("hidden"),
        of("genes")
    )
}

fn differs() -> Vec<String> {
    vec![
        "The paper's Figure 2 shows Jurkat, 293T, neuron9k and GSE67602, which are read where the folder has them; the public sets and the simulation stand for them here.".into(),
        "Its text gives no figures for this experiment, only the order of methods: DeepImpute first, DCA second, scImpute last by correlation, VIPER by MSE.".into(),
        "The released scripts hide ten genes of each cell by the density of a logistic distribution; the paper's text hides ten cells of each gene, which is done here.".into(),
    ]
}

/// What the numbers say, a sentence for each data set and claim.
fn discussion(found: &Found) -> Vec<String> {
    let mut said = Vec::new();
    for data in found.data() {
        let mean = |method: &str, metric: &str| found.mean(&data, method, ("", metric));
        let (Some(ours), Some(base)) = (mean(OURS, "mse"), mean(NONZERO_MEAN, "mse")) else {
            continue;
        };
        let verdict = match standing(ours, base, Better::Lower) {
            Standing::Worse => "imputing HURTS: it errs more than",
            Standing::Better => ERRS_LESS,
            Standing::Same => "is not told apart from",
            Standing::Unknown => "in one repeat, which shows no spread, stands beside",
        };
        let within = mean(OURS, "pearson_within_genes").map_or(f64::NAN, |mean| mean.value);
        said.push(format!(
            "{data}: {OURS} {verdict} {AGAINST_MEAN} (MSE {} against {}); within genes its estimates correlate {} with what was hidden.",
            number(ours.value),
            number(base.value),
            number(within)
        ));
    }
    said.extend(truth_said(found));
    said.extend(found.failures());
    said
}

/// What filling does to a table whose truth is known.
fn truth_said(found: &Found) -> Option<String> {
    let mean = |method: &str, metric: &str| found.mean(SIMULATION, method, ("", metric));
    let (ours, raw) = (
        mean(OURS, "truth_all_zeros")?,
        mean(RAW, "truth_all_zeros")?,
    );
    let absent = mean(OURS, "truth_absent")?;
    let worse = standing(ours, raw, Better::Lower) == Standing::Worse;
    Some(if worse {
        format!(
            "simulation: against known truth imputing HURTS: filled zeros err by {}, zeros left alone by {}, since true zeros are filled too (error there {}).",
            number(ours.value),
            number(raw.value),
            number(absent.value)
        )
    } else {
        format!(
            "simulation: against known truth filled zeros err by {}, zeros left alone by {}; where a zero is true, filling errs by {}, and leaving it alone by nothing.",
            number(ours.value),
            number(raw.value),
            number(absent.value)
        )
    })
}

fn figures(study: &Study, found: &Found) -> Result<Vec<Figure>> {
    // What is done to nothing errs by all that was hidden, and would flatten the axes.
    let methods: Vec<String> = found.drawn().into_iter().filter(|m| m != RAW).collect();
    let panels: Vec<_> = METRICS
        .iter()
        .map(|metric| panel(found, &methods, "", metric))
        .collect();
    let marks = FigureText {
        name: "accuracy",
        title: "Errors and correlations on hidden counts",
        caption: "Figures of ln(1 + count) at hidden entries, mean over repeats; bars reach one standard deviation to either side, and where none is seen it is smaller than the mark. Raw counts, which estimate 0, are left out.",
    };
    let mut figures: Vec<Figure> = marks_figure(marks, &panels).into_iter().collect();
    for data in found.data() {
        let mut panels = Vec::new();
        for (what, ending) in ERRORS {
            panels.push(box_panel(study, &data, &methods, (what, ending))?);
        }
        let name = format!("errors_{data}");
        let title = format!("Mean squared errors by gene and by cell: {data}");
        let text = FigureText {
            name: &name,
            title: &title,
            caption: "Each value is the mean squared error of ln(1 + count) over the hidden counts of one gene (left) or cell (right), first repeat; as Figure 2b of the paper. Boxes reach from the first to the third quartile, whiskers 1.5 times as far.",
        };
        figures.extend(boxes_figure(text, &panels));
    }
    Ok(figures)
}

fn box_panel(
    study: &Study,
    data: &str,
    methods: &[String],
    (what, ending): (&str, &str),
) -> Result<BoxPanel> {
    let mut rows = Vec::new();
    for method in methods {
        let file = beside(&study.place(Part::Accuracy, data, method, 0), ending);
        rows.push(BoxRow {
            name: method.clone(),
            values: values(&file)?,
        });
    }
    Ok(BoxPanel {
        title: format!("By {what}"),
        score: format!("mean squared error of a {what}"),
        rows,
    })
}

/// The second column of a file, nothing where there is none.
fn values(file: &Path) -> Result<Vec<f64>> {
    if !file.is_file() {
        return Ok(Vec::new());
    }
    let text = imputome_io::read_text(file)?;
    let fields = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split('\t').nth(1));
    Ok(fields.filter_map(|field| field.parse().ok()).collect())
}

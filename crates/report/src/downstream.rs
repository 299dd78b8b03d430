//! Figures of studies made with imputed tables.

use imputome_evaluate::survival::{KaplanMeier, LogRank};

use crate::{Figure, figures};

/// A group of samples followed over time.
#[derive(Clone, Debug, PartialEq)]
pub struct SurvivalGroup {
    /// What it is, such as `cluster 1`.
    pub name: String,
    /// Its curve.
    pub curve: KaplanMeier,
}

/// Groups drawn together, such as the clusters of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct SurvivalPanel {
    /// What stands above them, such as the method that filled the table.
    pub title: String,
    /// The groups; their order gives each its color.
    pub groups: Vec<SurvivalGroup>,
    /// The test of their difference, if it was made.
    pub log_rank: Option<LogRank>,
}

/// Estimated survival of groups with 95 % confidence bands, those last seen as ticks, samples at risk
/// below and the log-rank test; a panel per table. `unit` is that of times, such as `years`.
///
/// As Figure 5 of Zhou et al. 2020. Nothing when nobody was followed.
#[must_use]
pub fn survival_figure(
    name: &str,
    title: &str,
    unit: &str,
    panels: &[SurvivalPanel],
) -> Option<Figure> {
    figures::survival_curves::figure((name, title), unit, panels)
}

/// A score of one method at one share of hidden profiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScorePoint {
    /// Hidden share, in `[0, 1]`.
    pub hidden: f64,
    /// Mean score.
    pub mean: f64,
    /// Its spread to either side; nothing where one result tells none.
    pub spread: Option<f64>,
}

/// One method's scores.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreCurve {
    /// The method.
    pub method: String,
    /// Its scores by hidden share, ascending.
    pub points: Vec<ScorePoint>,
}

/// One score of all methods.
#[derive(Clone, Debug, PartialEq)]
pub struct ScorePanel {
    /// What stands above it, such as `Methylation-driving genes`.
    pub title: String,
    /// What the score is, such as `PR-AUC`.
    pub score: String,
    /// The methods; their order gives each its color.
    pub curves: Vec<ScoreCurve>,
    /// The score of the full data, where that says something.
    pub full: Option<f64>,
}

/// Scores against the share of hidden profiles, a line per method and a panel per score; as Figures 3
/// and 4 of Zhou et al. 2020. `spread` says what bars are, such as `one standard error over repeats`.
///
/// Nothing when there is no score.
#[must_use]
pub fn scores_by_share_figure(
    name: &str,
    title: &str,
    spread: &str,
    panels: &[ScorePanel],
) -> Option<Figure> {
    figures::scores_by_share::figure((name, title), spread, panels)
}

/// The same scores method by method, a mark per hidden share; for few shares and many methods.
#[must_use]
pub fn scores_by_method_figure(
    name: &str,
    title: &str,
    spread: &str,
    panels: &[ScorePanel],
) -> Option<Figure> {
    figures::scores_by_method::figure((name, title), spread, panels)
}

impl ScorePanel {
    /// From the lowest to the highest score with its spread and the full data's; nothing without
    /// a score.
    pub(crate) fn range(&self) -> Option<(f64, f64)> {
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        let ends = points.flat_map(|point| {
            let spread = point.spread.filter(|s| s.is_finite()).unwrap_or(0.0);
            [point.mean - spread, point.mean + spread]
        });
        let finite = ends.chain(self.full).filter(|end| end.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), end| {
            (low.min(end), high.max(end))
        });
        (low <= high).then_some((low, high))
    }
}

/// Panels that have a score.
pub(crate) fn with_scores(panels: &[ScorePanel]) -> Vec<ScorePanel> {
    let known = panels.iter().filter(|panel| panel.range().is_some());
    known.cloned().collect()
}

/// What bars are, in a sentence that begins with a space; nothing where there are none.
pub(crate) fn bars_in_words(panels: &[ScorePanel], spread: &str) -> String {
    let curves = panels.iter().flat_map(|panel| &panel.curves);
    let mut points = curves.flat_map(|curve| &curve.points);
    if points.any(|point| point.spread.is_some()) {
        format!(
            " Bars reach {spread} to either side; where none is seen, it is smaller than the mark."
        )
    } else {
        String::new()
    }
}

/// Methods of all panels in the order in which they are first met: the places of their colors.
pub(crate) fn methods(panels: &[ScorePanel]) -> Vec<&str> {
    let mut methods: Vec<&str> = Vec::new();
    for curve in panels.iter().flat_map(|panel| &panel.curves) {
        if !methods.contains(&curve.method.as_str()) {
            methods.push(&curve.method);
        }
    }
    methods
}

/// Hidden shares of all panels, ascending.
pub(crate) fn shares(panels: &[ScorePanel]) -> Vec<f64> {
    let curves = panels.iter().flat_map(|panel| &panel.curves);
    let points = curves.flat_map(|curve| &curve.points);
    let mut shares: Vec<f64> = points.map(|point| point.hidden).collect();
    shares.sort_by(f64::total_cmp);
    shares.dedup();
    shares
}

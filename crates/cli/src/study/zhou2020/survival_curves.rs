//! Survival of the two groups that each method's table leads to.

use imputome_evaluate::survival::{BandTransform, FollowUp, KaplanMeier, log_rank};
use imputome_report::{StudySection, SurvivalGroup, SurvivalPanel, survival_figure};

use super::found::Found;
use super::results::UnitResult;

/// Hidden share and repeat that are drawn.
const DRAWN: (f64, usize) = (0.5, 1);
/// Methods drawn, where they are there.
const METHODS: [&str; 5] = ["tdimpute, transfer", "tdimpute", "ridge", "tobmi", "svd"];
/// Panels at most.
const MOST: usize = 4;
/// Days of a year.
const YEAR: f64 = 365.25;

/// The figure, where patients were followed and grouped.
pub(super) fn section(found: &Found, name: &str, title: &str) -> Option<StudySection> {
    let seen: Vec<_> = found.cohort.seen.iter().flatten().collect();
    let times = seen.iter().map(|(days, _)| days / YEAR).collect();
    let events = seen.iter().map(|(_, dead)| *dead).collect();
    let follow_up = FollowUp::new(times, events).ok()?;
    let mut panels: Vec<SurvivalPanel> = Vec::new();
    let full = found
        .full
        .as_ref()
        .and_then(|full| panel("full data", full, &follow_up));
    panels.extend(full);
    for method in METHODS {
        let line = found.lines.iter().find(|line| line.label == method);
        let results = line.into_iter().flat_map(|line| &line.results);
        let drawn = results
            .filter(|(share, repeat, _)| (*share, *repeat) == DRAWN)
            .find_map(|(_, _, result)| panel(method, result, &follow_up));
        panels.extend(drawn);
    }
    panels.truncate(MOST);
    let figure = survival_figure(name, title, "years", &panels)?;
    Some(StudySection {
        name: name.into(),
        title: title.into(),
        text: vec!["As Figure 5 of the paper (there Wilms tumors, here this cohort): patients in two groups by the 100 genes that foretell survival best in the table of each method, half of the profiles imputed, first repeat. The groups are made from genes chosen by the same survival, so that p values are too small; they compare tables with each other, not with chance.".into()],
        figures: vec![figure],
        ..StudySection::default()
    })
}

fn panel(title: &str, result: &UnitResult, follow_up: &FollowUp) -> Option<SurvivalPanel> {
    if result.clusters.len() != follow_up.n_samples() {
        return None;
    }
    let n_groups = result.clusters.iter().max()? + 1;
    let curves = KaplanMeier::by_group(follow_up, &result.clusters, n_groups, BandTransform::Log);
    let groups = curves.into_iter().enumerate();
    Some(SurvivalPanel {
        title: title.into(),
        groups: groups
            .map(|(at, curve)| SurvivalGroup {
                name: format!("group {}", at + 1),
                curve,
            })
            .collect(),
        log_rank: log_rank(follow_up, &result.clusters).ok(),
    })
}

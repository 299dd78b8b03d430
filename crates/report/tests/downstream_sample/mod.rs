//! Made-up studies of imputed tables, drawn by tests and by the example.

use imputome_evaluate::survival::{BandTransform, FollowUp, KaplanMeier, log_rank};
use imputome_report::{
    Figure, ScoreCurve, ScorePanel, ScorePoint, SurvivalGroup, SurvivalPanel,
    scores_by_method_figure, scores_by_share_figure, survival_figure,
};

/// Two groups of patients, the second dying sooner by `factor`.
pub(crate) fn survival_panel(title: &str, factor: f64) -> SurvivalPanel {
    let groups: Vec<usize> = (0..160).map(|s| usize::from(s % 5 < 2)).collect();
    let (mut times, mut events) = (Vec::new(), Vec::new());
    for (s, group) in groups.iter().enumerate() {
        // A fixed rule in place of random numbers: shares of the golden ratio lie evenly.
        let share = (s as f64 * 0.618_033_988_749_895).fract();
        let left = 1.0 + 11.0 * (s as f64 * 0.414_213_562_373_095).fract();
        let died = -8.0 * (1.0 - share).ln() / if *group == 1 { factor } else { 1.0 };
        times.push(died.min(left));
        events.push(died <= left);
    }
    let follow_up = FollowUp::new(times, events).expect("times are times");
    let curves = KaplanMeier::by_group(&follow_up, &groups, 2, BandTransform::Log);
    let names = ["cluster 1", "cluster 2"];
    let named = |(name, curve): (&str, KaplanMeier)| SurvivalGroup {
        name: name.into(),
        curve,
    };
    SurvivalPanel {
        title: title.into(),
        groups: names.into_iter().zip(curves).map(named).collect(),
        log_rank: log_rank(&follow_up, &groups).ok(),
    }
}

/// Scores that fall with the hidden share, `first` at 10 % and `fall` less at 90 %.
pub(crate) fn score_panel(title: &str, score: &str, (first, fall): (f64, f64)) -> ScorePanel {
    let methods = [
        "tdimpute",
        "tdimpute:self",
        "ridge",
        "lasso",
        "tobmi",
        "svd",
        "mean",
    ];
    let curve = |(at, method): (usize, &&str)| ScoreCurve {
        method: (*method).into(),
        points: [0.1, 0.3, 0.5, 0.7, 0.9]
            .into_iter()
            .map(|hidden| ScorePoint {
                hidden,
                mean: first * (1.0 - 0.03 * at as f64)
                    - fall * (hidden - 0.1) / 0.8 * (1.0 + 0.05 * at as f64),
                spread: Some(first * (0.01 + 0.03 * hidden)),
            })
            .collect(),
    };
    ScorePanel {
        title: title.into(),
        score: score.into(),
        curves: methods.iter().enumerate().map(curve).collect(),
        full: Some(1.03 * first),
    }
}

/// One of each figure.
pub(crate) fn figures() -> Vec<Figure> {
    let clusters = [survival_panel("tdimpute", 3.0), survival_panel("svd", 1.4)];
    let genes = [
        score_panel("Methylation-driving genes", "PR-AUC", (0.95, 0.4)),
        score_panel(
            "Prognosis-related genes",
            "overlap of the top 100",
            (85.0, 50.0),
        ),
        score_panel("Best 100 pairs", "mean r2", (0.71, 0.25)),
    ];
    let groups = [
        score_panel("Clusters of samples", "adjusted Rand index", (0.8, 0.5)),
        score_panel(
            "Clusters of samples",
            "NMI (by the larger entropy)",
            (0.75, 0.5),
        ),
        score_panel("Risk of left-out samples", "C-index", (0.66, 0.05)),
    ];
    let spread = "one standard error over repeats";
    [
        survival_figure("survival", "Survival of two clusters", "years", &clusters),
        survival_figure(
            "survival_one",
            "Survival of two clusters",
            "years",
            &clusters[..1],
        ),
        scores_by_share_figure("genes", "Genes found again", spread, &genes),
        scores_by_method_figure("groups", "Groups and risks", spread, &groups),
    ]
    .into_iter()
    .flatten()
    .collect()
}

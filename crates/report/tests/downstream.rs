//! Figures of studies made with imputed tables.

use imputome_evaluate::survival::{BandTransform, FollowUp, KaplanMeier};
use imputome_report::{
    ScorePanel, SurvivalGroup, SurvivalPanel, scores_by_method_figure, scores_by_share_figure,
    survival_figure,
};

mod downstream_sample;

fn texts(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).expect("a figure is XML");
    let texts = document
        .descendants()
        .filter(|node| node.has_tag_name("text"));
    texts
        .filter_map(|node| node.text())
        .map(String::from)
        .collect()
}

#[test]
fn every_figure_is_xml_whose_texts_lie_inside_it() {
    let figures = downstream_sample::figures();
    assert_eq!(figures.len(), 4);
    for figure in figures {
        let document = roxmltree::Document::parse(&figure.svg).unwrap();
        let root = document.root_element();
        let height: f64 = root.attribute("height").unwrap().parse().unwrap();
        let width: f64 = root.attribute("width").unwrap().parse().unwrap();
        for node in document.descendants().filter(|n| n.has_tag_name("text")) {
            let place = |name| node.attribute(name).unwrap().parse::<f64>().unwrap();
            assert!((0.0..width).contains(&place("x")), "{:?}", node.text());
            assert!((0.0..height).contains(&place("y")), "{:?}", node.text());
        }
        assert!(!figure.svg.contains("NaN") && !figure.svg.contains("inf"));
    }
}

#[test]
fn curves_come_with_samples_at_risk_medians_and_the_test() {
    let panel = downstream_sample::survival_panel("tdimpute", 3.0);
    let p_value = panel.log_rank.as_ref().unwrap().p_value;
    let drawn = survival_figure("f", "F", "years", std::slice::from_ref(&panel)).unwrap();
    let texts = texts(&drawn.svg);
    assert!(p_value < 1e-4);
    let p = format!("{p_value:.1e}").replace('-', "−");
    assert!(texts.contains(&format!("log-rank p {p}")), "{texts:?}");
    // All are at risk at the start; the groups have 96 and 64 samples.
    assert!(texts.contains(&"96".into()) && texts.contains(&"64".into()));
    let second = panel.groups[1].curve.median().unwrap();
    let words = format!("median {second:.2} (");
    assert!(texts.iter().any(|text| text.contains(&words)), "{texts:?}");
}

#[test]
fn a_group_whose_last_sample_dies_has_a_band_up_to_then() {
    let follow_up = FollowUp::new(vec![1.0, 2.0, 3.0], vec![true; 3]).unwrap();
    let panel = SurvivalPanel {
        title: "all dead".into(),
        groups: vec![SurvivalGroup {
            name: "<three>".into(),
            curve: KaplanMeier::of(&follow_up, BandTransform::Log),
        }],
        log_rank: None,
    };
    let drawn = survival_figure("f", "F", "days", &[panel]).unwrap();
    assert!(texts(&drawn.svg).contains(&"<three>".into()));
    assert!(!drawn.svg.contains("NaN") && !drawn.caption.contains("log-rank"));
}

#[test]
fn nothing_to_show_is_no_figure() {
    let nobody = FollowUp::new(vec![], vec![]).unwrap();
    let panel = SurvivalPanel {
        title: "nobody".into(),
        groups: vec![SurvivalGroup {
            name: "none".into(),
            curve: KaplanMeier::of(&nobody, BandTransform::Log),
        }],
        log_rank: None,
    };
    assert!(survival_figure("f", "F", "days", &[panel]).is_none());
    assert!(survival_figure("f", "F", "days", &[]).is_none());
    let empty = ScorePanel {
        title: "t".into(),
        score: "s".into(),
        curves: vec![],
        full: None,
    };
    assert!(scores_by_share_figure("f", "F", "", std::slice::from_ref(&empty)).is_none());
    assert!(scores_by_method_figure("f", "F", "", &[empty]).is_none());
}

#[test]
fn a_score_that_is_not_a_number_leaves_a_gap() {
    let mut panel = downstream_sample::score_panel("t", "s", (0.9, 0.3));
    panel.curves[0].points[2].mean = f64::NAN;
    panel.curves[1].points[1].spread = Some(f64::NAN);
    for drawn in [
        scores_by_share_figure("f", "F", "x", std::slice::from_ref(&panel)),
        scores_by_method_figure("f", "F", "x", std::slice::from_ref(&panel)),
    ] {
        let svg = drawn.unwrap().svg;
        roxmltree::Document::parse(&svg).unwrap();
        assert!(!svg.contains("NaN"));
    }
}

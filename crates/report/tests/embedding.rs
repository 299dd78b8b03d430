//! The map of an embedding and its page.

use imputome_evaluate::Agreement;
use imputome_report::{
    EmbeddingMap, MapPoint, PageContext, embedding_figure, embedding_page, finding,
};

const AGREEMENT: Agreement = Agreement {
    judged: 4,
    agreeing: 3,
    by_chance: 0.25,
    permutations: 10_000,
    p_value: 0.0123,
};

fn map<'a>(
    levels: &[(&'a str, Option<&'a str>)],
    agreement: Option<&'a Agreement>,
) -> EmbeddingMap<'a> {
    let point = |(at, (level, system)): (usize, &(&'a str, Option<&'a str>))| MapPoint {
        level,
        system: *system,
        place: (at as f64, (at * at % 5) as f64),
        nearest: at ^ 1,
    };
    EmbeddingMap {
        covariate: "tissue",
        method: "pmi",
        dimensions: 3,
        points: levels.iter().enumerate().map(point).collect(),
        agreement,
        agreement_on_map: agreement,
    }
}

fn tissues<'a>() -> EmbeddingMap<'a> {
    let levels = [
        ("Brain", Some("nervous")),
        ("Nerve", Some("nervous")),
        ("<Heart> & \"valve\"", Some("cardio<vascular>")),
        ("Lung", None),
    ];
    map(&levels, Some(&AGREEMENT))
}

#[test]
fn the_map_is_xml_that_names_every_level_and_system() {
    let figure = embedding_figure(&tissues());
    let document = roxmltree::Document::parse(&figure.svg).unwrap();
    let texts: Vec<&str> = document
        .descendants()
        .filter(|node| node.has_tag_name("text"))
        .filter_map(|node| node.text())
        .collect();
    for name in [
        "Brain",
        "Nerve",
        "<Heart> & \"valve\"",
        "Lung",
        "nervous",
        "cardio<vascular>",
        "none known",
    ] {
        assert!(texts.contains(&name), "{name} is not among {texts:?}");
    }
}

#[test]
fn the_page_tells_the_finding_and_names_given_by_users_stay_text() {
    let context = PageContext {
        version: "0.1.0".into(),
        command: "imputome embeddings <m>".into(),
        ..PageContext::default()
    };
    let page = embedding_page(&tissues(), &context);
    assert!(page.contains("3 of 4 levels"));
    assert!(page.contains("p = 0.0123"));
    assert!(!page.contains("<Heart>") && !page.contains("<m>"));
    assert_eq!(page, embedding_page(&tissues(), &context));
}

#[test]
fn equal_places_make_a_map_without_infinite_ones() {
    let mut equal = tissues();
    equal
        .points
        .iter_mut()
        .for_each(|point| point.place = (1.0, 1.0));
    let svg = embedding_figure(&equal).svg;
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}

#[test]
fn a_map_that_cannot_be_judged_says_so() {
    let alone = map(&[("Brain", Some("nervous")), ("Lung", None)], None);
    assert_eq!(finding(&alone).len(), 1);
    assert!(finding(&alone)[0].contains("No two levels share a system"));
}

//! What the paper's text gives, each with its place; figures of which only the drawing is known are
//! not here.

use imputome_report::{StudySection, StudyTable};

/// The figures (studies/arisdakessian2019/published.tsv).
const TABLE: &str = include_str!("../../../../../studies/arisdakessian2019/published.tsv");

/// A figure of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) part: &'static str,
    pub(super) data: &'static str,
    pub(super) method: &'static str,
    pub(super) quantity: &'static str,
    pub(super) value: &'static str,
    source: &'static str,
}

/// Every figure known.
pub(super) fn all() -> impl Iterator<Item = Published> {
    TABLE.lines().skip(1).map(|line| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().expect("six fields a line");
        Published {
            part: next(),
            data: next(),
            method: next(),
            quantity: next(),
            value: next(),
            source: next(),
        }
    })
}

/// The paper's figures of a part as a table; nothing where none is known.
pub(super) fn table(part: &str) -> Option<StudyTable> {
    let known = all().filter(|figure| figure.part == part);
    let rows: Vec<Vec<String>> = known
        .map(|figure| {
            [figure.method, figure.data, figure.quantity, figure.value]
                .map(String::from)
                .into()
        })
        .collect();
    (!rows.is_empty()).then(|| StudyTable {
        caption: "What the paper gives, on its own data".into(),
        header: ["method", "data", "quantity", "value"]
            .map(String::from)
            .into(),
        rows,
    })
}

/// Where each of the paper's figures is from.
pub(super) fn sources() -> StudySection {
    let rows = all().map(|figure| {
        let what = format!(
            "{}, {}, {}: {}",
            figure.part, figure.data, figure.method, figure.quantity
        );
        vec![what, figure.value.into(), figure.source.into()]
    });
    StudySection {
        name: "sources".into(),
        title: "The paper's figures and their sources".into(),
        tables: vec![StudyTable {
            caption:
                "All that its text gives; of Figures 2, 4, 5b and 6a, b only drawings are known"
                    .into(),
            header: ["figure", "value", "source"].map(String::from).into(),
            rows: rows.collect(),
        }],
        ..StudySection::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_is_a_number_with_a_source_and_of_a_part() {
        for figure in all() {
            figure.value.parse::<f64>().unwrap();
            assert!(!figure.source.is_empty(), "{figure:?}");
            let known = super::super::parts::Part::ALL.map(|part| part.name());
            assert!(known.contains(&figure.part), "{figure:?}");
        }
        assert!(table("fish").is_some() && table("speed").is_none());
    }
}

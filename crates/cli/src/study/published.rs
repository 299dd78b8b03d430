//! What is known of the paper's figures, each with its source; never more than that.

/// The figures (studies/vinas2021/published.tsv).
const TABLE: &str = include_str!("../../../../studies/vinas2021/published.tsv");

/// What a table shows where the paper's figure is not known.
pub(super) const NOT_KNOWN: &str = "not known";

/// A figure of the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Published {
    pub(super) part: &'static str,
    pub(super) scenario: &'static str,
    pub(super) method: &'static str,
    pub(super) quantity: &'static str,
    pub(super) value: &'static str,
    /// Empty where not known.
    pub(super) spread: &'static str,
    pub(super) source: &'static str,
}

/// Every figure known.
pub(super) fn all() -> impl Iterator<Item = Published> {
    TABLE.lines().skip(1).map(|line| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().expect("seven fields a line");
        Published {
            part: next(),
            scenario: next(),
            method: next(),
            quantity: next(),
            value: next(),
            spread: next(),
            source: next(),
        }
    })
}

impl Published {
    /// The figure with its spread.
    pub(super) fn cell(&self) -> String {
        match (self.quantity, self.spread) {
            ("feasible", _) => "over 7 days".into(),
            ("sign", _) => "below 0".into(),
            (_, "") => self.value.into(),
            (_, spread) => format!("{} ± {spread}", self.value),
        }
    }
}

/// What the paper gives as R2 of a method, or that it is not known.
pub(super) fn r2(part: &str, scenario: &str, method: &str) -> String {
    let found = all().find(|figure| {
        figure.part == part
            && figure.scenario == scenario
            && figure.method == method
            && matches!(figure.quantity, "r2" | "feasible" | "sign")
    });
    found.map_or(NOT_KNOWN.into(), |figure| figure.cell())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_source_and_a_number_where_it_is_one() {
        for figure in all() {
            assert!(!figure.source.is_empty(), "{figure:?}");
            if !matches!(figure.quantity, "feasible" | "sign") {
                figure.value.parse::<f64>().unwrap();
            }
        }
    }

    #[test]
    fn a_figure_that_is_not_known_says_so() {
        assert_eq!(r2("table1", "inductive", "pmi"), "0.707 ± 0.001");
        assert_eq!(r2("table2", "in-place", "mice"), NOT_KNOWN);
        assert_eq!(r2("table1", "in-place", "mice"), "over 7 days");
    }
}

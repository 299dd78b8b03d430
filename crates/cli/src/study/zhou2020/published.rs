//! What the paper gives, means over 16 cancers, each with its place; never more than that.

/// The figures (studies/zhou2020/published.tsv).
const TABLE: &str = include_str!("../../../../../studies/zhou2020/published.tsv");

/// The paper's methods, and what they are called here.
const NAMES: [(&str, &str); 5] = [
    ("svd", "svd"),
    ("tobmi", "tobmi"),
    ("lasso", "lasso"),
    ("tdimpute:published", "tdimpute-self"),
    ("tdimpute:published, transfer", "tdimpute"),
];

/// The paper's figure of a quantity for a method at a hidden share, where it gives one.
pub(super) fn figure(quantity: &str, hidden: f64, label: &str) -> Option<&'static str> {
    let (_, theirs) = NAMES.iter().find(|(ours, _)| *ours == label)?;
    TABLE.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        let share: f64 = fields[1].parse().ok()?;
        let same = fields[0] == quantity && fields[2] == *theirs && (share - hidden).abs() < 1e-9;
        same.then(|| fields[3])
    })
}

/// True when the paper gives this quantity by method and share.
pub(super) fn gives(quantity: &str) -> bool {
    figure(quantity, 0.5, "svd").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_found_by_our_names() {
        assert_eq!(
            figure("drivers_pr_auc", 0.5, "tdimpute:published, transfer"),
            Some("0.848")
        );
        assert_eq!(figure("prognosis_pr_auc", 0.9, "svd"), Some("0.286"));
        assert_eq!(figure("drivers_pr_auc", 0.5, "ridge"), None);
        assert!(gives("enrichment") && !gives("r2_gene"));
    }
}

//! Which entries an estimate may replace.

use imputome_core::{Error, Result};
use serde::{Deserialize, Serialize};

/// Which entries of an imputed gene an estimate replaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellPolicy {
    /// Zeros alone: every count that was measured stays (the paper's).
    #[default]
    Restore,
    /// Whatever is below its estimate: a count is never lowered.
    Max,
    /// Every entry, measured or not.
    All,
}

impl CellPolicy {
    /// All policies.
    pub const ALL: [Self; 3] = [Self::Restore, Self::Max, Self::All];

    /// The word used on the command line and in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Restore => "restore",
            Self::Max => "max",
            Self::All => "all",
        }
    }

    /// The policy of this name.
    pub fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|policy| policy.name() == name);
        found.ok_or_else(|| Error::IllegalSetting {
            method: "cells".into(),
            setting: "policy".into(),
            rule: "restore, max or all".into(),
            found: name.into(),
        })
    }

    /// What stands in the result where `measured` was counted and `estimate` is estimated; not a
    /// number stands for an estimate that was refused.
    pub(super) fn settle(self, measured: f32, estimate: f32) -> f32 {
        match self {
            _ if estimate.is_nan() => measured,
            Self::Restore if measured != 0.0 => measured,
            Self::Max => measured.max(estimate),
            Self::Restore | Self::All => estimate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_keeps_what_it_promises() {
        let settled = |policy: CellPolicy| {
            [(0.0, 2.0), (3.0, 2.0), (1.0, 2.0), (4.0, f32::NAN)]
                .map(|(measured, estimate)| policy.settle(measured, estimate))
        };
        assert_eq!(settled(CellPolicy::Restore), [2.0, 3.0, 1.0, 4.0]);
        assert_eq!(settled(CellPolicy::Max), [2.0, 3.0, 2.0, 4.0]);
        assert_eq!(settled(CellPolicy::All), [2.0, 2.0, 2.0, 4.0]);
    }

    #[test]
    fn names_come_back_and_others_are_refused() {
        for policy in CellPolicy::ALL {
            assert_eq!(CellPolicy::parse(policy.name()).unwrap(), policy);
        }
        assert!(
            CellPolicy::parse("some")
                .unwrap_err()
                .to_string()
                .contains("restore, max or all")
        );
    }
}

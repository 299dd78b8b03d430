//! Writes figures of made-up studies, to look at: `cargo run -p imputome-report --example
//! sample_downstream -- DIR`.
#![expect(
    clippy::disallowed_methods,
    reason = "an example writes its result; the library does not"
)]

use std::path::PathBuf;

use imputome_report::{PageContext, StudyReport, StudySection, study_page};

#[path = "../tests/downstream_sample/mod.rs"]
mod downstream_sample;

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| ".".into()));
    let figures = downstream_sample::figures();
    for figure in &figures {
        std::fs::write(folder.join(format!("{}.svg", figure.name)), &figure.svg)?;
    }
    let report = StudyReport {
        title: "Studies of imputed tables".into(),
        sections: vec![StudySection {
            name: "figures".into(),
            title: "Figures".into(),
            figures,
            ..StudySection::default()
        }],
        ..StudyReport::default()
    };
    let page = study_page(&report, &PageContext::default());
    std::fs::write(folder.join("downstream.html"), page)
}

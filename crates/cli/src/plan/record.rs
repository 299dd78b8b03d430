//! What a run says of itself in `run.toml`, beside its plan.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::failure::Result;
use crate::terminal::Terminal;

/// How a plan was carried out. None of it changes the result, but that another device or precision sums in another
/// order and so differs in last digits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub(crate) struct Record {
    /// Name and version of the program.
    pub(crate) program: String,
    /// The day, as the machine had it.
    pub(crate) date: String,
    /// As typed.
    pub(crate) command_line: String,
    /// Cores, memory and system.
    pub(crate) machine: String,
    /// Worker threads.
    pub(crate) threads: usize,
    /// Where networks were trained and read.
    pub(crate) device: String,
    /// How a card computed products.
    pub(crate) precision: String,
    /// What the user was told.
    pub(crate) remarks: Vec<String>,
    /// The files read.
    pub(crate) inputs: Vec<InputRecord>,
}

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputRecord {
    /// As named.
    pub(crate) file: String,
    /// Of its bytes, in hexadecimal.
    pub(crate) sha256: String,
}

impl Record {
    /// Tells what differs from the earlier run that this one repeats, if it repeats one.
    pub(crate) fn compare(&self, earlier: Option<&Self>, terminal: &Terminal) {
        let Some(earlier) = earlier else { return };
        if self.program != earlier.program {
            terminal.say(format!(
                "warning: the plan was run by {}, this is {}; the result may differ",
                earlier.program, self.program
            ));
        }
        let place = |record: &Self| [record.device.clone(), record.precision.clone()];
        // Records made before there was a choice name no device.
        if !earlier.device.is_empty() && place(self) != place(earlier) {
            terminal.say(format!(
                "warning: the plan was run on {}, this is on {}; networks may differ in their last digits",
                place(earlier).join(" with "),
                place(self).join(" with ")
            ));
        }
        for input in &self.inputs {
            let before = earlier.inputs.iter().find(|i| i.file == input.file);
            if before.is_some_and(|before| before.sha256 != input.sha256) {
                terminal.say(format!(
                    "warning: {} has changed since the run that is repeated; the result will differ",
                    input.file
                ));
            }
        }
    }

    /// Plan and record as the text of `run.toml`.
    pub(crate) fn with_plan(&self, plan: &impl Serialize) -> String {
        let fields = toml::Table::try_from(plan).expect("a plan is plain data");
        let command = fields["command"].as_str().unwrap_or("COMMAND");
        let plan = toml::to_string(plan).expect("a plan is plain data");
        let record = toml::to_string(&Recorded { record: self }).expect("a record is plain data");
        format!(
            "# What was done, and how to repeat it: imputome {command} --plan THIS_FILE\n\n{plan}\n{record}"
        )
    }

    /// Writes plan and record beside an output.
    pub(crate) fn write(&self, file: &Path, plan: &impl Serialize) -> Result<()> {
        Ok(imputome_io::write_bytes(
            file,
            self.with_plan(plan).as_bytes(),
        )?)
    }
}

#[derive(Serialize)]
struct Recorded<'a> {
    record: &'a Record,
}

/// Where the record of an output file goes.
pub(crate) fn run_file(output: &str) -> PathBuf {
    PathBuf::from(format!("{output}.run.toml"))
}

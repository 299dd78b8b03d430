//! Why the program ends without having done what was asked, and with which exit code.

use imputome_core::ErrorKind;

/// The result of everything the program does.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Exit codes; the numbers are promised to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Whoever read stdout has gone; nothing to tell, as with `imputome ... | head`.
    Unheard = 0,
    /// The request itself is wrong.
    Usage = 2,
    /// The input cannot be used as it is.
    Input = 3,
    /// The input could be used, but the result would mislead.
    Policy = 4,
    /// Memory, disk or time does not suffice.
    Resource = 5,
    /// The user asked to stop (128 + SIGINT, as shells have it).
    Interrupted = 130,
}

/// What went wrong and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Decides the exit code.
    pub(crate) exit: Exit,
    /// Printed after `error: `.
    pub(crate) message: String,
    /// Printed after `hint: `, if there is one.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A wrong request.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// An input that cannot be used.
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(Exit::Input, message)
    }

    /// A request that would mislead.
    pub(crate) fn policy(message: impl Into<String>) -> Self {
        Self::new(Exit::Policy, message)
    }

    /// Too little memory, disk or time.
    pub(crate) fn resource(message: impl Into<String>) -> Self {
        Self::new(Exit::Resource, message)
    }

    /// A stop that the user asked for.
    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted")
    }

    /// The same with advice.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            hint: None,
        }
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Input => Self::Input,
            ErrorKind::Policy => Self::Policy,
            ErrorKind::Resource => Self::Resource,
            ErrorKind::Interrupted => Self::Interrupted,
        }
    }
}

impl From<imputome_core::Error> for Failure {
    fn from(error: imputome_core::Error) -> Self {
        let failure = Self::new(error.kind().into(), error.to_string());
        match meant(&error) {
            Some(name) => failure.hint(format!("did you mean {name}?")),
            None => failure,
        }
    }
}

/// The known name that was meant by one that is not known; nothing where none is near.
fn meant(error: &imputome_core::Error) -> Option<String> {
    use imputome_core::Error::{UnknownMethod, UnknownPreset, UnknownSetting};
    let (typed, known) = match error {
        UnknownMethod { name, known } => (name, known),
        UnknownPreset { preset, known, .. } => (preset, known),
        UnknownSetting { setting, known, .. } => (setting, known),
        _ => return None,
    };
    nearest(typed, known.split(", ")).map(String::from)
}

/// The name with the fewest letters to change, add, drop or swap, if they are no more than a third of
/// it; nothing where none is near.
pub(crate) fn nearest<'a>(
    typed: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
    let typed = plain(typed);
    let letters = |name: &str| strsim::damerau_levenshtein(&typed, &plain(name));
    let near = known.into_iter().map(|name| (letters(name), name));
    let near = near.filter(|(letters, name)| 3 * letters <= plain(name).chars().count());
    near.min_by_key(|(letters, _)| *letters)
        .map(|(_, name)| name)
}

impl From<imputome_io::Error> for Failure {
    fn from(error: imputome_io::Error) -> Self {
        if is_broken_pipe(&error) {
            return Self::new(Exit::Unheard, "nobody reads stdout any more");
        }
        Self::new(error.kind().into(), error.to_string())
    }
}

fn is_broken_pipe(error: &imputome_io::Error) -> bool {
    let imputome_io::Error::Unwritable { file, reason } = error else {
        return false;
    };
    let broken = std::io::Error::from(nix::errno::Errno::EPIPE).to_string();
    *file == imputome_io::Target::Stdout.name() && *reason == broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_answered_with_the_name_that_was_meant() {
        let known = ["factor", "knn", "deepimpute", "hidden"];
        for (typed, meant) in [
            ("knnn", Some("knn")),
            ("DeepImpute", Some("deepimpute")),
            ("deep-imptue", Some("deepimpute")),
            ("hiden", Some("hidden")),
            ("magic", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }

    #[test]
    fn each_kind_of_error_has_its_promised_code() {
        let code = |kind: ErrorKind| Exit::from(kind) as u8;
        assert_eq!(code(ErrorKind::Usage), 2);
        assert_eq!(code(ErrorKind::Input), 3);
        assert_eq!(code(ErrorKind::Policy), 4);
        assert_eq!(code(ErrorKind::Resource), 5);
        assert_eq!(code(ErrorKind::Interrupted), 130);
    }
}

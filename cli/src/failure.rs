//! How a command ends: exit codes, and the few ways of failing with what a person needs to know.
//!
//! Takes nothing; gives codes and text. Invariant: 0 fine, 1 findings or differences, 2 the input or the call is wrong,
//! 3 the world failed (git, cluster, disk), 130 interrupted.

use crate::style::Style;
use std::fmt::Write as _;
use std::path::Path;

/// What every command gives.
pub type Outcome = Result<Exit, Failure>;

/// A command that ran to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Nothing to say.
    Fine,
    /// Findings, or differences; they have been printed.
    Findings,
    /// The call was wrong; that has been printed.
    Input,
}

impl Exit {
    /// The exit code of the process.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Input => 2,
        }
    }

    /// [`Exit::Findings`] where `found`.
    pub fn findings_if(found: bool) -> Self {
        if found { Exit::Findings } else { Exit::Fine }
    }
}

/// A command that could not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The input or the call is wrong: exit 2.
    Input(Message),
    /// Git, a cluster, or the disk did not do as asked: exit 3.
    World(Message),
    /// Whoever read stdout has gone (`| head`): quiet, exit 0.
    BrokenPipe,
    /// Ctrl-C: quiet, exit 130.
    Interrupted,
}

/// What was tried and where, why it failed, and what to do or what happens next.
#[derive(Debug)]
pub struct Message {
    what: String,
    because: Option<String>,
    help: Option<String>,
}

impl Failure {
    /// The input or the call is wrong.
    pub fn input(what: impl Into<String>) -> Self {
        Failure::Input(Message { what: what.into(), because: None, help: None })
    }

    /// The world failed.
    pub fn world(what: impl Into<String>, because: impl ToString) -> Self {
        Failure::World(Message { what: what.into(), because: Some(because.to_string()), help: None })
    }

    /// A failure of the disk at `path`, told apart by its kind.
    pub fn disk(tried: &str, path: &Path, error: &std::io::Error) -> Self {
        Failure::world(format!("cannot {tried} {}", path.display()), io_reason(error))
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        if let Failure::Input(message) | Failure::World(message) = &mut self {
            message.help = Some(help.into());
        }
        self
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, reason: impl ToString) -> Self {
        if let Failure::Input(message) | Failure::World(message) = &mut self {
            message.because = Some(reason.to_string());
        }
        self
    }

    /// The exit code of the process.
    pub fn code(&self) -> u8 {
        match self {
            Failure::BrokenPipe => 0,
            Failure::Input(_) => 2,
            Failure::World(_) => 3,
            Failure::Interrupted => 130,
        }
    }

    /// What is printed on stderr; `None` where nothing is to be said.
    pub fn text(&self, color: bool) -> Option<String> {
        let (Failure::Input(message) | Failure::World(message)) = self else { return None };
        let style = Style(color);
        let mut text = format!("{} {}\n", style.red("error:"), message.what);
        if let Some(because) = &message.because {
            let _ = writeln!(text, "  {}", because.trim_end().replace('\n', "\n  "));
        }
        if let Some(help) = &message.help {
            let _ = writeln!(text, "{} {help}", style.cyan("help:"));
        }
        Some(text)
    }
}

/// The reason of an I/O error in lower case, without the operating system's number.
pub fn io_reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::from("unknown error"),
    }
}

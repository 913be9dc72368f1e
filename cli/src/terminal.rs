//! What is known of the terminal. Takes the environment, gives whether to colour, draw and how wide.

use crate::args::When;
use std::collections::BTreeMap;
use std::io::IsTerminal;

/// What the streams lead to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Terminal {
    /// Whether stdout is a terminal.
    pub stdout: bool,
    /// Whether stderr is a terminal.
    pub stderr: bool,
    /// Whether stdout is coloured.
    pub stdout_color: bool,
    /// Whether stderr is coloured.
    pub stderr_color: bool,
    /// Columns.
    pub width: usize,
}

impl Terminal {
    /// Of this process.
    pub fn of_process(env: &BTreeMap<String, String>) -> Self {
        let (stdout, stderr) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let width = env.get("COLUMNS").and_then(|c| c.parse().ok()).unwrap_or(100).clamp(40, 200);
        Terminal { stdout, stderr, width, ..Terminal::default() }.colored(When::Auto, env)
    }

    /// With colours as asked: by flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then only on a terminal.
    #[must_use]
    pub fn colored(mut self, when: When, env: &BTreeMap<String, String>) -> Self {
        let set = |name: &str| env.get(name).is_some_and(|value| !value.is_empty());
        let forced = set("CLICOLOR_FORCE") && env.get("CLICOLOR_FORCE").is_some_and(|v| v != "0");
        let dumb = env.get("TERM").is_some_and(|term| term == "dumb");
        let decide = |terminal: bool| match when {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR") => false,
            When::Auto => forced || (terminal && !dumb),
        };
        self.stdout_color = decide(self.stdout);
        self.stderr_color = decide(self.stderr);
        self
    }
}

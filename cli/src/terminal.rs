//! What is known of the terminal. Takes the environment, gives whether to colour, to draw, and how wide.

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
    /// Whether findings are drawn; told in sentences where not.
    pub graphics: bool,
    /// Whether drawing may use more than ASCII.
    pub unicode: bool,
}

impl Terminal {
    /// Of this process.
    pub fn of_process(env: &BTreeMap<String, String>) -> Self {
        let (stdout, stderr) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let width = env.get("COLUMNS").and_then(|c| c.parse().ok()).unwrap_or(100).clamp(40, 200);
        let terminal = Terminal { stdout, stderr, width, ..Terminal::default() };
        terminal.colored(When::Auto, env).drawn(When::Auto, env)
    }

    /// With graphics as asked: by flag, then `NO_GRAPHICS`, then wherever the terminal can; in ASCII where the locale says
    /// that it is not UTF-8.
    #[must_use]
    pub fn drawn(mut self, when: When, env: &BTreeMap<String, String>) -> Self {
        let set = |name: &str| env.get(name).filter(|value| !value.is_empty());
        let dumb = set("TERM").is_some_and(|term| term == "dumb");
        self.graphics = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => set("NO_GRAPHICS").is_none() && !dumb,
        };
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let utf8 = |locale: &String| locale.to_ascii_lowercase().replace('-', "").ends_with("utf8");
        self.unicode = !dumb && locale.is_none_or(utf8);
        self
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

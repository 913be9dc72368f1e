//! Colours, where they are wanted. Takes text, gives text with or without terminal escapes.

/// Whether to colour.
#[derive(Clone, Copy, Debug)]
pub struct Style(pub bool);

impl Style {
    fn wrap(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Faults.
    pub fn red(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    /// What is fine, what is added.
    pub fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// What changes, warnings.
    pub fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    /// Proposals.
    pub fn cyan(self, text: &str) -> String {
        self.wrap("36", text)
    }

    /// Headings.
    pub fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// What matters less.
    pub fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }
}

/// `1 object`, `2 objects`.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    let plural = match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    format!("{number} {plural}")
}

/// Text of others without what could drive a terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}

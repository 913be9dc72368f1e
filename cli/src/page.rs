//! A page: headings, lines and tables, for a terminal or as Markdown.
//!
//! Takes blocks, gives text. Invariant: on a terminal columns are aligned and no line is wider than 200 columns; what is
//! left out of a long table is counted; nothing of somebody else's text acts on a terminal or breaks a table.

use crate::style::{Style, plain};
use seawall_schema::Resource;
use std::fmt::Write as _;

/// Widest line.
const WIDTH: usize = 200;
/// Widest cell of a table.
const CELL: usize = 100;

/// A page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What it consists of.
    pub blocks: Vec<Block>,
    /// Most rows of one table.
    pub rows: usize,
}

/// A part of a page.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading.
    Heading(String, Mood),
    /// A line of text.
    Line(String, Mood),
    /// Lines whose columns are drawn already.
    Drawn(Vec<String>),
    /// A table.
    Table(Table),
}

/// How a line is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// As it is.
    Plain,
    /// Well.
    Good,
    /// Badly.
    Bad,
    /// Less important.
    Faint,
}

/// Rows under a header.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Names of the columns; numbers stand right where the name starts with `>`.
    pub header: Vec<&'static str>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

impl Page {
    /// An empty page with tables of at most so many rows.
    pub fn new(rows: usize) -> Self {
        Page { blocks: Vec::new(), rows }
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into(), Mood::Plain));
    }

    /// Adds a line.
    pub fn line(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Line(text.into(), Mood::Plain));
    }

    /// Adds a line that matters less.
    pub fn note(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Line(text.into(), Mood::Faint));
    }

    /// Adds a table; none where it has no rows.
    pub fn table(&mut self, header: &[&'static str], rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            self.blocks.push(Block::Table(Table { header: header.to_vec(), rows }));
        }
    }

    /// For a terminal.
    pub fn text(&self, style: Style) -> String {
        let mut out = String::new();
        for (index, block) in self.blocks.iter().enumerate() {
            match block {
                Block::Heading(text, mood) => {
                    if index > 0 {
                        out.push('\n');
                    }
                    let text = cut(&plain(text), WIDTH);
                    let shown = match mood {
                        Mood::Plain => style.bold(&text),
                        mood => mooded(&text, *mood, style),
                    };
                    let _ = writeln!(out, "{shown}");
                }
                Block::Line(text, mood) => {
                    let text = cut(&plain(text), WIDTH - 2);
                    let _ = writeln!(out, "  {}", mooded(&text, *mood, style));
                }
                Block::Drawn(lines) => {
                    for line in lines {
                        let _ = writeln!(out, "  {}", cut(&plain(line), WIDTH - 2));
                    }
                }
                Block::Table(table) => table.text(&mut out, self.rows, style),
            }
        }
        out
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        let mut listed = false;
        for (index, block) in self.blocks.iter().enumerate() {
            let in_list = matches!(block, Block::Line(..));
            if index > 0 && !(in_list && listed) {
                out.push('\n');
            }
            listed = in_list;
            match block {
                Block::Heading(text, _) if index == 0 => out.push_str(&format!("## {}\n", escaped(text))),
                Block::Heading(text, _) => out.push_str(&format!("### {}\n", escaped(text))),
                Block::Line(text, _) => out.push_str(&format!("- {}\n", escaped(text))),
                Block::Drawn(lines) => {
                    let lines: Vec<_> = lines.iter().map(|l| plain(l).replace("```", "'''")).collect();
                    let _ = writeln!(out, "```text\n{}\n```", lines.join("\n"));
                }
                Block::Table(table) => table.markdown(&mut out, self.rows),
            }
        }
        out
    }
}

impl Table {
    fn text(&self, out: &mut String, most: usize, style: Style) {
        let shown: Vec<Vec<String>> =
            self.rows.iter().take(most).map(|r| r.iter().map(|c| cell(c)).collect()).collect();
        let titles: Vec<&str> = self.header.iter().map(|title| title.trim_start_matches('>')).collect();
        let widest = |column: usize| {
            let cells = shown.iter().map(|row| row.get(column).map_or(0, |c| c.chars().count()));
            cells.max().unwrap_or(0)
        };
        // A column without anything in it is left out.
        let columns: Vec<(usize, usize)> = (0..titles.len())
            .map(|column| (column, widest(column)))
            .filter(|(_, width)| *width > 0)
            .map(|(column, width)| (column, width.max(titles[column].chars().count())))
            .collect();
        let line = |cells: &dyn Fn(usize) -> String| {
            let mut line = String::from(" ");
            for (column, width) in &columns {
                let text = cells(*column);
                let gap = width.saturating_sub(text.chars().count());
                let (left, right) = if self.header[*column].starts_with('>') { (gap, 0) } else { (0, gap) };
                let _ = write!(line, " {:left$}{text}{:right$} ", "", "");
            }
            cut(line.trim_end(), WIDTH)
        };
        let _ = writeln!(out, "{}", style.dim(&line(&|column| titles[column].to_owned())));
        for row in &shown {
            let _ = writeln!(out, "{}", line(&|column| row.get(column).cloned().unwrap_or_default()));
        }
        if self.rows.len() > most {
            let _ = writeln!(out, "  {}", style.dim(&format!("… {} more", self.rows.len() - most)));
        }
    }

    fn markdown(&self, out: &mut String, most: usize) {
        let titles: Vec<_> = self.header.iter().map(|title| title.trim_start_matches('>')).collect();
        let rules = self.header.iter().map(|t| if t.starts_with('>') { "---:" } else { "---" });
        let _ = writeln!(out, "| {} |\n| {} |", titles.join(" | "), rules.collect::<Vec<_>>().join(" | "));
        for row in self.rows.iter().take(most) {
            let cells: Vec<_> = row.iter().map(|c| escaped(&cell(c))).collect();
            let _ = writeln!(out, "| {} |", cells.join(" | "));
        }
        if self.rows.len() > most {
            let _ = writeln!(out, "\n… {} more", self.rows.len() - most);
        }
    }
}

fn mooded(text: &str, mood: Mood, style: Style) -> String {
    match mood {
        Mood::Plain => text.to_owned(),
        Mood::Good => style.green(text),
        Mood::Bad => style.red(text),
        Mood::Faint => style.dim(text),
    }
}

fn cell(text: &str) -> String {
    cut(&plain(text).replace(['\n', '\t'], " "), CELL)
}

/// At most so many characters, the last one telling that more were there.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// An amount as people add it up: cpu in whole ones with decimals (`454.8`), memory that is no
/// whole number of Mi rounded to a tenth (`43.6Gi`), everything else as a quantity.
pub fn spoken(resource: &Resource, amount: i128) -> String {
    match resource {
        Resource::Cpu if amount % 1000 != 0 => {
            let sign = if amount < 0 { "-" } else { "" };
            let part = format!("{:03}", (amount % 1000).abs());
            format!("{sign}{}.{}", (amount / 1000).abs(), part.trim_end_matches('0'))
        }
        Resource::Memory if amount % (1 << 20) != 0 => {
            const UNITS: [(&str, u32); 5] = [("Pi", 50), ("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)];
            let fits = |(_, bits): &&(&str, u32)| amount.unsigned_abs() >= 1 << *bits;
            let Some((unit, bits)) = UNITS.iter().find(fits) else { return resource.format(amount) };
            let tenths = (amount.unsigned_abs() * 10 + (1 << (bits - 1))) >> bits;
            let sign = if amount < 0 { "-" } else { "" };
            format!("{sign}{}.{}{unit}", tenths / 10, tenths % 10)
        }
        _ => resource.format(amount),
    }
}

/// What Markdown would read as its own is escaped.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '\n' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '|' | '*' | '_' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '@' => out.push_str("&#64;"),
            c => out.push(c),
        }
    }
    out
}

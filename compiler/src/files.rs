//! The only way in for source text: the trait [`Files`], and the table [`Sources`] of what was read.
//!
//! Takes paths relative to the fleet's folder with `/` between parts, gives text or why not.
//! Invariant: a path never leaves the folder; implementations refuse links that do.

use crate::span::{FileId, Span};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Largest source file, in bytes.
pub const FILE_LIMIT: usize = 16 << 20;

/// Why a file or folder could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Nothing there.
    #[error("no such file")]
    Missing,
    /// A folder, where a file was asked for.
    #[error("is a directory")]
    Directory,
    /// The path leaves the fleet's folder, itself or through a link.
    #[error("leaves the fleet's folder")]
    Outside,
    /// Larger than [`FILE_LIMIT`].
    #[error("larger than {} MiB", FILE_LIMIT >> 20)]
    TooLarge,
    /// Anything else the world said.
    #[error("{0}")]
    Unreadable(String),
}

/// Where source text comes from: a folder on disk, memory, or a tree of a git commit.
pub trait Files {
    /// Reads a whole file.
    ///
    /// # Errors
    /// [`FileError`], for the caller to put at the line that names the file.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Lists all files below `folder` (`""` is the fleet's folder), relative to the fleet's folder, sorted; links and
    /// hidden files (a part that starts with `.`) are left out.
    ///
    /// # Errors
    /// [`FileError`] where the folder itself cannot be listed.
    fn list(&self, folder: &str) -> Result<Vec<String>, FileError>;
}

/// Files in memory: tests, the language server, examples of the documentation.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<String, Vec<u8>>);

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if path.split('/').any(|part| part == "..") || path.starts_with('/') {
            return Err(FileError::Outside);
        }
        match self.0.get(path) {
            Some(bytes) if bytes.len() > FILE_LIMIT => Err(FileError::TooLarge),
            Some(bytes) => Ok(bytes.clone()),
            None if self.0.keys().any(|k| k.starts_with(&format!("{path}/"))) => Err(FileError::Directory),
            None => Err(FileError::Missing),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let from =
            self.0.range::<str, _>((std::ops::Bound::Included(prefix.as_str()), std::ops::Bound::Unbounded));
        let found: Vec<_> =
            from.map(|(path, _)| path).take_while(|path| path.starts_with(&prefix)).cloned().collect();
        if found.is_empty() && !folder.is_empty() { Err(FileError::Missing) } else { Ok(found) }
    }
}

/// A source file that was read.
#[derive(Debug)]
pub struct Source {
    /// Path relative to the fleet's folder.
    pub path: String,
    /// The text, without a byte order mark's effect on offsets: spans count from the first byte of the file.
    pub text: String,
    line_starts: Vec<u32>,
    /// What of the text nobody may be shown, sorted, none reaching into the next.
    hidden: Vec<Range<u32>>,
}

/// A place as people count: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// All source files of a compilation.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and gives its id.
    pub fn add(&mut self, path: impl Into<String>, text: String) -> FileId {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes());
        let line_starts = std::iter::once(0).chain(newlines.map(|at| at as u32 + 1)).collect();
        self.files.push(Source { path: path.into(), text, line_starts, hidden: Vec::new() });
        FileId(self.files.len() as u32 - 1)
    }

    /// Says which bytes of a file nobody may be shown, such as the values of Secrets.
    pub fn hide(&mut self, id: FileId, ranges: impl IntoIterator<Item = Range<u32>>) {
        let Some(source) = self.files.get_mut(id.0 as usize) else { return };
        source.hidden.extend(ranges);
        source.hidden.sort_by_key(|range| (range.start, range.end));
        let mut joined: Vec<Range<u32>> = Vec::with_capacity(source.hidden.len());
        for range in source.hidden.drain(..) {
            match joined.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        source.hidden = joined;
    }

    /// The file of that id.
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// All files in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The text of a span; empty where there is none.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).and_then(|f| f.text.get(span.start as usize..span.end as usize)).unwrap_or("")
    }

    /// Path and start of a span as people count; `None` for [`Span::NONE`].
    pub fn locate(&self, span: Span) -> Option<(&str, Position)> {
        let file = self.get(span.file)?;
        Some((&file.path, file.position(span.start)))
    }

    /// The end of a span as people count.
    pub fn end(&self, span: Span) -> Option<Position> {
        Some(self.get(span.file)?.position(span.end))
    }
}

impl Source {
    /// The character at a byte as people may see it: what is hidden is an asterisk.
    pub fn shown(&self, offset: u32, c: char) -> char {
        let after = self.hidden.partition_point(|range| range.start <= offset);
        let hidden = after.checked_sub(1).is_some_and(|last| offset < self.hidden[last].end);
        if hidden && !c.is_whitespace() { '*' } else { c }
    }

    /// Some of the text as people may see it.
    pub fn shown_text(&self, from: u32, to: u32) -> Option<Cow<'_, str>> {
        let text = self.text.get(from as usize..to as usize)?;
        if self.hidden.is_empty() {
            return Some(text.into());
        }
        Some(text.char_indices().map(|(at, c)| self.shown(from + at as u32, c)).collect())
    }

    /// First byte and end of a line, counted from 0, without its line break.
    pub fn line(&self, number: u32) -> Option<(u32, u32)> {
        let start = *self.line_starts.get(number as usize)?;
        let end = self.line_starts.get(number as usize + 1).map_or(self.text.len() as u32, |next| next - 1);
        let text = self.text.get(start as usize..end as usize)?;
        Some((start, end - u32::from(text.ends_with('\r'))))
    }

    /// The position of a byte offset, at most the end of the text.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1) - 1;
        let start = self.line_starts[line] as usize;
        let end = (offset as usize).min(self.text.len());
        let prefix = self.text.get(start..end).unwrap_or("");
        Position {
            line: line as u32 + 1,
            column: prefix.trim_start_matches('\u{feff}').chars().count() as u32 + 1,
        }
    }
}

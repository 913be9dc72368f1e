//! The lines that a finding quotes, fit to be shown: no line longer than a screen, nothing that a terminal would act on.
//!
//! Takes labels of any files, gives a small source that miette can read, and the labels moved into it. Invariant: what is
//! quoted is bounded by the number of labels, not by the files; lines of two files never read as neighbours.

use crate::diagnostic::{Label, plain};
use crate::files::{Source, Sources};
use crate::span::FileId;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Longest quoted line, in columns: with the line's number before it, it stays below [`plain::COLUMNS`].
const COLUMNS: usize = 160;
/// Lines quoted around a labelled one.
const AROUND: u32 = 1;

/// Lines of files that are quoted, file after file.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    text: String,
    names: Vec<String>,
    lines: Vec<Quoted>,
}

/// A quoted line.
#[derive(Debug)]
struct Quoted {
    /// Where it starts in the excerpt's text.
    start: usize,
    /// Its file, as an index into the names.
    file: usize,
    /// Its number in the file, from 0.
    number: u32,
    /// How many of its characters stand before what is shown.
    skipped: usize,
    /// Where its tabs stand in the excerpt's text, each shown as four spaces.
    tabs: Vec<usize>,
}

/// A line while it is quoted: where in the file it starts, and which part of it is shown.
struct Window {
    number: u32,
    from: u32,
    shown: std::ops::Range<u32>,
}

impl Excerpt {
    /// Quotes the lines of some labels, files in the order of their first label, and gives the labels' places in the
    /// quote; a label of no file is left out.
    pub(super) fn new<'l>(sources: &Sources, labels: &'l [Label]) -> (Self, Vec<(&'l Label, SourceSpan)>) {
        let mut excerpt = Excerpt::default();
        let mut placed = Vec::new();
        let mut files: Vec<FileId> = Vec::new();
        for label in labels {
            if !files.contains(&label.span.file) {
                files.push(label.span.file);
            }
        }
        for (file, source) in files.iter().filter_map(|file| Some((file, sources.get(*file)?))) {
            let inside: Vec<&Label> = labels.iter().filter(|label| label.span.file == *file).collect();
            let spans = excerpt.quote_file(source, &inside);
            placed.extend(inside.into_iter().zip(spans));
        }
        (excerpt, placed)
    }

    fn quote_file(&mut self, source: &Source, labels: &[&Label]) -> Vec<SourceSpan> {
        let mut wanted: Vec<u32> = Vec::new();
        for label in labels {
            let first = source.position(label.span.start).line - 1;
            let last = source.position(label.span.end.max(label.span.start)).line - 1;
            // A label over many lines is shown by its first ones.
            let last = last.min(first + 8);
            wanted.extend(first.saturating_sub(AROUND)..=last + AROUND);
        }
        wanted.sort_unstable();
        wanted.dedup();
        self.names.push(plain::text(&source.path).into_owned());
        let mut moved: Vec<(usize, usize)> = vec![(usize::MAX, 0); labels.len()];
        for number in wanted {
            let Some(window) = window(source, number, labels) else { continue };
            self.quote(source, &window, labels, &mut moved);
        }
        let span = |(start, end): (usize, usize)| match start {
            usize::MAX => (0, 0).into(),
            start => (start, end.saturating_sub(start)).into(),
        };
        moved.into_iter().map(span).collect()
    }

    fn quote(&mut self, source: &Source, window: &Window, labels: &[&Label], moved: &mut [(usize, usize)]) {
        let before = source.text.get(window.from as usize..window.shown.start as usize).unwrap_or("");
        let skipped = before.chars().count().saturating_sub(usize::from(!before.is_empty()));
        let (file, number) = (self.names.len() - 1, window.number);
        self.lines.push(Quoted { start: self.text.len(), file, number, skipped, tabs: Vec::new() });
        if window.shown.start > window.from {
            self.text.push('…');
        }
        let shown = source.text.get(window.shown.start as usize..window.shown.end as usize).unwrap_or("");
        let mut offset = window.shown.start;
        for c in shown.chars().chain(['\n']) {
            for (label, place) in labels.iter().zip(moved.iter_mut()) {
                if place.0 == usize::MAX && label.span.start <= offset {
                    *place = (self.text.len(), self.text.len());
                }
            }
            let before = self.text.len();
            match source.shown(offset, c) {
                '\n' if offset == window.shown.end => self.text.push('\n'),
                '\t' => {
                    self.text.push_str("    ");
                    self.lines.last_mut().into_iter().for_each(|line| line.tabs.push(before));
                }
                c => self.text.push(plain::harmless(c)),
            }
            let end = offset + c.len_utf8() as u32;
            for (label, place) in labels.iter().zip(moved.iter_mut()) {
                if place.0 != usize::MAX && label.span.end >= end && offset < window.shown.end {
                    place.1 = self.text.len();
                } else if place.0 != usize::MAX && place.1 < place.0 {
                    place.1 = before;
                }
            }
            offset = end;
        }
    }
}

/// The part of a line that is shown: around the first label in it where it is too long.
fn window(source: &Source, number: u32, labels: &[&Label]) -> Option<Window> {
    let (from, to) = source.line(number)?;
    let text = source.text.get(from as usize..to as usize)?;
    // Tabs are shown as four spaces.
    let wide = |c: char| if c == '\t' { 4 } else { plain::columns_of(c) };
    // No more of a line is looked at than may be shown: a file may be one line.
    let most = |text: &str, columns: usize| {
        let mut used = 0;
        let within = |(_, c): &(usize, char)| {
            used += wide(*c);
            used <= columns
        };
        text.char_indices().take_while(within).last().map_or(0, |(index, c)| index + c.len_utf8())
    };
    if most(text, COLUMNS) == text.len() {
        return Some(Window { number, from, shown: from..to });
    }
    let inside = labels.iter().map(|l| l.span.start).filter(|start| (from..=to).contains(start)).min();
    let at = inside.map(|at| (at - from) as usize).filter(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (before, after) = text.split_at(at);
    let (start, end) = if most(before, COLUMNS / 2) == before.len() {
        (0, most(text, COLUMNS - 2))
    } else {
        let mut used = 0;
        let reached = before.char_indices().rev().find(|(_, c)| {
            used += wide(*c);
            used >= COLUMNS / 4
        });
        (reached.map_or(0, |(index, _)| index), at + most(after, COLUMNS - 2 - COLUMNS / 4))
    };
    Some(Window { number, from, shown: from + start as u32..from + end as u32 })
}

impl Excerpt {
    /// Where a span starts: line and column are read from it for the head of a quote.
    fn place<'a>(&'a self, span: &SourceSpan, line: usize) -> Box<dyn SpanContents<'a> + 'a> {
        let Quoted { start, file, number, skipped, ref tabs } = self.lines[line];
        let end = (span.offset() + span.len()).min(self.text.len());
        let column = self.text.get(start..span.offset()).map_or(0, |text| text.chars().count());
        // A tab is one character of the file.
        let column = column - 3 * tabs.partition_point(|tab| *tab < span.offset());
        let data = self.text.as_bytes().get(span.offset()..end).unwrap_or(&[]);
        let name = self.names[file].clone();
        Box::new(MietteSpanContents::new_named(name, data, *span, number as usize, column + skipped, 1))
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let line_of =
            |offset: usize| self.lines.partition_point(|line| line.start <= offset).saturating_sub(1);
        if self.lines.is_empty() {
            return Err(MietteError::OutOfBounds);
        }
        let last_of_span = (span.offset() + span.len()).saturating_sub(usize::from(!span.is_empty()));
        let (own_first, own_last) = (line_of(span.offset()), line_of(last_of_span.max(span.offset())));
        // Lines that do not follow each other in the file are not shown as if they did.
        let follows = |a: usize, b: usize| {
            let (a, b) = (&self.lines[a], &self.lines[b]);
            a.file == b.file && b.number == a.number + 1
        };
        if (own_first..own_last).any(|line| !follows(line, line + 1)) {
            return Err(MietteError::OutOfBounds);
        }
        if before == 0 && after == 0 {
            return Ok(self.place(span, own_first));
        }
        let (mut first, mut last) = (own_first, own_last);
        for _ in 0..before {
            if first > 0 && follows(first - 1, first) {
                first -= 1;
            }
        }
        for _ in 0..after {
            if last + 1 < self.lines.len() && follows(last, last + 1) {
                last += 1;
            }
        }
        let start = self.lines[first].start;
        let end = self.lines.get(last + 1).map_or(self.text.len(), |line| line.start);
        Ok(Box::new(MietteSpanContents::new_named(
            self.names[self.lines[first].file].clone(),
            self.text.as_bytes().get(start..end).unwrap_or(&[]),
            (start, end - start).into(),
            self.lines[first].number as usize,
            0,
            last - first + 1,
        )))
    }
}

//! The lines of a file that a finding quotes, fit to be shown: no line longer than 200 columns, nothing that a terminal
//! would act on.
//!
//! Takes labels of one file, gives a small source that miette can read, and the labels moved into it. Invariant: what is
//! quoted is bounded by the number of labels, not by the file.

use crate::diagnostic::Label;
use crate::files::Source;
use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// Longest quoted line, in columns.
const COLUMNS: usize = 200;
/// Lines quoted around a labelled one.
const AROUND: u32 = 1;

/// Lines of a file that are quoted.
#[derive(Debug)]
pub(super) struct Excerpt {
    name: String,
    text: String,
    /// Start in `text` and number, from 0, of each quoted line.
    lines: Vec<(usize, u32)>,
    /// Characters of each quoted line that stand before what is shown of it.
    skipped: Vec<usize>,
}

/// A quoted line while it is made: where in the file it starts, and which part of it is shown.
struct Window {
    number: u32,
    from: u32,
    shown: std::ops::Range<u32>,
}

impl Excerpt {
    /// Quotes the lines of some labels of one file, and gives the labels' places in the quote.
    pub(super) fn new(source: &Source, labels: &[&Label]) -> (Self, Vec<SourceSpan>) {
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
        let mut excerpt = Excerpt {
            name: source.path.clone(),
            text: String::new(),
            lines: Vec::new(),
            skipped: Vec::new(),
        };
        let mut moved: Vec<(usize, usize)> = vec![(usize::MAX, 0); labels.len()];
        for number in wanted {
            let Some(window) = window(source, number, labels) else { continue };
            excerpt.quote(source, &window, labels, &mut moved);
        }
        let spans = moved.into_iter().map(|(start, end)| match start {
            usize::MAX => (0, 0).into(),
            start => (start, end.saturating_sub(start)).into(),
        });
        (excerpt, spans.collect())
    }

    fn quote(&mut self, source: &Source, window: &Window, labels: &[&Label], moved: &mut [(usize, usize)]) {
        self.lines.push((self.text.len(), window.number));
        let before = source.text.get(window.from as usize..window.shown.start as usize).unwrap_or("");
        self.skipped.push(before.chars().count().saturating_sub(usize::from(!before.is_empty())));
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
            match c {
                '\n' if offset == window.shown.end => self.text.push('\n'),
                c => self.text.push_str(&harmless(c)),
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

/// A character as it may be shown: control characters and those that turn the direction of text become visible.
pub(super) fn harmless(c: char) -> std::borrow::Cow<'static, str> {
    match c {
        '\t' => "    ".into(),
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}').to_string().into(),
        '\u{7f}' => "\u{2421}".into(),
        '\u{80}'..='\u{9f}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2028}'
        | '\u{2029}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => "\u{fffd}".into(),
        c => c.to_string().into(),
    }
}

/// A text as it may be shown.
pub(super) fn harmless_text(text: &str) -> String {
    text.chars().map(harmless).collect()
}

/// The part of a line that is shown: around the first label in it where it is too long.
fn window(source: &Source, number: u32, labels: &[&Label]) -> Option<Window> {
    let (from, to) = source.line(number)?;
    let text = source.text.get(from as usize..to as usize)?;
    let mut shown = from..to;
    if text.chars().count() > COLUMNS {
        let inside = labels.iter().map(|l| l.span.start).filter(|start| (from..=to).contains(start)).min();
        let start = inside.map_or(0, |at| text.get(..(at - from) as usize).map_or(0, |t| t.chars().count()));
        let skip = if start > COLUMNS - 60 { start - 60 } else { 0 };
        let at = |chars: usize| text.char_indices().nth(chars).map_or(text.len(), |(index, _)| index) as u32;
        shown = from + at(skip)..from + at(skip + COLUMNS - 2);
    }
    Some(Window { number, from, shown })
}

impl Excerpt {
    /// Where a span starts: line and column are read from it for the head of a quote.
    fn place<'a>(&'a self, span: &SourceSpan, line: usize) -> Box<dyn SpanContents<'a> + 'a> {
        let (start, number) = self.lines[line];
        let end = (span.offset() + span.len()).min(self.text.len());
        let column = self.text.get(start..span.offset()).map_or(0, |text| text.chars().count());
        let data = self.text.as_bytes().get(span.offset()..end).unwrap_or(&[]);
        let column = column + self.skipped[line];
        Box::new(MietteSpanContents::new_named(self.name.clone(), data, *span, number as usize, column, 1))
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
            |offset: usize| self.lines.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
        if self.lines.is_empty() {
            return Err(MietteError::OutOfBounds);
        }
        let last_of_span = (span.offset() + span.len()).saturating_sub(usize::from(!span.is_empty()));
        let (own_first, own_last) = (line_of(span.offset()), line_of(last_of_span.max(span.offset())));
        // Lines that do not follow each other in the file are not shown as if they did.
        let follows = |a: usize, b: usize| self.lines[b].1 == self.lines[a].1 + 1;
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
        let start = self.lines[first].0;
        let end = self.lines.get(last + 1).map_or(self.text.len(), |(start, _)| *start);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            self.text.as_bytes().get(start..end).unwrap_or(&[]),
            (start, end - start).into(),
            self.lines[first].1 as usize,
            0,
            last - first + 1,
        )))
    }
}

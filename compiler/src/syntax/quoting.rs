//! Text that lacks a quote, and comments of other languages: told with what was meant.
//!
//! Takes the parser where such a word stands, passes it, gives one finding. Invariant: what follows on the line is read as
//! if the word had been written right.

use super::entry::Token;
use super::parser::Parser;
use super::report::quote;
use super::tree::WordData;
use crate::diagnostic::{Diagnostic, Edit, plain, registry};
use std::borrow::Cow;

impl<'s> Parser<'s> {
    /// `# …` at the start of a line: a comment in other languages.
    pub(super) fn foreign_comment(&mut self, text: &str, start: usize) -> WordData {
        let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
        let report = &self.lexer.report;
        let message = format!("{} is no name of a node, and no comment", quote(text));
        let span = report.span(start, self.lexer.at);
        let found =
            Diagnostic::new(&registry::MISSING_NAME, message, span, "a keyword would start like this");
        let edit = Edit { span: report.span(start, start + hashes), replacement: "//".to_owned() };
        self.complain_of(found.help("comments start with `//`").fix("write `//`", vec![edit]));
        self.bare_word(start, self.lexer.at)
    }

    /// A word that ends with `"` and does not start with it: the quote belongs to it, and opens nothing.
    pub(super) fn half_quoted(&mut self, token: Token<'s>, start: usize) -> Token<'s> {
        let ends = match self.lexer.rest() {
            [b'"'] => true,
            [b'"', next, ..] => next.is_ascii_whitespace() || b";{}".contains(next),
            _ => false,
        };
        if !ends || matches!(token, Token::Quoted(_) | Token::BadKeyword(_)) {
            return token;
        }
        let text = &self.lexer.text[start..self.lexer.at];
        self.lexer.at += 1;
        let span = self.lexer.report.span(start, self.lexer.at);
        let message = format!("{} ends with a quote and does not start with one", quote(text));
        let found = Diagnostic::new(&registry::UNCLOSED_STRING, message, span, "half in quotes");
        let edit = Edit { span, replacement: plain::quoted(text) };
        self.complain_of(
            found.help(format!("write `{}`", edit.replacement)).fix("open the quotes too", vec![edit]),
        );
        Token::Quoted(Cow::Borrowed(text))
    }

    /// Complains of the character at the cursor, which can start nothing, and passes it and its like.
    pub(super) fn pass_unexpected(&mut self) {
        let start = self.lexer.at;
        let first = self.lexer.bytes[start];
        while self.lexer.peek() == Some(first) {
            self.lexer.bump();
        }
        let what = quote(&self.lexer.text[start..self.lexer.at]);
        if first == b'=' && !self.head_reported {
            return self.assigned(start, &what);
        }
        let help = "quote the text that holds it";
        let message = format!("{what} cannot stand here");
        let Some((from, to)) = self.word_around(start).filter(|_| !self.head_reported) else {
            return self.complain(
                &registry::UNEXPECTED_TOKEN,
                message,
                (start, self.lexer.at),
                "unexpected",
                help,
            );
        };
        // A quote at its end belongs to the word.
        let half = usize::from(self.lexer.bytes.get(to) == Some(&b'"'));
        self.lexer.at = to + half;
        let report = &self.lexer.report;
        let (span, replacement) = (report.span(from, to + half), plain::quoted(&self.lexer.text[from..to]));
        let found = Diagnostic::new(
            &registry::UNEXPECTED_TOKEN,
            message,
            report.span(start, start + 1),
            "unexpected",
        );
        let found = found.help(format!("quote the text that holds it: `{replacement}`"));
        self.complain_of(found.fix("put it in quotes", vec![Edit { span, replacement }]));
    }

    /// `tier = critical`: a value follows the name of its node as it is.
    fn assigned(&mut self, start: usize, what: &str) {
        let report = &self.lexer.report;
        let message = format!("{what} cannot stand here");
        let span = report.span(start, self.lexer.at);
        let found = Diagnostic::new(&registry::UNEXPECTED_TOKEN, message, span, "of no property");
        let help =
            "`=` stands between a property and its value: `key=value`; a value of the node follows its name";
        let found = found.help(help);
        let node =
            self.nodes.last().map(|node| (node.head_end as usize, node.first_entry == node.last_entry));
        let own = node
            .filter(|(end, bare)| *bare && *end < start && self.lexer.text[*end..start].trim().is_empty());
        self.complain_of(match own {
            Some((end, _)) => {
                let edit = Edit { span: report.span(end, self.lexer.at), replacement: String::new() };
                found.fix("take it out", vec![edit])
            }
            None => found,
        });
    }

    /// The word that a `/` stands in, such as a path or the name of an image; none where it is long or holds quotes.
    fn word_around(&self, at: usize) -> Option<(usize, usize)> {
        const LONGEST: usize = 200;
        let bytes = self.lexer.bytes;
        let ends = |byte: &u8| byte.is_ascii_whitespace() || b"={}();\"\\#".contains(byte);
        let (low, high) = (at.saturating_sub(LONGEST), bytes.len().min(at + LONGEST));
        let from = bytes[low..at].iter().rposition(ends).map(|found| low + found + 1)?;
        let to = bytes[at..high].iter().position(ends).map_or(high, |found| at + found);
        let word = self.lexer.text.get(from..to)?;
        (bytes[at] == b'/' && from < at && !word.contains("//")).then_some((from, to))
    }
}

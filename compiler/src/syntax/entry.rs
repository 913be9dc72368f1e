//! Names, annotations, keys and values.
//!
//! Invariant: every function passes at least one byte, or says that it read nothing and leaves the cursor.

use super::chars::newline_len;
use super::number::{is_number_like, number};
use super::parser::Parser;
use super::report::quote;
use super::tree::{EntryData, Spelling, Value, WordData};
use crate::diagnostic::{Diagnostic, Edit, plain, registry};
use std::borrow::Cow;

/// What stands where a word or value is due.
pub(super) enum Token<'s> {
    /// A string in quotes.
    Quoted(Cow<'s, str>),
    /// A bare word that is a string.
    Bare(&'s str),
    /// `true`, `null`, `inf` and the like, as KDL v1 wrote them.
    OldKeyword(&'s str),
    /// A number or `#keyword`.
    Value(Value<'s>),
    /// A word that starts like a number and is none.
    BadNumber(&'s str),
    /// `#word` that is no keyword.
    BadKeyword(&'s str),
}

impl<'s> Parser<'s> {
    /// Reads one token; `None` where the character at the cursor starts none.
    fn token(&mut self) -> Option<Token<'s>> {
        let first = self.lexer.peek()?;
        if first == b'"' {
            return Some(Token::Quoted(self.lexer.quoted_string()));
        }
        if first == b'#' {
            return Some(self.hashed());
        }
        let word = self.lexer.word();
        if word.is_empty() {
            return None;
        }
        if is_number_like(word.as_bytes()) {
            return Some(number(word).map_or(Token::BadNumber(word), Token::Value));
        }
        Some(match word {
            "true" | "false" | "null" | "inf" | "-inf" | "nan" => Token::OldKeyword(word),
            "r" if self.at_old_raw() => Token::Quoted(self.old_raw_string()),
            _ => Token::Bare(word),
        })
    }

    /// `#true`, `#"…"#`, or a mistake.
    fn hashed(&mut self) -> Token<'s> {
        let start = self.lexer.at;
        let hashes = self.lexer.rest().iter().take_while(|byte| **byte == b'#').count();
        if self.lexer.bytes.get(start + hashes) == Some(&b'"') {
            return Token::Quoted(self.lexer.raw_string());
        }
        self.lexer.at += hashes;
        self.lexer.word();
        let written = &self.lexer.text[start..self.lexer.at];
        match written {
            "#true" => Token::Value(Value::Bool(true)),
            "#false" => Token::Value(Value::Bool(false)),
            "#null" => Token::Value(Value::Null),
            "#inf" | "#-inf" | "#nan" => Token::Value(Value::Float(written)),
            _ => Token::BadKeyword(written),
        }
    }

    /// Whether a `"`, or hashes and a `"`, touch the `r` before the cursor: a raw string of KDL v1.
    fn at_old_raw(&self) -> bool {
        let hashes = self.lexer.rest().iter().take_while(|byte| **byte == b'#').count();
        self.lexer.bytes.get(self.lexer.at + hashes) == Some(&b'"')
    }

    /// Reads a v1 raw string behind its `r`. Its meaning is plain: only the spelling is complained of.
    fn old_raw_string(&mut self) -> Cow<'s, str> {
        let start = self.lexer.at - 1;
        let quote_at = self.lexer.at;
        let hashed = self.lexer.peek() == Some(b'#');
        let (text, closed) = if hashed {
            (self.lexer.raw_string(), true)
        } else {
            let body = quote_at + 1;
            let ends =
                |at: &usize| self.lexer.bytes[*at] == b'"' || newline_len(&self.lexer.bytes[*at..]) > 0;
            let end = (body..self.lexer.bytes.len()).find(ends).unwrap_or(self.lexer.bytes.len());
            let closed = self.lexer.bytes.get(end) == Some(&b'"');
            self.lexer.at = end + usize::from(closed);
            (Cow::Borrowed(&self.lexer.text[body..end]), closed)
        };
        let report = &mut self.lexer.report;
        let span = report.span(start, self.lexer.at);
        let mut found = Diagnostic::new(
            &registry::OLD_RAW_STRING,
            "raw strings have no `r` since KDL v2",
            span,
            "KDL v1",
        );
        let mut edits = vec![Edit { span: report.span(start, quote_at), replacement: String::new() }];
        if !hashed {
            edits[0].replacement = "#".to_owned();
            edits.push(Edit { span: report.span(self.lexer.at, self.lexer.at), replacement: "#".to_owned() });
        }
        if closed {
            found = found.help("write `#\"…\"#`").fix("write it as in KDL v2", edits);
            report.note(found);
        } else {
            report.damage(found.help("close it, and write `#\"…\"#`"));
        }
        text
    }

    /// Reads a node's name; `None` where there is none, which is reported.
    pub(super) fn name(&mut self) -> Option<WordData> {
        let start = self.lexer.at;
        match self.token() {
            Some(Token::Quoted(text)) => Some(self.quoted_word(text, start, self.lexer.at)),
            Some(Token::Bare(_)) => Some(self.bare_word(start, self.lexer.at)),
            Some(token) => Some(self.not_a_word(token, start, "a node's name")),
            None => {
                self.missing_name(start);
                None
            }
        }
    }

    fn missing_name(&mut self, start: usize) {
        if self.at_end_of_value() && start > 0 && self.lexer.peek() != Some(b'{') {
            let message = "no name follows this type annotation";
            let range = (start - 1, start);
            return self.complain(&registry::BAD_ANNOTATION, message, range, "of nothing", "");
        }
        let range = (start, start + self.shown_len());
        let help = match self.lexer.peek() {
            Some(b'{') => "the `{` of a block stands on the line of its node: `name argument key=value {`",
            _ => "a node starts with a name: `name argument key=value { … }`",
        };
        let what = quote(&self.lexer.text[range.0..range.1]);
        let message = format!("{what} stands where a node's name is due");
        self.complain(&registry::MISSING_NAME, message, range, "no name", help);
        if !self.at_end_of_value() {
            self.lexer.bump();
        }
    }

    pub(super) fn bare_word(&self, start: usize, end: usize) -> WordData {
        WordData { start: start as u32, end: end as u32, spelling: Spelling::Bare }
    }

    /// A word in quotes; its text is kept only where it does not stand between them as it is.
    fn quoted_word(&mut self, text: Cow<'s, str>, start: usize, end: usize) -> WordData {
        let plain = matches!(text, Cow::Borrowed(_))
            && self.lexer.bytes[start] == b'"'
            && text.len() + 2 == end - start;
        let spelling = if plain {
            Spelling::Quoted
        } else {
            self.owned.push(text.into_owned());
            Spelling::Owned(self.owned.len() as u32 - 1)
        };
        WordData { start: start as u32, end: end as u32, spelling }
    }

    /// A number or keyword where only a string may stand. Read as its text, so that what follows is not lost.
    fn not_a_word(&mut self, token: Token<'s>, start: usize, what: &str) -> WordData {
        let text = &self.lexer.text[start..self.lexer.at];
        let kind = match token {
            Token::OldKeyword(_) | Token::BadKeyword(_) => "keyword",
            Token::Value(Value::Bool(_) | Value::Null) => "keyword",
            _ => "number",
        };
        let span = self.lexer.report.span(start, self.lexer.at);
        if matches!(token, Token::BadKeyword(_)) && what == "a node's name" {
            return self.foreign_comment(text, start);
        }
        let message = format!("{} is a {kind}; {what} is a string", quote(text));
        let found = Diagnostic::new(&registry::MISSING_NAME, message, span, format!("a {kind}"));
        let edit = Edit { span, replacement: plain::quoted(text) };
        let found = found.help("put it in quotes").fix("put it in quotes", vec![edit]);
        self.complain_of(found);
        self.bare_word(start, self.lexer.at)
    }

    /// Reads `(word)` where the cursor stands at `(`; gives its place among the annotations plus one, or 0.
    #[inline]
    pub(super) fn annotation(&mut self) -> u32 {
        if self.lexer.peek() == Some(b'(') { self.parenthesised() } else { 0 }
    }

    fn parenthesised(&mut self) -> u32 {
        let open = self.lexer.at;
        self.lexer.at += 1;
        self.lexer.skip_node_space();
        let start = self.lexer.at;
        let word = match self.token() {
            Some(Token::Quoted(text)) => self.quoted_word(text, start, self.lexer.at),
            Some(Token::Bare(_)) | None => self.bare_word(start, self.lexer.at),
            Some(token) => self.not_a_word(token, start, "a type annotation"),
        };
        let empty = word.start == word.end;
        self.lexer.skip_node_space();
        let closed = self.lexer.peek() == Some(b')');
        self.lexer.at += usize::from(closed);
        if empty || !closed {
            let message =
                if empty { "this type annotation is empty" } else { "this type annotation is not closed" };
            let help = "write one word in parentheses, or quote the text that holds the `(`";
            self.complain(&registry::BAD_ANNOTATION, message, (open, open + 1), "opened here", help);
        }
        self.annotations.push(word);
        self.annotations.len() as u32
    }

    /// Reads an argument or property; whether there was one. `touching`: no space stands before it.
    pub(super) fn entry(&mut self, touching: bool) -> bool {
        let start = self.lexer.at;
        let annotation = self.annotation();
        if annotation != 0 {
            self.lexer.skip_node_space();
        }
        let value_start = self.lexer.at;
        let Some(token) = self.token() else {
            if annotation != 0 && self.at_end_of_value() {
                let message = "no value follows this type annotation";
                self.complain(&registry::BAD_ANNOTATION, message, (start, value_start), "of nothing", "");
            } else {
                self.pass_unexpected();
            }
            return false;
        };
        let token = self.half_quoted(token, value_start);
        if touching {
            self.missing_space(start);
        }
        let token_end = self.lexer.at;
        self.spaced = self.lexer.skip_node_space();
        if self.lexer.peek() == Some(b'=') {
            return self.property(token, (start, value_start, token_end), annotation);
        }
        let value = self.value_of(token, value_start, token_end);
        self.push_entry(None, annotation, value, [start, value_start, token_end]);
        true
    }

    fn push_entry(
        &mut self,
        key: Option<WordData>,
        annotation: u32,
        value: Value<'s>,
        [start, value_start, end]: [usize; 3],
    ) {
        let (start, value_start, end) = (start as u32, value_start as u32, end as u32);
        self.entries.push(EntryData { key, annotation, value, start, value_start, end });
    }

    fn at_end_of_value(&self) -> bool {
        matches!(self.lexer.peek(), None | Some(b'}' | b';' | b'{')) || newline_len(self.lexer.rest()) > 0
    }

    fn missing_space(&mut self, start: usize) {
        let span = self.lexer.report.span(start, start);
        let message = "no space stands between this and what is before it";
        let range = (start, self.lexer.at);
        let found = Diagnostic::new(
            &registry::MISSING_SPACE,
            message,
            self.lexer.report.span(range.0, range.1),
            "touches",
        );
        let edit = Edit { span, replacement: " ".to_owned() };
        self.complain_of(found.help("put a space between them").fix("put a space", vec![edit]));
    }

    /// Reads `= value` behind a key.
    fn property(
        &mut self,
        key: Token<'s>,
        (start, key_start, key_end): (usize, usize, usize),
        misplaced: u32,
    ) -> bool {
        let equals = self.lexer.at;
        self.spaced = false;
        let key = match key {
            Token::Quoted(text) => self.quoted_word(text, key_start, key_end),
            Token::Bare(_) => self.bare_word(key_start, key_end),
            other => {
                self.lexer.at = key_end;
                let word = self.not_a_word(other, key_start, "a property's name");
                self.lexer.at = equals;
                word
            }
        };
        if misplaced != 0 {
            let help = "put it behind the `=`: `key=(type)value`";
            let message = "a type annotation stands before a property's name";
            self.complain(
                &registry::BAD_ANNOTATION,
                message,
                (start, key_start),
                "belongs to the value",
                help,
            );
        }
        self.lexer.at += 1;
        self.lexer.skip_node_space();
        if self.lexer.at_slashdash() {
            let (at, message) = (self.lexer.at, "a `/-` cannot leave out a property's value alone");
            self.complain(
                &registry::UNEXPECTED_TOKEN,
                message,
                (at, at + 2),
                "unexpected",
                "put it before the key",
            );
            self.lexer.at += 2;
            self.lexer.skip_line_space();
        }
        let value_start = self.lexer.at;
        let annotation = self.annotation();
        if annotation != 0 {
            self.lexer.skip_node_space();
        }
        let token_start = self.lexer.at;
        let Some(token) = self.token() else {
            let message = format!("{} has no value", quote(&self.lexer.text[key_start..key_end]));
            let help = "write a value behind `=`";
            self.complain(&registry::MISSING_VALUE, message, (start, equals + 1), "no value follows", help);
            return false;
        };
        let token = self.half_quoted(token, token_start);
        let end = self.lexer.at;
        let value = self.value_of(token, token_start, end);
        self.push_entry(
            Some(key),
            if annotation != 0 { annotation } else { misplaced },
            value,
            [start, value_start, end],
        );
        true
    }

    /// The value of a token; mistakes are reported and read as what was most likely meant.
    fn value_of(&mut self, token: Token<'s>, start: usize, end: usize) -> Value<'s> {
        match token {
            Token::Quoted(text) => Value::String(text),
            Token::Bare(text) => Value::String(Cow::Borrowed(text)),
            Token::Value(value) => value,
            Token::OldKeyword(word) => self.old_keyword(word, start, end),
            Token::BadNumber(word) => {
                self.bad_number(word, start, end);
                Value::String(Cow::Borrowed(word))
            }
            Token::BadKeyword(word) => {
                let help =
                    "keywords are `#true`, `#false`, `#null`, `#inf`, `#-inf` and `#nan`; quote other text";
                let message = format!("{} is no keyword", quote(word));
                let span = self.lexer.report.span(start, end);
                let found = Diagnostic::new(&registry::UNEXPECTED_TOKEN, message, span, "unknown").help(help);
                self.complain_of(match meant_keyword(word) {
                    Some(keyword) => {
                        let edit = Edit { span, replacement: keyword.to_owned() };
                        found.fix(format!("write `{keyword}`"), vec![edit])
                    }
                    None => found,
                });
                Value::String(Cow::Borrowed(word))
            }
        }
    }

    fn old_keyword(&mut self, word: &'s str, start: usize, end: usize) -> Value<'s> {
        if !self.lexer.report.full() {
            let span = self.lexer.report.span(start, end);
            let edit = Edit { span, replacement: format!("#{word}") };
            let message = format!("`{word}` is written `#{word}` since KDL v2");
            let found = Diagnostic::new(&registry::BARE_KEYWORD, message, span, "KDL v1");
            let help = format!("write `#{word}`, or `\"{word}\"` where the text is meant");
            self.lexer.report.note(found.help(help).fix(format!("write `#{word}`"), vec![edit]));
        }
        match word {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => Value::Float(word),
        }
    }

    fn bad_number(&mut self, word: &str, start: usize, end: usize) {
        if self.lexer.report.full() {
            self.lexer.report.damage += 1;
            return;
        }
        let span = self.lexer.report.span(start, end);
        let message = format!("{} is no number", quote(word));
        let found = Diagnostic::new(&registry::BAD_NUMBER, message, span, "starts like a number");
        let rest = word.trim_end_matches(',');
        let found = if rest.len() < word.len() && number(rest).is_some() {
            let edit = Edit { span, replacement: rest.to_owned() };
            found.help("values are separated by space, without commas").fix("take the comma out", vec![edit])
        } else {
            let edit = Edit { span, replacement: plain::quoted(rest) };
            let help = format!("text that starts with a digit is quoted: `{}`", edit.replacement);
            found.help(help).fix("put it in quotes", vec![edit])
        };
        if self.head_reported {
            self.lexer.report.damage += 1;
        } else {
            self.lexer.report.damage(found);
        }
    }
}

/// The keyword that a misspelt one stands for: `#True`, `#yes`, `#nul`.
fn meant_keyword(word: &str) -> Option<&'static str> {
    match word.to_ascii_lowercase().as_str() {
        "#true" | "#yes" | "#on" => Some("#true"),
        "#false" | "#no" | "#off" => Some("#false"),
        "#null" | "#nul" | "#nil" | "#none" => Some("#null"),
        _ => None,
    }
}

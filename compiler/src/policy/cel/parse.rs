//! Words to an expression, by the precedence of CEL. Takes text, gives the tree or the first fault in it.

use super::ast::{Expr, Node, Op};
use super::fault::{At, Fault};
use super::token::{Token, tokens};
use super::{DEEPEST, LONGEST};

type Read = Result<Expr, Box<Fault>>;

/// Reads an expression.
///
/// # Errors
/// The first thing that is not CEL, or not CEL as policies have it.
pub(crate) fn parse(text: &str) -> Read {
    if text.len() > LONGEST {
        let message = format!("an expression has {} bytes, {LONGEST} are the limit", text.len());
        return Err(Fault::syntax(0..0, message, "too long").help("make several policies of it"));
    }
    let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
    let expr = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(expr),
        _ => Err(parser.unexpected("the end, or an operator")),
    }
}

struct Parser<'s> {
    tokens: Vec<(Token<'s>, At)>,
    next: usize,
    /// Calls that are open.
    depth: u16,
}

impl<'s> Parser<'s> {
    fn peek(&self) -> &Token<'s> {
        self.tokens.get(self.next).map_or(&Token::End, |(token, _)| token)
    }

    fn at(&self) -> At {
        self.tokens.get(self.next).or(self.tokens.last()).map_or(0..0, |(_, at)| at.clone())
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(s) if *s == sign);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &'static str, why: &str) -> Result<At, Box<Fault>> {
        let at = self.at();
        if self.takes(sign) { Ok(at) } else { Err(self.unexpected(&format!("`{sign}` {why}"))) }
    }

    fn unexpected(&self, wanted: &str) -> Box<Fault> {
        let found = match self.peek() {
            Token::End => "the expression ends".to_owned(),
            Token::Sign(sign) => format!("`{sign}` stands"),
            Token::Name(name) => format!("`{}` stands", crate::decode::value::clip(name)),
            Token::Int(number) => format!("`{number}` stands"),
            Token::Text(_) => "a text stands".to_owned(),
        };
        Fault::syntax(self.at(), format!("{found} where {wanted} is expected"), format!("expected {wanted}"))
    }

    /// A node of the tree; refuses one that is nested too deep.
    fn node(&self, node: Node, at: At) -> Read {
        let below = match &node {
            Node::Bool(_) | Node::Int(_) | Node::Text(_) | Node::Name(_) => 0,
            Node::List(items) => deepest(items),
            Node::Select(of, ..) | Node::Not(of) | Node::Negate(of) => of.depth,
            Node::Index(a, b) | Node::Binary(_, a, b) => a.depth.max(b.depth),
            Node::Call(of, _, _, args) => of.as_ref().map_or(0, |of| of.depth).max(deepest(args)),
            Node::If(a, b, c) => a.depth.max(b.depth).max(c.depth),
        };
        if below >= DEEPEST { Err(too_deep(at)) } else { Ok(Expr { node, at, depth: below + 1 }) }
    }

    fn expression(&mut self) -> Read {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep(self.at()));
        }
        let condition = self.binary(1)?;
        let read = if self.takes("?") {
            let yes = self.binary(1)?;
            self.expect(":", "of `condition ? one : other`")?;
            let no = self.expression()?;
            let at = condition.at.start..no.at.end;
            self.node(Node::If(Box::new(condition), Box::new(yes), Box::new(no)), at)
        } else {
            Ok(condition)
        };
        self.depth -= 1;
        read
    }

    /// Operators that bind at least so strongly, from the left.
    fn binary(&mut self, least: u8) -> Read {
        let mut left = self.unary()?;
        loop {
            let Token::Sign(sign) = *self.peek() else { return Ok(left) };
            let Some((op, binds)) = Op::find(sign).filter(|(_, binds)| *binds >= least) else {
                return Ok(left);
            };
            self.next += 1;
            let right = self.binary(binds + 1)?;
            let at = left.at.start..right.at.end;
            left = self.node(Node::Binary(op, Box::new(left), Box::new(right)), at)?;
        }
    }

    fn unary(&mut self) -> Read {
        let from = self.next;
        while self.takes("!") || self.takes("-") {}
        let signs: Vec<(Token<'s>, At)> = self.tokens[from..self.next].to_vec();
        let mut read = self.member()?;
        for (sign, at) in signs.into_iter().rev() {
            let at = at.start..read.at.end;
            let of = Box::new(read);
            read = self.node(if sign == Token::Sign("!") { Node::Not(of) } else { Node::Negate(of) }, at)?;
        }
        Ok(read)
    }

    fn member(&mut self) -> Read {
        let mut read = self.primary()?;
        loop {
            if self.takes(".") {
                let (name, at) = self.name()?;
                let start = read.at.start;
                let of = Box::new(read);
                read = if self.takes("(") {
                    let (args, end) = self.list(")")?;
                    self.node(Node::Call(Some(of), name, at, args), start..end)?
                } else {
                    let end = at.end;
                    self.node(Node::Select(of, name, at), start..end)?
                };
            } else if self.takes("[") {
                let index = self.expression()?;
                let end = self.expect("]", "behind the index")?.end;
                let at = read.at.start..end;
                read = self.node(Node::Index(Box::new(read), Box::new(index)), at)?;
            } else {
                return Ok(read);
            }
        }
    }

    fn name(&mut self) -> Result<(String, At), Box<Fault>> {
        let Token::Name(name) = *self.peek() else { return Err(self.unexpected("the name of a field")) };
        let at = self.at();
        self.next += 1;
        Ok((name.to_owned(), at))
    }

    /// What stands between commas up to the closing sign; its end.
    fn list(&mut self, close: &'static str) -> Result<(Vec<Expr>, u32), Box<Fault>> {
        let mut items = Vec::new();
        loop {
            let end = self.at().end;
            if self.takes(close) {
                return Ok((items, end));
            }
            if !items.is_empty() {
                self.expect(",", &format!("or `{close}`"))?;
                let end = self.at().end;
                if close == "]" && self.takes(close) {
                    return Ok((items, end));
                }
            }
            items.push(self.expression()?);
        }
    }

    fn primary(&mut self) -> Read {
        let at = self.at();
        let token = self.peek().clone();
        match token {
            Token::Int(number) => {
                self.next += 1;
                self.node(Node::Int(number), at)
            }
            Token::Text(text) => {
                self.next += 1;
                self.node(Node::Text(text), at)
            }
            Token::Name(name) => {
                self.next += 1;
                self.named(name, at)
            }
            Token::Sign("(") => {
                self.next += 1;
                let inner = self.expression()?;
                let end = self.expect(")", "to close the `(`")?.end;
                Ok(Expr { at: at.start..end, ..inner })
            }
            Token::Sign("[") => {
                self.next += 1;
                let (items, end) = self.list("]")?;
                self.node(Node::List(items), at.start..end)
            }
            Token::Sign("{") => {
                Err(Fault::syntax(at, "policies write no maps and no messages", "not known here"))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    fn named(&mut self, name: &str, at: At) -> Read {
        match name {
            "true" | "false" => self.node(Node::Bool(name == "true"), at),
            "null" => Err(Fault::syntax(at, "policies know no `null`", "not known here")
                .help("ask `has(…)` whether something is said")),
            _ if self.takes("(") => {
                let (args, end) = self.list(")")?;
                self.node(Node::Call(None, name.to_owned(), at.clone(), args), at.start..end)
            }
            _ => self.node(Node::Name(name.to_owned()), at),
        }
    }
}

fn deepest(items: &[Expr]) -> u16 {
    items.iter().map(|item| item.depth).max().unwrap_or(0)
}

fn too_deep(at: At) -> Box<Fault> {
    let message = format!("an expression is nested deeper than {DEEPEST} levels");
    Fault::syntax(at, message, "too deep").help("make several policies of it")
}

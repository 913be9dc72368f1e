//! What the formatter keeps of a file: lines of pieces, and blocks of lines.

/// A block's content, or the file's.
#[derive(Default)]
pub(super) struct Block {
    pub(super) lines: Vec<Line>,
    /// A `//` comment right behind the `{`.
    pub(super) opening: Option<Comment>,
    /// Written on one line.
    pub(super) flat: bool,
}

/// A node, or comments that stand by themselves.
#[derive(Default)]
pub(super) struct Line {
    pub(super) pieces: Vec<Piece>,
    /// Whether it holds a node, not comments alone.
    pub(super) node: bool,
    /// Whether a blank line stands before it.
    pub(super) blank_before: bool,
    /// Whether it stands on the line of the one before.
    pub(super) joined: bool,
    /// A `//` comment at its end.
    pub(super) trailing: Option<Comment>,
    /// On which line of the file it starts.
    pub(super) row: usize,
}

/// A `//` comment and how many spaces stand before it.
pub(super) struct Comment {
    pub(super) gap: usize,
    pub(super) text: String,
}

/// A part of a node.
pub(super) struct Piece {
    /// How many spaces stand before it; 0 only behind `/-`.
    pub(super) gap: usize,
    /// Where it starts on its line of the file.
    pub(super) column: usize,
    pub(super) kind: Kind,
}

/// What a part is.
pub(super) enum Kind {
    /// A name, an entry, a block comment, or `/-`.
    Text(String),
    /// `{ … }`.
    Block(Block),
    /// `\`, what comments follow it, and the newline.
    Continued(Vec<String>),
    /// A `//` comment behind `/-`, and the newline.
    Comment(String),
}

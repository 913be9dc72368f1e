//! The formatter: a file without syntax errors in, the same nodes, values and comments in the one style out.
//!
//! The style: 4 spaces a level, one space between entries (more where they line up with a neighbouring line), nodes
//! joined by `;` and blocks on one line kept while they fit into [`WIDTH`] columns, at most one blank line, LF, no byte
//! order mark; strings, numbers, comments and continued lines as written.
//! Invariant: formatting what was formatted changes nothing.

mod layout;
mod line;
mod scan;

use super::parse;
use crate::diagnostic::Diagnostics;
use crate::span::FileId;

/// The longest line that joined nodes and blocks are kept on, in characters.
const WIDTH: usize = 110;

/// How often the layout is tried again until it stands: taking out a space can end an alignment of the next line.
const PASSES: usize = 4;

/// Lays a file out in the one style.
///
/// # Errors
/// The findings, where the file has syntax errors: what cannot be read is not touched.
pub fn format(text: &str) -> Result<String, Diagnostics> {
    let diagnostics = parse(FileId(0), text).diagnostics;
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut laid_out = layout::print(&scan::scan(text), true);
    for _ in 1..PASSES {
        let again = layout::print(&scan::scan(&laid_out), true);
        if again == laid_out {
            return Ok(laid_out);
        }
        laid_out = again;
    }
    Ok(layout::print(&scan::scan(&laid_out), false))
}

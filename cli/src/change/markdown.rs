//! Changes as Markdown, for a comment on a pull request: resilience, then objects, then YAML.
//!
//! Takes changes, gives a comment of fewer characters than services take. Invariant: it starts with a marker that stays the
//! same for a fleet, by which its comment is found and edited in place; what is left out is counted.

use super::text::{field_line, totals};
use super::{Changes, ObjectChange, page, region_of};
use crate::page::escaped;
use crate::style::count;
use std::fmt::Write as _;

/// Most bytes of a comment; services take 65,536 characters.
const LIMIT: usize = 65_000;
/// Kept back for closing what is open and for counting what is left out.
const TAIL: usize = 400;
/// Most rows of a table about resilience.
const ROWS: usize = 40;

/// The changes as a comment; says so where there are none.
pub fn markdown(changes: &Changes) -> String {
    let mut comment = Comment { text: String::new(), left_out: 0 };
    let marker = changes.fleet.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>();
    let _ = writeln!(comment.text, "<!-- seawall-plan {marker} -->");
    if changes.is_empty() {
        comment.text.push_str("**seawall plan**: nothing changes\n");
    } else {
        let regions: std::collections::BTreeSet<_> = changes.objects.iter().map(|c| &c.bundle).collect();
        let objects = count(changes.objects.len(), "object");
        let _ = writeln!(comment.text, "**seawall plan**: {objects} in {}", count(regions.len(), "region"));
    }
    for note in &changes.notes {
        let _ = writeln!(comment.text, "\n{}", escaped(note));
    }
    let shorter = [ROWS, ROWS / 2, ROWS / 4, ROWS / 8].map(|rows| page::resilience(changes, rows).markdown());
    let resilience = shorter.into_iter().find(|text| text.len() <= LIMIT / 2).unwrap_or_default();
    if !resilience.is_empty() {
        comment.whole(&format!("\n{resilience}"));
    }
    regions(changes, &mut comment);
    for bundle in &changes.bundles {
        objects(&mut comment, bundle, &changes.of(bundle, false).collect::<Vec<_>>());
    }
    for change in &changes.objects {
        yaml(&mut comment, change);
    }
    comment.end()
}

struct Comment {
    text: String,
    left_out: usize,
}

impl Comment {
    fn fits(&self, more: usize) -> bool {
        self.text.len() + more + TAIL <= LIMIT
    }

    /// Adds a part, or counts it.
    fn whole(&mut self, part: &str) -> bool {
        let fits = self.fits(part.len());
        if fits {
            self.text.push_str(part);
        } else {
            self.left_out += 1;
        }
        fits
    }

    fn end(mut self) -> String {
        if self.left_out > 0 {
            let left = self.left_out;
            let _ = writeln!(self.text, "\n… {left} more left out here; `seawall plan` shows all of it");
        }
        self.text
    }
}

/// How many objects change, by region.
fn regions(changes: &Changes, comment: &mut Comment) {
    let touched = |bundle: &&String| changes.objects.iter().any(|c| c.bundle == **bundle);
    let touched: Vec<&String> = changes.bundles.iter().filter(touched).collect();
    if touched.is_empty() {
        return;
    }
    comment.text.push_str("\n| region | normal running | overlays |\n| --- | --- | --- |\n");
    for bundle in touched {
        let base: Vec<_> = changes.of(bundle, false).collect();
        let overlays = changes.of(bundle, true).count();
        comment.whole(&format!("| {} | {} | {overlays} |\n", region_of(bundle), totals(&base)));
    }
}

/// The objects of a region's base, each with its fields and lines of policy.
fn objects(comment: &mut Comment, bundle: &str, changes: &[&ObjectChange]) {
    if changes.is_empty() {
        return;
    }
    let open = format!("\n<details><summary>{}</summary>\n\n```diff\n", region_of(bundle));
    if !comment.fits(open.len() + 64) {
        comment.left_out += changes.len();
        return;
    }
    comment.text.push_str(&open);
    for change in changes {
        let origin = change.origins.first().map(|o| format!("   {}:{}", o.file, o.line)).unwrap_or_default();
        let sign = if change.action.sign() == '~' { '!' } else { change.action.sign() };
        let mut part = format!("{sign} {} ({}){origin}\n", change.key, change.owner);
        for field in &change.fields {
            let _ = writeln!(part, "    {}", field_line(field));
        }
        comment.whole(&fenced(&part));
    }
    comment.text.push_str("```\n\n</details>\n");
}

/// What is shown inside a fence does not end it.
fn fenced(text: &str) -> String {
    text.replace("```", "'''")
}

/// The file of an object as it was and as it is.
fn yaml(comment: &mut Comment, change: &ObjectChange) {
    let Some(diff) = change.yaml_diff() else { return };
    let name = escaped(&format!("{} in {}", change.key, region_of(&change.bundle)));
    let part = format!(
        "\n<details><summary>YAML of {name}</summary>\n\n```diff\n{}```\n\n</details>\n",
        fenced(&diff)
    );
    comment.whole(&part);
}

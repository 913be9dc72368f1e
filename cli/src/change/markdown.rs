//! Changes as Markdown, for a comment on a pull request.

use super::text::{field_line, totals};
use super::{Changes, ObjectChange, region_of};
use std::fmt::Write as _;

/// Most lines of fields that a comment holds; services cut longer comments off in the middle.
const LINE_LIMIT: usize = 600;

/// The changes as a comment; says so where there are none.
pub fn markdown(changes: &Changes) -> String {
    if changes.is_empty() {
        return String::from("**seawall plan**: nothing changes\n");
    }
    let mut text = String::from("**seawall plan**\n\n");
    if !changes.verdicts.is_empty() {
        text.push_str("| scenario | before | after |\n| --- | --- | --- |\n");
        for verdict in &changes.verdicts {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| String::from("–"));
            let _ = writeln!(
                text,
                "| {} | {} | {} |",
                verdict.scenario,
                side(&verdict.before),
                side(&verdict.after)
            );
        }
        text.push('\n');
    }
    text.push_str("| region | normal running | overlays |\n| --- | --- | --- |\n");
    for bundle in &changes.bundles {
        let base: Vec<_> = changes.of(bundle, false).collect();
        let overlays = changes.of(bundle, true).count();
        let _ = writeln!(text, "| {} | {} | {overlays} |", region_of(bundle), totals(&base));
    }
    let mut left = LINE_LIMIT;
    for bundle in &changes.bundles {
        details(&mut text, &region_of(bundle), &changes.of(bundle, false).collect::<Vec<_>>(), &mut left);
    }
    text
}

fn details(text: &mut String, region: &str, changes: &[&ObjectChange], left: &mut usize) {
    if changes.is_empty() || *left == 0 {
        return;
    }
    let _ = writeln!(text, "\n<details><summary>{region}</summary>\n\n```diff");
    for change in changes {
        let origin = change.origins.first().map(|o| format!("   {}:{}", o.file, o.line)).unwrap_or_default();
        let sign = if change.action.sign() == '~' { '!' } else { change.action.sign() };
        let _ = writeln!(text, "{sign} {} ({}){origin}", change.key, change.owner);
        for field in &change.fields {
            if *left == 0 {
                let _ = writeln!(text, "  … cut off here; `seawall plan` shows all of it");
                break;
            }
            *left -= 1;
            // A fence inside the block would end it.
            let _ = writeln!(text, "    {}", field_line(field).replace("```", "'''"));
        }
    }
    text.push_str("```\n\n</details>\n");
}

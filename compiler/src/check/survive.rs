//! `survive`: fewer regions than there are, single cells, single zones.

use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::Boundary;
use crate::resolve::Draft;

/// Checks the counts of all `survive` lines.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    if draft.notes.absent {
        return;
    }
    let regions = draft.model.regions.len() as u32;
    for survive in &draft.model.fleet.survive {
        let (word, limit, why) = match survive.boundary {
            Boundary::Region => ("any-region", regions.saturating_sub(1), format!("the fleet has {regions}")),
            Boundary::Cell => ("any-cell", 1, "cells are proved one at a time".to_owned()),
            Boundary::Zone => ("any-zone", 1, "zones are proved one at a time".to_owned()),
        };
        if survive.count <= limit {
            continue;
        }
        let message = format!("`{word}={}` asks for more than can be survived: {why}", survive.count);
        let finding =
            Diagnostic::new(&codes::SURVIVE_TOO_MANY, message, survive.span, format!("{limit} at most"));
        out.push(match survive.boundary {
            Boundary::Region => finding.help("when every region fails, nothing is left to receive"),
            _ => finding.help("name a larger failure as an `event`"),
        });
    }
}

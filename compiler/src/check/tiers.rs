//! Tiers: preemptible ones have orders 1 to 4, below all others; orders are unique.

use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::Tier;
use crate::resolve::Draft;

/// Checks the orders of all tiers.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let tiers: Vec<&Tier> = draft.model.tiers.iter().filter(|t| t.order.span.is_some()).collect();
    for pair in tiers.windows(2).filter(|pair| pair[0].order.value == pair[1].order.value) {
        let (first, second) =
            if pair[0].span < pair[1].span { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
        let message =
            format!("tiers `{}` and `{}` have the same order {}", first.name, second.name, first.order.value);
        let finding = Diagnostic::new(&codes::ORDER_TWICE, message, second.order.span, "the same order");
        out.push(
            finding
                .label(first.order.span, "this order")
                .help("the order says which tier gives way: make each unique"),
        );
    }
    let firm = tiers.iter().filter(|tier| !tier.preemptible).min_by_key(|tier| tier.order.value);
    for tier in tiers.iter().filter(|tier| tier.preemptible) {
        let order = tier.order;
        if !(1..=4).contains(&order.value) {
            let message = format!(
                "preemptible tier `{}` has order {}, and 1 to 4 are for preemptible tiers",
                tier.name, order.value
            );
            let finding = Diagnostic::new(&codes::PREEMPTIBLE_ORDER, message, order.span, "not 1 to 4");
            out.push(finding.help("the scheduler's priorities leave room for four tiers that give way"));
        } else if let Some(firm) = firm.filter(|firm| firm.order.value < order.value) {
            let message = format!(
                "preemptible tier `{}` has order {}, above tier `{}`, which does not give way",
                tier.name, order.value, firm.name
            );
            let finding = Diagnostic::new(
                &codes::PREEMPTIBLE_ORDER,
                message,
                order.span,
                "above a tier that does not give way",
            );
            let finding =
                finding.label(firm.order.span, format!("`{}` has order {}", firm.name, firm.order.value));
            out.push(finding.help(format!("give `{}` an order above {}", firm.name, order.value)));
        }
    }
}

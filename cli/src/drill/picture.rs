//! The picture: each location as a bar before and after, by the resource that is tightest there;
//! what does not change is only counted.

use super::Told;
use crate::page::{Block, Page};
use seawall_compiler::drill::{Parts, Pool, Scope, Usage};

/// Width of a bar.
const BAR: usize = 48;
/// Most locations that are drawn.
const DRAWN: usize = 24;

/// What the parts look like: own, guests, preemptible, held, free.
const BLOCKS: [char; 5] = ['█', '▓', '▒', '░', '·'];
const LETTERS: [char; 5] = ['#', '+', '-', 'o', '.'];

pub(super) fn write(told: &Told<'_>, unicode: bool, page: &mut Page) {
    let signs = if unicode { BLOCKS } else { LETTERS };
    let all = tightest(told);
    let changes = |u: &&&Usage| u.has.0 != u.has.1 || u.parts.0 != u.parts.1;
    let tight: Vec<&Usage> = all.iter().filter(changes).copied().collect();
    let same = all.len() - tight.len();
    let name = |usage: &Usage| match usage.scope {
        Scope::Location(location) => told.model[location].label.clone(),
        Scope::Region(region) => told.model[region].name.to_string(),
    };
    let wide = tight.iter().map(|u| name(u).chars().count()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for usage in tight.iter().take(DRAWN) {
        let (label, resource) = (name(usage), usage.resource.to_string());
        for (side, has, used, parts) in [
            ("before", usage.has.0, usage.used.0, usage.parts.0),
            ("after", usage.has.1, usage.used.1, usage.parts.1),
        ] {
            let first = side == "before";
            let (label, resource) = if first { (label.as_str(), resource.as_str()) } else { ("", "") };
            let drawn = bar(parts, has, usage.has.0, signs);
            let share = if has == 0 { String::from("lost") } else { percent(used, has) };
            lines.push(
                format!("{label:wide$}  {resource:14}  {side:6}  {drawn:BAR$}  {share}")
                    .trim_end()
                    .to_owned(),
            );
        }
    }
    if tight.len() > DRAWN {
        lines.push(format!("… {} more", tight.len() - DRAWN));
    }
    if tight.is_empty() {
        page.note("nothing changes in any location");
        return;
    }
    if same > 0 {
        lines.push(format!("{} as before", crate::style::count(same, "more location")));
    }
    let [own, guests, preemptible, held, free] = signs;
    lines.push(format!(
        "{own} own  {guests} standbys and arrivals  {preemptible} preemptible  {held} held for lanes  {free} free"
    ));
    page.blocks.push(Block::Drawn(lines));
}

/// Of each location the row of the resource that is fullest afterwards; before, where it is lost.
fn tightest<'a>(told: &Told<'a>) -> Vec<&'a Usage> {
    let mut found: Vec<&Usage> = Vec::new();
    let whole = |u: &&Usage| u.pool == Pool::Whole && matches!(u.scope, Scope::Location(_)) && u.has.0 > 0;
    let fuller = |a: &Usage, b: &Usage| {
        let of = |u: &Usage| if u.has.1 > 0 { (u.used.1, u.has.1) } else { (u.used.0, u.has.0) };
        let ((a, of_a), (b, of_b)) = (of(a), of(b));
        a.saturating_mul(of_b) > b.saturating_mul(of_a)
    };
    for usage in told.drill.usage.iter().filter(whole) {
        match found.iter_mut().find(|f| f.scope == usage.scope) {
            Some(known) if fuller(usage, known) => *known = usage,
            Some(_) => {}
            None => found.push(usage),
        }
    }
    found
}

/// A bar whose whole width is what there was before; what a failure took is blank.
fn bar(parts: Parts, has: i128, of: i128, signs: [char; 5]) -> String {
    let Parts { own, guests, preemptible, held } = parts;
    let (mut drawn, mut sum) = (String::new(), 0i128);
    let scale = |amount: i128| {
        let width = BAR as i128;
        usize::try_from(amount.clamp(0, of).saturating_mul(width).div_euclid(of.max(1))).unwrap_or(0)
    };
    let mut until = 0;
    for (amount, sign) in [own, guests, preemptible, held].into_iter().zip(signs) {
        sum = sum.saturating_add(amount);
        // Whatever is there at all shows.
        let end = scale(sum).max(if amount > 0 { (until + 1).min(BAR) } else { until });
        (until..end).for_each(|_| drawn.push(sign));
        until = end.max(until);
    }
    (until..scale(has)).for_each(|_| drawn.push(signs[4]));
    drawn
}

/// `45%`, rounded to the nearest whole one.
pub(super) fn percent(used: i128, has: i128) -> String {
    if has <= 0 {
        return if used > 0 { String::from("∞") } else { String::from("–") };
    }
    format!("{}%", (used.saturating_mul(200) + has).div_euclid(has.saturating_mul(2)))
}

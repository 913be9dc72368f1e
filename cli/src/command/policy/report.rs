//! What came of the tests of policies: as text, JSON and JUnit XML.

use crate::style::Style;
use seawall_compiler::diagnostic::junit::escape;
use seawall_compiler::policy::trial::{Outcome, Trial, Tried};
use serde_json::{Value, json};
use std::fmt::Write as _;

fn expects(trial: &Trial) -> &'static str {
    if trial.meets { "pass" } else { "fail" }
}

/// What is to be said about a test: a line, and what stands below it.
fn said(trial: &Trial) -> (String, &[String]) {
    match &trial.outcome {
        Outcome::AsSaid(found) => (String::new(), found),
        Outcome::Otherwise(found) if found.is_empty() => ("the fleet meets the policy".to_owned(), found),
        Outcome::Otherwise(found) => ("the fleet does not meet the policy".to_owned(), found),
        Outcome::Broken(why) => ("the policy could not be asked of the fleet".to_owned(), why),
    }
}

/// A line a test, the findings below it.
pub(super) fn text(tried: &Tried, style: Style) -> String {
    let mut text = String::new();
    for trial in &tried.trials {
        let mark = if trial.passed() { style.green("ok  ") } else { style.red("FAIL") };
        let (why, lines) = said(trial);
        let why = if why.is_empty() { why } else { format!(": {why}") };
        // Writing into a String does not fail.
        let _ = writeln!(text, "{mark} {} {}={}{why}", trial.policy, expects(trial), trial.path.value);
        for line in lines {
            let _ = writeln!(text, "       {line}");
        }
    }
    text
}

/// One object.
pub(super) fn json(tried: &Tried) -> Value {
    let one = |trial: &Trial| {
        let (why, lines) = said(trial);
        let place = tried.sources.locate(trial.path.span);
        let outcome = match &trial.outcome {
            Outcome::AsSaid(_) => "ok",
            Outcome::Otherwise(_) => "failed",
            Outcome::Broken(_) => "broken",
        };
        json!({
            "policy": &*trial.policy, "expects": expects(trial), "fleet": &*trial.path.value, "outcome": outcome,
            "why": (!why.is_empty()).then_some(why), "messages": lines,
            "file": place.map(|(file, _)| file), "line": place.map(|(_, at)| at.line),
        })
    };
    let failed = tried.trials.iter().filter(|trial| !trial.passed()).count();
    json!({
        "tests": tried.trials.iter().map(one).collect::<Vec<_>>(),
        "summary": { "policies": tried.policies, "tests": tried.trials.len(), "failed": failed },
    })
}

/// A suite for the policies, a case for each test.
pub(super) fn junit(tried: &Tried) -> String {
    let failed = tried.trials.iter().filter(|trial| !trial.passed()).count();
    let tests = tried.trials.len();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ =
        writeln!(xml, "<testsuites name=\"seawall policy test\" tests=\"{tests}\" failures=\"{failed}\">");
    let _ = writeln!(xml, "  <testsuite name=\"policies\" tests=\"{tests}\" failures=\"{failed}\">");
    for trial in &tried.trials {
        let name = escape(&format!("{}={}", expects(trial), trial.path.value));
        let policy = escape(&trial.policy);
        let _ = write!(xml, "    <testcase classname=\"{policy}\" name=\"{name}\"");
        let (why, lines) = said(trial);
        let _ = if trial.passed() {
            writeln!(xml, "/>")
        } else {
            let (why, lines) = (escape(&why), escape(&lines.join("\n")));
            writeln!(
                xml,
                ">\n      <failure type=\"error\" message=\"{why}\">{lines}</failure>\n    </testcase>"
            )
        };
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

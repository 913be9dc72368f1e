//! A fault of an object, and the finding that it becomes.
//!
//! Takes faults by JSON pointer, gives findings in the YAML file. Invariant: nothing that a Secret holds is quoted, in a
//! message or in a fix.

use super::definition::Type;
use super::format;
use super::quantity;
use crate::decode::value::clip;
use crate::diagnostic::nearest::{certain, nearest};
use crate::diagnostic::{Code, Diagnostic, Edit, registry as codes};
use crate::files::Source;
use crate::manifest::secret;
use crate::model::ManifestObject;
use crate::span::Span;
use serde_json::{Number, Value};

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    /// The value, as a JSON pointer; for fields that are not known or missing the mapping.
    pub(super) pointer: String,
    pub(super) what: What,
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) enum What {
    /// A field of a mapping is not known; those that are and do not stand there, and where the name is known near by.
    Unknown { name: String, known: Vec<String>, below: Option<String>, above: Option<String> },
    /// Fields of a mapping that must stand there.
    Missing(Vec<String>),
    /// It must be one of these types.
    Type(Vec<Type>),
    /// It must be one of these values.
    Value(Vec<Value>),
    /// It is no quantity.
    Quantity,
    /// It is not of a form.
    Format(String),
    /// It does not match a regular expression.
    Pattern(String),
    /// It lies outside of bounds.
    Range { least: Option<Number>, most: Option<Number>, open: bool },
    /// It is no multiple of a number.
    Multiple(Number),
    /// It has too few or too many of something.
    Count { count: u64, least: Option<u64>, most: Option<u64>, what: &'static str },
    /// An item is told apart from another by nothing.
    Repeated { keys: Vec<String>, first: String },
    /// None of several forms; what each of them lacks, where that is all.
    None { of: usize, needed: Vec<String> },
    /// Several forms where one is allowed.
    Several(usize),
    /// What it must not be.
    Not,
    /// It was not looked at to its end.
    TooMuch,
}

/// Makes findings about an object.
pub(super) struct Report<'r> {
    pub(super) object: &'r ManifestObject,
    pub(super) source: Option<&'r Source>,
}

impl Report<'_> {
    /// The finding of a fault.
    pub(super) fn finding(&self, fault: &Fault) -> Diagnostic {
        let Fault { pointer, what } = fault;
        let finding = match what {
            What::Unknown { name, known, below, above } => {
                self.unknown(pointer, name, known, below.as_deref(), above.as_deref())
            }
            What::Missing(names) => self.missing(pointer, names),
            What::Type(types) => self.wrong_type(pointer, types),
            What::Value(values) => self.wrong_value(pointer, values),
            What::Quantity => self.quantity(pointer),
            What::Format(name) => self.format(pointer, name),
            What::Pattern(pattern) => {
                let message =
                    format!("{} does not match `{}`{}", self.named(pointer), clip(pattern), self.of());
                self.at(&codes::MANIFEST_BAD_FORMAT, message, pointer, "of another form")
            }
            What::Range { least, most, open } => self.range(pointer, least.as_ref(), most.as_ref(), *open),
            What::Multiple(step) => {
                let message = format!("{} is no multiple of {step}{}", self.named(pointer), self.of());
                self.at(&codes::MANIFEST_OUT_OF_RANGE, message, pointer, "of another size")
            }
            What::Count { count, least, most, what } => self.count(pointer, *count, *least, *most, what),
            What::Repeated { keys, first } => self.repeated(pointer, keys, first),
            What::None { of, needed } => self.no_form(pointer, *of, needed),
            What::Several(count) => {
                let message = format!(
                    "{} has {count} forms at once, and may have one{}",
                    self.named(pointer),
                    self.of()
                );
                self.at(&codes::MANIFEST_NO_FORM, message, pointer, "several at once")
            }
            What::Not => {
                let message =
                    format!("{} is what its definition rules out{}", self.named(pointer), self.of());
                self.at(&codes::MANIFEST_NO_FORM, message, pointer, "ruled out")
            }
            What::TooMuch => {
                let message =
                    format!("{} and its definition are too much to be held against each other", self.title());
                self.at(&codes::MANIFEST_LIMIT, message, "", "not checked to its end")
            }
        };
        match self.object.places.brought(pointer) {
            Some(span) if finding.labels.iter().all(|label| label.span != span) => {
                finding.label(span, "brought in here")
            }
            _ => finding,
        }
    }

    fn text(&self, pointer: &str) -> &str {
        crate::manifest::text(&self.object.value, pointer)
    }

    /// The object in words.
    fn title(&self) -> String {
        format!("{} `{}`", clip(self.text("/kind")), clip(self.text("/metadata/name")))
    }

    fn of(&self) -> String {
        format!(" in {}", self.title())
    }

    fn hidden(&self, pointer: &str) -> bool {
        secret::is_secret(&self.object.value) && secret::holds(pointer)
    }

    /// A value in words.
    fn named(&self, pointer: &str) -> String {
        if pointer.is_empty() { "the object".to_owned() } else { format!("`{}`", path(pointer)) }
    }

    /// Where the value stands, or what is nearest around it.
    fn place(&self, pointer: &str) -> Span {
        let around = std::iter::successors(Some(pointer), |at| at.rsplit_once('/').map(|(around, _)| around));
        around.filter_map(|at| self.object.places.get(at)).next().unwrap_or(self.object.span)
    }

    /// Where a mapping or list starts: its key, of an item its first field.
    fn head(&self, pointer: &str) -> Span {
        let places = &self.object.places;
        let kind = || places.get("/kind").filter(|_| pointer.is_empty());
        kind()
            .or_else(|| places.key(pointer))
            .or_else(|| places.first_key(pointer))
            .unwrap_or_else(|| self.place(pointer))
    }

    /// A finding at a value; a mapping or list is labelled where it starts.
    fn at(&self, code: &'static Code, message: String, pointer: &str, label: &str) -> Diagnostic {
        let block =
            self.object.value.pointer(pointer).is_some_and(|value| value.is_object() || value.is_array());
        let span = if block { self.head(pointer) } else { self.place(pointer) };
        Diagnostic::new(code, message, span, label)
    }

    /// What was written at a place, where that may be shown.
    fn written(&self, span: Span) -> Option<&str> {
        self.source?.text.get(span.start as usize..span.end as usize)
    }

    fn unknown(
        &self,
        pointer: &str,
        name: &str,
        known: &[String],
        below: Option<&str>,
        above: Option<&str>,
    ) -> Diagnostic {
        let own = format!("{pointer}/{}", seawall_schema::pointer::step(name));
        let span = self.object.places.key(&own).unwrap_or_else(|| self.place(&own));
        let within = match pointer {
            "" => self.title(),
            pointer => format!("`{}`{}", path(pointer), self.of()),
        };
        let message = format!("unknown field `{}` in {within}", clip(name));
        let finding = Diagnostic::new(&codes::MANIFEST_UNKNOWN_FIELD, message, span, "not known here");
        let names = || known.iter().map(String::as_str);
        // A name that is known one level away is more likely misplaced than misspelt.
        if let Some(below) = below {
            let list = self.object.value.pointer(&format!("{pointer}/{below}")).is_some_and(Value::is_array);
            let item = if list { "an item of " } else { "" };
            return finding.help(format!(
                "`{}` is a field of {item}`{}`: check the indentation",
                clip(name),
                path(&format!("{pointer}/{below}"))
            ));
        }
        if let Some(above) = above {
            let above =
                if above.is_empty() { "the object itself".to_owned() } else { format!("`{}`", path(above)) };
            return finding.help(format!("`{}` is a field of {above}: check the indentation", clip(name)));
        }
        if let Some(near) = nearest(name, names()) {
            let finding = finding.help(format!("did you mean `{near}`?"));
            let edit = Edit { span, replacement: near.to_owned() };
            return finding.offer(
                certain(name, names()).is_some(),
                format!("replace by `{near}`"),
                vec![edit],
            );
        }
        match listed(names()) {
            None => finding.help("it takes no fields besides those that stand there"),
            Some(all) => finding.help(format!("known here: {all}")),
        }
    }

    fn missing(&self, pointer: &str, names: &[String]) -> Diagnostic {
        let all = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let within = match pointer {
            "" => self.title(),
            pointer => format!("`{}`{}", path(pointer), self.of()),
        };
        let code = &codes::MANIFEST_MISSING_FIELD;
        Diagnostic::new(code, format!("{within} has no {all}"), self.head(pointer), format!("needs {all}"))
    }

    /// What stands there, in words; its value where that is short and no secret.
    fn found(&self, pointer: &str) -> String {
        let hidden = self.hidden(pointer);
        match self.object.value.pointer(pointer) {
            None | Some(Value::Null) => "nothing".to_owned(),
            Some(Value::Object(_)) => "a mapping".to_owned(),
            Some(Value::Array(_)) => "a list".to_owned(),
            Some(Value::Bool(_)) if hidden => "a boolean".to_owned(),
            Some(Value::Number(_)) if hidden => "a number".to_owned(),
            Some(Value::String(_)) if hidden => "a string".to_owned(),
            Some(Value::Bool(flag)) => format!("the boolean `{flag}`"),
            Some(Value::Number(number)) => format!("the number `{number}`"),
            Some(Value::String(text)) if text.is_empty() => "an empty string".to_owned(),
            Some(Value::String(text)) => format!("the string `{}`", clip(text)),
        }
    }

    fn wrong_type(&self, pointer: &str, types: &[Type]) -> Diagnostic {
        let mut words: Vec<&str> = types.iter().map(|kind| kind.words()).collect();
        words.dedup();
        let takes = words.join(" or ");
        let message =
            format!("{} takes {takes}, found {}{}", self.named(pointer), self.found(pointer), self.of());
        let finding = self.at(&codes::MANIFEST_WRONG_TYPE, message, pointer, &format!("not {takes}"));
        let value = self.object.value.pointer(pointer).unwrap_or(&Value::Null);
        let takes = |kind: Type| types.contains(&kind);
        match value {
            Value::Bool(_) | Value::Number(_) if takes(Type::String) => {
                let finding = finding.help("quote it: without quotes it is read as another type");
                self.rewritten(finding, pointer, |written| Some(format!("\"{written}\"")))
            }
            Value::String(text)
                if takes(Type::Integer) && text.parse::<i64>().is_ok_and(|n| n.to_string() == *text) =>
            {
                let finding = finding.help("leave the quotes out");
                self.rewritten(finding, pointer, |_| Some(text.clone()))
            }
            Value::String(text) if takes(Type::Boolean) && matches!(text.as_str(), "true" | "false") => {
                let finding = finding.help("leave the quotes out");
                self.rewritten(finding, pointer, |_| Some(text.clone()))
            }
            Value::Object(_) | Value::String(_) | Value::Number(_) if takes(Type::Array) => {
                finding.help("start each item with `- `")
            }
            Value::Array(_) if takes(Type::Object) => {
                finding.help("leave the `- ` out: it takes one, not several")
            }
            _ => finding,
        }
    }

    /// Offers to write a plain value anew, unless it is secret or was brought in from elsewhere.
    fn rewritten(
        &self,
        finding: Diagnostic,
        pointer: &str,
        new: impl Fn(&str) -> Option<String>,
    ) -> Diagnostic {
        let span = self.place(pointer);
        let Some(written) = self.written(span).filter(|text| !text.contains(['\n', '"', '\\', '&', '!']))
        else {
            // Quotes around it are what is left out.
            let quoted =
                self.written(span).filter(|text| text.starts_with('"') && !text.contains(['\n', '\\']));
            let (Some(written), false) = (quoted, self.hidden(pointer)) else { return finding };
            return match new(written) {
                Some(text) => replaced(finding, span, text),
                None => finding,
            };
        };
        match new(written.trim()).filter(|_| !self.hidden(pointer)) {
            Some(text) => replaced(finding, span, text),
            None => finding,
        }
    }

    fn wrong_value(&self, pointer: &str, values: &[Value]) -> Diagnostic {
        let text = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let all: Vec<String> = values.iter().map(text).filter(|text| !text.is_empty()).collect();
        let found = self.found(pointer);
        let message = format!("{} does not take {found}{}", self.named(pointer), self.of());
        let finding = self.at(&codes::MANIFEST_UNKNOWN_VALUE, message, pointer, "not one of its values");
        let names = || all.iter().map(String::as_str);
        let own = self.text(pointer);
        let finding = finding.help(match listed(names()) {
            Some(listed) => format!("one of {listed}"),
            None => "it takes no value but an empty one".to_owned(),
        });
        match nearest(own, names()).filter(|_| !self.hidden(pointer)) {
            None => finding,
            Some(near) => {
                let sure = certain(own, names()).is_some();
                let help = format!("did you mean `{near}`? {}", finding.help.clone().unwrap_or_default());
                let span = self.place(pointer);
                let quoted = self.written(span).is_some_and(|text| text.starts_with(['"', '\'']));
                let replacement = if quoted { format!("\"{near}\"") } else { near.to_owned() };
                finding.help(help).offer(
                    sure,
                    format!("replace by `{near}`"),
                    vec![Edit { span, replacement }],
                )
            }
        }
    }

    fn quantity(&self, pointer: &str) -> Diagnostic {
        let message =
            format!("{} takes a quantity, found {}{}", self.named(pointer), self.found(pointer), self.of());
        let finding = self.at(&codes::MANIFEST_BAD_QUANTITY, message, pointer, "no quantity");
        let finding = finding
            .help("a number, and a unit where one is needed: `2`, `500m`, `1.5`, `512Mi`, `4Gi`, `10G`");
        match quantity::meant(self.text(pointer)) {
            None => finding,
            Some(meant) => {
                let edit = Edit { span: self.place(pointer), replacement: meant.clone() };
                finding.suggest(format!("replace by `{meant}`"), vec![edit])
            }
        }
    }

    fn format(&self, pointer: &str, name: &str) -> Diagnostic {
        let (words, example) = match format::words(name) {
            Some((words, example)) => (words.to_owned(), Some(example)),
            None => (format!("`{name}`"), None),
        };
        let short = words.split(':').next().unwrap_or_default();
        let found = self.found(pointer);
        let message = format!("{} takes {short}, found {found}{}", self.named(pointer), self.of());
        let finding = self.at(&codes::MANIFEST_BAD_FORMAT, message, pointer, &format!("not {short}"));
        match (name, example) {
            ("byte", _) if self.hidden(pointer) => {
                finding.help("`data` takes base64; write plain text under `stringData`")
            }
            (_, Some(example)) => finding.help(format!("{words}, such as `{example}`")),
            (_, None) => finding,
        }
    }

    fn range(&self, pointer: &str, least: Option<&Number>, most: Option<&Number>, open: bool) -> Diagnostic {
        let bounds = match (least, most) {
            (Some(least), Some(most)) => format!("{least} to {most}"),
            (Some(least), None) => format!("{least} or more"),
            (None, Some(most)) => format!("{most} or less"),
            (None, None) => "a number".to_owned(),
        };
        let bounds = if open { format!("{bounds}, the limits left out") } else { bounds };
        let message =
            format!("{} takes {bounds}, found {}{}", self.named(pointer), self.found(pointer), self.of());
        let finding = self.at(&codes::MANIFEST_OUT_OF_RANGE, message, pointer, "out of range");
        // Octal without its 0 is the usual mistake with modes.
        let mode = most.and_then(Number::as_u64) == Some(0o777);
        if mode { finding.help("file modes are octal: `0644`, or 420 in decimal") } else { finding }
    }

    fn count(
        &self,
        pointer: &str,
        count: u64,
        least: Option<u64>,
        most: Option<u64>,
        what: &str,
    ) -> Diagnostic {
        let limit = match (least.filter(|least| count < *least), most) {
            (Some(least), _) => format!("at least {least}"),
            (None, Some(most)) => format!("at most {most}"),
            (None, None) => "another number".to_owned(),
        };
        let plural = |n: u64| if n == 1 { what.to_owned() } else { format!("{what}s") };
        let limits = least.filter(|least| count < *least).or(most).unwrap_or(0);
        let has = if count == 0 { format!("no {what}") } else { format!("{count} {}", plural(count)) };
        let message =
            format!("{} has {has}, and takes {limit} {}{}", self.named(pointer), plural(limits), self.of());
        self.at(&codes::MANIFEST_OUT_OF_RANGE, message, pointer, &format!("{has} here"))
    }

    fn repeated(&self, pointer: &str, keys: &[String], first: &str) -> Diagnostic {
        let key = keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
        let list = pointer.rsplit_once('/').map_or("", |(list, _)| list);
        let own = |item: &str| match keys.first() {
            Some(key) if self.object.places.get(&format!("{item}/{key}")).is_some() => {
                format!("{item}/{key}")
            }
            _ => item.to_owned(),
        };
        let (again, first) = (own(pointer), own(first));
        let message = match keys.first() {
            Some(_) => {
                let found = clip(self.text(&again)).into_owned();
                format!("two items of {} have the same {key}, `{found}`{}", self.named(list), self.of())
            }
            None => format!("two items of {} are the same{}", self.named(list), self.of()),
        };
        let finding = self.at(&codes::MANIFEST_REPEATED_ITEM, message, &again, "and again here");
        let before = self.place(&first);
        let same = finding.labels.iter().any(|label| label.span == before);
        if same { finding } else { finding.label(before, "it stands here") }
    }

    fn no_form(&self, pointer: &str, of: usize, needed: &[String]) -> Diagnostic {
        let message =
            format!("{} has none of the {of} forms that it may have{}", self.named(pointer), self.of());
        let finding = self.at(&codes::MANIFEST_NO_FORM, message, pointer, "of no form that is allowed");
        match needed {
            [] => finding,
            needed => {
                let all = needed.iter().map(|names| format!("`{names}`")).collect::<Vec<_>>().join(" or ");
                finding.help(format!("it needs {all}"))
            }
        }
    }
}

fn replaced(finding: Diagnostic, span: Span, text: String) -> Diagnostic {
    let title = format!("replace by `{text}`");
    finding.fix(title, vec![Edit { span, replacement: text }])
}

/// Names in words, the first of them where they are many; `None` where there are none.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    const SHOWN: usize = 12;
    let all: Vec<&str> = names.collect();
    let shown = all.iter().take(SHOWN).map(|name| format!("`{}`", clip(name))).collect::<Vec<_>>().join(", ");
    match all.len() {
        0 => None,
        few if few <= SHOWN => Some(shown),
        many => Some(format!("{shown} and {} more", many - SHOWN)),
    }
}

/// A JSON pointer as Kubernetes writes paths: `spec.containers[0].resources.limits["nvidia.com/gpu"]`.
pub(super) fn path(pointer: &str) -> String {
    let mut written = String::new();
    for name in pointer.split('/').skip(1) {
        let name = name.replace("~1", "/").replace("~0", "~");
        if name.bytes().all(|b| b.is_ascii_digit()) && !name.is_empty() {
            written.push_str(&format!("[{name}]"));
        } else if name.is_empty() || name.contains(['.', '/', ' ', '"']) {
            written.push_str(&format!("[\"{}\"]", clip(&name)));
        } else {
            written.push_str(if written.is_empty() { "" } else { "." });
            written.push_str(&clip(&name));
        }
    }
    // The end says more than the start.
    match written.char_indices().nth_back(119) {
        Some((at, _)) => format!("…{}", &written[at..]),
        None => written,
    }
}

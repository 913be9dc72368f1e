//! The source of k8s-openapi to schemas.
//!
//! Takes the folder of one version, gives its definitions by name and its kinds. Invariant: whatever stands in a
//! `json_schema!` and is not understood is an error, never left out.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// What a reference to another definition starts with.
pub(super) const REFERENCE: &str = "#/$defs/";

/// One version of Kubernetes.
pub(super) struct Version {
    /// 36 for 1.36.
    pub(super) minor: u8,
    /// Schemas by the name of their definition.
    pub(super) definitions: BTreeMap<String, Value>,
    /// Kinds of objects.
    pub(super) kinds: Vec<Kind>,
}

/// A kind of object that can be applied.
pub(super) struct Kind {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) definition: String,
    pub(super) scope: &'static str,
}

/// Reads one version.
pub(super) fn version(minor: u8, folder: &Path) -> Result<Version, Box<dyn Error>> {
    let mut types: Vec<(String, String, String)> = Vec::new();
    let mut names: HashMap<String, String> = HashMap::new();
    for path in files(folder)? {
        let text = fs::read_to_string(&path)?;
        let Some((_, body)) = text.split_once("impl crate::schemars::JsonSchema for ") else { continue };
        let Some((name, _)) = body.split_once(' ') else { continue };
        let module = module(folder, &path)?;
        let definition = between(body, "fn schema_name()", "\"", "\"").ok_or("no schema_name")?;
        names.insert(format!("{module}::{name}"), definition.clone());
        types.push((definition, name.to_owned(), text));
    }
    let (mut definitions, mut kinds) = (BTreeMap::new(), Vec::new());
    for (definition, name, text) in types {
        let at = |error| format!("1.{minor}: {definition}: {error}");
        let schema = schema(&text, &names).map_err(at)?;
        kinds.extend(kind(&text, &name, &definition));
        if definitions.insert(definition.clone(), schema).is_some() {
            return Err(at("is defined twice".to_owned()).into());
        }
    }
    Ok(Version { minor, definitions, kinds })
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let (mut found, mut open) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// `crate::api::apps::v1`: each type is re-exported by the folder it stands in.
fn module(folder: &Path, file: &Path) -> Result<String, Box<dyn Error>> {
    let inside = file.strip_prefix(folder)?.parent().ok_or("a file of no folder")?;
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    Ok(format!("crate::{}", parts.join("::")))
}

fn between(text: &str, from: &str, open: &str, close: &str) -> Option<String> {
    let (_, rest) = text.split_once(from)?;
    let (_, rest) = rest.split_once(open)?;
    Some(rest.split_once(close)?.0.to_owned())
}

/// What a type says of itself as a resource; lists of objects and answers of the API are none.
fn kind(text: &str, name: &str, definition: &str) -> Option<Kind> {
    const ANSWERS: [&str; 5] = ["APIGroup", "APIGroupList", "APIResourceList", "APIVersions", "Status"];
    let (_, own) = text.split_once(&format!("impl crate::Resource for {name} {{"))?;
    let own = own.split_once("\n}")?.0;
    let constant = |of: &str| between(own, &format!("const {of}: &'static str"), "\"", "\"");
    let kind = constant("KIND").filter(|kind| !ANSWERS.contains(&kind.as_str()))?;
    let scope = match own.contains("NamespaceResourceScope") {
        true => "Namespaced",
        false if own.contains("ClusterResourceScope") => "Cluster",
        false => return None,
    };
    let (group, version) = (constant("GROUP")?, constant("VERSION")?);
    Some(Kind { group, version, kind, definition: definition.to_owned(), scope })
}

/// The argument of `json_schema!` as JSON, documentation left out.
fn schema(text: &str, names: &HashMap<String, String>) -> Result<Value, String> {
    let (_, body) = text.split_once("crate::schemars::json_schema!(").ok_or("no json_schema!")?;
    let (body, _) = body.split_once("\n        })\n").ok_or("no end of json_schema!")?;
    let tokens: TokenStream = format!("{body}\n}}").parse().map_err(|error| format!("no tokens: {error}"))?;
    let mut tokens = tokens.into_iter();
    let value = value(&mut tokens, names)?;
    match tokens.next() {
        None => Ok(value),
        Some(more) => Err(format!("`{more}` stands behind the schema")),
    }
}

type Tokens = proc_macro2::token_stream::IntoIter;

fn value(tokens: &mut Tokens, names: &HashMap<String, String>) -> Result<Value, String> {
    match tokens.next() {
        Some(TokenTree::Group(group)) => {
            let inner = group.stream().into_iter();
            match group.delimiter() {
                Delimiter::Brace => object(inner, names),
                Delimiter::Bracket => array(inner, names),
                Delimiter::Parenthesis | Delimiter::None => reference(group.stream(), names),
            }
        }
        Some(TokenTree::Literal(literal)) => {
            let text = literal.to_string();
            serde_json::from_str(&text).or_else(|_| match text.starts_with('"') {
                // Only documentation holds escapes that are Rust's and not JSON's.
                true => Ok(Value::Null),
                false => Err(format!("`{text}` is no JSON")),
            })
        }
        Some(TokenTree::Ident(word)) if word == "true" || word == "false" => Ok(json!(word == "true")),
        Some(TokenTree::Ident(word)) if word == "__gen" => reference(until_comma(tokens), names),
        other => Err(format!("{other:?} is not understood")),
    }
}

fn until_comma(tokens: &mut Tokens) -> TokenStream {
    let mut taken = Vec::new();
    loop {
        let mut ahead = tokens.clone();
        match ahead.next() {
            None => break,
            Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => break,
            Some(token) => taken.push(token),
        }
        *tokens = ahead;
    }
    taken.into_iter().collect()
}

fn object(mut tokens: Tokens, names: &HashMap<String, String>) -> Result<Value, String> {
    let mut map = Map::new();
    while let Some(token) = tokens.next() {
        let key: String =
            serde_json::from_str(&token.to_string()).map_err(|_| format!("`{token}` is no key"))?;
        match tokens.next() {
            Some(TokenTree::Punct(colon)) if colon.as_char() == ':' => {}
            other => return Err(format!("{other:?} stands behind the key `{key}`")),
        }
        let value = value(&mut tokens, names)?;
        match tokens.next() {
            None => {}
            Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => {}
            other => return Err(format!("{other:?} stands behind the value of `{key}`")),
        }
        // A property may itself be called `description`; it is then no text.
        if key == "description" && !value.is_object() {
            continue;
        }
        map.insert(key, value);
    }
    Ok(Value::Object(map))
}

fn array(mut tokens: Tokens, names: &HashMap<String, String>) -> Result<Value, String> {
    let mut items = Vec::new();
    while tokens.clone().next().is_some() {
        items.push(value(&mut tokens, names)?);
        let comma = tokens.next();
        if !matches!(&comma, None | Some(TokenTree::Punct(_))) {
            return Err(format!("{comma:?} stands in an array"));
        }
    }
    Ok(Value::Array(items))
}

/// `__gen.subschema_for::<PATH>()`, by itself or in a block that only adds documentation.
fn reference(tokens: TokenStream, names: &HashMap<String, String>) -> Result<Value, String> {
    let text: String = tokens.to_string().chars().filter(|c| !c.is_whitespace()).collect();
    let path =
        between(&text, "subschema_for::", "<", ">").ok_or_else(|| format!("`{text}` is no reference"))?;
    let name = names.get(&path).ok_or_else(|| format!("{path} is no definition"))?;
    Ok(json!({ "$ref": format!("{REFERENCE}{name}") }))
}

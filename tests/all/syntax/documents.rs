//! Random KDL documents: well-formed ones in every spelling, and broken ones made of them.

use proptest::prelude::*;

/// A well-formed document.
pub(super) fn document() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["", "", "\u{FEFF}", "\n", "/- kdl-version 2\n"]), nodes(3))
        .prop_map(|(start, nodes)| format!("{start}{nodes}"))
}

/// A document with a few random edits; may still be well-formed.
pub(super) fn mutated() -> impl Strategy<Value = String> {
    let scraps = vec![
        "\"", "\"\"\"", "#", "/-", "/*", "*/", "//", "{", "}", "(", ")", ";", "=", "\\", "\n", " ", "true",
        "#true", "r\"", "_", "0x", "1.", "e", "\u{FEFF}", "\u{200E}", "\0", "\r", "é", "-", ".", "\\\n",
        "\\u{", "[", ",", "\u{85}", "\u{3000}",
    ];
    let edit = (any::<prop::sample::Index>(), 0..6usize, prop::sample::select(scraps));
    (document(), prop::collection::vec(edit, 1..4)).prop_map(|(text, edits)| {
        let mut text = text;
        for (place, deleted, scrap) in edits {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let from = place.index(starts.len());
            let to = (from + deleted).min(starts.len() - 1);
            text.replace_range(starts[from]..starts[to], scrap);
        }
        text
    })
}

fn nodes(depth: u32) -> BoxedStrategy<String> {
    let between = || {
        prop::sample::select(vec!["", "", "", "\n\n", " ", "// c\n", "/* c */", "/* a /* b */ */\n", "\\\n"])
    };
    let end = || {
        prop::sample::select(vec![
            "\n",
            "\n",
            ";",
            "; ",
            "\r\n",
            " // c\n",
            "\u{85}",
            "\r",
            " /* x */\n",
            " \\\n\n",
            "\n\n\n",
        ])
    };
    let one =
        (between(), node(depth), end()).prop_map(|(between, node, end)| format!("{between}{node}{end}"));
    (prop::collection::vec(one, 0..4), between()).prop_map(|(nodes, last)| nodes.concat() + last).boxed()
}

fn node(depth: u32) -> BoxedStrategy<String> {
    let block = if depth == 0 {
        Just(String::new()).boxed()
    } else {
        let space = prop::sample::select(vec!["", " ", "\t", " /* c */ ", " /-{ x }\\\n "]);
        let inside = prop::sample::select(vec!["", " ", "\n", " // c\n"]);
        let block = (space, inside, nodes(depth - 1))
            .prop_map(|(space, inside, nodes)| format!("{space}{{{inside}{nodes}}}"));
        prop_oneof![3 => Just(String::new()), 2 => block].boxed()
    };
    let left_out = prop::sample::select(vec!["", "", "", "", "/-", "/- ", "/-\n", "/- // c\n"]);
    let entry = (space(), entry()).prop_map(|(space, entry)| format!("{space}{entry}"));
    let entries = prop::collection::vec(entry, 0..5).prop_map(|entries| entries.concat());
    (left_out, annotation(), string(), entries, block)
        .prop_map(|(left_out, annotation, name, entries, block)| {
            format!("{left_out}{annotation}{name}{entries}{block}")
        })
        .boxed()
}

fn space() -> impl Strategy<Value = String> {
    let plain = vec![
        " ",
        " ",
        " ",
        " ",
        "  ",
        "\t",
        "\u{3000}",
        " /* c */ ",
        " \\\n ",
        " \\ // c\n",
        " \\ /* d */ // c\n ",
    ];
    let left_out = vec!["", "", "", "", "", "/-", "/- ", "/-\n"];
    (prop::sample::select(plain), prop::sample::select(left_out))
        .prop_map(|(space, left_out)| format!("{space}{left_out}"))
}

fn annotation() -> impl Strategy<Value = String> {
    // A bare keyword is no annotation.
    let word = "[a-z]{1,3}|\"x y\"".prop_filter("no keyword", |word| !matches!(word.as_str(), "inf" | "nan"));
    let inside = (word, prop::sample::select(vec!["", "", " "]));
    prop_oneof![6 => Just(String::new()), 1 => inside.prop_map(|(word, space)| format!("({space}{word}{space}){space}"))]
}

fn entry() -> impl Strategy<Value = String> {
    let equals = prop::sample::select(vec!["=", "=", "=", " = ", "= /* c */ "]);
    let property = (string(), equals, annotation(), value())
        .prop_map(|(key, equals, ty, value)| format!("{key}{equals}{ty}{value}"));
    let argument = (annotation(), value()).prop_map(|(ty, value)| format!("{ty}{value}"));
    prop_oneof![argument, property]
}

fn value() -> impl Strategy<Value = String> {
    let keyword = prop::sample::select(vec!["#true", "#false", "#null", "#inf", "#-inf", "#nan"])
        .prop_map(str::to_owned);
    let number = prop_oneof![
        "[+-]?[0-9][0-9_]{0,12}",
        "[+-]?0x[0-9a-fA-F][0-9a-fA-F_]{0,10}",
        "[+-]?0o[0-7][0-7_]{0,8}",
        "0b[01][01_]{0,8}",
        "[+-]?[0-9]{1,4}\\.[0-9]{1,4}",
        "[0-9]{1,3}(\\.[0-9][0-9_]{0,3})?[eE][+-]?[0-9]{1,2}",
    ];
    prop_oneof![3 => string(), 2 => number, 1 => keyword]
}

/// A string in any spelling.
fn string() -> BoxedStrategy<String> {
    let bare = prop_oneof![
        6 => "[a-zA-Z_][a-zA-Z0-9_.-]{0,6}",
        1 => "[?!<>,@é日😁*&^%$~`|':a-z][?!<>,@é日😁0-9*&^%$~`|':+.-]{0,4}",
        1 => prop::sample::select(vec!["-", "--", "+", ".", "-.", "+a", "-a", ".a", "-.a", "r"]).prop_map(str::to_owned),
    ]
    .prop_filter("no keyword", |word| !matches!(word.as_str(), "true" | "false" | "null" | "inf" | "nan"));
    let escaped = prop::collection::vec(
        prop::sample::select(vec![
            "a",
            " ",
            "é",
            "/",
            "{",
            "#",
            "//",
            "\\n",
            "\\t",
            "\\\\",
            "\\\"",
            "\\s",
            "\\u{1F600}",
            "\\u{0}",
            "\\  x",
            "\\\n  y",
            "'",
        ]),
        0..5,
    );
    let quoted = escaped.prop_map(|parts| format!("\"{}\"", parts.concat()));
    let raw =
        ("#{1,3}", "[a-z \\\\/é]{0,6}").prop_map(|(hashes, text)| format!("{hashes}\"{text}\"{hashes}"));
    prop_oneof![5 => bare, 3 => quoted, 1 => raw, 1 => multi_line()].boxed()
}

fn multi_line() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just(String::new()),
        "[ ]{0,3}",
        "[ a-z\"]{0,2}[a-z/#{]{1,4}( \\\\\\\\)?",
        Just("a \\\n  b".to_owned())
    ];
    let lines = prop::collection::vec(line, 0..4);
    (lines, "[ \t]{0,3}", prop::sample::select(vec!["", "#"]), prop::sample::select(vec!["\n", "\n", "\r\n"]))
        .prop_map(|(lines, indent, hashes, newline)| {
            let whole = |line: &&String| hashes.is_empty() || !line.contains('\n');
            let body: String =
                lines.iter().filter(whole).map(|line| format!("{indent}{line}{newline}")).collect();
            format!("{hashes}\"\"\"{newline}{body}{indent}\"\"\"{hashes}")
        })
}

//! Patterns of paths: `*` and `?` within a part, `**` over parts. Takes text, gives whether it matches; no backtracking
//! over more than one star at a time, so time is at most pattern × path.

/// Whether a path is written as a pattern.
pub fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

/// The folder that every match lies in.
pub fn folder(pattern: &str) -> &str {
    let end = pattern.find(['*', '?']).unwrap_or(pattern.len());
    pattern[..end].rfind('/').map_or("", |slash| &pattern[..slash])
}

/// A pattern, taken apart once.
pub struct Pattern<'p> {
    text: &'p str,
    parts: Vec<&'p str>,
    /// What every match starts and ends with.
    prefix: &'p str,
    suffix: &'p str,
}

impl<'p> Pattern<'p> {
    /// Takes a pattern apart.
    pub fn new(text: &'p str) -> Self {
        let wild = |c: char| matches!(c, '*' | '?');
        let prefix = text.find(wild).map_or(text, |at| &text[..at]);
        // `**/` may stand for nothing, and the slash before what follows it is then not there.
        let suffix = text.rfind(wild).map_or(text, |at| &text[at + 1..]).trim_start_matches('/');
        Self { text, parts: text.split('/').collect(), prefix, suffix }
    }

    /// Whether a path matches.
    pub fn matches(&self, path: &str) -> bool {
        if !path.starts_with(self.prefix) || !path.ends_with(self.suffix) {
            return false;
        }
        let path: Vec<&str> = path.split('/').collect();
        star(&self.parts, &path, |p| *p == "**", |p, s| part(p, s))
    }

    /// How many steps a comparison may take.
    pub fn cost(&self, path: &str) -> usize {
        let close = path.starts_with(self.prefix) && path.ends_with(self.suffix);
        if close { 1 + (self.text.len() + path.len()) / 4 } else { 1 }
    }
}

/// Whether a path matches a pattern.
pub fn matches(pattern: &str, path: &str) -> bool {
    Pattern::new(pattern).matches(path)
}

fn part(pattern: &str, text: &str) -> bool {
    if pattern.is_ascii() && text.is_ascii() {
        return star(pattern.as_bytes(), text.as_bytes(), |p| *p == b'*', |p, t| *p == b'?' || p == t);
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    star(&pattern, &text, |p| *p == '*', |p, t| *p == '?' || p == t)
}

/// Greedy matching that remembers the last star only.
fn star<P, T>(
    pattern: &[P],
    text: &[T],
    is_star: impl Fn(&P) -> bool,
    same: impl Fn(&P, &T) -> bool,
) -> bool {
    let (mut p, mut t, mut last) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && is_star(&pattern[p]) {
            last = Some((p, t));
            p += 1;
        } else if p < pattern.len() && same(&pattern[p], &text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = last {
            last = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(is_star)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_paths() {
        assert!(matches("regions/*.kdl", "regions/eu.kdl"));
        assert!(!matches("regions/*.kdl", "regions/old/eu.kdl"));
        assert!(matches("regions/**/*.kdl", "regions/old/eu.kdl"));
        assert!(matches("regions/**/*.kdl", "regions/eu.kdl"));
        assert!(matches("**", "a/b/c"));
        assert!(!matches("a*b*c", "axbxd"));
        assert!(matches("a*b*c", "axbxbc"));
        assert_eq!((folder("k8s/x/*.yaml"), folder("*.kdl"), folder("a/b*/c")), ("k8s/x", "", "a"));
    }
}

//! Takes credentials out of texts. Takes any message, gives it with the user part of every URL replaced.

/// `https://user:secret@host/x` becomes `https://…@host/x`, wherever it stands in `text`. Query strings of URLs, which
/// hold tokens in some set-ups, are cut off too.
pub fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || "'\"<>`".contains(c)).unwrap_or(after.len());
        let (url, tail) = after.split_at(end);
        out.push_str(&redact_url(url));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The part of a URL behind `://`. The user part may itself hold `/` or `?` where somebody forgot to escape them, so it
/// ends at the last `@`.
fn redact_url(url: &str) -> String {
    let (user, host) = match url.rfind('@') {
        Some(at) => ("…@", &url[at + 1..]),
        None => ("", url),
    };
    match host.find('?') {
        Some(at) => format!("{user}{}?…", &host[..at]),
        None => format!("{user}{host}"),
    }
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn takes_out_users_passwords_and_tokens() {
        assert_eq!(
            redact("cannot fetch https://me:pw@host/r.git: no"),
            "cannot fetch https://…@host/r.git: no"
        );
        assert_eq!(redact("'ssh://git@host/r'"), "'ssh://…@host/r'");
        assert_eq!(redact("https://u:p/w?d@host/r"), "https://…@host/r");
        assert_eq!(redact("https://h/r?token=abc and https://a:b@c"), "https://h/r?… and https://…@c");
        assert_eq!(redact("nothing: here"), "nothing: here");
    }

    proptest::proptest! {
        #[test]
        fn a_password_never_survives(user in "[a-z]{1,8}", pw in "PW[A-Za-z0-9:/?@#%]{4,20}PW", before in "[a-z ]{0,9}") {
            let text = format!("{before}https://{user}:{pw}@host.example/repo.git");
            proptest::prop_assert!(!redact(&text).contains(&pw));
        }
    }
}

//! JSON pointers (RFC 6901). Takes the name of a field, gives it as a step of a pointer.

/// A name as a step of a JSON pointer, without the `/` before it: `~` and `/` are escaped (RFC 6901, section 3).
pub fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

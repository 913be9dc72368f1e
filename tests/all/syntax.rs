//! The KDL reader and the formatter: the KDL test suite, agreement with the `kdl` crate, hostile input, recovery.

mod documents;
mod format;
mod hostile;
mod oracle;
mod plain;
mod recovery;
mod suite;

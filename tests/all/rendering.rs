//! The rendering: YAML that kubectl reads as it was meant, golden files, independence of order, exact provenance.

mod traps;

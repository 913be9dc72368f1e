//! Logs on stderr, where `RUST_LOG` asks for them: `RUST_LOG=info seawall agent …`.
//!
//! Takes the environment, gives nothing. Invariant: only Seawall's own words are logged, at whatever level; the libraries
//! below know whole requests, and with them credentials and Secrets.

use crate::Context;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging for the process; a filter that cannot be read is said, and nothing is logged.
pub fn install(context: &Context) {
    let Some(asked) = context.env.get("RUST_LOG").filter(|text| !text.trim().is_empty()) else { return };
    let wanted = match EnvFilter::try_new(asked) {
        Ok(wanted) => wanted,
        Err(error) => return context.complain(&format!("RUST_LOG is no filter for logs: {error}\n")),
    };
    let ours = filter_fn(|about| about.target().starts_with("seawall"));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(context.terminal.stderr_color)
        // The thread of a worker is called as its region.
        .with_thread_names(true)
        .with_filter(ours.and(wanted));
    // Whoever has a subscriber already keeps it.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}

//! Progress, only on a terminal and only for what takes longer than a second.
//!
//! Takes a context and a word for what goes on; gives a guard that clears the line when dropped.

use crate::Context;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Shows that something goes on until it is dropped.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// A spinner with a sentence such as `checking`.
    pub fn spinner(context: &Context, what: &str) -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
        Self::start(context, ProgressBar::new_spinner(), style, what)
    }

    /// A bar over `total` steps.
    pub fn bar(context: &Context, total: usize, what: &str) -> Self {
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed}");
        Self::start(context, ProgressBar::new(total as u64), style, what)
    }

    /// One step further.
    pub fn step(&self) {
        self.bar.inc(1);
    }

    fn start(
        context: &Context,
        bar: ProgressBar,
        style: Result<ProgressStyle, indicatif::style::TemplateError>,
        what: &str,
    ) -> Self {
        if context.quiet || !context.terminal.stderr {
            return Progress { bar: ProgressBar::hidden(), running: None };
        }
        bar.set_draw_target(indicatif::ProgressDrawTarget::hidden());
        let bar = if let Ok(style) = style { bar.with_style(style) } else { bar };
        bar.set_message(what.to_owned());
        let (stop, stopped) = channel::<()>();
        let shown = bar.clone();
        let handle = std::thread::spawn(move || {
            if stopped.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            shown.set_draw_target(indicatif::ProgressDrawTarget::stderr());
            shown.enable_steady_tick(Duration::from_millis(100));
            let _ = stopped.recv();
            shown.finish_and_clear();
        });
        Progress { bar, running: Some((stop, handle)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, handle)) = self.running.take() {
            drop(stop);
            let _ = handle.join();
        }
    }
}

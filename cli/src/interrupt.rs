//! Ctrl-C and SIGTERM: cancels, removes temporary folders, exits 130.
//!
//! Takes signals; gives [`Interrupt::stopped`] to loops that end by themselves. Invariant: the first signal ends a loop
//! that asked for it, everything else at once; the second ends everything.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Shared between the signal handler and the command.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stopped: AtomicBool,
    graceful: AtomicBool,
    folders: Mutex<BTreeSet<PathBuf>>,
}

impl Interrupt {
    /// Listens to the process's signals. A second call (tests) changes nothing.
    pub fn install(&self) {
        let this = self.clone();
        let _ = ctrlc::set_handler(move || {
            let first = !this.0.stopped.swap(true, Ordering::SeqCst);
            if first && this.0.graceful.load(Ordering::SeqCst) {
                return;
            }
            this.remove_folders();
            std::process::exit(130);
        });
    }

    /// Whether somebody asked to stop.
    pub fn stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Says that the command watches [`Interrupt::stopped`] and ends by itself.
    pub fn end_gracefully(&self) {
        self.0.graceful.store(true, Ordering::SeqCst);
    }

    /// Removes `folder` if the process is interrupted before [`Interrupt::keep`].
    pub fn remove_when_stopped(&self, folder: &Path) {
        self.0.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
    }

    /// No longer removes `folder`.
    pub fn keep(&self, folder: &Path) {
        self.0.folders.lock().unwrap_or_else(PoisonError::into_inner).remove(folder);
    }

    fn remove_folders(&self) {
        for folder in self.0.folders.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

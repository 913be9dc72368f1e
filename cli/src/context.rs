//! Where a command runs: streams, working folder, environment, terminal, clock, interruption.
//!
//! Takes the process or a test's own streams. Invariant: commands touch stdin, stdout, stderr and the working folder only
//! through this, so that the same code runs in a test.

use crate::args::Global;
use crate::failure::{Failure, io_reason};
use crate::interrupt::Interrupt;
use crate::terminal::Terminal;
use seawall_compiler::diagnostic::plain::is_harmful;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Where a command runs.
#[derive(Clone)]
pub struct Context {
    stdin: Rc<RefCell<dyn Read>>,
    stdout: Rc<RefCell<dyn Write>>,
    stderr: Rc<RefCell<dyn Write>>,
    /// The folder that relative paths count from.
    pub folder: PathBuf,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// What the streams lead to.
    pub terminal: Terminal,
    /// Whether messages that are not errors are left out.
    pub quiet: bool,
    /// Ctrl-C.
    pub interrupt: Interrupt,
}

impl Context {
    /// Of this process.
    pub fn of_process() -> Self {
        let env: BTreeMap<_, _> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Context {
            terminal: Terminal::of_process(&env),
            folder: std::env::current_dir().unwrap_or_default(),
            env,
            stdin: Rc::new(RefCell::new(std::io::stdin())),
            stdout: Rc::new(RefCell::new(std::io::BufWriter::new(std::io::stdout()))),
            stderr: Rc::new(RefCell::new(std::io::stderr())),
            quiet: false,
            interrupt: Interrupt::default(),
        }
    }

    /// Of a test: no terminal, no environment.
    pub fn of_test(
        folder: &Path,
        stdin: impl Read + 'static,
        stdout: Rc<RefCell<dyn Write>>,
        stderr: Rc<RefCell<dyn Write>>,
    ) -> Self {
        Context {
            stdin: Rc::new(RefCell::new(stdin)),
            stdout,
            stderr,
            folder: folder.to_owned(),
            env: BTreeMap::new(),
            terminal: Terminal { width: 100, graphics: true, unicode: true, ..Terminal::default() },
            quiet: false,
            interrupt: Interrupt::default(),
        }
    }

    /// With the flags that every command takes.
    #[must_use]
    pub fn with_global(&self, global: &Global) -> Self {
        let terminal = self.terminal.colored(global.color, &self.env).drawn(global.graphics, &self.env);
        Context { quiet: self.quiet || global.quiet, terminal, ..self.clone() }
    }

    /// The same, run in another folder.
    #[must_use]
    pub fn within(&self, folder: impl Into<PathBuf>) -> Self {
        Context { folder: folder.into(), ..self.clone() }
    }

    /// The same with everything on stdout: what is told to a person as one story.
    #[must_use]
    pub fn merged(&self) -> Self {
        let mut terminal = self.terminal;
        terminal.stderr_color = terminal.stdout_color;
        Context { stderr: self.stdout.clone(), terminal, ..self.clone() }
    }

    /// The same without messages.
    #[must_use]
    pub fn silent(&self) -> Self {
        Context { quiet: true, ..self.clone() }
    }

    /// A path of the command line as it is to be opened.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        if path == Path::new(".") { self.folder.clone() } else { self.folder.join(path) }
    }

    /// A path as people read it: relative to the working folder where it lies below.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.folder) {
            Ok(inner) if inner.as_os_str().is_empty() => String::from("."),
            Ok(inner) => inner.display().to_string(),
            Err(_) => path.display().to_string(),
        }
    }

    /// Writes data to stdout.
    ///
    /// # Errors
    /// [`Failure::BrokenPipe`] where the reader has gone, [`Failure::World`] for a full disk.
    pub fn write(&self, text: &str) -> Result<(), Failure> {
        self.stdout.borrow_mut().write_all(text.as_bytes()).map_err(|e| stdout_failed(&e))
    }

    /// Writes a line of data to stdout.
    ///
    /// # Errors
    /// As [`Context::write`].
    pub fn line(&self, text: &str) -> Result<(), Failure> {
        self.write(text)?;
        self.write("\n")
    }

    /// Writes pretty JSON to stdout; what would act on a terminal is escaped.
    ///
    /// # Errors
    /// As [`Context::write`].
    pub fn json(&self, value: &serde_json::Value) -> Result<(), Failure> {
        self.line(&escaped(&format!("{value:#}")))
    }

    /// Hands everything written to stdout on.
    ///
    /// # Errors
    /// As [`Context::write`].
    pub fn flush(&self) -> Result<(), Failure> {
        self.stdout.borrow_mut().flush().map_err(|e| stdout_failed(&e))
    }

    /// Tells a person something, a line on stderr; not with `--quiet`.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            let _ = self.flush();
            let _ = writeln!(self.stderr.borrow_mut(), "{text}");
        }
    }

    /// Writes to stderr even with `--quiet`; whoever closed stderr hears nothing.
    pub fn complain(&self, text: &str) {
        let _ = self.flush();
        let _ = self.stderr.borrow_mut().write_all(text.as_bytes());
    }

    /// Reads all of stdin, at most `limit` bytes.
    ///
    /// # Errors
    /// [`Failure::World`] where it cannot be read, [`Failure::Input`] where there is more.
    pub fn read_stdin(&self, limit: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        let mut stdin = self.stdin.borrow_mut();
        let mut limited = (&mut *stdin).take(limit as u64 + 1);
        limited.read_to_end(&mut bytes).map_err(|e| Failure::world("cannot read stdin", io_reason(&e)))?;
        if bytes.len() > limit {
            return Err(Failure::input(format!("stdin is larger than {} MiB", limit >> 20)));
        }
        Ok(bytes)
    }

    /// Today in UTC, `2026-01-31`.
    pub fn today(&self) -> String {
        jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string()
    }
}

fn stdout_failed(error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::world("cannot write to stdout", io_reason(error)),
    }
}

/// JSON that means the same, with characters that act on a terminal or turn the direction of text written as escapes:
/// they stand only inside strings.
fn escaped(json: &str) -> String {
    let acts = |c: char| c != '\n' && is_harmful(c);
    if !json.chars().any(acts) {
        return json.to_owned();
    }
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if acts(c) {
            let mut units = [0; 2];
            c.encode_utf16(&mut units).iter().for_each(|unit| text.push_str(&format!("\\u{unit:04x}")));
        } else {
            text.push(c);
        }
    }
    text
}

//! A bar on the terminal, or a line now and then where there is none.

use std::{
	io::{stderr, IsTerminal, Write},
	time::{Duration, Instant},
};

/// How often a bar is drawn.
const EVERY: Duration = Duration::from_millis(200);
/// How often a line is written.
const EVERY_LINE: Duration = Duration::from_secs(30);

/// Shows how far one of several runs is.
pub struct Progress {
	what: String,
	began: Instant,
	drawn: Option<Instant>,
	terminal: bool,
}

impl Progress {
	/// Begins.
	pub fn new(what: impl Into<String>) -> Self {
		let (began, terminal) = (Instant::now(), stderr().is_terminal());
		Self { what: what.into(), began, drawn: None, terminal }
	}

	/// So many blocks of so many.
	pub fn show(&mut self, done: u32, of: u32) {
		let pause = if self.terminal { EVERY } else { EVERY_LINE };
		let due = self.drawn.is_none_or(|drawn| drawn.elapsed() >= pause);
		if !due && done < of {
			return;
		}
		self.drawn = Some(Instant::now());
		let line = bar(&self.what, done, of, self.began.elapsed());
		// What cannot be shown is no reason to stop.
		let _ = match (self.terminal, done < of) {
			(true, true) => write!(stderr(), "\r{line}\x1b[K"),
			(true, false) => writeln!(stderr(), "\r{line}\x1b[K"),
			(false, _) => writeln!(stderr(), "{line}"),
		};
	}
}

fn bar(what: &str, done: u32, of: u32, took: Duration) -> String {
	const WIDTH: u64 = 30;
	let (part, of) = (u64::from(done), u64::from(of.max(1)));
	let full = (WIDTH * part / of) as usize;
	let left = took.as_secs_f64() * (of - part) as f64 / (part.max(1)) as f64;
	let rest = if part < of {
		format!("{} left", time(left))
	} else {
		format!("{:.1} blocks a second", part as f64 / took.as_secs_f64().max(1e-9))
	};
	format!(
		"{what} [{}{}] {} %, block {done} of {of}, {rest}",
		"#".repeat(full),
		"-".repeat(WIDTH as usize - full),
		100 * part / of,
	)
}

fn time(seconds: f64) -> String {
	match seconds as u64 {
		0..60 => format!("{seconds:.0} s"),
		60..3_600 => format!("{:.0} min", seconds / 60.0),
		_ => format!("{:.1} h", seconds / 3_600.0),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_bar_says_how_far_and_how_long() {
		let line = bar("crash", 50, 200, Duration::from_secs(30));
		assert_eq!(
			line,
			"crash [#######-----------------------] 25 %, block 50 of 200, 2 min left"
		);
		let line = bar("crash", 200, 200, Duration::from_secs(100));
		assert!(line.ends_with("100 %, block 200 of 200, 2.0 blocks a second"), "{line}");
		assert!(bar("x", 0, 0, Duration::ZERO).contains("0 %"));
	}
}

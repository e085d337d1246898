//! Prices from HTTP sources.
//!
//! A node's operator lists its sources in a file ([`Config`]). Each is asked again and again, on
//! its own, so that a slow one delays none of the others ([`run`]). What they say meets on a
//! [`Board`], which makes one quote per feed of it: the robust centre of the sources that answered
//! recently. Sources may be slow, huge, redirecting, malformed or lying; none of that is an error
//! of the program.
//!
//! `docs/oracle.md` tells operators how to write and test the file.

mod board;
mod config;
mod fetch;
mod run;

pub use board::{Board, Symbol};
pub use config::{Config, ConfigError, Source, Step};
pub use fetch::{FetchError, Fetcher, Reading};
pub use run::{run, Observer};

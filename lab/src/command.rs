//! The command line, as somebody would type it again.

/// Quotes what a shell would take apart.
pub fn quote(argument: &str) -> String {
	let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./,:%@+".contains(c);
	if !argument.is_empty() && argument.chars().all(plain) {
		argument.into()
	} else {
		format!("'{}'", argument.replace('\'', r"'\''"))
	}
}

/// The command of this process, with `lab` for its own path.
pub fn again() -> String {
	let rest = std::env::args().skip(1).map(|argument| quote(&argument));
	std::iter::once("lab".to_string()).chain(rest).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
	use super::quote;

	#[test]
	fn a_shell_reads_back_what_was_quoted() {
		assert_eq!(quote("--feed"), "--feed");
		assert_eq!(quote("BTC=a.csv,b.csv"), "BTC=a.csv,b.csv");
		assert_eq!(quote("my file.csv"), "'my file.csv'");
		assert_eq!(quote("it's"), r"'it'\''s'");
		assert_eq!(quote(""), "''");
		assert_eq!(quote("$(rm)"), "'$(rm)'");
	}
}

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

/// A command line, with `lab` for the program's own path, as one types it to see the same again: a
/// report that is there by then is replaced.
pub fn again(arguments: &[String]) -> String {
	let given: Vec<&String> = arguments.iter().skip(1).collect();
	let has =
		|flag: &str| given.iter().any(|one| *one == flag || one.starts_with(&format!("{flag}=")));
	let replace = (has("--out") && !has("--replace")).then(|| "--replace".into());
	let given = given.iter().map(|argument| quote(argument));
	std::iter::once("lab".into()).chain(given).chain(replace).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests {
	use super::{again, quote};

	#[test]
	fn the_same_again_replaces_its_report() {
		let of = |text: &str| again(&text.split(' ').map(String::from).collect::<Vec<_>>());
		assert_eq!(of("/bin/lab scenario crash"), "lab scenario crash");
		assert_eq!(of("lab scenario gap --out x"), "lab scenario gap --out x --replace");
		assert_eq!(of("lab scenario gap --out=x --replace"), "lab scenario gap --out=x --replace");
	}

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

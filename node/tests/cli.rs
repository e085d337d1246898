//! The command line as an operator meets it: what is printed, and how the process ends.

use std::{
	path::{Path, PathBuf},
	process::{Command, Output},
};

fn node(args: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_breakwater-node")).args(args).output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
	String::from_utf8_lossy(bytes).into_owned()
}

/// Fails with what the node printed, unless it ended well.
fn succeeds(args: &[&str]) -> String {
	let output = node(args);
	assert!(output.status.success(), "{args:?} failed:\n{}", text(&output.stderr));
	text(&output.stdout)
}

/// What the node printed when it refused.
fn fails(args: &[&str]) -> String {
	let output = node(args);
	assert!(!output.status.success(), "{args:?} must fail");
	text(&output.stderr)
}

/// A directory of its own for each test, removed when the test is over.
struct Scratch(PathBuf);

impl Scratch {
	fn new(name: &str) -> Self {
		let path = std::env::temp_dir().join(format!("breakwater-{name}-{}", std::process::id()));
		std::fs::create_dir_all(&path).expect("the temporary directory is writable");
		Self(path)
	}

	fn file(&self, name: &str, content: &str) -> String {
		let path = self.0.join(name);
		std::fs::write(&path, content).expect("writable");
		path.to_str().expect("UTF-8").into()
	}

	fn path(&self) -> &Path {
		&self.0
	}
}

impl Drop for Scratch {
	fn drop(&mut self) {
		let _ = std::fs::remove_dir_all(&self.0);
	}
}

mod chain_specifications {
	use super::*;

	#[test]
	fn both_commands_write_one() {
		for command in ["build-spec", "export-chain-spec"] {
			let json: serde_json::Value =
				serde_json::from_str(&succeeds(&[command, "--chain", "local"])).expect("JSON");

			assert_eq!(json["name"], "Breakwater Local");
			assert_eq!(json["properties"]["tokenSymbol"], "BWR");
			assert_eq!(json["properties"]["tokenDecimals"], 12);
		}
	}

	#[test]
	fn a_raw_one_keeps_the_genesis_of_the_plain_one() {
		let scratch = Scratch::new("raw-spec");
		let plain = scratch.file("plain.json", &succeeds(&["export-chain-spec", "--chain", "dev"]));

		let from_plain = succeeds(&["export-chain-spec", "--chain", &plain, "--raw"]);
		let from_name = succeeds(&["export-chain-spec", "--chain", "dev", "--raw"]);

		let genesis = |json: &str| {
			let spec: serde_json::Value = serde_json::from_str(json).expect("JSON");
			spec["genesis"]["raw"]["top"].clone()
		};
		assert!(genesis(&from_plain).is_object());
		assert_eq!(genesis(&from_plain), genesis(&from_name));
	}

	#[test]
	fn an_unknown_chain_is_named_with_the_known_ones() {
		let error = fails(&["export-chain-spec", "--chain", "nowhere"]);

		assert!(error.contains("nowhere") && error.contains("'local'"), "{error}");
	}

	#[test]
	fn no_chain_at_all_tells_how_to_give_one() {
		let error = fails(&["--tmp"]);

		assert!(error.contains("no chain given") && error.contains("--dev"), "{error}");
	}

	#[test]
	fn a_corrupt_one_is_named_with_the_place_of_the_error() {
		let scratch = Scratch::new("corrupt-spec");
		let path = scratch.file("corrupt.json", "{ \"name\": ");

		let error = fails(&["--chain", &path, "--tmp"]);

		assert!(error.contains("corrupt.json") && error.contains("line 1"), "{error}");
	}

	#[test]
	fn one_whose_genesis_does_not_fit_the_runtime_says_so() {
		let scratch = Scratch::new("misfit-spec");
		let mut spec: serde_json::Value =
			serde_json::from_str(&succeeds(&["export-chain-spec", "--chain", "dev"]))
				.expect("JSON");
		spec["genesis"]["runtimeGenesis"]["patch"]["balances"]["nonsense"] = 1.into();
		let path = scratch.file("misfit.json", &spec.to_string());

		// Any free port: another node may run on this machine.
		let error = fails(&["--chain", &path, "--tmp", "--rpc-port", "0"]);

		assert!(error.contains("cannot be built") && error.contains("nonsense"), "{error}");
	}
}

mod keys {
	use super::*;

	#[test]
	fn an_inserted_session_key_lies_in_the_keystore_of_its_chain() {
		let scratch = Scratch::new("keys");
		let base = scratch.path().to_str().expect("UTF-8");

		for (key_type, scheme) in [("aura", "sr25519"), ("gran", "ed25519"), ("orcl", "sr25519")] {
			succeeds(&[
				"key",
				"insert",
				"--base-path",
				base,
				"--chain",
				"local",
				"--scheme",
				scheme,
				"--suri",
				"//Alice",
				"--key-type",
				key_type,
			]);
		}

		let keystore = scratch.path().join("chains/local/keystore");
		let count = std::fs::read_dir(keystore).expect("a keystore").count();
		assert_eq!(count, 3);
	}

	#[test]
	fn a_key_type_of_the_wrong_length_is_refused() {
		let error = fails(&[
			"key",
			"insert",
			"--chain",
			"local",
			"--scheme",
			"sr25519",
			"--suri",
			"//Alice",
			"--key-type",
			"oracle",
		]);

		assert!(error.contains("4-character"), "{error}");
	}
}

mod options {
	use super::*;

	#[test]
	fn the_gossip_duration_is_documented_and_bounded() {
		assert!(succeeds(&["--help"]).contains("--grandpa-gossip-duration"));

		let error = fails(&["--dev", "--grandpa-gossip-duration", "0"]);

		assert!(error.contains("10..=10000"), "{error}");
	}

	#[test]
	fn a_taken_rpc_port_is_named_and_no_other_is_taken_instead() {
		let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
		let port = taken.local_addr().expect("bound").port().to_string();

		let error = fails(&["--dev", "--rpc-port", &port]);

		assert!(error.contains(&format!("127.0.0.1:{port}")), "{error}");
		assert!(error.contains("--rpc-port"), "{error}");
	}

	#[test]
	fn the_version_is_that_of_the_package() {
		assert!(succeeds(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
	}
}

mod databases {
	use super::*;

	/// Imports no blocks, but opens, and if need be creates, the database.
	fn open(chain: &str, base: &str) -> Output {
		let nothing = Path::new(base).join("no-blocks");
		std::fs::write(&nothing, 0u64.to_le_bytes()).expect("writable");
		node(&[
			"import-blocks",
			"--binary",
			"--chain",
			chain,
			"--base-path",
			base,
			nothing.to_str().expect("UTF-8"),
		])
	}

	/// The local chain, with its identity, from another genesis.
	fn other_genesis(scratch: &Scratch) -> String {
		let mut spec: serde_json::Value =
			serde_json::from_str(&succeeds(&["export-chain-spec", "--chain", "local"]))
				.expect("JSON");
		let balances = &mut spec["genesis"]["runtimeGenesis"]["patch"]["balances"]["balances"];
		balances.as_array_mut().expect("a list of accounts").pop();
		scratch.file("other.json", &spec.to_string())
	}

	#[test]
	fn one_begun_with_another_genesis_is_refused_and_kept() {
		let scratch = Scratch::new("genesis");
		let base = scratch.path().to_str().expect("UTF-8").to_owned();
		let first = open("local", &base);
		assert!(first.status.success(), "{}", text(&first.stderr));

		let second = open(&other_genesis(&scratch), &base);

		assert!(!second.status.success());
		let error = text(&second.stderr);
		assert!(error.contains("the database holds another chain"), "{error}");
		assert!(open("local", &base).status.success(), "nothing was lost");
	}

	#[test]
	fn purging_removes_the_chain() {
		let scratch = Scratch::new("purge");
		let base = scratch.path().to_str().expect("UTF-8").to_owned();
		assert!(open("local", &base).status.success());

		succeeds(&["purge-chain", "-y", "--chain", "local", "--base-path", &base]);

		assert!(!scratch.path().join("chains/local/paritydb/full").exists());
	}
}

//! Puts the commit the node is built from into its version.

use polkadot_sdk::substrate_build_script_utils::{generate_cargo_keys, rerun_if_git_head_changed};

fn main() {
	// Building the node again after every commit would cost developers minutes each time.
	if std::env::var("PROFILE").as_deref() == Ok("debug") {
		std::env::set_var("SUBSTRATE_CLI_GIT_COMMIT_HASH", "development");
		println!("cargo:rerun-if-changed=build.rs");
	} else {
		rerun_if_git_head_changed();
	}
	generate_cargo_keys();
}

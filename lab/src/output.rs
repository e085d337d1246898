//! Where reports go: all files of a run, or none.

use std::{
	fs,
	io::{self, ErrorKind},
	path::{Path, PathBuf},
};

/// A directory that appears, with everything in it, at the end.
#[derive(Debug)]
pub struct Output {
	/// Where it will be.
	directory: PathBuf,
	/// Where it is written.
	draft: PathBuf,
	replaces: bool,
}

impl Output {
	/// Makes room for a directory before hours of work are done for it. What is there is replaced
	/// only if it was asked for, and only at the end.
	///
	/// # Errors
	/// If it exists, or cannot be made.
	pub fn prepare(directory: &Path, replace: bool) -> Result<Self, String> {
		let name = directory.file_name().ok_or_else(|| {
			format!("--out {}: give a directory with a name", directory.display())
		})?;
		let empty = fs::read_dir(directory).is_ok_and(|mut inside| inside.next().is_none());
		let exists = directory.symlink_metadata().is_ok() && !empty;
		if exists && !replace {
			return Err(format!(
				"{} is there already: choose another directory, or say --replace",
				directory.display()
			));
		}
		if exists
			&& !directory.join("report.json").is_file()
			&& !directory.join("table.md").is_file()
		{
			return Err(format!(
				"{} is no report of the lab, so it is not replaced",
				directory.display()
			));
		}
		let mut draft = name.to_os_string();
		draft.push(format!(".draft-{}", std::process::id()));
		let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty());
		let draft = parent.unwrap_or(Path::new(".")).join(draft);
		// Only to see that it can be: who interrupts the run finds nothing of it.
		fs::create_dir_all(&draft)
			.and_then(|()| fs::remove_dir(&draft))
			.map_err(|problem| explain(directory, &problem))?;
		Ok(Self { directory: directory.into(), draft, replaces: exists || empty })
	}

	/// Writes the files, then makes them appear.
	///
	/// # Errors
	/// What kept it from that; then nothing has changed.
	pub fn publish(self, files: &[(&str, String)]) -> Result<(), String> {
		let write = || -> io::Result<()> {
			fs::create_dir_all(&self.draft)?;
			for (name, text) in files {
				fs::write(self.draft.join(name), text)?;
				fs::File::open(self.draft.join(name))?.sync_all()?;
			}
			if !self.replaces {
				return fs::rename(&self.draft, &self.directory);
			}
			// What was there goes when the new is in its place, not before.
			fs::rename(&self.directory, self.aside())?;
			if let Err(problem) = fs::rename(&self.draft, &self.directory) {
				fs::rename(self.aside(), &self.directory)?;
				return Err(problem);
			}
			fs::remove_dir_all(self.aside())
		};
		write().map_err(|problem| explain(&self.directory, &problem))
	}
}

impl Output {
	/// Where an earlier report waits until the new one is in its place.
	fn aside(&self) -> PathBuf {
		let mut name = self.draft.clone().into_os_string();
		name.push(".earlier");
		name.into()
	}
}

impl Drop for Output {
	fn drop(&mut self) {
		// It is gone if it was published.
		let _ = fs::remove_dir_all(&self.draft);
	}
}

fn explain(directory: &Path, problem: &io::Error) -> String {
	let name = directory.display();
	match problem.kind() {
		ErrorKind::StorageFull | ErrorKind::QuotaExceeded => format!(
			"there is no room left on the disk for {name}: nothing was written. Make room, or give --out on another disk"
		),
		ErrorKind::PermissionDenied => format!("{name} may not be written: {problem}"),
		_ => format!("{name} can not be written: {problem}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn place(name: &str) -> PathBuf {
		let place = std::env::temp_dir().join(format!("lab-output-{}-{name}", std::process::id()));
		let _ = fs::remove_dir_all(&place);
		place
	}

	fn drafts(of: &Path) -> usize {
		let name = of.file_name().unwrap().to_string_lossy().into_owned();
		let all = fs::read_dir(of.parent().unwrap()).unwrap().flatten();
		all.filter(|entry| {
			entry.file_name().to_string_lossy().starts_with(&format!("{name}.draft"))
		})
		.count()
	}

	#[test]
	fn everything_appears_at_the_end() {
		let place = place("whole");
		let output = Output::prepare(&place, false).unwrap();
		assert!(!place.exists());
		assert_eq!(drafts(&place), 0, "who interrupts it now leaves nothing");
		output.publish(&[("report.json", "{}".into()), ("report.html", "<p>".into())]).unwrap();
		assert_eq!(fs::read_to_string(place.join("report.html")).unwrap(), "<p>");
		assert_eq!(drafts(&place), 0);
		fs::remove_dir_all(place).unwrap();
	}

	#[test]
	fn nothing_is_overwritten_unless_asked_for() {
		let place = place("again");
		Output::prepare(&place, false).unwrap().publish(&[("report.json", "1".into())]).unwrap();
		let error = Output::prepare(&place, false).unwrap_err();
		assert!(error.contains("is there already"), "{error}");
		Output::prepare(&place, true).unwrap().publish(&[("report.json", "2".into())]).unwrap();
		assert_eq!(fs::read_to_string(place.join("report.json")).unwrap(), "2");
		fs::remove_dir_all(&place).unwrap();

		fs::create_dir_all(&place).unwrap();
		fs::write(place.join("diary.txt"), "dear").unwrap();
		assert!(Output::prepare(&place, true).unwrap_err().contains("is no report of the lab"));
		fs::remove_dir_all(place).unwrap();
	}

	#[test]
	fn a_full_disk_leaves_nothing_behind() {
		if !Path::new("/dev/full").exists() {
			return;
		}
		let place = place("full");
		let output = Output::prepare(&place, false).unwrap();
		let files = [("report.json", "{}".into()), ("/dev/full", "more than fits".into())];
		let error = output.publish(&files).unwrap_err();
		assert!(error.starts_with("there is no room left on the disk"), "{error}");
		assert!(!place.exists());
		assert_eq!(drafts(&place), 0);
	}

	#[test]
	fn places_that_cannot_be_are_named() {
		let error = Output::prepare(Path::new("/proc/nothing/here"), false).unwrap_err();
		assert!(error.starts_with("/proc/nothing/here can not be written"), "{error}");
		assert!(Output::prepare(Path::new("/"), false).unwrap_err().contains("with a name"));
	}
}

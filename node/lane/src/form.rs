//! How a report is told from other transactions.

use breakwater_primitives::oracle::{OracleSignature, Report};
use codec::{DecodeAll, Encode};
use polkadot_sdk::*;
use sp_runtime::OpaqueExtrinsic;

/// A report and its signature, as a transaction carries them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
	/// The report.
	pub report: Report,
	/// Said to be its reporter's. Whether it is, the runtime knows.
	pub signature: OracleSignature,
}

/// The form of the transactions that are reports: some bytes that are the same in all of them, then
/// the report, then the signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
	prefix: Vec<u8>,
}

impl Form {
	/// The form of a transaction that the runtime made of a report. None if it does not end with
	/// that report and its signature.
	pub fn of(transaction: &[u8], signed: &Signed) -> Option<Self> {
		let transaction = OpaqueExtrinsic::try_from_encoded_extrinsic(transaction).ok()?;
		let tail = (&signed.report, &signed.signature).encode();
		let prefix = transaction.inner().strip_suffix(tail.as_slice())?.to_vec();
		(!prefix.is_empty()).then_some(Self { prefix })
	}

	/// The report in a transaction, if that is one. Costs a comparison of some bytes if not.
	///
	/// Only the exact bytes that the runtime would make of that report and signature are one, so
	/// nobody can wrap another's report so that blocks refuse it.
	pub fn read(&self, transaction: &OpaqueExtrinsic) -> Option<Signed> {
		let tail = transaction.inner().strip_prefix(self.prefix.as_slice())?;
		let (report, signature) = DecodeAll::decode_all(&mut &*tail).ok()?;
		let signed = Signed { report, signature };
		((&signed.report, &signed.signature).encode() == tail).then_some(signed)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing::{report_of, sign, transaction_of, PREFIX};

	fn form() -> Form {
		let signed = sign(1, report_of(1, 5));
		Form::of(&transaction_of(&signed).encode(), &signed).unwrap()
	}

	#[test]
	fn is_what_comes_before_the_report() {
		assert_eq!(form().prefix, PREFIX);
	}

	#[test]
	fn reads_what_it_was_made_of() {
		let signed = sign(2, report_of(2, 9));
		assert_eq!(form().read(&transaction_of(&signed)), Some(signed));
	}

	#[test]
	fn of_something_else_there_is_none() {
		let signed = sign(1, report_of(1, 5));
		let other = sign(1, report_of(1, 6));
		assert_eq!(Form::of(&transaction_of(&signed).encode(), &other), None);
		assert_eq!(Form::of(&[1, 2, 3], &signed), None);
		let naked = OpaqueExtrinsic::from_blob((&signed.report, &signed.signature).encode());
		assert_eq!(Form::of(&naked.encode(), &signed), None, "any bytes would be a report");
	}

	#[test]
	fn nothing_but_the_exact_bytes_is_a_report() {
		let signed = sign(1, report_of(1, 5));
		let good = transaction_of(&signed).inner().to_vec();
		for cut in 0..good.len() {
			assert_eq!(form().read(&OpaqueExtrinsic::from_blob(good[..cut].to_vec())), None);
		}
		let mut longer = good.clone();
		longer.push(0);
		assert_eq!(form().read(&OpaqueExtrinsic::from_blob(longer)), None);
		for place in 0..PREFIX.len() {
			let mut other = good.clone();
			other[place] ^= 1;
			assert_eq!(form().read(&OpaqueExtrinsic::from_blob(other)), None);
		}
	}
}

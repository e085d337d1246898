use crate::ParamError;
use breakwater_units::{Millis, Timestamp};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What a measurement says. The worst of several counts.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Reading {
	/// Good enough to recover.
	Benign,
	/// Neither: what is on stays on, what is off stays off.
	Hold,
	/// Bad.
	Trip,
}

/// Two levels of a measurement that is worse the larger it is.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Threshold {
	/// Trips at this and above.
	pub trip: u64,
	/// Benign at this and below; below `trip`.
	pub release: u64,
}

impl Threshold {
	/// What a measurement says.
	pub const fn read(&self, value: u64) -> Reading {
		if value >= self.trip {
			Reading::Trip
		} else if value <= self.release {
			Reading::Benign
		} else {
			Reading::Hold
		}
	}

	/// Checks the order of the levels.
	///
	/// # Errors
	/// `ThresholdOrder` unless `release < trip`.
	pub const fn validate(&self) -> Result<(), ParamError> {
		if self.release < self.trip {
			Ok(())
		} else {
			Err(ParamError::ThresholdOrder)
		}
	}
}

/// Hysteresis in time: on at the first trip, off after an unbroken benign span.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Latch {
	/// Not tripped.
	#[default]
	Off,
	/// Tripped.
	On {
		/// Since when every reading was benign; `None` if the last one was not.
		benign_since: Option<Timestamp>,
	},
}

impl Latch {
	/// Whether it is tripped.
	pub const fn is_on(&self) -> bool {
		matches!(self, Self::On { .. })
	}

	/// The latch after a reading.
	pub fn step(self, reading: Reading, now: Timestamp, release_after: Millis) -> Self {
		match (self, reading) {
			(_, Reading::Trip) => Self::On { benign_since: None },
			(Self::Off, _) => Self::Off,
			(Self::On { .. }, Reading::Hold) => Self::On { benign_since: None },
			(Self::On { benign_since }, Reading::Benign) => {
				// A time in the future, which no step writes, must not hold the latch.
				let since = benign_since.unwrap_or(now).min(now);
				if now.saturating_since(since) >= release_after {
					Self::Off
				} else {
					Self::On { benign_since: Some(since) }
				}
			},
		}
	}
}

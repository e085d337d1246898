use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

macro_rules! id {
	($(#[$doc:meta])* $name:ident($inner:ty)) => {
		$(#[$doc])*
		#[derive(
			Clone,
			Copy,
			Debug,
			Default,
			PartialEq,
			Eq,
			PartialOrd,
			Ord,
			Hash,
			Encode,
			Decode,
			DecodeWithMemTracking,
			MaxEncodedLen,
			TypeInfo,
		)]
		pub struct $name(pub $inner);
	};
}

id! {
	/// A market, in the order of listing.
	MarketId(u32)
}

id! {
	/// An asset in custody, in the order of listing.
	AssetId(u32)
}

id! {
	/// A risk pool. A market belongs to one, a subaccount trades in one.
	PoolId(u32)
}

id! {
	/// A subaccount, by the hash of its owner and number. Being a hash, its order is fair to break
	/// ties with: nobody gets ahead by arriving early.
	AccountKey([u8; 32])
}

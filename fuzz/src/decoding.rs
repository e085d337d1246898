//! Every public type that can be stored or sent, decoded from arbitrary bytes.

use codec::{Decode, DecodeAll, Encode, MaxEncodedLen};
use std::fmt::Debug;

/// Decodes the bytes as every type.
///
/// # Panics
/// If a value has a second encoding, does not come back from its own, or is longer than its bound.
pub fn run(bytes: &[u8]) {
	decode_units(bytes);
	decode_margin(bytes);
	decode_liquidation(bytes);
	decode_trigger_book(bytes);
	decode_auction(bytes);
	decode_risk(bytes);
	decode_oracle(bytes);
	decode_funding(bytes);
	decode_waterfall(bytes);
	decode_breaker(bytes);
}

/// Whatever decodes has exactly one encoding, the bytes it came from. Storage is compared, hashed
/// and proven by bytes: a second encoding would be a second truth.
fn unbounded<T: Decode + Encode + Debug + PartialEq>(bytes: &[u8]) -> Option<T> {
	let mut rest = bytes;
	let value = T::decode(&mut rest).ok()?;
	let read = &bytes[..bytes.len() - rest.len()];
	let encoded = value.encode();
	assert_eq!(encoded, read, "{value:?} has two encodings");
	assert_eq!(T::decode_all(&mut &encoded[..]).as_ref(), Ok(&value));
	Some(value)
}

fn bounded<T: Decode + Encode + Debug + PartialEq + MaxEncodedLen>(bytes: &[u8]) {
	if let Some(value) = unbounded::<T>(bytes) {
		assert!(value.encoded_size() <= T::max_encoded_len(), "{value:?} is beyond its bound");
	}
}

macro_rules! decode {
	($name:ident from $krate:path { $($type:ty),* $(,)? }) => {
		fn $name(bytes: &[u8]) {
			#[allow(unused_imports)]
			use $krate::*;
			$(bounded::<$type>(bytes);)*
		}
	};
}

decode!(decode_units from breakwater_units {
	AccountKey, Amount, ArithmeticError, AssetId, IndexLevel, LotValue, Lots, MarketId, Millis,
	NanoQuote, PoolId, Price, ProRata, Quote, Ratio, Rounding, Side, SignedRatio, Size, TickValue,
	Ticks, Timestamp,
});

decode!(decode_margin from breakwater_margin {
	Assessment, BorrowIndex, Brackets, CollateralIndex, IndexId, LegId, LegIndex,
	LiquidationPrice, MarginError, OrderTerms, Position, Requirement, Schedule, Step,
	SubaccountState, WithdrawalTerms,
});

fn decode_liquidation(bytes: &[u8]) {
	use breakwater_liquidation::{
		Action, Budget, CloseTerms, Curve, Decay, ForcedOrder, LegClose, LiquidationError,
	};
	bounded::<Budget>(bytes);
	bounded::<CloseTerms>(bytes);
	bounded::<Curve>(bytes);
	bounded::<Decay>(bytes);
	bounded::<ForcedOrder>(bytes);
	bounded::<LiquidationError>(bytes);
	unbounded::<Action>(bytes);
	unbounded::<LegClose>(bytes);
}

decode!(decode_trigger_book from breakwater_trigger_book {
	BandLimits, BookError, Budget, Certificate, Changes, Component, Cursor, Direction, DueKey,
	Entry, Factor, Filed, Filing, Follows, IndexId, LevelKey, ListId, SizeBand,
});

decode!(decode_auction from breakwater_auction {
	AmmError, AmmParams, CancelReason, Cancelled, Clearing, Fill, ForcedFill, ForcedOrder, Order,
	OrderError, OrderKey, OrderKind, TieBreak, TimeInForce, Trigger, TriggerDirection, TriggerKind,
	TriggeredOrder,
});

decode!(decode_risk from breakwater_risk {
	HaircutParams, HorizonParams, LogReturn, MaintenanceRamp, MarginParams, Pressure,
	RampParams, RiskError, Sigma, Tail, TailHistogram, Variance, Volatility,
});

decode!(decode_oracle from breakwater_oracle_math {
	Action, Aggregate, Basis, Confidence, Limits, OracleError, Report, Validity,
});

decode!(decode_funding from breakwater_funding {
	Batch, FundingError, FundingIndex, Impact, PremiumAverage,
});

fn decode_waterfall(bytes: &[u8]) {
	use breakwater_waterfall::{deleverage, settlement, sizing};
	decode_funds(bytes);
	bounded::<deleverage::Basis>(bytes);
	bounded::<deleverage::Entry>(bytes);
	bounded::<deleverage::Epoch>(bytes);
	bounded::<deleverage::Haircut>(bytes);
	bounded::<deleverage::Outcome>(bytes);
	bounded::<deleverage::Snapshot>(bytes);
	bounded::<deleverage::Target>(bytes);
	bounded::<deleverage::Terms>(bytes);
	bounded::<settlement::Claim>(bytes);
	bounded::<settlement::ClaimSnapshot>(bytes);
	bounded::<settlement::Payout>(bytes);
	bounded::<settlement::Settlement>(bytes);
	bounded::<sizing::Bin>(bytes);
	bounded::<sizing::CoverTwo>(bytes);
}

decode!(decode_funds from breakwater_waterfall {
	Absorption, Case, DrawEvent, DrawTerms, EpochError, ExitError, ExitTerms, ExitTicket, FundError,
	GlobalFund, InventoryTerms, OpenRisk, PoolCharge, PoolFund, PremiumShares, PremiumTerms, Slot,
	Stage, Tranche,
});

fn decode_breaker(bytes: &[u8]) {
	use breakwater_breaker::withdrawal;
	decode_machine(bytes);
	bounded::<withdrawal::LimitTerms>(bytes);
	bounded::<withdrawal::Outflow>(bytes);
	bounded::<withdrawal::Ticket>(bytes);
	bounded::<withdrawal::Usage>(bytes);
	bounded::<withdrawal::WithdrawalError>(bytes);
}

decode!(decode_machine from breakwater_breaker {
	Action, ActionSet, Band, BandParams, Chain, ChainEffects, ChainInputs, ChainParams, Clearing,
	Latch, Market, MarketEffects, MarketInputs, MarketParams, Matching, ParamError, Phase, Pool,
	PoolInputs, PoolParams, Reading, Threshold,
});

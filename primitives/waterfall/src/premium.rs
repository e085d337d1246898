use crate::{FundError, PoolFund, TRANCHES};
use breakwater_units::{Amount, ArithmeticError, Millis, ProRata, Ratio, Rounding, PPB};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// The year of a premium rate: 365 days.
pub const YEAR: Millis = Millis::new(365 * Millis::DAY.get());

/// What insurance costs, as rates per [`YEAR`] of notional.
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
pub struct PremiumTerms {
	/// When the fund has its target size.
	pub base: Ratio,
	/// Added when the fund is empty; in between, in proportion to what is missing.
	pub slope: Ratio,
	/// Never more than this.
	pub max: Ratio,
}

/// Who earns premiums.
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
pub struct PremiumShares {
	/// The part that goes to capital before all else.
	pub capital: Ratio,
	/// What a quantum at stake in each tranche counts: first loss counts most.
	pub weights: [u16; TRANCHES],
}

/// The yearly rate for a fund of this size against its target:
/// `min(max, base + ⌈slope · missing / target⌉)`.
///
/// Dearer when there is less: premiums refill the fund, and make it worth a backer's while.
pub fn premium_rate(assets: Amount, target: Amount, terms: &PremiumTerms) -> Ratio {
	let missing = target.saturating_sub(assets);
	let added = if target.is_zero() {
		Ratio::ZERO
	} else {
		// Missing is at most the target, so the product is at most the slope.
		terms.slope.mul_div(missing.get(), target.get(), Rounding::Up).unwrap_or(terms.slope)
	};
	terms.base.saturating_add(added).min(terms.max)
}

/// The premium on a notional, in quanta, for a span of time, rounded up.
///
/// # Errors
/// `Overflow` if it does not fit.
pub fn premium(notional: Amount, rate: Ratio, span: Millis) -> Result<Amount, ArithmeticError> {
	// 2⁶⁴·2⁶⁴ fits 128 bits, and so does 10⁹·YEAR.
	let numerator = u128::from(rate.get()).saturating_mul(u128::from(span.get()));
	let denominator = u128::from(PPB).saturating_mul(u128::from(YEAR.get()));
	notional.mul_div(numerator, denominator, Rounding::Up)
}

/// Pays a premium into the fund: first capital's part, rounded up, then the tranches by assets
/// times weight. Without backers it all goes to capital. Nothing is lost.
///
/// # Errors
/// `Overflow` if a part of the fund would pass [`crate::MAX_FUND`]; the fund is then unchanged.
pub fn distribute_premium(
	fund: &mut PoolFund,
	premium: Amount,
	shares: &PremiumShares,
) -> Result<(), FundError> {
	let weights = stakes(fund, shares);
	// At most 3 · 10²⁷ · 2¹⁶.
	let total = weights.iter().fold(0u128, |sum, weight| sum.saturating_add(*weight));
	let to_capital = match total {
		0 => premium,
		_ => premium.mul_ratio(shares.capital.min(Ratio::ONE), Rounding::Up)?,
	};

	let mut next = *fund;
	next.credit(to_capital)?;
	let mut split = ProRata::new(premium.saturating_sub(to_capital).get(), total)?;
	for (tranche, weight) in weights.iter().enumerate() {
		next.reward(tranche, Amount::new(split.next_share(*weight)?))?;
	}
	*fund = next;
	Ok(())
}

/// Assets times weight per tranche: zero where there is nobody to reward.
fn stakes(fund: &PoolFund, shares: &PremiumShares) -> [u128; TRANCHES] {
	let mut stakes = [0; TRANCHES];
	let tranches = fund.tranches().iter().zip(shares.weights.iter());
	for (stake, (tranche, weight)) in stakes.iter_mut().zip(tranches) {
		*stake = tranche.assets().get().saturating_mul(u128::from(*weight));
	}
	stakes
}

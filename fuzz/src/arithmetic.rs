//! Values as they decode, also those that no constructor would make, handed to the arithmetic: it
//! may return an error, and may not panic. Overflow panics in every profile that fuzzes.

use crate::Bytes;
use breakwater_margin::{
	BorrowIndex, CollateralIndex, Indices, Leg, LegId, LegIndex, SubaccountState,
};
use breakwater_units::{AssetId, MarketId, Price, Ratio, Size, Timestamp};
use codec::Decode;
use std::hint;

/// Calls everything with values that the bytes spell.
///
/// # Panics
/// If the risk core does.
pub fn run(bytes: &[u8]) {
	const TARGETS: [fn(&mut Bytes<'_>) -> Option<()>; 12] = [
		units,
		margin,
		what_if,
		liquidation,
		filing,
		batch,
		volatility,
		risk_formulas,
		oracle,
		funding,
		waterfall,
		breaker,
	];
	let mut bytes = Bytes::new(bytes);
	let target = TARGETS[usize::from(bytes.byte()) % TARGETS.len()];
	while !bytes.is_empty() && target(&mut bytes).is_some() {}
}

/// Keeps a call whose result does not matter: it returned.
fn called<T>(result: T) {
	drop(hint::black_box(result));
}

/// Some values, as many as one byte says, at most `most`.
fn list<T: Decode>(bytes: &mut Bytes<'_>, most: u8) -> Vec<T> {
	let count = bytes.below(most + 1);
	(0..count).map_while(|_| bytes.value()).collect()
}

fn units(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_units::{
		cmp_fractions, cmp_products, largest_remainder, mul_div, mul_div_u128, notional,
		pro_rata::ProRata, wide, IndexLevel, LotValue, Lots, NanoQuote, Quote, Rounding,
		SignedRatio, TickValue, Ticks,
	};
	let rounding: Rounding = bytes.value()?;
	let (a, b, c, d): (i128, i128, i128, i128) = bytes.value()?;
	let (x, y, z) = (a.cast_unsigned(), b.cast_unsigned(), c.cast_unsigned());
	let (price, tick_value, lots): (Price, TickValue, Lots) = bytes.value()?;
	let (ratio, signed): (Ratio, SignedRatio) = bytes.value()?;
	called((mul_div(a, b, c, rounding), mul_div_u128(x, y, z, rounding)));
	called((wide::mul_div_rem(x, y, z), wide::mul_wide(x, y)));
	called((cmp_products(a, b, c, d), cmp_fractions(a, b, c, d)));

	let value = LotValue::new(a);
	called((notional(price, lots, tick_value), price.lot_value(tick_value)));
	called((price.diff(Price::new(1)), price.offset(Ticks::new(lots.get()))));
	called(price.saturating_offset(Ticks::new(lots.get())));
	called((price.mul_ratio(ratio, rounding), lots.mul_signed_ratio(signed, rounding)));
	called((value.times(lots), value.to_level(), value.to_price(tick_value, rounding)));
	called((value.scale_by(ratio), value.scale_by_signed(signed)));
	called((Quote::new(a).to_nano(), Quote::new(a).per_lot(lots, rounding)));
	called((NanoQuote::new(a).to_quote(rounding), NanoQuote::new(a).per_lot(lots, rounding)));
	let level = IndexLevel::new(a);
	called((level.times(lots), level.to_lot_value(rounding)));
	called(level.to_price(tick_value, rounding));
	called((Ratio::from_fraction(x, y, rounding), SignedRatio::from_fraction(a, b, rounding)));
	called((ratio.cmp_fraction(a, b), ratio.cmp_part(a, b), signed.clamp_symmetric(ratio)));
	called((signed.abs_ratio(), lots.size(), lots.size().signed(lots.side()?)));

	let claims: Vec<(u128, u8)> = list(bytes, 8);
	if let Ok(shares) = largest_remainder(x, &claims) {
		assert_eq!(shares.iter().sum::<u128>(), x);
	}
	let mut shares: ProRata = bytes.value()?;
	for (weight, _) in claims {
		called((shares.remaining(), shares.remaining_weight()));
		called(shares.next_share(weight));
	}
	Some(())
}

/// The same indices for every leg.
struct Same(LegIndex, CollateralIndex, BorrowIndex);

impl Same {
	fn read(bytes: &mut Bytes<'_>) -> Option<Self> {
		Some(Self(bytes.value()?, bytes.value()?, bytes.value()?))
	}
}

impl Indices for Same {
	fn market(&self, _: MarketId) -> Option<LegIndex> {
		Some(self.0)
	}
	fn collateral(&self, _: AssetId) -> Option<CollateralIndex> {
		Some(self.1)
	}
	fn borrow(&self) -> BorrowIndex {
		self.2
	}
}

/// A market, and an asset, that the account holds, if it holds any.
fn held(account: &SubaccountState) -> (MarketId, AssetId) {
	let market = account.positions.iter().next().map(|(market, _)| market);
	let asset = account.collateral.iter().next().map(|(asset, _)| asset);
	(market.unwrap_or_default(), asset.unwrap_or_default())
}

fn margin(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_margin::{assess, health, is_liquidatable, legs, Brackets, Requirement};
	let indices = Same::read(bytes)?;
	let requirement: Requirement = bytes.value()?;
	let mut account: SubaccountState = bytes.value()?;
	called((health(&account, &indices, requirement), assess(&account, &indices)));
	called((is_liquidatable(&account, &indices), account.quote_claim()));
	for leg in legs(&account, &indices).flatten() {
		called((leg.value(), leg.notional(), leg.margin(requirement)));
	}
	for (_, position) in account.positions.iter() {
		called((position.fixed_part(), position.unrealised_profit(&indices.0)));
	}

	let (brackets, ratio, price): (Brackets, Ratio, Price) = bytes.value()?;
	let (from, to): (Size, Size) = bytes.value()?;
	let schedule = brackets.schedule(ratio);
	called((schedule.scaled(ratio), schedule.segments(from, to), schedule.weighted_lots(to)));
	let Same(leg, collateral, borrow) = &indices;
	called((leg.at_price(price), collateral.at_price(price), borrow.accrue(ratio)));
	called((collateral.amount(to), borrow.debt(account.loan)));

	let (market, asset) = held(&account);
	account.trade(market, bytes.value()?, price, leg).ok();
	account.sell_collateral(asset, to, price, collateral).ok();
	account.settle_loan(*borrow).ok();
	Some(())
}

fn what_if(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_margin::{
		assess, free_equity, largest_order, liquidation_price, withdrawable_collateral,
		withdrawable_quote, OrderTerms, WithdrawalTerms,
	};
	let indices = Same::read(bytes)?;
	let account: SubaccountState = bytes.value()?;
	let (market, asset) = held(&account);
	let order = OrderTerms { market, ..bytes.value()? };
	let terms: WithdrawalTerms = bytes.value()?;
	let highest = bytes.value()?;
	for leg in [LegId::Market(market), LegId::Collateral(asset)] {
		called(liquidation_price(&account, &indices, leg, highest));
	}
	called(largest_order(&account, &indices, &order));
	called(withdrawable_quote(&account, &indices, &terms));
	called(withdrawable_collateral(&account, &indices, asset, &terms));
	if let Ok(assessment) = assess(&account, &indices) {
		called(free_equity(&assessment, &terms));
	}
	Some(())
}

fn liquidation(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_liquidation::{
		apportion_equity, bankruptcy_price, classify, deficit, liquidation_fee, minimal_close,
		net_at_mark, share_fill, start_price, CloseTerms, Curve, ForcedOrder, Terms,
	};
	use breakwater_margin::{assess, legs};
	struct Fixed(CloseTerms, Ratio);
	impl Terms for Fixed {
		fn close_terms(&self, _: LegId) -> CloseTerms {
			self.0
		}
		fn buffer(&self) -> Ratio {
			self.1
		}
	}
	let indices = Same::read(bytes)?;
	let account: SubaccountState = bytes.value()?;
	let terms = Fixed(bytes.value()?, bytes.value()?);
	called(classify(&account, 0, &indices, &terms));
	let legs: Vec<Leg> = legs(&account, &indices).flatten().collect();
	let (loss, price, closed) = (bytes.value()?, bytes.value()?, bytes.value()?);
	for leg in &legs {
		called((bankruptcy_price(leg, loss), liquidation_fee(leg, loss, closed, price, terms.1)));
	}
	if let Ok(assessment) = assess(&account, &indices) {
		called((apportion_equity(&legs, &assessment), deficit(&assessment)));
	}
	let priced: Vec<_> = legs.into_iter().map(|leg| (leg, terms.0)).collect();
	called(minimal_close(loss, &priced, terms.1));

	let curve: Curve = bytes.value()?;
	called(curve.price(price, bytes.value()?, bytes.value()?));
	called(start_price(price, bytes.value()?, bytes.value()?));
	let orders: Vec<ForcedOrder> = list(bytes, 8);
	called((net_at_mark(&orders), share_fill(closed, &orders)));
	Some(())
}

/// The trigger book, given whatever components and certificates there are.
fn filing(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_trigger_book::{
		BandLimits, BookStorage, Budget, Component, Cursor, Evaluation, Factor, Filing, Follows,
		MemoryStorage, TriggerBook,
	};
	let account = bytes.value()?;
	let mut storage = MemoryStorage::default();
	if bytes.flag() {
		let filing: Filing = bytes.value()?;
		storage.set_filing(&account, Some(filing));
	}
	let (bands, cursor): (BandLimits, Cursor) = bytes.value()?;
	let mut book = TriggerBook::new(storage, bands);
	let components: Vec<Component> = list(bytes, 6);
	let indices: Vec<_> = components.iter().map(|c| (c.index, c.level)).collect();
	let (factor, follows): (Factor, Follows) = bytes.value()?;
	let hedged = factor.hedge(&components, |_| Some(follows));
	for components in [components, hedged] {
		let evaluation = Evaluation { health: bytes.value()?, components };
		called(book.check(&account, &evaluation));
		called(book.file(&account, &evaluation));
	}
	called(book.collect(&indices, Budget::UNBOUNDED, cursor));
	called(book.remove(&account));
	Some(())
}

/// A batch of whatever orders there are.
fn batch(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_auction::{
		protection_price, Accounts, Amm, AmmCurve, Batch, ForcedOrder, Order, TriggeredOrder,
	};
	use breakwater_units::{AccountKey, Lots, Quote};
	struct Carefree(Lots);
	impl Accounts for Carefree {
		fn position(&self, _: &AccountKey) -> Lots {
			self.0
		}
		fn allows(&self, _: &AccountKey, _: Lots, _: Quote) -> bool {
			true
		}
	}
	let (curve, account) = (bytes.value()?, bytes.value()?);
	let amm = AmmCurve::new(curve).ok().map(|curve| Amm { account, curve });
	if let Some(Amm { curve, .. }) = amm {
		let price = bytes.value()?;
		called((curve.demand(price), curve.best_bid(), curve.best_ask()));
	}
	let (block, tick_value, reference) = (bytes.value()?, bytes.value()?, bytes.value()?);
	let (tie_break, position) = (bytes.value()?, bytes.value()?);
	let (orders, forced): (Vec<Order>, Vec<ForcedOrder>) = (list(bytes, 8), list(bytes, 3));
	let (orders, forced) = (&orders[..], &forced[..]);
	let batch = Batch { block, tick_value, reference, tie_break, amm, orders, forced };
	if let Ok(admission) = batch.admit(&Carefree(position)) {
		if let Ok(tentative) = batch.clear(&admission) {
			batch.settle(&admission, &tentative).expect("of this batch");
			let (side, size) = (bytes.value()?, bytes.value()?);
			called(tentative.schedule.impact_price(side, size));
		}
	}
	called(protection_price(reference, bytes.value()?, bytes.value()?));
	let waiting: TriggeredOrder = bytes.value()?;
	called(waiting.activate(reference, block));
	Some(())
}

fn volatility(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_risk::{Tail, TailHistogram, Volatility};
	let mut volatility: Volatility = bytes.value()?;
	for (price, now) in list::<(Price, Timestamp)>(bytes, 8) {
		if let Ok(Some(observation)) = volatility.observe(price, now) {
			called(observation.standardised());
		}
		called((volatility.sigma_now(), volatility.sigma_stress()));
		called((volatility.sigma_long(), volatility.sigma_effective()));
	}
	let mut histogram: TailHistogram = bytes.value()?;
	for (tail, size) in list::<(Tail, Ratio)>(bytes, 8) {
		histogram.record(tail, size);
		let confidence = bytes.value()?;
		called(histogram.value_at_risk(tail, confidence));
		called(histogram.expected_shortfall(tail, confidence));
	}
	Some(())
}

fn risk_formulas(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_risk::{
		approach, depth, exceeds_depth, features, fixed, haircut, impact, initial_rate,
		liquidity_horizon, maintenance_rate, open_interest_scaled, size_charge, Decay,
		HaircutParams, HorizonParams, LogReturn, MaintenanceRamp, MarginParams, Pressure,
		RampParams, Sigma,
	};
	use breakwater_units::{Millis, Quote};
	let (sigma, ratio, rate): (Sigma, Ratio, Ratio) = bytes.value()?;
	let (span, elapsed): (Millis, Millis) = bytes.value()?;
	let (size, other): (Size, Size) = bytes.value()?;
	let (a, b): (Price, Price) = bytes.value()?;
	called((sigma.variance().sigma(), sigma.over(span, ratio), sigma.daily()));
	called((Decay::kept_after(elapsed, span), fixed::ln_ratio(a.get(), b.get())));
	called((LogReturn::between(a, b), features::parkinson(a, b)));
	if let Ok(decay) = Decay::new(ratio.get()) {
		let bars = bytes.value()?;
		called((decay.power(bars), sigma.variance().decayed(sigma.variance(), bars, decay)));
	}
	called(approach(ratio, rate, (rate, ratio), span, elapsed));
	called((impact(ratio, size, other), depth(ratio, rate, size)));
	called((exceeds_depth(size, other, ratio), initial_rate(ratio, rate)));
	called(size_charge(ratio, u128::from(size.get())));

	let params: HaircutParams = bytes.value()?;
	called((params.check(), haircut(sigma, ratio, &params)));
	let params: MarginParams = bytes.value()?;
	called((params.check(), maintenance_rate(sigma, span, ratio, &params)));
	let (params, pressure): (HorizonParams, Pressure) = bytes.value()?;
	called((params.check(), liquidity_horizon(size, other, pressure, &params)));
	let (interest, low, high): (Quote, Quote, Quote) = bytes.value()?;
	called(open_interest_scaled(ratio, interest, low, high));
	let (mut ramp, params): (MaintenanceRamp, RampParams) = bytes.value()?;
	ramp.step(ratio, bytes.value()?, &params);
	called((ramp.initial(&params), ramp.rising_to()));

	let returns: Vec<LogReturn> = list(bytes, 8);
	called((features::realised_variance(&returns), features::bipower_variation(&returns)));
	called((features::median_variation(&returns), features::jump_variation(&returns)));
	Some(())
}

fn oracle(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_oracle_math::{
		aggregate, banded_median, capped_weights, classify, cross, is_outlier,
		median_absolute_deviation, Aggregate, Basis, Limits, Report,
	};
	let reports: Vec<Report> = list(bytes, 8);
	let (registered, price, ratio): (u128, Price, Ratio) = bytes.value()?;
	let (last, other, now): (Aggregate, Aggregate, Timestamp) = bytes.value()?;
	let deviation = bytes.value()?;
	called(capped_weights(&reports.iter().map(|report| report.weight).collect::<Vec<_>>()));
	let round = aggregate(&reports, registered);
	called(median_absolute_deviation(&reports, price));
	called((is_outlier(price, &last, deviation), cross(&last, &other, price)));
	let confidence = last.widened(now, ratio);
	called((last.collateral_price(confidence), last.debt_price(confidence)));
	called(confidence.approach(other.confidence, bytes.value()?));
	let limits: Limits = bytes.value()?;
	called(classify(Some(&last), round.map(drop), price, (now, ratio), &limits));
	let basis: Basis = bytes.value()?;
	called(basis.updated(bytes.value()?, ratio).fair_price(price));
	called(banded_median(price, bytes.value()?, ratio));
	Some(())
}

fn funding(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_funding::{payment, premium, rate, rate_cap, FundingIndex, PremiumAverage};
	let (mut average, mut index): (PremiumAverage, FundingIndex) = bytes.value()?;
	average.record(bytes.value()?, bytes.value()?);
	let average = average.finish(bytes.value()?);
	let (initial, maintenance, multiple): (Ratio, Ratio, Ratio) = bytes.value()?;
	let cap = rate_cap(initial, maintenance, multiple);
	index.advance(bytes.value()?, rate(average, cap), bytes.value()?).ok();
	called(payment(bytes.value()?, bytes.value()?, index.cumulative()));
	let (price, batch, impact) = (bytes.value()?, bytes.value()?, bytes.value()?);
	called(premium(price, batch, impact, bytes.value()?, cap));
	Some(())
}

fn waterfall(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_waterfall::{
		absorb, acceptable_lots, claim_exit, deleverage, distribute_premium, next_stage, premium,
		premium_rate, settlement, sizing, PoolFund,
	};
	let mut fund: PoolFund = bytes.value()?;
	let (mut global, mut event) = (bytes.value()?, bytes.value()?);
	let (amount, other, now) = (bytes.value()?, bytes.value()?, bytes.value()?);
	called(absorb(amount, other, &mut fund, &mut global, &mut event, &bytes.value()?, now));
	called((fund.assets(), fund.after_losses(amount)));
	let (tranche, generation, shares) = (bytes.value()?, bytes.value()?, bytes.value()?);
	fund.credit(amount).ok();
	fund.enter(tranche, other, shares).ok();
	fund.leave(tranche, generation, shares, amount).ok();
	distribute_premium(&mut fund, amount, &bytes.value()?).ok();
	let (ticket, risk, terms) = (bytes.value()?, bytes.value()?, bytes.value()?);
	claim_exit(&mut fund, &ticket, &risk, &terms, now).ok();

	let (rate, span): (Ratio, _) = bytes.value()?;
	called((premium_rate(amount, other, &bytes.value()?), premium(amount, rate, span)));
	let (held, offered, value) = (bytes.value()?, bytes.value()?, bytes.value()?);
	called(acceptable_lots(held, offered, value, amount, other, &bytes.value()?));
	called(next_stage(&bytes.value()?));
	let bins: Vec<sizing::Bin> = list(bytes, 8);
	called((sizing::expected_shortfall(&bins, rate), sizing::open_interest_floor(other, rate)));
	let mut cover: sizing::CoverTwo = bytes.value()?;
	cover.observe(sizing::stressed_shortfall(bytes.value()?, amount));
	cover.next_scenario();
	called(sizing::target(cover.requirement(), amount, other));

	let mut epoch: deleverage::Epoch = bytes.value()?;
	epoch.settle(bytes.value()?, bytes.value()?).ok();
	epoch.close().ok();
	let mut snapshot: deleverage::Snapshot = bytes.value()?;
	if let Ok(Some(entry)) = snapshot.add(&bytes.value()?) {
		snapshot.seal().settle(entry, bytes.value()?).ok();
	}
	let mut claims: settlement::ClaimSnapshot = bytes.value()?;
	if let Ok(claim) = claims.add(amount) {
		claims.seal(other).pay(claim).ok();
	}
	Some(())
}

fn breaker(bytes: &mut Bytes<'_>) -> Option<()> {
	use breakwater_breaker::{
		allows, band_half_width, withdrawal, Action, Band, Chain, ChainParams, Market,
		MarketParams, Pool,
	};
	let (chain, pool, market): (Chain, Pool, Market) = bytes.value()?;
	let (of_chain, of_market): (ChainParams, MarketParams) = bytes.value()?;
	called((of_chain.validate(), of_market.validate()));
	called((of_chain.recovery_bound(), of_market.recovery_bound()));
	let chain = chain.step(&bytes.value()?, &of_chain).0;
	let pool = pool.step(&bytes.value()?, &bytes.value()?).0;
	let market = market.step(&bytes.value()?, &of_market).0;
	let action: Action = bytes.value()?;
	called((allows(&market, &pool, &chain, action), market.severity()));
	let (band, ratio): (Band, Ratio) = bytes.value()?;
	called((band.low(), band.high(), band.scaled(ratio), band_half_width(ratio, &of_market.band)));

	let mut outflow: withdrawal::Outflow = bytes.value()?;
	let (mut usage, mut ticket) = (bytes.value()?, bytes.value()?);
	let (amount, deposits, now) = (bytes.value()?, bytes.value()?, bytes.value()?);
	let terms = bytes.value()?;
	called((outflow.payable(&ticket), outflow.collect(&mut ticket), outflow.waiting()));
	called(ticket.outstanding());
	outflow.advance(deposits, &terms, now).ok();
	outflow.deposit(&mut usage, amount, deposits, &terms);
	outflow.request(&mut usage, amount, deposits, &terms, now).ok();
	Some(())
}

//! A state that cannot be is found.

use breakwater_interfaces::RiskEngine;
use breakwater_margin::LegIndex;
use breakwater_risk::MaintenanceRamp;
use breakwater_units::{AssetId, MarketId, PoolId, Price, Quote, Ratio, Size, Timestamp};
use codec::{Decode, Encode};

use crate::{
	mock::*, AssetCount, AssetState, AssetStates, Assets, BarReturns, CollateralIndices,
	MarketHistories, MarketIndices, MarketList, MarketState, MarketStates, Markets, PairMoves,
	Pairs, PoolCount, PoolLoans, Pools, Returns,
};

fn found(corrupt: impl FnOnce(), problem: &'static str) {
	with_chain(|| {
		// what is corrupted here does not outlive the layer
		let seen = polkadot_sdk::frame_support::storage::with_transaction(|| {
			corrupt();
			let seen = Risk::do_try_state();
			polkadot_sdk::sp_runtime::TransactionOutcome::Rollback(Ok::<
				_,
				polkadot_sdk::sp_runtime::DispatchError,
			>(seen))
		});
		assert_eq!(seen.unwrap(), Err(problem.into()));
	});
}

/// Changes the state of the market, and its index with it.
fn of_market(change: impl FnOnce(&mut MarketState)) {
	let mut state = state();
	change(&mut state);
	MarketIndices::<Test>::set(PERP, state.leg_index(&market_terms()));
	MarketStates::<Test>::insert(PERP, state);
}

fn of_asset(change: impl FnOnce(&mut AssetState)) {
	let mut state = AssetStates::<Test>::get(COIN).unwrap();
	change(&mut state);
	CollateralIndices::<Test>::set(COIN, state.collateral_index(&asset_terms()));
	AssetStates::<Test>::insert(COIN, state);
}

#[test]
fn in_the_pools() {
	found(|| PoolCount::<Test>::put(2), "pools are not counted");
	found(|| PoolCount::<Test>::put(17), "more pools than there may be");
	found(
		|| {
			PoolCount::<Test>::put(1);
			Pools::<Test>::remove(POOL);
			Pools::<Test>::insert(PoolId(1), pool_terms());
		},
		"a pool without terms",
	);
	let negative = || {
		Pools::<Test>::mutate_extant(POOL, |terms| terms.min_equity = Quote::new(-1));
	};
	found(negative, "a pool's terms are out of bounds");
	let other_quote = || {
		Pools::<Test>::insert(
			PoolId(1),
			breakwater_interfaces::PoolTerms { quote_feed: None, ..pool_terms() },
		);
		PoolCount::<Test>::put(2);
	};
	found(other_quote, "two pools have different quote assets");
	let stray = || PoolLoans::<Test>::insert(PoolId(1), PoolLoans::<Test>::get(POOL).unwrap());
	found(stray, "loans of a pool that is not listed");
}

#[test]
fn in_the_assets() {
	found(|| AssetCount::<Test>::put(0), "assets are not counted");
	found(|| AssetCount::<Test>::put(9), "more assets than there may be");
	let cap = || Assets::<Test>::mutate_extant(COIN, |terms| terms.cap = Default::default());
	found(cap, "an asset's terms are out of bounds");
	let dearer = || of_asset(|state| state.value = state.index.saturating_add(Price::new(1)));
	found(dearer, "collateral counts more than its price");
	let moved = || {
		AssetStates::<Test>::mutate_extant(COIN, |state| state.value = Price::new(1));
	};
	found(moved, "a collateral index is not its state's");
	found(|| CollateralIndices::<Test>::remove(COIN), "a collateral index is not its state's");
	let stray = || AssetStates::<Test>::insert(AssetId(1), AssetStates::<Test>::get(COIN).unwrap());
	found(stray, "a state of an asset that is not listed");
}

#[test]
fn in_the_list_of_markets() {
	let twice = || MarketList::<Test>::mutate(|list| list.try_push((PERP, POOL)).unwrap());
	found(twice, "a market is listed twice");
	found(MarketList::<Test>::kill, "something of a market that is not listed");
	let stray = || MarketIndices::<Test>::insert(MarketId(9), Risk::market(PERP).unwrap());
	found(stray, "something of a market that is not listed");
	let elsewhere = || MarketList::<Test>::mutate(|list| list[0].1 = PoolId(1));
	found(elsewhere, "a market is listed in another pool");
	let extra = || MarketList::<Test>::mutate(|list| list.try_push((MarketId(9), POOL)).unwrap());
	found(extra, "a market is listed in another pool");
}

#[test]
fn in_what_pairs_of_markets_do() {
	fn made<Of: Decode>(parts: impl Encode) -> Of {
		Of::decode(&mut &parts.encode()[..]).unwrap()
	}
	let one = 1_000_000_000_000_000_000i128;
	let returns = |sizes: Vec<i64>| move || Returns::<Test>::put(made::<BarReturns>((7u64, sizes)));
	found(returns(vec![0, 0]), "returns of a bar are impossible");
	found(returns(vec![10_000_000_001]), "returns of a bar are impossible");
	let pairs = |squares: Vec<i128>, products: Vec<i128>| {
		move || {
			list(MarketId(1), &market_terms()).unwrap();
			Pairs::<Test>::put(made::<PairMoves>((squares, products)));
		}
	};
	let problem = "a pair moves together more than it moves";
	found(pairs(vec![one, one], vec![]), problem);
	found(pairs(vec![one], vec![0]), problem);
	found(pairs(vec![one; 3], vec![0; 3]), problem);
	found(pairs(vec![one, -1], vec![0]), problem);
	found(pairs(vec![one, 4 * one], vec![2 * one + one / 1_000_000]), problem);
	found(pairs(vec![one, 4 * one], vec![-2 * one - one / 1_000_000]), problem);
	with_chain(|| pairs(vec![one, 4 * one], vec![-2 * one])());
	with_chain(returns(vec![-10_000_000_000]));
}

#[test]
fn in_a_market() {
	let tail = || Markets::<Test>::mutate_extant(PERP, |listed| listed.risk.tail = Ratio::ZERO);
	found(tail, "a market's terms are out of bounds");
	found(|| MarketHistories::<Test>::remove(PERP), "a market without its history");
	found(|| of_market(|state| state.bar += 1), "a return was not taken over");
	let calm = || of_market(|state| state.sigma = breakwater_risk::Sigma::ZERO);
	found(calm, "volatility in force is not what was measured");
	found(|| of_market(|state| state.index = Price::ZERO), "an index is out of range");
	let far = || of_market(|state| state.mark = Price::new(START + START / 50 + 1));
	found(far, "a mark is outside its band");
	let rate = |percents| MaintenanceRamp::new(percent(percents), Timestamp::new(T0));
	let high = || of_market(|state| state.ramp = rate(51));
	found(high, "a maintenance rate is out of its bounds");
	let low = || of_market(|state| state.ramp = rate(0));
	found(low, "a maintenance rate is out of its bounds");
	let crossed = || {
		of_market(|state| {
			state.ramp = rate(10);
			state.initial = percent(9);
		});
	};
	found(crossed, "margin rates are not in order");
	let too_high = || of_market(|state| state.initial = percent(101));
	found(too_high, "margin rates are not in order");
	found(|| MarketIndices::<Test>::remove(PERP), "a market's index is not its state's");
	let other = || {
		let index: LegIndex = Risk::market(PERP).unwrap().at_price(Price::new(1)).unwrap();
		MarketIndices::<Test>::insert(PERP, index);
	};
	found(other, "a market's index is not its state's");
	assert!(market_terms().max_position > Size::ZERO);
}

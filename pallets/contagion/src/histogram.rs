//! The histograms, kept up to date as the ledger tells.

use alloc::{collections::BTreeMap, vec::Vec};

use breakwater_contagion::{Bin, LiquidationMap, Page, PageId, Stake};
use breakwater_interfaces::Contagion;
use breakwater_units::{Amount, AssetId, MarketId, PoolId, Price, Size};

use crate::{Collateral, Config, Pages, Pallet};

impl<T: Config> Pallet<T> {
	/// What would be liquidated in a market as its accounts are now. Reads at most five pages.
	pub fn liquidation_map(market: MarketId, mark: Price) -> LiquidationMap {
		let mut map = LiquidationMap::default();
		for id in LiquidationMap::pages(mark) {
			let Some(page) = Pages::<T>::get(market, id) else { continue };
			page.bins(id).for_each(|bin| map.count(mark, bin));
		}
		map
	}

	/// All bins of a market's histogram that are not empty, ascending, with the lots of longs and
	/// of shorts. Not for hooks: it reads all pages there are.
	pub fn bins(market: MarketId) -> Vec<(Bin, Size, Size)> {
		let mut pages: Vec<_> = Pages::<T>::iter_prefix(market).collect();
		pages.sort_unstable_by_key(|(id, _)| *id);
		pages.iter().flat_map(|(id, page)| page.bins(*id).collect::<Vec<_>>()).collect()
	}

	fn change_page(market: MarketId, id: PageId, stakes: &[(&Stake, bool)]) {
		Pages::<T>::mutate_exists(market, id, |slot| {
			let mut page = slot.take().unwrap_or_default();
			for (stake, add) in stakes {
				page.shift(stake, *add);
			}
			*slot = (!page.is_empty()).then_some(page);
		});
	}
}

impl<T: Config> Contagion for Pallet<T> {
	fn shift(from: Option<&Stake>, to: Option<&Stake>) {
		let place = |stake: &Stake| (stake.market, PageId::of(stake.bin));
		if let (Some(from), Some(to)) = (from, to) {
			let (market, id) = place(from);
			if (market, id) == place(to) {
				return Self::change_page(market, id, &[(from, false), (to, true)]);
			}
		}
		let changes = from.map(|from| (from, false)).into_iter().chain(to.map(|to| (to, true)));
		for change in changes {
			let (market, id) = place(change.0);
			Self::change_page(market, id, &[change]);
		}
	}

	fn move_collateral(pool: PoolId, asset: AssetId, from: Amount, to: Amount) {
		Collateral::<T>::mutate(asset, |pools| {
			let known = pools.iter().position(|(of, _)| *of == pool);
			let held = known.and_then(|at| pools.get(at)).map(|(_, held)| *held);
			let held = held.unwrap_or_default().saturating_sub(from).saturating_add(to);
			match known {
				Some(at) if held.is_zero() => {
					pools.remove(at);
				},
				Some(at) => {
					if let Some(entry) = pools.get_mut(at) {
						entry.1 = held;
					}
				},
				// There are no more pools than there is room for.
				None if !held.is_zero() => {
					let _ = pools.try_push((pool, held));
				},
				None => {},
			}
		});
	}

	fn adds_up(stakes: &[Stake], collateral: &[(PoolId, AssetId, Amount)]) -> bool {
		let mut pages = BTreeMap::<(MarketId, PageId), Page>::new();
		for stake in stakes {
			let page = pages.entry((stake.market, PageId::of(stake.bin))).or_default();
			page.shift(stake, true);
		}
		let kept: BTreeMap<_, _> =
			Pages::<T>::iter().map(|(market, id, page)| ((market, id), page)).collect();

		let mut sums = BTreeMap::<(AssetId, PoolId), Amount>::new();
		for (pool, asset, amount) in collateral {
			let sum = sums.entry((*asset, *pool)).or_default();
			*sum = sum.saturating_add(*amount);
		}
		let held: BTreeMap<_, _> = Collateral::<T>::iter()
			.flat_map(|(asset, pools)| {
				pools.into_iter().map(move |(pool, sum)| ((asset, pool), sum))
			})
			.collect();
		pages == kept && sums == held
	}
}

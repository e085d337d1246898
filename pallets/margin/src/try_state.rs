//! What must hold after every block. Ordinary code, always compiled: the lab runs it too.

use alloc::{collections::BTreeMap, vec::Vec};

use breakwater_contagion::Stake;
use breakwater_interfaces::{Contagion, RiskEngine, Vault, GLOBAL_POOL};
use breakwater_margin::Indices;
use breakwater_trigger_book::{DueKey, Filing, LevelKey, Violation};
use breakwater_units::{
	AccountKey, Amount, AssetId, Lots, MarketId, PoolId, Quote, Rounding, Size,
};
use frame_support::{ensure, traits::Contains};
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

use crate::{
	book::{evaluate, OnChain},
	indices::CachedIndices,
	stakes::is_of_a_position,
	Config, Due, Filings, Held, Levels, OpenInterest, Pallet, PoolBook, Pools, Subaccount,
	Subaccounts,
};

/// Sums over all accounts, made from nothing.
#[derive(Default)]
struct Sums {
	pools: BTreeMap<PoolId, (Quote, Quote)>,
	/// Lots, and those held long.
	markets: BTreeMap<MarketId, (Lots, Size)>,
	assets: BTreeMap<AssetId, Amount>,
	stakes: Vec<Stake>,
	collateral: Vec<(PoolId, AssetId, Amount)>,
}

impl Sums {
	fn add(&mut self, account: &Subaccount) -> Result<(), TryRuntimeError> {
		let overflow = |_| TryRuntimeError::Other("a sum overflows");
		let state = &account.state;
		let (claims, principal) = self.pools.entry(account.info.pool).or_default();
		*claims = claims.try_add(state.quote_claim().map_err(overflow)?).map_err(overflow)?;
		*principal = principal.try_add(state.loan).map_err(overflow)?;
		for (market, position) in state.positions.iter() {
			let (lots, long) = self.markets.entry(market).or_default();
			*lots = lots.try_add(position.lots).map_err(overflow)?;
			if position.lots.is_positive() {
				*long = long.try_add(position.lots.size()).map_err(overflow)?;
			}
		}
		self.stakes.extend(account.stakes.iter().copied());
		for (asset, amount) in state.collateral.iter() {
			self.collateral.push((account.info.pool, asset, *amount));
			let held = self.assets.entry(asset).or_default();
			*held = held.try_add(*amount).map_err(overflow)?;
		}
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// Checks all invariants, visiting every account.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let mut sums = Sums::default();
		for (key, account) in Subaccounts::<T>::iter() {
			Self::check_account(&key, &account)?;
			sums.add(&account)?;
		}
		Self::check_sums(&sums)?;
		let told = T::Contagion::adds_up(&sums.stakes, &sums.collateral);
		ensure!(told, "the contagion monitor knows other accounts than there are");
		Self::check_pools()?;
		Self::check_book()
	}

	/// Checks the sums that are kept against each other, without visiting accounts: cheap enough
	/// for every block.
	///
	/// # Errors
	/// The first that does not hold.
	pub fn check_pools() -> Result<(), TryRuntimeError> {
		for pool in T::RiskEngine::pools().into_iter().chain([GLOBAL_POOL]) {
			Self::check_pool(pool, &Pools::<T>::get(pool))?;
		}
		for asset in T::RiskEngine::assets() {
			let on_hand = T::Vault::collateral_on_hand(asset);
			ensure!(Held::<T>::get(asset) == on_hand, "accounts do not hold what the vault holds");
		}
		Ok(())
	}

	fn check_pool(pool: PoolId, book: &PoolBook) -> Result<(), TryRuntimeError> {
		let on_hand = Quote::from_unsigned(T::Vault::quote_on_hand(pool).get());
		let on_hand = on_hand.map_err(|_| "quote on hand is out of range")?;
		let owed = book.claims.try_add(book.fund);
		let owned = on_hand.try_add(book.receivable);
		ensure!(
			owed.is_ok() && owed == owned,
			"claims and fund are not quote on hand and receivable"
		);
		ensure!(!book.fund.is_negative(), "a fund is below zero");
		ensure!(!book.receivable.is_negative(), "a receivable is below zero");
		ensure!(!book.principal.is_negative(), "principal is below zero");

		let debts = CachedIndices::<T>::new(pool).borrow().debt(book.principal);
		let debts = debts.and_then(|debts| debts.to_quote(Rounding::Up));
		let debts = debts.map_err(|_| "debts are out of range")?;
		ensure!(book.receivable <= debts, "more is receivable than is owed");
		Ok(())
	}

	fn check_sums(sums: &Sums) -> Result<(), TryRuntimeError> {
		for (pool, book) in Pools::<T>::iter() {
			let (claims, principal) = sums.pools.get(&pool).copied().unwrap_or_default();
			ensure!(book.claims == claims, "a pool's claims are not the sum of its accounts'");
			ensure!(book.principal == principal, "principal is not the sum of loans");
		}
		for (pool, sum) in &sums.pools {
			let is_kept = Pools::<T>::contains_key(pool) || *sum == Default::default();
			ensure!(is_kept, "accounts of a pool without books");
		}
		for (market, (lots, long)) in &sums.markets {
			ensure!(lots.is_zero(), "longs are not shorts");
			ensure!(OpenInterest::<T>::get(market) == *long, "open interest is not what is long");
		}
		for (market, long) in OpenInterest::<T>::iter() {
			let exists = long.is_zero() || sums.markets.contains_key(&market);
			ensure!(exists, "open interest is not what is long");
		}
		for (asset, held) in Held::<T>::iter() {
			let sum = sums.assets.get(&asset).copied().unwrap_or_default();
			ensure!(held == sum, "what is held of an asset is not the sum over accounts");
		}
		let known = |asset: &AssetId| Held::<T>::contains_key(asset);
		ensure!(sums.assets.keys().all(known), "an asset is held and not counted");
		Ok(())
	}

	fn check_account(key: &AccountKey, account: &Subaccount) -> Result<(), TryRuntimeError> {
		let Subaccount { info, state, .. } = account;
		ensure!(*key == info.id.key(), "an account is stored under another's key");
		ensure!(!state.loan.is_negative(), "a loan is below zero");
		ensure!(
			!state.cash.is_positive() || state.loan.is_zero(),
			"an account with cash owes a loan"
		);
		for (market, position) in state.positions.iter() {
			ensure!(!position.lots.is_zero(), "a position is flat");
			ensure!(
				Self::check_market(info, market).is_ok(),
				"a position in a market that the account may not trade"
			);
		}
		ensure!(
			state.collateral.iter().all(|(_, amount)| !amount.is_zero()),
			"a balance of collateral is zero"
		);
		Self::check_filing(key, account)
	}

	/// Whoever is liquidatable is due or has a crossed level; whoever is not is filed as it is.
	fn check_filing(key: &AccountKey, account: &Subaccount) -> Result<(), TryRuntimeError> {
		let Subaccount { state, stakes, .. } = account;
		if T::Backstops::contains(key) {
			ensure!(stakes.is_empty(), "a backstop has stakes");
			ensure!(Filings::<T>::get(key).is_none(), "a backstop is filed");
			return Ok(());
		}
		let indices = CachedIndices::<T>::new(account.info.pool);
		let Ok(evaluation) = evaluate(state, &indices) else {
			let is_due = matches!(Filings::<T>::get(key), Some(Filing::Due(_)));
			ensure!(is_due, "an account that cannot be computed is not set aside");
			return Ok(());
		};
		let is_due = matches!(Filings::<T>::get(key), Some(Filing::Due(_)));
		let true_to_it = stakes.iter().all(|stake| is_of_a_position(stake, state));
		ensure!(is_due || true_to_it, "a stake is not of a position");
		OnChain::<T>::book().check(key, &evaluation).map_err(|violation| {
			TryRuntimeError::Other(match violation {
				Violation::Unfiled => "an account that could be liquidated is not filed",
				Violation::NotCovered => "an account is not covered by its levels",
				Violation::LevelMissing => "a level is missing from the trigger book",
				Violation::DueMissing => "a due account is missing from the queue",
			})
		})
	}

	/// Nothing is in the book that does not belong to an account's filing.
	fn check_book() -> Result<(), TryRuntimeError> {
		let (mut levels, mut due) = (Vec::<LevelKey>::new(), Vec::<DueKey>::new());
		for (key, filing) in Filings::<T>::iter() {
			ensure!(Subaccounts::<T>::contains_key(key), "a filing without an account");
			match filing {
				Filing::Watched(certificate) => {
					levels.extend(certificate.entries.iter().map(|entry| {
						LevelKey::new(&entry.list(certificate.band), entry.trigger, &key)
					}));
				},
				Filing::Due(shortfall) => due.push(DueKey::new(shortfall, &key)),
			}
		}
		levels.sort_unstable();
		due.sort_unstable();
		ensure!(
			Levels::<T>::iter_keys().eq(levels),
			"the trigger book's levels are not those of the filings"
		);
		ensure!(Due::<T>::iter_keys().eq(due), "the due queue is not that of the filings");
		Ok(())
	}
}

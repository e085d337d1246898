//! What must hold after every block. The pallets' own checks, which are ordinary code.

use breakwater_interfaces::{RiskEngine as _, Vault as _, GLOBAL_POOL};
use breakwater_runtime::{
	CircuitBreaker, Contagion, Custody, Exchange, Insurance, Liquidation, Margin, Oracle, Risk,
	Runtime,
};
use breakwater_units::Quote;
use polkadot_sdk::*;
use sp_runtime::TryRuntimeError;

/// Checks the sums, and if `full` also everything that needs a walk over the whole state: the
/// trigger book against a full scan of all accounts, longs against shorts, the book's levels
/// against its orders, claims against the vault, tranches and deleveraging, offers against accounts.
///
/// # Errors
/// What did not hold, in words.
pub fn check(full: bool) -> Result<(), String> {
	sums()?;
	if !full {
		return Ok(());
	}
	let in_words = |what: &'static str| move |error: TryRuntimeError| format!("{what}: {error:?}");
	Oracle::do_try_state().map_err(in_words("oracle"))?;
	Risk::do_try_state().map_err(in_words("risk"))?;
	CircuitBreaker::do_try_state().map_err(in_words("circuit breaker"))?;
	Margin::do_try_state().map_err(in_words("margin"))?;
	Custody::do_try_state().map_err(in_words("custody"))?;
	Exchange::do_try_state().map_err(in_words("exchange"))?;
	Insurance::do_try_state().map_err(in_words("insurance"))?;
	Liquidation::do_try_state().map_err(in_words("liquidation"))?;
	Contagion::do_try_state().map_err(in_words("contagion"))
}

/// In every pool, and the one of the fund that all share, to the unit: what accounts and fund claim
/// is what is in custody and lent out.
fn sums() -> Result<(), String> {
	for pool in Risk::pools().into_iter().chain([GLOBAL_POOL]) {
		let book = breakwater_ledger::Pools::<Runtime>::get(pool);
		let on_hand = Quote::from_unsigned(Custody::quote_on_hand(pool).get())
			.map_err(|_| "quote on hand does not fit")?;
		let claims = book.claims.saturating_add(book.fund);
		let has = on_hand.saturating_add(book.receivable);
		if claims != has {
			return Err(format!(
				"pool {}: claims of {} quanta on {}: {} were created or lost",
				pool.0,
				claims.get(),
				has.get(),
				has.saturating_sub(claims).get()
			));
		}
	}
	Ok(())
}

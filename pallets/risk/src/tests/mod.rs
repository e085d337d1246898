use breakwater_interfaces::RiskEngine;
use breakwater_units::Price;

use crate::mock::*;

mod asset;
mod contagion;
mod correlation;
mod genesis;
mod listing;
mod market;
mod pool;
mod properties;
mod try_state;

mod a_block {
	use super::*;

	#[test]
	fn without_a_price_has_no_index() {
		listed_chain().execute_with(|| {
			block(T0);
			assert_eq!(Risk::market(PERP), None);
			assert_eq!(Risk::collateral(COIN), None);
			assert_eq!(Risk::pricing(PERP), None);
		});
	}

	#[test]
	fn gives_every_leg_its_index() {
		with_chain(|| {
			assert_eq!(Risk::market(PERP).unwrap().price(), Price::new(START));
			assert_eq!(Risk::collateral(COIN).unwrap().leg().price(), Price::new(START));
		});
	}
}

//! A chain specification is written by people.

use breakwater_units::Ratio;
use frame_support::traits::BuildGenesisConfig;
use polkadot_sdk::*;

use crate::{mock::*, Assets, GenesisConfig, Percent, Pools, Whole};

const SPECIFICATION: &str = r#"{
	"pools": [{
		"symbol": "main",
		"quoteFeed": 1,
		"minDeposit": "1000000",
		"minEquity": "10000000",
		"maxLoan": "1000000000000",
		"maxBorrowed": "10000000000000",
		"interest": "10%",
		"interestPeriod": 3600000,
		"profitCap": "1000000000000",
		"notionalFloor": "1%",
		"outflowShare": "25%",
		"outflowFloor": "1000000000",
		"accountShare": "50%",
		"accountFloor": "1000000000",
		"outflowWindow": 3600000,
		"drawdown": { "trip": "30%", "release": "20%" },
		"backlog": { "trip": 100, "release": 10 },
		"breakerRelease": 60000,
		"fund": {
			"inventoryShare": "20%",
			"inventoryStress": "20%",
			"unwindBand": "1%",
			"unwindShare": "20%",
			"hedgeCorrelation": "80%",
			"drawShare": "30%",
			"drawQuiet": 86400000,
			"exitDelay": 604800000,
			"exitFreeze": 259200000,
			"exitWindow": 172800000,
			"premiumBase": "1%",
			"premiumSlope": "4%",
			"premiumMax": "5%",
			"premiumCapital": "20%",
			"premiumWeights": [4, 2, 1],
			"targetShare": "2%",
			"sweepShare": "1%",
			"lookBack": 86400000
		}
	}],
	"assets": [{
		"symbol": "BTC",
		"decimals": 8,
		"feed": 0,
		"unitsPerLot": "100000",
		"tickValue": 10,
		"brackets": [],
		"tail": "300%",
		"horizon": 3600000,
		"wrongWay": "0%",
		"lowestHaircut": "5%",
		"ramp": {
			"risePerHour": "20%",
			"fallPerHour": "10%",
			"gapPerHour": "25%",
			"maintenanceShare": "60%"
		},
		"dailySigma": "4%",
		"dailyVolume": 10000000,
		"cap": "100000000000",
		"minDeposit": "10000"
	}]
}"#;

fn specification() -> GenesisConfig<Test> {
	serde_json::from_str(SPECIFICATION).unwrap()
}

#[test]
fn a_specification_is_read_as_it_is_meant() {
	empty_chain().execute_with(|| {
		specification().build();
		assert_eq!(Pools::<Test>::get(POOL), Some(pool_terms()));
		assert_eq!(Assets::<Test>::get(COIN), Some(asset_terms()));
		Risk::do_try_state().unwrap();
	});
}

#[test]
fn a_specification_survives_being_written() {
	let config = specification();
	let written = serde_json::to_string(&config).unwrap();
	let again: GenesisConfig<Test> = serde_json::from_str(&written).unwrap();
	assert_eq!((again.pools, again.assets), (config.pools, config.assets));
}

#[test]
#[should_panic(expected = "the risk engine's genesis: asset BTC: TickValueMismatch")]
fn a_bad_asset_stops_the_chain_and_is_named() {
	empty_chain().execute_with(|| {
		let mut config = specification();
		config.assets[0].tick_value = 1;
		config.build();
	});
}

#[test]
#[should_panic(expected = "the risk engine's genesis: pool main: InterestTooHigh")]
fn a_bad_pool_stops_the_chain_and_is_named() {
	empty_chain().execute_with(|| {
		let mut config = specification();
		config.pools[0].interest = Percent(percent(101));
		config.build();
	});
}

#[test]
fn an_unknown_field_is_refused() {
	let misspelt = SPECIFICATION.replace("wrongWay", "wrongWey");
	assert!(serde_json::from_str::<GenesisConfig<Test>>(&misspelt).is_err());
}

mod a_percent {
	use super::*;

	fn read(text: &str) -> Result<u64, String> {
		Percent::try_from(String::from(text)).map(|percent| percent.0.get())
	}

	#[test]
	fn is_exact_to_a_billionth() {
		assert_eq!(read("12.5%"), Ok(125_000_000));
		assert_eq!(read("0.0000001%"), Ok(1));
		assert_eq!(read("350%"), Ok(3_500_000_000));
		assert_eq!(read("0%"), Ok(0));
	}

	#[test]
	fn is_written_as_it_is_read() {
		for text in ["12.5%", "0.0000001%", "350%", "0%", "100%", "0.05%"] {
			let percent = Percent::try_from(String::from(text)).unwrap();
			assert_eq!(String::from(percent), text);
		}
	}

	#[test]
	fn that_is_none_is_refused() {
		let none = ["", "%", "5", "-5%", "+5%", "5.%", ".5%", "5 %", "1e3%", "0.00000001%"];
		for text in none.into_iter().chain(["99999999999999%", "5.+1%", "1.2.3%"]) {
			assert!(read(text).is_err(), "{text}");
		}
	}
}

#[test]
fn a_whole_number_is_only_digits() {
	let read = |text: &str| Whole::try_from(String::from(text)).map(|whole| whole.0);
	assert_eq!(read("340282366920938463463374607431768211455"), Ok(u128::MAX));
	for text in ["", "-1", "+1", "1.0", "340282366920938463463374607431768211456"] {
		assert!(read(text).is_err(), "{text}");
	}
	assert_eq!(Percent::default().0, Ratio::ZERO);
}

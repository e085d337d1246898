//! What operators see of the oracle on their dashboards.

use std::time::Duration;

use breakwater_primitives::{
	oracle::{FeedInfo, OracleApi, PriceInfo, ReporterInfo},
	OpaqueBlock,
};
use breakwater_sources::{FetchError, Source};
use polkadot_sdk::{substrate_prometheus_endpoint as prometheus, *};
use prometheus::{
	register, CounterVec, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, Opts,
	PrometheusError, Registry, F64, U64,
};
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use sp_core::crypto::Ss58Codec;

/// How this node's sources do.
#[derive(Clone)]
pub(crate) struct SourceMetrics {
	answers: CounterVec<U64>,
	seconds: HistogramVec,
	price_ticks: GaugeVec<U64>,
}

impl SourceMetrics {
	pub(crate) fn new(registry: &Registry) -> Result<Self, PrometheusError> {
		let of_source = &["feed", "venue"];
		Ok(Self {
			answers: register(
				CounterVec::new(
					Opts::new(
						"breakwater_oracle_source_answers_total",
						"Questions to a source, by how they went: ok, or the kind of failure",
					),
					&["feed", "venue", "result"],
				)?,
				registry,
			)?,
			seconds: register(
				HistogramVec::new(
					HistogramOpts::new(
						"breakwater_oracle_source_seconds",
						"How long a source took to answer",
					),
					of_source,
				)?,
				registry,
			)?,
			price_ticks: register(
				GaugeVec::new(
					Opts::new(
						"breakwater_oracle_source_price_ticks",
						"The last price of a source, in ticks of its feed",
					),
					of_source,
				)?,
				registry,
			)?,
		})
	}

	pub(crate) fn answered(
		&self,
		source: &Source,
		outcome: &Result<u64, FetchError>,
		took: Duration,
	) {
		let (feed, venue) = (source.feed.as_str(), source.venue.as_str());
		let result = outcome.as_ref().map_or_else(FetchError::kind, |_| "ok");
		self.answers.with_label_values(&[feed, venue, result]).inc();
		let seconds: &Histogram = &self.seconds.with_label_values(&[feed, venue]);
		seconds.observe(took.as_secs_f64());
		if let Ok(ticks) = outcome {
			self.price_ticks.with_label_values(&[feed, venue]).set(*ticks);
		}
	}
}

/// How the chain's prices and reporters do.
#[derive(Clone)]
pub(crate) struct ChainMetrics {
	price: GaugeVec<F64>,
	confidence: GaugeVec<F64>,
	age: GaugeVec<F64>,
	participation: GaugeVec<F64>,
	permitted: GaugeVec<U64>,
	strikes: GaugeVec<U64>,
	penalty_level: GaugeVec<U64>,
	bond: GaugeVec<F64>,
	weight: GaugeVec<F64>,
	report_age: GaugeVec<U64>,
	finality_lag: Gauge<U64>,
}

impl ChainMetrics {
	pub(crate) fn new(registry: &Registry) -> Result<Self, PrometheusError> {
		let real = |name: &str, help: &str, labels: &[&str]| {
			register(GaugeVec::<F64>::new(Opts::new(name, help), labels)?, registry)
		};
		let whole = |name: &str, help: &str, labels: &[&str]| {
			register(GaugeVec::<U64>::new(Opts::new(name, help), labels)?, registry)
		};
		Ok(Self {
			price: real("breakwater_oracle_price", "Price in the quote currency", &["feed"])?,
			confidence: real(
				"breakwater_oracle_confidence",
				"Half width of the interval around the price, in the quote currency",
				&["feed"],
			)?,
			age: real("breakwater_oracle_price_age_seconds", "Age of the price", &["feed"])?,
			participation: real(
				"breakwater_oracle_participation",
				"Share of the reporters' weight that the price rests on",
				&["feed"],
			)?,
			permitted: whole(
				"breakwater_oracle_permitted",
				"Whether the price may be used for an action",
				&["feed", "action"],
			)?,
			strikes: whole(
				"breakwater_oracle_strikes",
				"Strikes of a reporter since its last penalty",
				&["reporter"],
			)?,
			penalty_level: whole(
				"breakwater_oracle_penalty_level",
				"How often a reporter's weight is halved",
				&["reporter"],
			)?,
			bond: real(
				"breakwater_oracle_bond",
				"What a reporter has at stake, in the token",
				&["reporter"],
			)?,
			weight: real(
				"breakwater_oracle_weight",
				"A reporter's share of the weight",
				&["reporter"],
			)?,
			report_age: whole(
				"breakwater_oracle_report_age_blocks",
				"Blocks since the round of a reporter's last report",
				&["reporter"],
			)?,
			finality_lag: register(
				Gauge::new(
					"breakwater_oracle_finality_lag_blocks",
					"Blocks between the best block and the newest the reporters know to be final",
				)?,
				registry,
			)?,
		})
	}

	/// Asks the chain's best block and sets the metrics.
	pub(crate) fn renew<C>(&self, client: &C) -> Result<(), ApiError>
	where
		C: ProvideRuntimeApi<OpaqueBlock> + HeaderBackend<OpaqueBlock>,
		C::Api: OracleApi<OpaqueBlock>,
	{
		let (api, best) = (client.runtime_api(), client.info().best_hash);
		let feeds = api.feeds(best)?;
		for price in api.prices(best)? {
			if let Some(feed) = feeds.iter().find(|feed| feed.feed == price.feed) {
				self.show_price(feed, &price);
			}
		}
		let status = api.status(best)?;
		let reporters = api.reporters(best)?;
		let total: u128 = reporters.iter().map(|reporter| reporter.weight).sum();
		for reporter in &reporters {
			self.show_reporter(reporter, total, status.round);
		}
		if let Some(lag) = status.finality_lag {
			self.finality_lag.set(lag.into());
		}
		Ok(())
	}

	fn show_price(&self, feed: &FeedInfo, price: &PriceInfo) {
		let symbol = String::from_utf8_lossy(&feed.symbol);
		let tick = 10f64.powi(-i32::from(feed.decimals));
		let of_feed = [symbol.as_ref()];
		self.price.with_label_values(&of_feed).set(price.price as f64 * tick);
		self.confidence.with_label_values(&of_feed).set(price.confidence as f64 * tick);
		self.age.with_label_values(&of_feed).set(price.age as f64 / 1e3);
		self.participation.with_label_values(&of_feed).set(price.participation as f64 / 1e9);
		for (action, permitted) in [
			("liquidate", price.liquidate),
			("trade", price.trade),
			("add_risk", price.add_risk),
			("withdraw", price.withdraw),
		] {
			self.permitted.with_label_values(&[&symbol, action]).set(permitted.into());
		}
	}

	fn show_reporter(&self, reporter: &ReporterInfo, total: u128, round: u32) {
		let account = reporter.account.to_ss58check();
		let who = [account.as_str()];
		self.strikes.with_label_values(&who).set(reporter.strikes.into());
		self.penalty_level.with_label_values(&who).set(reporter.penalty_level.into());
		let unit = breakwater_primitives::currency::UNIT as f64;
		self.bond.with_label_values(&who).set(reporter.bond as f64 / unit);
		self.weight.with_label_values(&who).set(reporter.weight as f64 / total.max(1) as f64);
		if let Some(last) = reporter.round {
			self.report_age.with_label_values(&who).set(round.saturating_sub(last).into());
		}
	}
}

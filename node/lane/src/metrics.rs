//! What operators see of the lane on their dashboards.

use polkadot_sdk::substrate_prometheus_endpoint as prometheus;
use prometheus::{register, Counter, CounterVec, Gauge, Opts, PrometheusError, Registry, U64};

use crate::Origin;

/// Counts what goes through the lane.
#[derive(Clone)]
pub struct Metrics {
	pub(crate) waiting: Gauge<U64>,
	received: CounterVec<U64>,
	refused: CounterVec<U64>,
	pub(crate) included: Counter<U64>,
	pub(crate) lost: Counter<U64>,
}

impl Metrics {
	/// Registers the metrics.
	///
	/// # Errors
	/// There are metrics of these names already.
	pub fn new(registry: &Registry) -> Result<Self, PrometheusError> {
		Ok(Self {
			waiting: register(
				Gauge::new(
					"breakwater_reports_in_lane",
					"Reports near the best block, included or not",
				)?,
				registry,
			)?,
			received: register(
				CounterVec::new(
					Opts::new(
						"breakwater_reports_received_total",
						"Reports that came into the lane, by where from: worker, submitted, peer",
					),
					&["from"],
				)?,
				registry,
			)?,
			refused: register(
				CounterVec::new(
					Opts::new(
						"breakwater_reports_refused_total",
						"Reports that did not come into the lane, or not from there into a block",
					),
					&["why"],
				)?,
				registry,
			)?,
			included: register(
				Counter::new(
					"breakwater_reports_included_total",
					"Reports in blocks that this node made",
				)?,
				registry,
			)?,
			lost: register(
				Counter::new(
					"breakwater_reports_lost_total",
					"Reports by this node's worker or feeder that no block of the best chain took",
				)?,
				registry,
			)?,
		})
	}

	pub(crate) fn received(&self, origin: Origin) {
		self.received.with_label_values(&[origin.name()]).inc();
	}

	pub(crate) fn refused(&self, why: &str) {
		self.refused.with_label_values(&[why]).inc();
	}
}

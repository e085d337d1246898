//! Plots as SVG that stands alone: titled, labelled, and told what to look for.

use std::fmt::Write;

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
	/// Dollars.
	Money,
	/// A part, written in percent.
	Percent,
	/// Anything counted.
	Count,
	/// A price.
	Price,
	/// Milliseconds since the Unix epoch, written as time of day, UTC.
	Time,
}

/// Writes a number for people.
pub fn number(value: f64, unit: Unit) -> String {
	let sign = if value < 0.0 { "−" } else { "" };
	let size = value.abs();
	match unit {
		Unit::Money => format!("{sign}${}", short(size)),
		Unit::Percent => {
			let text = format!("{:.2}", size * 100.0);
			format!("{sign}{} %", text.trim_end_matches('0').trim_end_matches('.'))
		},
		Unit::Count => format!("{sign}{}", short(size)),
		Unit::Price if size >= 1_000.0 => format!("{sign}{}", thousands(size.round() as u64)),
		Unit::Price if size >= 1.0 => format!("{sign}{size:.2}"),
		Unit::Price => format!("{sign}{size:.4}"),
		Unit::Time => {
			let minutes = (value / 60_000.0).round() as u64;
			format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
		},
	}
}

fn short(size: f64) -> String {
	let (scaled, suffix) = match size {
		0.0..1e4 => (size, ""),
		1e4..1e6 => (size / 1e3, "k"),
		1e6..1e9 => (size / 1e6, "M"),
		_ => (size / 1e9, "bn"),
	};
	if suffix.is_empty() && scaled >= 1_000.0 {
		return thousands(scaled.round() as u64);
	}
	let text = match scaled {
		100.0.. => format!("{scaled:.0}"),
		10.0..100.0 => format!("{scaled:.1}"),
		_ => format!("{scaled:.2}"),
	};
	let text =
		if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
	format!("{text}{suffix}")
}

/// With a comma every three digits.
pub fn thousands(value: u64) -> String {
	let digits = value.to_string();
	let mut text = String::new();
	for (place, digit) in digits.chars().enumerate() {
		if place > 0 && (digits.len() - place).is_multiple_of(3) {
			text.push(',');
		}
		text.push(digit);
	}
	text
}

/// What may not stand in HTML.
pub fn escape(text: &str) -> String {
	text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
	/// In the legend.
	pub name: String,
	/// Its points, in order of x.
	pub points: Vec<(f64, f64)>,
	/// Filled down to zero.
	pub area: bool,
}

impl Series {
	/// A line.
	pub fn line(name: &str, points: Vec<(f64, f64)>) -> Self {
		Self { name: name.into(), points, area: false }
	}

	/// A filled line.
	pub fn area(name: &str, points: Vec<(f64, f64)>) -> Self {
		Self { name: name.into(), points, area: true }
	}
}

/// Lines over a common axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
	/// What it shows.
	pub title: String,
	/// What to look for.
	pub says: String,
	/// Unit of the horizontal axis.
	pub x: Unit,
	/// Unit of the vertical axis.
	pub y: Unit,
	/// Whether zero is on it.
	pub from_zero: bool,
	/// A value that is drawn across, and its name.
	pub limit: Option<(String, f64)>,
	/// Lines.
	pub series: Vec<Series>,
}

const WIDE: f64 = 860.0;
const NARROW: f64 = 380.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 24.0;
/// Points a line is drawn with at most.
const MOST_POINTS: usize = 600;

/// Both widths of a drawing: a page shows the one that fits.
fn both(draw: impl Fn(f64) -> String) -> String {
	format!("<div class=\"wide\">{}</div><div class=\"narrow\">{}</div>", draw(WIDE), draw(NARROW))
}

/// A title, the drawing, and what it says.
fn figure(title: &str, legend: &str, drawing: &str, says: &str) -> String {
	format!(
		"<figure><h3>{}</h3>{legend}{drawing}<figcaption>{}</figcaption></figure>\n",
		escape(title),
		escape(says)
	)
}

fn legend<'a>(names: impl Iterator<Item = (usize, &'a str)>) -> String {
	let items: String = names
		.map(|(colour, name)| format!("<span><i class=\"k{colour}\"></i>{}</span>", escape(name)))
		.collect();
	format!("<p class=\"legend\">{items}</p>")
}

/// Steps of an axis: ones, twos or fives.
fn ticks(from: f64, to: f64, about: usize, unit: Unit) -> Vec<f64> {
	let step = if unit == Unit::Time {
		let minutes = (to - from) / 60_000.0 / about as f64;
		let steps = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 240.0, 360.0, 720.0, 1_440.0];
		steps.into_iter().find(|step| *step >= minutes).unwrap_or(10_080.0) * 60_000.0
	} else {
		let rough = (to - from) / about as f64;
		let size = 10f64.powf(rough.log10().floor());
		let step =
			[1.0, 2.0, 5.0, 10.0].into_iter().find(|by| by * size >= rough).unwrap_or(10.0) * size;
		if unit == Unit::Count {
			step.max(1.0)
		} else {
			step
		}
	};
	let mut at = (from / step).ceil() * step;
	let mut all = Vec::new();
	while at <= to + step * 1e-9 && all.len() < 30 {
		all.push(at);
		at += step;
	}
	all
}

/// Fewer points that look the same: of each of so many stretches the lowest and the highest.
fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
	if points.len() <= MOST_POINTS {
		return points.to_vec();
	}
	let stretch = points.len().div_ceil(MOST_POINTS / 2);
	let of = |chunk: &[(f64, f64)]| {
		let by = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
		let mut two = [
			*chunk.iter().min_by(by).unwrap_or(&chunk[0]),
			*chunk.iter().max_by(by).unwrap_or(&chunk[0]),
		];
		two.sort_by(|a, b| a.0.total_cmp(&b.0));
		two
	};
	points.chunks(stretch).flat_map(of).collect()
}

/// From numbers to places.
struct Scale {
	x: (f64, f64),
	y: (f64, f64),
	width: f64,
}

impl Scale {
	fn x(&self, value: f64) -> f64 {
		LEFT + (value - self.x.0) / (self.x.1 - self.x.0).max(1e-12) * (self.width - LEFT - RIGHT)
	}

	fn y(&self, value: f64) -> f64 {
		let height = HEIGHT - TOP - BOTTOM;
		TOP + height - (value - self.y.0) / (self.y.1 - self.y.0).max(1e-12) * height
	}

	fn grid(&self, (x, y): (Unit, Unit)) -> String {
		let mut svg = String::new();
		let right = self.width - RIGHT;
		for at in ticks(self.y.0, self.y.1, 4, y) {
			let place = self.y(at);
			let _ = write!(
				svg,
				"<path class=\"grid\" d=\"M{LEFT} {place:.1}H{right}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
				LEFT - 6.0,
				place + 4.0,
				number(at, y)
			);
		}
		let about = if self.width > NARROW { 8 } else { 4 };
		for at in ticks(self.x.0, self.x.1, about, x) {
			let place = self.x(at);
			let _ = write!(
				svg,
				"<text x=\"{place:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
				HEIGHT - 6.0,
				number(at, x)
			);
		}
		svg
	}
}

fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
	values.fold(None, |range, value| match range {
		None => Some((value, value)),
		Some((low, high)) => Some((value.min(low), value.max(high))),
	})
}

fn svg(width: f64, height: f64, title: &str, inside: &str) -> String {
	format!(
		"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">{inside}</svg>",
		escape(title)
	)
}

impl Plot {
	/// As a figure; nothing where there are no points.
	pub fn render(&self) -> String {
		let points = || self.series.iter().flat_map(|series| &series.points);
		let Some(x) = range(points().map(|point| point.0)) else { return String::new() };
		if self.from_zero && points().all(|point| point.1 == 0.0) {
			let nothing = "<p class=\"nothing\">Zero throughout.</p>";
			return figure(&self.title, "", nothing, &self.says);
		}
		let limit = self.limit.iter().map(|(_, value)| *value);
		let zero = self.from_zero.then_some(0.0);
		let y = range(points().map(|point| point.1).chain(limit).chain(zero)).unwrap_or_default();
		// Flat lines stand in the middle, and nothing at the rim.
		let spare = if y.1 > y.0 { (y.1 - y.0) * 0.05 } else { y.1.abs() * 0.05 + 1e-6 };
		let low = if self.from_zero && y.0 >= 0.0 { 0.0 } else { y.0 - spare };
		let y = (low, y.1 + spare);
		let names = (0..).zip(self.series.iter().map(|series| series.name.as_str()));
		let limits = self.limit.iter().map(|(name, _)| (9, name.as_str()));
		let drawing = both(|width| self.draw(&Scale { x, y, width }));
		figure(&self.title, &legend(names.chain(limits)), &drawing, &self.says)
	}

	fn draw(&self, scale: &Scale) -> String {
		let mut inside = scale.grid((self.x, self.y));
		for (colour, series) in self.series.iter().enumerate() {
			let points = thin(&series.points);
			let mut path = String::new();
			for (place, (x, y)) in points.iter().enumerate() {
				let letter = if place == 0 { 'M' } else { 'L' };
				let _ = write!(path, "{letter}{:.1} {:.1}", scale.x(*x), scale.y(*y));
			}
			if let (true, Some(first), Some(last)) = (series.area, points.first(), points.last()) {
				let floor = scale.y(scale.y.0.max(0.0));
				let _ = write!(
					inside,
					"<path class=\"a{colour}\" d=\"{path}L{:.1} {floor:.1}L{:.1} {floor:.1}Z\"/>",
					scale.x(last.0),
					scale.x(first.0)
				);
			}
			let _ = write!(inside, "<path class=\"l{colour}\" d=\"{path}\"/>");
		}
		if let Some((_, value)) = &self.limit {
			let place = scale.y(*value);
			let right = scale.width - RIGHT;
			let _ = write!(inside, "<path class=\"limit\" d=\"M{LEFT} {place:.1}H{right}\"/>");
		}
		svg(scale.width, HEIGHT, &self.title, &inside)
	}
}

/// From, to, and the place of the state.
pub type Stretch = (f64, f64, usize);
/// A point, and what it is.
pub type Point = (f64, f64, String);

/// What state each of several things was in over time.
#[derive(Clone, Debug, PartialEq)]
pub struct Strips {
	/// What it shows.
	pub title: String,
	/// What to look for.
	pub says: String,
	/// The states, from good to bad.
	pub states: Vec<String>,
	/// Name, and stretches: from, to, and the place of the state.
	pub rows: Vec<(String, Vec<Stretch>)>,
}

impl Strips {
	/// As a figure.
	pub fn render(&self) -> String {
		let ends = self.rows.iter().flat_map(|(_, row)| row.iter().flat_map(|(a, b, _)| [*a, *b]));
		let Some(x) = range(ends) else { return String::new() };
		let names = self.states.iter().enumerate().map(|(place, name)| (10 + place, name.as_str()));
		figure(&self.title, &legend(names), &both(|width| self.draw(x, width)), &self.says)
	}

	fn draw(&self, x: (f64, f64), width: f64) -> String {
		const ROW: f64 = 30.0;
		let scale = Scale { x, y: (0.0, 1.0), width };
		let mut inside = String::new();
		for (place, (name, stretches)) in self.rows.iter().enumerate() {
			let top = TOP + ROW * place as f64;
			for (from, to, state) in stretches {
				let (left, right) = (scale.x(*from), scale.x(*to));
				let _ = write!(
					inside,
					"<rect class=\"s{state}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"20\"/>",
					(right - left).max(1.0)
				);
			}
			let _ = write!(
				inside,
				"<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
				LEFT - 4.0,
				top + 14.0,
				escape(name.trim_end_matches("-PERP"))
			);
		}
		let height = TOP + ROW * self.rows.len() as f64 + 16.0;
		let about = if width > NARROW { 8 } else { 4 };
		for at in ticks(x.0, x.1, about, Unit::Time) {
			let _ = write!(
				inside,
				"<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
				scale.x(at),
				height - 4.0,
				number(at, Unit::Time)
			);
		}
		svg(width, height, &self.title, &inside)
	}
}

/// Amounts made of parts, one bar below the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
	/// What it shows.
	pub title: String,
	/// What to look for.
	pub says: String,
	/// Unit of the amounts.
	pub unit: Unit,
	/// Names of the parts.
	pub parts: Vec<String>,
	/// Name of a bar, and its parts.
	pub rows: Vec<(String, Vec<f64>)>,
}

impl Bars {
	/// As a figure.
	pub fn render(&self) -> String {
		let names = self.parts.iter().enumerate().map(|(place, name)| (place, name.as_str()));
		figure(&self.title, &legend(names), &both(|width| self.draw(width)), &self.says)
	}

	fn draw(&self, width: f64) -> String {
		const ROW: f64 = 44.0;
		const END: f64 = 70.0;
		let total = |parts: &[f64]| parts.iter().sum::<f64>();
		let most = self.rows.iter().map(|(_, parts)| total(parts)).fold(1e-9, f64::max);
		let mut inside = String::new();
		for (place, (name, parts)) in self.rows.iter().enumerate() {
			let top = ROW * place as f64;
			let _ = write!(inside, "<text x=\"4\" y=\"{:.1}\">{}</text>", top + 14.0, escape(name));
			let mut left = 4.0;
			for (colour, part) in parts.iter().enumerate() {
				let size = part / most * (width - END - 8.0);
				let _ = write!(
					inside,
					"<rect class=\"b{colour}\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{size:.1}\" height=\"16\"/>",
					top + 20.0
				);
				left += size;
			}
			let _ = write!(
				inside,
				"<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
				left + 6.0,
				top + 33.0,
				number(total(parts), self.unit)
			);
		}
		svg(width, ROW * self.rows.len() as f64 + 4.0, &self.title, &inside)
	}
}

/// Points with names, one group a colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
	/// What it shows.
	pub title: String,
	/// What to look for.
	pub says: String,
	/// Name and unit of the horizontal axis.
	pub x: (String, Unit),
	/// Name and unit of the vertical axis.
	pub y: (String, Unit),
	/// Groups: name, and points with theirs.
	pub groups: Vec<(String, Vec<Point>)>,
}

impl Scatter {
	/// As a figure; nothing where there are no points.
	pub fn render(&self) -> String {
		let all = || self.groups.iter().flat_map(|(_, points)| points);
		let Some(x) = range(all().map(|point| point.0)) else { return String::new() };
		let Some(y) = range(all().map(|point| point.1).chain([0.0])) else { return String::new() };
		let spare =
			|(low, high): (f64, f64)| (high - low).abs().max(high.abs() * 0.02).max(1e-9) * 0.12;
		let x = (x.0 - spare(x), x.1 + spare(x) * 2.0);
		let y = (y.0, y.1 + spare(y));
		let names = self.groups.iter().enumerate().map(|(place, (name, _))| (place, name.as_str()));
		let axes = format!(
			"<p class=\"axes\">across: {}; up: {}</p>",
			escape(&self.x.0),
			escape(&self.y.0)
		);
		let drawing = both(|width| self.draw(&Scale { x, y, width }));
		figure(&self.title, &(legend(names) + &axes), &drawing, &self.says)
	}

	fn draw(&self, scale: &Scale) -> String {
		let mut inside = scale.grid((self.x.1, self.y.1));
		for (colour, (_, points)) in self.groups.iter().enumerate() {
			for (x, y, name) in points {
				let (left, top) = (scale.x(*x), scale.y(*y));
				let _ = write!(
					inside,
					"<circle class=\"b{colour}\" cx=\"{left:.1}\" cy=\"{top:.1}\" r=\"5\"/><text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
					left + 8.0,
					top - 6.0,
					escape(name)
				);
			}
		}
		svg(scale.width, HEIGHT, &self.title, &inside)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_are_short() {
		let money = [0.0, 12.5, 1_234.0, 56_789.0, -1_234_567.0, 2.5e9];
		let money = money.map(|value| number(value, Unit::Money));
		assert_eq!(money, ["$0", "$12.5", "$1,234", "$56.8k", "−$1.23M", "$2.5bn"]);
		assert_eq!(number(0.0125, Unit::Percent), "1.25 %");
		assert_eq!(number(0.2, Unit::Percent), "20 %");
		assert_eq!(number(1_621_425_600_000.0, Unit::Time), "12:00");
		assert_eq!(
			["43,500", "1.50", "0.4874"],
			[43_500.0, 1.5, 0.48741].map(|p| number(p, Unit::Price)).as_ref()
		);
	}

	#[test]
	fn axes_step_by_ones_twos_and_fives() {
		assert_eq!(ticks(0.0, 100.0, 4, Unit::Money), [0.0, 50.0, 100.0]);
		assert_eq!(ticks(3.0, 7.0, 4, Unit::Count), [3.0, 4.0, 5.0, 6.0, 7.0]);
		assert_eq!(ticks(0.0, 0.4, 4, Unit::Count).len(), 1, "no halves of what is counted");
		let hour = ticks(0.0, 3_600_000.0, 4, Unit::Time);
		assert_eq!(hour.len(), 5);
	}

	#[test]
	fn thinned_lines_keep_their_extremes() {
		let points: Vec<_> =
			(0..10_000).map(|n| (f64::from(n), if n == 5_003 { 9.0 } else { 0.0 })).collect();
		let thinned = thin(&points);
		assert!(thinned.len() <= MOST_POINTS + 2);
		assert!(thinned.contains(&(5_003.0, 9.0)));
		assert!(thinned.is_sorted_by(|a, b| a.0 <= b.0));
	}

	#[test]
	fn drawings_are_complete_and_escaped() {
		let plot = Plot {
			title: "a < b".into(),
			says: "look".into(),
			x: Unit::Time,
			y: Unit::Money,
			from_zero: true,
			limit: Some(("most".into(), 3.0)),
			series: vec![Series::area("s", vec![(0.0, 1.0), (60_000.0, 2.0)])],
		};
		let html = plot.render();
		assert_eq!(html.matches("<svg").count(), 2, "one for each width");
		assert_eq!(html.matches("<svg").count(), html.matches("</svg>").count());
		assert!(html.contains("a &lt; b") && !html.contains("NaN") && !html.contains("inf"));
		let flat =
			Plot { series: vec![Series::line("s", vec![(5.0, 1.0)])], limit: None, ..plot.clone() };
		assert!(!flat.render().contains("NaN"));
		let zero = Plot { series: vec![Series::line("s", vec![(5.0, 0.0)])], ..plot.clone() };
		assert!(zero.render().contains("Zero throughout"));
		assert_eq!(Plot { series: vec![], ..plot }.render(), "");
	}
}

use std::{fmt, time::Duration};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
	body::Bytes,
	header::{ACCEPT, LOCATION, USER_AGENT},
	Request, Response, StatusCode,
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
	client::legacy::{connect::HttpConnector, Client},
	rt::TokioExecutor,
};
use serde_json::Value;

use crate::{Source, Step};

/// The largest answer that is read. Tickers have a few hundred bytes, lists of all tickers some
/// hundred thousand.
const MAX_ANSWER_BYTES: usize = 1 << 20;

/// How much of what a source said goes into an error.
const QUOTED_CHARS: usize = 80;

/// Reads sources over HTTP and HTTPS. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Fetcher {
	client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// What a source said: numbers as it prints them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
	/// The price.
	pub price: String,
	/// Best bid and ask, where the source's configuration has a way to them.
	pub bid_ask: Option<(String, String)>,
}

/// Why a source gave no price.
#[derive(Debug, PartialEq, Eq)]
pub enum FetchError {
	/// No whole answer in time.
	Timeout(Duration),
	/// No connection, or it broke.
	Connection(String),
	/// Sent elsewhere. Not followed: a source that has moved is one the operator should look at.
	Redirect(String),
	/// Answered, but not with success.
	Status(u16),
	/// More than a megabyte.
	TooLarge,
	/// No JSON.
	NotJson(String),
	/// JSON without the path.
	NoSuchPath(String),
	/// Something at the end of the path that is no price.
	NotAPrice(String),
}

impl FetchError {
	/// One word, for metrics.
	pub fn kind(&self) -> &'static str {
		match self {
			Self::Timeout(_) => "timeout",
			Self::Connection(_) => "connection",
			Self::Redirect(_) => "redirect",
			Self::Status(_) => "status",
			Self::TooLarge => "too_large",
			Self::NotJson(_) => "not_json",
			Self::NoSuchPath(_) => "no_such_path",
			Self::NotAPrice(_) => "not_a_price",
		}
	}
}

impl fmt::Display for FetchError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Timeout(limit) => write!(f, "no answer within {} ms", limit.as_millis()),
			Self::Connection(why) => write!(f, "no connection: {why}"),
			Self::Redirect(to) => write!(f, "redirects to {to}; put the new address in the file"),
			Self::Status(status) => write!(f, "answers with status {status}"),
			Self::TooLarge => write!(f, "answers with more than {MAX_ANSWER_BYTES} bytes"),
			Self::NotJson(why) => write!(f, "answers with no JSON: {why}"),
			Self::NoSuchPath(what) => write!(f, "the answer has no {what}"),
			Self::NotAPrice(what) => write!(f, "no price: {what}"),
		}
	}
}

impl std::error::Error for FetchError {}

impl Fetcher {
	/// A client that trusts the authorities the machine trusts.
	///
	/// # Errors
	/// If the machine has no certificates. Package `ca-certificates`, on Debian.
	pub fn new() -> std::io::Result<Self> {
		let connector = HttpsConnectorBuilder::new()
			.with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
			.https_or_http()
			.enable_http1()
			.build();
		Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector) })
	}

	/// Asks a source once.
	///
	/// # Errors
	/// What the source did instead of answering with a price.
	pub async fn read(&self, source: &Source, timeout: Duration) -> Result<Reading, FetchError> {
		let uri = source.uri().map_err(FetchError::Connection)?;
		let request = Request::get(uri).body(Full::default());
		let answer = self.exchange(request.map_err(connection)?, timeout).await?;
		reading(&answer, source)
	}

	/// Sends a JSON document and returns the answer. What the feeder talks to its node with.
	///
	/// # Errors
	/// As [`Self::read`].
	pub async fn post(
		&self,
		uri: &hyper::Uri,
		body: String,
		timeout: Duration,
	) -> Result<Value, FetchError> {
		let request = Request::post(uri)
			.header(hyper::header::CONTENT_TYPE, "application/json")
			.body(Full::from(body));
		let answer = self.exchange(request.map_err(connection)?, timeout).await?;
		json(&answer)
	}

	async fn exchange(
		&self,
		mut request: Request<Full<Bytes>>,
		timeout: Duration,
	) -> Result<Bytes, FetchError> {
		let headers = request.headers_mut();
		// Some exchanges refuse clients that do not say who they are.
		headers.insert(USER_AGENT, hyper::header::HeaderValue::from_static("breakwater-node"));
		headers.insert(ACCEPT, hyper::header::HeaderValue::from_static("application/json"));
		let exchange = async {
			let response = self.client.request(request).await.map_err(connection)?;
			check_status(&response)?;
			let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
			body.map(|whole| whole.to_bytes()).map_err(|error| {
				match error.downcast_ref::<LengthLimitError>() {
					Some(_) => FetchError::TooLarge,
					None => connection(error),
				}
			})
		};
		tokio::time::timeout(timeout, exchange).await.map_err(|_| FetchError::Timeout(timeout))?
	}
}

fn connection(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> FetchError {
	let error = error.into();
	let mut words = error.to_string();
	let mut cause = error.source();
	while let Some(deeper) = cause {
		words = format!("{words}: {deeper}");
		cause = deeper.source();
	}
	FetchError::Connection(words)
}

fn check_status<B>(response: &Response<B>) -> Result<(), FetchError> {
	let status = response.status();
	if status == StatusCode::OK {
		return Ok(());
	}
	if status.is_redirection() {
		let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
		return Err(FetchError::Redirect(shortened(to.unwrap_or("nowhere"))));
	}
	Err(FetchError::Status(status.as_u16()))
}

fn json(answer: &[u8]) -> Result<Value, FetchError> {
	serde_json::from_slice(answer).map_err(|error| FetchError::NotJson(error.to_string()))
}

fn reading(answer: &[u8], source: &Source) -> Result<Reading, FetchError> {
	let answer = json(answer)?;
	let bid_ask = match (&source.bid, &source.ask) {
		(Some(bid), Some(ask)) => Some((number(&answer, bid)?, number(&answer, ask)?)),
		_ => None,
	};
	Ok(Reading { price: number(&answer, &source.path)?, bid_ask })
}

/// The number at the end of a path, as text. Exchanges print numbers as strings, or as numbers.
fn number(answer: &Value, path: &[Step]) -> Result<String, FetchError> {
	let mut value = answer;
	for step in path {
		let next = match step {
			Step::Index(index) => value.get(index),
			Step::Key(key) => value.get(key),
		};
		value = next.ok_or_else(|| {
			let step = match step {
				Step::Index(index) => index.to_string(),
				Step::Key(key) => format!("{key:?}"),
			};
			FetchError::NoSuchPath(format!("{step} in {}", shortened(&value.to_string())))
		})?;
	}
	match value {
		Value::String(text) => Ok(text.clone()),
		Value::Number(number) => Ok(number.to_string()),
		other => Err(FetchError::NotAPrice(shortened(&other.to_string()))),
	}
}

fn shortened(text: &str) -> String {
	let mut short: String = text.chars().take(QUOTED_CHARS).collect();
	if short.len() < text.len() {
		short.push('…');
	}
	short
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		io::{Read, Write},
		net::{SocketAddr, TcpListener},
		thread,
	};

	const PATIENCE: Duration = Duration::from_millis(500);

	/// A server that answers one connection with these bytes, and waits before it closes.
	fn server(answer: Vec<u8>, wait: Duration) -> SocketAddr {
		let listener = TcpListener::bind("127.0.0.1:0").unwrap();
		let address = listener.local_addr().unwrap();
		thread::spawn(move || {
			let (mut stream, _) = listener.accept().unwrap();
			let _ = stream.read(&mut [0; 4_096]);
			thread::sleep(wait);
			let _ = stream.write_all(&answer);
		});
		address
	}

	fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
		let length = body.len();
		format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
	}

	fn source(address: SocketAddr, path: &str) -> Source {
		serde_json::from_str(&format!(
			r#"{{"feed": "BTC-USD", "venue": "test", "url": "http://{address}/", "path": {path}}}"#
		))
		.unwrap()
	}

	fn read(answer: Vec<u8>, path: &str) -> Result<String, FetchError> {
		read_slowly(answer, path, Duration::ZERO)
	}

	fn read_slowly(answer: Vec<u8>, path: &str, wait: Duration) -> Result<String, FetchError> {
		let source = source(server(answer, wait), path);
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		let fetcher = Fetcher::new().unwrap();
		runtime.block_on(fetcher.read(&source, PATIENCE)).map(|reading| reading.price)
	}

	#[test]
	fn prices_as_text_and_as_numbers() {
		let text = http("200 OK", "", r#"{"result": {"XXBTZUSD": {"c": ["67012.30000", "0.1"]}}}"#);
		assert_eq!(read(text, r#"["result", "XXBTZUSD", "c", 0]"#).unwrap(), "67012.30000");
		let number = http("200 OK", "", "[1, 2, 67012.5]");
		assert_eq!(read(number, "[2]").unwrap(), "67012.5");
	}

	#[test]
	fn bid_and_ask_where_there_is_a_way_to_them() {
		let answer = br#"{"p": "10.0", "b": "9.9", "a": 10.1}"#;
		let two_sided: Source = serde_json::from_str(
			r#"{"feed": "X-USD", "venue": "v", "url": "http://v/", "path": ["p"], "bid": ["b"], "ask": ["a"]}"#,
		)
		.unwrap();
		let seen = reading(answer, &two_sided).unwrap();
		assert_eq!(seen.bid_ask, Some(("9.9".into(), "10.1".into())));
	}

	#[test]
	fn every_kind_of_broken_source_has_its_error() {
		let kind = |answer: Vec<u8>, path: &str| read(answer, path).unwrap_err().kind();
		assert_eq!(kind(http("200 OK", "", "<html>"), "[0]"), "not_json");
		assert_eq!(kind(http("200 OK", "", ""), "[0]"), "not_json");
		assert_eq!(kind(http("200 OK", "", r#"{"a": 1}"#), r#"["b"]"#), "no_such_path");
		assert_eq!(kind(http("200 OK", "", "[]"), "[0]"), "no_such_path");
		assert_eq!(kind(http("200 OK", "", "[null]"), "[0]"), "not_a_price");
		assert_eq!(kind(http("500 Oops", "", "[1]"), "[0]"), "status");
		assert_eq!(kind(http("302 Found", "Location: http://other/\r\n", ""), "[0]"), "redirect");
		assert_eq!(kind(http("200 OK", "", &"1".repeat(MAX_ANSWER_BYTES + 1)), "[0]"), "too_large");
		assert_eq!(kind(b"garbage".to_vec(), "[0]"), "connection");
		assert_eq!(
			kind(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1".to_vec(), "[0]"),
			"connection"
		);
		let deep = "[".repeat(100_000);
		assert_eq!(kind(http("200 OK", "", &deep), "[0]"), "not_json");
	}

	#[test]
	fn a_silent_source_is_given_up() {
		let answer = http("200 OK", "", "[1]");
		let late = read_slowly(answer, "[0]", PATIENCE * 3).unwrap_err();
		assert_eq!(late, FetchError::Timeout(PATIENCE));
	}

	#[test]
	fn nobody_there_is_said_with_the_reason() {
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		let nobody = source("127.0.0.1:1".parse().unwrap(), "[0]");
		let error = runtime.block_on(Fetcher::new().unwrap().read(&nobody, PATIENCE)).unwrap_err();
		assert!(error.to_string().contains("refused"), "{error}");
	}

	#[test]
	fn errors_quote_only_the_beginning() {
		let long = serde_json::json!({ "text": "x".repeat(10_000) });
		let error = number(&long, &[Step::Key("y".into())]).unwrap_err();
		assert!(error.to_string().len() < 200);
	}
}

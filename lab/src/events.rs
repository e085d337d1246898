//! Events by the names of their pallets and fields, from the runtime's own description of them: so
//! the lab counts what pallets tell without knowing each of them.

use std::collections::BTreeMap;

use breakwater_runtime::RuntimeEvent;
use breakwater_units::AccountKey;
use codec::{Compact, Decode, Encode, Input};
use scale_info::{
	form::PortableForm, MetaType, PortableRegistry, Registry, TypeDef, TypeDefPrimitive,
};

/// A decoded value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
	/// An integer.
	Number(i128),
	/// The name of an enum's variant, and what is in it.
	Variant(String, Vec<(String, Value)>),
	/// Fields by name, or by place.
	Fields(Vec<(String, Value)>),
	/// Several.
	List(Vec<Value>),
}

impl Value {
	/// The integer it is, or holds alone.
	pub fn number(&self) -> Option<i128> {
		match self {
			Self::Number(number) => Some(*number),
			Self::Fields(fields) | Self::Variant(_, fields) => match &fields[..] {
				[(_, only)] => only.number(),
				_ => None,
			},
			Self::List(_) => None,
		}
	}

	/// The integers in it, in order.
	pub fn numbers(&self) -> Vec<i128> {
		match self {
			Self::Number(number) => vec![*number],
			Self::Fields(fields) | Self::Variant(_, fields) => {
				fields.iter().flat_map(|(_, value)| value.numbers()).collect()
			},
			Self::List(all) => all.iter().flat_map(Self::numbers).collect(),
		}
	}
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
	/// Its pallet.
	pub pallet: String,
	/// Its name.
	pub name: String,
	/// Its fields.
	pub fields: BTreeMap<String, Value>,
}

impl Told {
	/// A field that is a number, or zero.
	pub fn number(&self, field: &str) -> i128 {
		self.fields.get(field).and_then(Value::number).unwrap_or(0)
	}

	/// A field that is several numbers, summed.
	pub fn sum(&self, field: &str) -> i128 {
		self.fields.get(field).map_or(0, |value| value.numbers().iter().sum())
	}

	/// A field that is an account.
	pub fn account(&self, field: &str) -> Option<AccountKey> {
		let bytes = self.fields.get(field)?.numbers().into_iter();
		let bytes: Vec<u8> = bytes.filter_map(|byte| u8::try_from(byte).ok()).collect();
		bytes.try_into().ok().map(AccountKey)
	}

	/// The name of a field that is one of several.
	pub fn variant(&self, field: &str) -> &str {
		match self.fields.get(field) {
			Some(Value::Variant(name, _)) => name,
			_ => "",
		}
	}
}

/// Knows how events are encoded.
pub struct Dictionary {
	types: PortableRegistry,
	root: u32,
}

impl Default for Dictionary {
	fn default() -> Self {
		let mut registry = Registry::new();
		let root = registry.register_type(&MetaType::new::<RuntimeEvent>()).id;
		Self { types: registry.into(), root }
	}
}

impl Dictionary {
	/// Pallet and name of an event.
	pub fn name(&self, event: &RuntimeEvent) -> (String, String) {
		let bytes = event.encode();
		let (pallet, inner) = self.variant(self.root, bytes[0]);
		let name = inner
			.fields
			.first()
			.map_or_else(String::new, |field| self.variant(field.ty.id, bytes[1]).1.name.clone());
		(pallet, name)
	}

	/// The whole event; none if it cannot be read, which would be a bug.
	pub fn read(&self, event: &RuntimeEvent) -> Option<Told> {
		let bytes = event.encode();
		let Value::Variant(pallet, mut inner) = self.value(self.root, &mut &bytes[..])? else {
			return None;
		};
		let (_, Value::Variant(name, fields)) = inner.pop()? else { return None };
		Some(Told { pallet, name, fields: fields.into_iter().collect() })
	}

	fn variant(&self, of: u32, index: u8) -> (String, &scale_info::Variant<PortableForm>) {
		let TypeDef::Variant(all) = &self.types.resolve(of).expect("it is registered").type_def
		else {
			panic!("events are enums")
		};
		let found = all.variants.iter().find(|variant| variant.index == index);
		let found = found.expect("it was encoded from one of them");
		(found.name.clone(), found)
	}

	fn fields(
		&self,
		fields: &[scale_info::Field<PortableForm>],
		bytes: &mut &[u8],
	) -> Option<Vec<(String, Value)>> {
		(0..)
			.zip(fields)
			.map(|(place, field): (u32, _)| {
				let name = field.name.clone().unwrap_or_else(|| place.to_string());
				Some((name, self.value(field.ty.id, bytes)?))
			})
			.collect()
	}

	fn value(&self, of: u32, bytes: &mut &[u8]) -> Option<Value> {
		match &self.types.resolve(of)?.type_def {
			TypeDef::Composite(composite) => {
				self.fields(&composite.fields, bytes).map(Value::Fields)
			},
			TypeDef::Variant(all) => {
				let index = bytes.read_byte().ok()?;
				let found = all.variants.iter().find(|variant| variant.index == index)?;
				let fields = self.fields(&found.fields, bytes)?;
				Some(Value::Variant(found.name.clone(), fields))
			},
			TypeDef::Sequence(list) => {
				let count = Compact::<u32>::decode(bytes).ok()?.0;
				self.list(list.type_param.id, count, bytes)
			},
			TypeDef::Array(list) => self.list(list.type_param.id, list.len, bytes),
			TypeDef::Tuple(tuple) => {
				let all = tuple.fields.iter().map(|field| self.value(field.id, bytes));
				all.collect::<Option<Vec<_>>>().map(Value::List)
			},
			TypeDef::Primitive(primitive) => primitive_value(primitive, bytes),
			TypeDef::Compact(_) => {
				let number = Compact::<u128>::decode(bytes).ok()?.0;
				Some(Value::Number(i128::try_from(number).unwrap_or(i128::MAX)))
			},
			TypeDef::BitSequence(_) => None,
		}
	}

	fn list(&self, of: u32, count: u32, bytes: &mut &[u8]) -> Option<Value> {
		(0..count).map(|_| self.value(of, bytes)).collect::<Option<Vec<_>>>().map(Value::List)
	}
}

fn primitive_value(primitive: &TypeDefPrimitive, bytes: &mut &[u8]) -> Option<Value> {
	macro_rules! number {
		($type:ty) => {
			i128::try_from(<$type>::decode(bytes).ok()?).unwrap_or(i128::MAX)
		};
	}
	Some(Value::Number(match primitive {
		TypeDefPrimitive::Bool => i128::from(bool::decode(bytes).ok()?),
		TypeDefPrimitive::Char | TypeDefPrimitive::U32 => number!(u32),
		TypeDefPrimitive::U8 => number!(u8),
		TypeDefPrimitive::U16 => number!(u16),
		TypeDefPrimitive::U64 => number!(u64),
		TypeDefPrimitive::U128 => number!(u128),
		TypeDefPrimitive::I8 => number!(i8),
		TypeDefPrimitive::I16 => number!(i16),
		TypeDefPrimitive::I32 => number!(i32),
		TypeDefPrimitive::I64 => number!(i64),
		TypeDefPrimitive::I128 => number!(i128),
		TypeDefPrimitive::Str => {
			return Some(Value::Variant(String::decode(bytes).ok()?, Vec::new()));
		},
		TypeDefPrimitive::U256 | TypeDefPrimitive::I256 => return None,
	}))
}

#[cfg(test)]
mod tests {
	use super::*;
	use breakwater_units::{Lots, MarketId, PoolId, Price, Quote};

	#[test]
	fn events_are_read_by_their_fields() {
		let dictionary = Dictionary::default();
		let event: RuntimeEvent = breakwater_ledger::Event::Levied {
			account: AccountKey([1; 32]),
			payee: AccountKey([2; 32]),
			charge: Quote::new(-5_000_000),
		}
		.into();
		assert_eq!(dictionary.name(&event), ("Margin".into(), "Levied".into()));
		let told = dictionary.read(&event).unwrap();
		assert_eq!((told.name.as_str(), told.number("charge")), ("Levied", -5_000_000));
		assert_eq!(told.account("payee"), Some(AccountKey([2; 32])));
		assert_eq!((told.account("charge"), told.sum("payee")), (None, 64));

		let event: RuntimeEvent = breakwater_exchange::Event::AmmFilled {
			market: MarketId(2),
			account: AccountKey([1; 32]),
			lots: Lots::new(-7),
			price: Price::new(u64::MAX),
		}
		.into();
		let told = dictionary.read(&event).unwrap();
		let numbers = ["market", "lots", "price", "absent"].map(|field| told.number(field));
		assert_eq!(numbers, [2, -7, i128::from(u64::MAX), 0]);

		let event: RuntimeEvent = breakwater_ledger::Event::Transferred {
			pool: PoolId(1),
			from: None,
			to: Some(AccountKey([3; 32])),
			amount: Quote::new(9),
		}
		.into();
		let told = dictionary.read(&event).unwrap();
		assert_eq!(
			(told.variant("from"), told.variant("to"), told.variant("pool")),
			("None", "Some", "")
		);
	}
}

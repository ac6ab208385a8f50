//! One operation as a row of the log, and the hash chain through the rows.
//!
//! The column `body` is the operation's JSON without `sequence`, `time`, `actor`, `kind` and
//! `tokens`, which have columns of their own. The column `hash` is
//! `BLAKE3(previous hash, sequence, time, actor, kind, body, tokens)`: the previous hash as its
//! 32 bytes (for the first row, the header's seal), the two numbers as 64 bits little-endian, then
//! each text or blob as its length in bytes (64 bits little-endian) and its bytes, where absent
//! tokens count as empty.
//!
//! Invariant: what [`Row::encode`] accepts reads back as the same operation, to the last bit.

use blake3::Hash;
use serde::Deserialize;
use serde::de::value::StrDeserializer;
use serde_json::Value;

use super::packing::{pack, unpack};
use crate::tree::{Actor, Body, Operation};

/// A row of the table `operation`, but for its hash.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) sequence: i64,
    pub(super) time: i64,
    pub(super) actor: String,
    pub(super) kind: String,
    pub(super) body: String,
    pub(super) tokens: Option<Vec<u8>>,
}

/// A row as it lies in the file, without a copy of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'row> {
    pub(super) sequence: i64,
    pub(super) time: i64,
    pub(super) actor: &'row str,
    pub(super) kind: &'row str,
    pub(super) body: &'row str,
    pub(super) tokens: Option<&'row [u8]>,
}

/// The bodies of the kinds that almost all rows are of. They are read straight into place, where
/// the way through a map of their fields would take ten times as long.
mod common {
    use serde::Deserialize;

    use crate::tree::{Evaluation, Finish, Name, NodeId, Origin};

    #[derive(Deserialize)]
    pub struct OfNode {
        pub node: NodeId,
    }

    #[derive(Deserialize)]
    pub struct Added {
        pub node: NodeId,
        pub parent: NodeId,
        pub origin: Origin,
    }

    #[derive(Deserialize)]
    pub struct Finished {
        pub node: NodeId,
        pub finish: Finish,
        pub answer: Option<String>,
    }

    #[derive(Deserialize)]
    pub struct Evaluated {
        pub node: NodeId,
        pub evaluation: Evaluation,
    }

    #[derive(Deserialize)]
    pub struct BackedUp {
        pub node: NodeId,
        pub evaluator: Name,
        pub value: f64,
    }

    #[derive(Deserialize)]
    pub struct Stepped {
        pub node: NodeId,
        pub reason: String,
    }
}

/// The end of a log: its last sequence number and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) sequence: i64,
    pub(super) hash: Hash,
}

/// Why a row is not an operation.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// It is of a kind that this program does not know.
    UnknownKind,
    /// It contradicts the format.
    Malformed(String),
}

impl Tail {
    /// The end of a log without operations.
    pub(super) fn of_empty_log(seal: Hash) -> Self {
        Self { sequence: 0, hash: seal }
    }

    /// Returns the end of the log after one more row.
    pub(super) fn after(&self, row: &View) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.hash.as_bytes());
        hasher.update(&row.sequence.to_le_bytes());
        hasher.update(&row.time.to_le_bytes());
        let tokens = row.tokens.unwrap_or_default();
        for field in [row.actor.as_bytes(), row.kind.as_bytes(), row.body.as_bytes(), tokens] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field);
        }
        Self { sequence: row.sequence, hash: hasher.finalize() }
    }
}

impl Row {
    /// Turns an operation into a row.
    ///
    /// # Errors
    /// Returns why the operation would not read back as it is.
    pub(super) fn encode(operation: &Operation) -> Result<Self, String> {
        let row = Self::encode_unchecked(operation)?;
        match row.view().decode() {
            Ok(same) if same == *operation => Ok(row),
            Ok(_) => {
                Err("it would read back differently; is a number infinite or not a number?"
                    .to_owned())
            }
            Err(Unreadable::Malformed(why)) => Err(format!("it would not read back: {why}")),
            Err(Unreadable::UnknownKind) => Err("its kind would not read back".to_owned()),
        }
    }

    fn encode_unchecked(operation: &Operation) -> Result<Self, String> {
        let number = |value: u64| i64::try_from(value).map_err(|_| format!("{value} is too large"));
        let failed = |error: serde_json::Error| error.to_string();
        let actor = serde_json::to_string(&operation.actor).map_err(failed)?;
        let (kind, body, tokens) = match &operation.body {
            // Tokens go into their own column, so they are spared the way through JSON.
            Body::TokensAppended { node, tokens } => {
                let body = format!("{{\"node\":{}}}", node.0);
                ("tokens_appended".to_owned(), body, Some(pack(tokens)?))
            }
            body => {
                let json = serde_json::to_string(body).map_err(failed)?;
                // The kind stands first.
                let rest = json.strip_prefix("{\"kind\":\"").and_then(|rest| rest.split_once('"'));
                let (kind, rest) = rest.ok_or("its JSON has no kind")?;
                let fields = rest.strip_prefix(',').unwrap_or(rest);
                (kind.to_owned(), format!("{{{fields}"), None)
            }
        };
        Ok(Self {
            sequence: number(operation.sequence)?,
            time: number(operation.time)?,
            actor: actor.trim_matches('"').to_owned(),
            kind,
            body,
            tokens,
        })
    }

    /// Returns the row without owning it.
    pub(super) fn view(&self) -> View<'_> {
        View {
            sequence: self.sequence,
            time: self.time,
            actor: &self.actor,
            kind: &self.kind,
            body: &self.body,
            tokens: self.tokens.as_deref(),
        }
    }
}

impl View<'_> {
    /// Copies the row.
    pub(super) fn to_row(self) -> Row {
        Row {
            sequence: self.sequence,
            time: self.time,
            actor: self.actor.to_owned(),
            kind: self.kind.to_owned(),
            body: self.body.to_owned(),
            tokens: self.tokens.map(<[u8]>::to_vec),
        }
    }

    /// Turns the row back into the operation.
    ///
    /// # Errors
    /// Returns that the kind is unknown, or what contradicts the format.
    pub(super) fn decode(&self) -> Result<Operation, Unreadable> {
        let malformed = |what: &str, why: &dyn std::fmt::Display| {
            Unreadable::Malformed(format!("its {what} cannot be read ({why})"))
        };
        let number =
            |what: &str, value: i64| u64::try_from(value).map_err(|why| malformed(what, &why));
        let actor = Actor::deserialize(StrDeserializer::<serde_json::Error>::new(self.actor))
            .map_err(|why| malformed("actor", &why))?;
        let body = match self.common() {
            Some(body) => body.map_err(|why| malformed("body", &why))?,
            None => self.uncommon()?,
        };
        let (sequence, time) = (number("sequence", self.sequence)?, number("time", self.time)?);
        Ok(Operation { sequence, time, actor, body })
    }

    /// Reads the body of a kind that many rows are of; none if it is of another.
    fn common(&self) -> Option<Result<Body, String>> {
        fn read<'row, T: Deserialize<'row>>(
            view: &View<'row>,
            body: impl FnOnce(T) -> Body,
        ) -> Result<Body, String> {
            serde_json::from_str(view.body).map(body).map_err(|why| why.to_string())
        }
        Some(match (self.kind, self.tokens) {
            ("tokens_appended", Some(packed)) => unpack(packed).and_then(|tokens| {
                read(self, |common::OfNode { node }| Body::TokensAppended { node, tokens })
            }),
            ("node_added", None) => read(self, |common::Added { node, parent, origin }| {
                Body::NodeAdded { node, parent, origin }
            }),
            ("node_finished", None) => read(self, |common::Finished { node, finish, answer }| {
                Body::NodeFinished { node, finish, answer }
            }),
            ("evaluated", None) => read(self, |common::Evaluated { node, evaluation }| {
                Body::Evaluated { node, evaluation }
            }),
            ("backed_up", None) => read(self, |common::BackedUp { node, evaluator, value }| {
                Body::BackedUp { node, evaluator, value }
            }),
            ("search_stepped", None) => {
                read(self, |common::Stepped { node, reason }| Body::SearchStepped { node, reason })
            }
            _ => return None,
        })
    }

    /// Reads the body of any other kind.
    fn uncommon(&self) -> Result<Body, Unreadable> {
        let malformed = |what: &str, why: &dyn std::fmt::Display| {
            Unreadable::Malformed(format!("its {what} cannot be read ({why})"))
        };
        let mut fields: serde_json::Map<String, Value> =
            serde_json::from_str(self.body).map_err(|why| malformed("body", &why))?;
        fields.insert("kind".to_owned(), Value::String(self.kind.to_owned()));
        let body = Body::deserialize(Value::Object(fields)).map_err(|why| {
            if why.to_string().starts_with(&format!("unknown variant `{}`", self.kind)) {
                Unreadable::UnknownKind
            } else {
                malformed("body", &why)
            }
        })?;
        match self.tokens {
            None => Ok(body),
            Some(_) => Err(malformed("tokens", &"it should have none")),
        }
    }
}

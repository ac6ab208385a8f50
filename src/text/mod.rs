//! Text that is fit for a screen: made safe, measured and wrapped.
//!
//! Responsible for the one gate between bytes that somebody else wrote (a model, a session
//! file, a file name, a server's error) and a terminal; for how many columns text takes; and
//! for wrapping it into rows.
//!
//! Not responsible for colours, widgets or what is stored: sessions keep the text as it came,
//! and it is made safe each time it is shown.
//!
//! Invariants: nothing here panics on any input, and every function takes linear time. A
//! [`SafeText`] has no control character but `\n`, nothing invisible, and no grapheme over
//! [`GRAPHEME_BYTES`] bytes ([`EMOJI_BYTES`] for a joined emoji).

mod character;
mod grapheme;
mod mathematics;
mod near;
mod offsets;
mod outside;
mod safe;
#[cfg(test)]
mod safe_tests;
mod width;
mod wrap;
#[cfg(test)]
mod wrap_tests;

pub use grapheme::{EMOJI_BYTES, GRAPHEME_BYTES, GRAPHEME_MARKS};
pub use mathematics::with_formulas;
pub use near::nearest;
pub use outside::{safe_clipboard, safe_title};
pub use safe::{LINE_COLUMNS, PARAGRAPH_COLUMNS, SafeText};
pub use width::{Cell, cells, graphemes, is_plain, pad, truncate, width};
pub use wrap::Wrapped;

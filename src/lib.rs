//! pleach: a terminal workbench for reasoning trees.
//!
//! The rooms, from the inside out; a room uses only rooms above it in this list (a test checks
//! it). `ARCHITECTURE.md` has the whole picture on a page, `GLOSSARY.md` the words.

pub mod text;
pub mod tree;

pub mod reasoning;

pub mod assets;
pub mod engine;

pub mod evaluate;

pub mod search;

pub mod aggregate;

pub mod monitor;

pub mod curate;

pub mod session;

pub mod import;

pub mod export;

pub mod app;

pub mod ui;

pub mod cli;

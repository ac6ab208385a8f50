//! The rooms of pleach that read foreign bytes, as the program has them.

#![allow(dead_code, unused_imports)] // a part of the program uses a part of the rooms

#[path = "../../src/text/mod.rs"]
pub mod text;
#[path = "../../src/tree/mod.rs"]
pub mod tree;

#[path = "../../src/reasoning/mod.rs"]
pub mod reasoning;

#[path = "../../src/assets/mod.rs"]
pub mod assets;

/// The parts of the engine that need no llama.cpp.
#[path = "../../src/engine"]
pub mod engine {
    pub mod frame;
    pub mod gguf;
    pub mod protocol;
    pub mod template;

    pub use protocol::ModelInfo;
}

#[path = "../../src/evaluate/mod.rs"]
pub mod evaluate;

#[path = "../../src/search/mod.rs"]
pub mod search;

#[path = "../../src/aggregate/mod.rs"]
pub mod aggregate;

#[path = "../../src/monitor/mod.rs"]
pub mod monitor;

#[path = "../../src/session/mod.rs"]
pub mod session;

#[path = "../../src/import/mod.rs"]
pub mod import;

/// The parts of the app that read what a person wrote into a file.
#[path = "../../src/app"]
pub mod app {
    pub mod config;
    pub mod document;
    pub mod key;
}

/// What reads the bytes of a terminal.
#[path = "../../src/ui"]
pub mod ui {
    pub mod typing;
}

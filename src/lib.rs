//! pleach: a terminal workbench for reasoning trees.

pub mod tree;

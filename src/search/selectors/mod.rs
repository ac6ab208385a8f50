//! Selectors: one file each.

pub mod ab_mcts;
pub mod beam;
pub mod best_first;
pub mod depth_first;
pub mod hgm;
pub mod omega_prm;
pub mod pareto;
pub mod sampling;
pub mod swe_search;
pub mod uct;

#[cfg(test)]
mod testing;

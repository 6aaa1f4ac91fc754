//! One binary that drives the real program.
mod kit;
mod shipped;
mod disorder;
mod mutations;
mod systems;

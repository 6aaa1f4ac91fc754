//! `hopspec learn`: the program, and drafts of packets made in memory.

mod packets;
mod program;

//! Connections as tests write them.

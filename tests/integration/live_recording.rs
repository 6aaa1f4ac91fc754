//! Recordings made while the test runs, in network namespaces that nothing leaves: the shipped evidence again, curl through
//! nginx and haproxy, and what `--live` sniffs, beside tcpdump. Where that cannot be done (no Linux, no root, no tools) the tests
//! say that they skip.

mod namespace;
mod proxied;
mod replayed;
mod sniffed;

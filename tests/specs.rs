//! The shipped specs against their own evidence, a test a hop: `cargo test --all-features --test specs`.

hopspec::harness!("specs");

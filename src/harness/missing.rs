//! What `harness!` says where its feature is not there.

/// Needs the feature `harness`.
#[doc(hidden)]
#[macro_export]
macro_rules! harness {
    ($($anything:tt)*) => {
        ::core::compile_error!("`hopspec::harness!` needs the feature `harness`: features = [\"harness\"] in Cargo.toml");
    };
}

hopspec::harness!("specs");

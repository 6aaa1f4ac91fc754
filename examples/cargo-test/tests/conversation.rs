//! The whole conversation as a snapshot: what changes between two recordings of it is a placeholder.

#[test]
fn the_health_check_is_as_before() -> Result<(), Box<dyn std::error::Error>> {
    insta::assert_snapshot!(hopspec::text("captures/aws/alb/health-check.pcap")?);
    Ok(())
}

#[test]
fn the_stock_call_is_as_before() -> Result<(), Box<dyn std::error::Error>> {
    insta::assert_snapshot!(hopspec::text("captures/shop/stock.http")?);
    Ok(())
}

//! Requests that the code makes, without any capture.

use shop::stock_request;

const ID: &str = "4bf92f35-77b3-4da6-a3ce-929d0e0e4736";

#[test]
fn the_stock_request_is_as_specified() -> Result<(), hopspec::NotChecked> {
    hopspec::check_bytes("specs/shop/stock.yaml", stock_request("tea-7", ID))?.assert_met();
    Ok(())
}

#[test]
fn an_item_that_is_none_would_be_found() -> Result<(), hopspec::NotChecked> {
    let checked = hopspec::check_bytes("specs/shop/stock.yaml", stock_request("Tea 7", ID))?;
    assert!(!checked.is_met());
    assert!(checked.to_string().contains("body"), "{checked}");
    Ok(())
}

#[test]
fn staging_is_as_specified() -> Result<(), hopspec::NotChecked> {
    hopspec::Check::specs("specs/aws/alb/health-check.yaml").capture("captures/aws/alb").run()?.assert_met();
    Ok(())
}

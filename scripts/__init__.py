"""Tools that people run by hand while developing; the product never imports them."""

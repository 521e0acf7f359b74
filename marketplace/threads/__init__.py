"""Talk and files that hang on something above: an order now, other things later."""

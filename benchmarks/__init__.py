"""What `make bench` runs: the board and taking an order at growing numbers of orders, next to a floor; live pages."""

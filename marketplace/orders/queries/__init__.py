"""Every SELECT of orders, reviews and counters."""

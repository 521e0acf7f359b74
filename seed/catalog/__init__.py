"""The catalogue loader: what pages, feeds and lists of other sites say of goods and news becomes products."""

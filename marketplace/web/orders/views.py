from marketplace.web.orders.blueprint import blueprint

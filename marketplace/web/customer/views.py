from marketplace.web.customer.blueprint import blueprint

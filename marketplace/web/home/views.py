from marketplace.web.home.blueprint import blueprint

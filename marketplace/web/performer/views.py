from marketplace.web.performer.blueprint import blueprint

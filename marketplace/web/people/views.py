from marketplace.web.people.blueprint import blueprint

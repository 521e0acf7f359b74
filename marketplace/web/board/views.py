from marketplace.web.board.blueprint import blueprint

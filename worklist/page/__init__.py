"""The team's page: a web application drawn on the server that also works without JavaScript."""

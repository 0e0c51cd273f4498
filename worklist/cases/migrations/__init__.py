"""How the tables of the page's own database came about, one step a file."""

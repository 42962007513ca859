"""One file a change of the tables, in the order of their numbers; none is ever edited once it is released."""

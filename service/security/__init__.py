"""Who may ask what: keys, what each may do, how often, and a record of what administrators did."""

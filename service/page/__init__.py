"""The page for people: its files, what it draws, and recordings to try it with. It needs nothing from elsewhere."""

"""Speed and bearing in doubt: simulated plants, and what a wrong question costs."""

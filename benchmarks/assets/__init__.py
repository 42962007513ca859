"""What it costs to remember machines: trends and pages of a store that holds a year of a thousand of them."""

"""What serving costs: one graph behind several servers, asked in turn."""

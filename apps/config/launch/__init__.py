"""Starting the house on one machine: what `make` calls."""

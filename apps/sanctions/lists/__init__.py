"""Published lists as they are kept: staged, guarded, and taken into use at once or not at all."""

"""What the product knows when it is installed: reviewed files in our own words, and how they reach the register."""

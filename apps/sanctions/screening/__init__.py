"""Comparing parties with lists: what is asked of a party, runs over parties, and people's judgements of matches."""

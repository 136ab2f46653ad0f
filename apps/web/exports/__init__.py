"""Files for others: bills of materials, tables, the journal."""

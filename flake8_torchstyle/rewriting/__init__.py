"""How findings become edits: the names a rewrite may use, the imports it needs, the arguments it maps."""

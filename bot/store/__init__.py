"""The one store: tables, migrations, and a module for each thing that is kept.

Importing this package imports no Rasa; only `tracker_store` and `lock_store` do, and only Rasa loads them.
"""

"""How it runs: migrations, keys, the sample province, and the embedded servers in `local`."""

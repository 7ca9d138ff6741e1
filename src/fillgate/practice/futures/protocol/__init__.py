"""What the futures exchange says, in Binance's form: pure functions from what is known to JSON.

- `exchange_info`: what can be traded, and by which rules
- `market_data`: prices, depth, funding
- `orders`: answers to orders and lookups
- `accounts`: balances, positions, an account's trades
- `events`: what streams push
"""

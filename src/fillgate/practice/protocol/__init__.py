"""What the exchange says, in Binance's form: pure functions from what is known to JSON documents.

- `exchange_info`: what can be traded, and by which rules
- `market_data`: prices, depth, trades
- `orders`, `order_lists`: answers to orders, to lists of them, and to lookups
- `account`: balances, an account's trades
- `events`: what streams push
"""

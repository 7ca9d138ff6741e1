"""What can be asked: one table for HTTP and WebSocket, and the functions that answer.

- `table`: all of them, with what each weighs and who may ask
- `market_data`, `trading`, `order_lists`, `account`: what they answer
- `receiving`: requests for new orders, put down
"""

from fillgate.practice.endpoints.table import ENDPOINTS, METHODS, Endpoint, Security

__all__ = ["ENDPOINTS", "METHODS", "Endpoint", "Security"]

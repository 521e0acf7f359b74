"""Live pages: one WebSocket per open page, told which orders to look at again. The protocol is in docs/live.md."""

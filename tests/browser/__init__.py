"""The site as people meet it: in Chromium, over HTTP, with everything committed for real."""

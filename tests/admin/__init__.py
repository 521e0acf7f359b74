"""The admin pages, asked over HTTP as people would."""

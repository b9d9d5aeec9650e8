"""Where the ``openai`` package has what is built on its clients."""

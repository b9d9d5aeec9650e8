# Made from _azure_async.py by tools/twins.py: do not edit.

"""The client for Azure OpenAI: `AzureOpenAI`."""

from __future__ import annotations

from ._azure_base import BaseAzureClient
from ._client import OpenAI


class AzureOpenAI(BaseAzureClient, OpenAI):
    """`OpenAI` for a resource of Azure OpenAI.

    ``azure_endpoint`` is the address of the resource. With ``api_version`` the requests have
    that; without one, and without OPENAI_API_VERSION, they go to the paths of version 1.
    ``azure_ad_token_provider`` is asked for a token when one is needed.
    """

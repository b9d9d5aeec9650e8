"""What the clients for Azure OpenAI have in common: another address, and another way to sign in."""

from __future__ import annotations

from . import _errors
from . import _library as lib
from ._base import BaseClient

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from typing_extensions import Self

_ALONE = (
    "The `api_key`, `azure_ad_token` and `azure_ad_token_provider` arguments are mutually "
    "exclusive; Only one can be passed at a time"
)
_MISSING = (
    "Missing credentials. Please pass one of `api_key`, `azure_ad_token`, "
    "`azure_ad_token_provider`, or the `AZURE_OPENAI_API_KEY` or `AZURE_OPENAI_AD_TOKEN` "
    "environment variables."
)


class BaseAzureClient(BaseClient):
    """The address is that of a resource. A key goes into the header ``api-key``; a token of
    Microsoft Entra ID is a bearer, and a function that gives one is asked when it is needed.
    """

    def __init__(
        self,
        *,
        azure_endpoint: str | None = None,
        azure_deployment: str | None = None,
        api_version: str | None = None,
        api_key: str | Callable[[], Any] | None = None,
        azure_ad_token: str | None = None,
        azure_ad_token_provider: Callable[[], Any] | None = None,
        base_url: Any = None,
        default_query: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> None:
        environ = lib.environment
        if api_key is None and azure_ad_token is None and azure_ad_token_provider is None:
            azure_ad_token = environ("AZURE_OPENAI_AD_TOKEN") or None
            if azure_ad_token is None:
                api_key = environ("AZURE_OPENAI_API_KEY")
        key, header = _credential(api_key, azure_ad_token, azure_ad_token_provider)
        if key is None:
            raise _errors.OpenAIError(_MISSING)
        version = environ("OPENAI_API_VERSION") if api_version is None else api_version
        endpoint = azure_endpoint
        if base_url is None:
            endpoint = endpoint or environ("AZURE_OPENAI_ENDPOINT")
            if not endpoint:
                raise ValueError(
                    "Must provide one of the `base_url` or `azure_endpoint` arguments, or the "
                    "`AZURE_OPENAI_ENDPOINT` environment variable"
                )
            base_url = f"{str(endpoint).rstrip('/')}/openai{'' if version else '/v1'}"
        elif endpoint is not None:
            raise ValueError("base_url and azure_endpoint are mutually exclusive")
        query = dict(default_query or {})
        if version:
            query["api-version"] = version
        super().__init__(
            api_key=key,
            base_url=base_url,
            default_query=query,
            options={**(options or {}), "auth_header": header},
            **others,
        )

    def copy(
        self,
        *,
        api_key: Any = None,
        azure_ad_token: str | None = None,
        azure_ad_token_provider: Callable[[], Any] | None = None,
        api_version: str | None = None,
        default_query: Mapping[str, Any] | None = None,
        options: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> Self:
        """A client with some options changed, over the same connections. Cheap."""
        key, header = _credential(api_key, azure_ad_token, azure_ad_token_provider)
        query = dict(default_query or {})
        version = api_version or self._settings.query.get("api-version")
        if version:
            query["api-version"] = version
        changed = dict(options or {})
        if key is not None:
            changed["auth_header"] = header
        return super().copy(api_key=key, default_query=query, options=changed, **others)

    with_options = copy


def _credential(key: Any, token: Any, provider: Any) -> tuple[Any, str | None]:
    """The one thing to sign in with, and the header that it goes into; None is the usual one."""
    if sum(one is not None for one in (key, token, provider)) > 1:
        raise _errors.OpenAIError(_ALONE)
    if provider is not None and not callable(provider):
        raise TypeError("azure_ad_token_provider must be a function that returns a token")
    return (key, "api-key") if key is not None else (token or provider, None)

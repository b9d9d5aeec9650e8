"""``client.files`` and ``client.containers``: uploads, downloads, and what is known of them."""

from __future__ import annotations

from . import _models, _requests, _uploads
from ._options import omit
from ._resource import Resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class FileResource(Resource):
    """What files have in common, wherever they are."""

    def _upload(self, path: str, file: Any, fields: Any, options: Any, kind: Any) -> Any:
        fields = _requests.given(fields)
        return self._perform(_uploads.Upload(path, file, fields, result=kind, **options))

    def _content(self, path: str, options: Any) -> Any:
        """All of a file; with ``with_streaming_response`` as it comes."""
        request = _uploads.Download(path, result=_models.Document, **options)
        return self._client._raw(self._mode or "raw", request, False, None)

    def _send(self, method: str, path: str, options: Any, kind: Any) -> Any:
        return self._perform(_requests.send(method, path, result=kind, **options))

    def _list(self, where: tuple[str, ...], query: Any, after: Any, options: Any) -> Any:
        def request(after: Any) -> Any:
            path = _requests.path(*where, query={"after": after, **query})
            return _requests.send("GET", path, result=_models.Document, **options)

        return self._client._pages(self, request, after)


class Files(FileResource):
    """``client.files``: with an asynchronous client, what its methods return is awaited."""

    def create(self, *, file: Any, purpose: Any, expires_after: Any = omit, **others: Any) -> Any:
        """Uploads a file: bytes, a path, an open file, or a tuple (filename, content, type).

        It is read while it is sent, and again for a retry where that can be.
        """
        options = _requests.call_options(others)
        fields = {"purpose": purpose, "expires_after": expires_after, **others}
        return self._upload("/files", file, fields, options, _models.FileObject)

    def retrieve(self, file_id: str, **others: Any) -> Any:
        """Gets what is known of a file."""
        options = _requests.call_options(others)
        return self._send("GET", _file(file_id, query=others), options, _models.FileObject)

    def list(
        self,
        *,
        after: Any = omit,
        limit: Any = omit,
        order: Any = omit,
        purpose: Any = omit,
        **others: Any,
    ) -> Any:
        """The files: a page; iterating over it goes over all that follow."""
        options = _requests.call_options(others)
        query = {"limit": limit, "order": order, "purpose": purpose, **others}
        return self._list(("files",), query, after, options)

    def delete(self, file_id: str, **others: Any) -> Any:
        """Deletes a file."""
        options = _requests.call_options(others)
        return self._send("DELETE", _file(file_id, query=others), options, _models.FileDeleted)

    def content(self, file_id: str, **others: Any) -> Any:
        """The bytes of a file.

        ``with client.files.with_streaming_response.content(id) as answer`` reads it in pieces:
        ``answer.iter_bytes()``, ``answer.stream_to_file(path)``. Where the connection breaks, it
        goes on with the same file, or ends with an error.
        """
        options = _requests.call_options(others)
        return self._content(_file(file_id, "content", query=others), options)


class Containers(Resource):
    """``client.containers``: the files of a code interpreter."""

    @property
    def files(self) -> ContainerFiles:
        return ContainerFiles(self._client, self._mode)


class ContainerFiles(FileResource):
    """``client.containers.files``"""

    @property
    def content(self) -> ContainerFileContent:
        return ContainerFileContent(self._client, self._mode)

    def create(
        self, container_id: str, *, file: Any = omit, file_id: Any = omit, **others: Any
    ) -> Any:
        """Puts a file into a container: one that is uploaded, or one of ``client.files``."""
        options = _requests.call_options(others)
        path = _container(container_id)
        if file is omit:
            body = _requests.given({"file_id": file_id, **others})
            return self._perform(
                _requests.send("POST", path, body, result=_models.FileObject, **options)
            )
        fields = {"file_id": file_id, **others}
        return self._upload(path, file, fields, options, _models.FileObject)

    def retrieve(self, file_id: str, *, container_id: str, **others: Any) -> Any:
        """Gets what is known of a file."""
        options = _requests.call_options(others)
        path = _container(container_id, _id(file_id), query=others)
        return self._send("GET", path, options, _models.FileObject)

    def list(
        self,
        container_id: str,
        *,
        after: Any = omit,
        limit: Any = omit,
        order: Any = omit,
        **others: Any,
    ) -> Any:
        """The files of a container: a page; iterating over it goes over all that follow."""
        options = _requests.call_options(others)
        _requests.identifier(container_id, "container_id")
        query = {"limit": limit, "order": order, **others}
        return self._list(("containers", container_id, "files"), query, after, options)

    def delete(self, file_id: str, *, container_id: str, **others: Any) -> Any:
        """Deletes a file of a container."""
        options = _requests.call_options(others)
        path = _container(container_id, _id(file_id), query=others)
        return self._send("DELETE", path, options, _models.FileDeleted)


class ContainerFileContent(FileResource):
    """``client.containers.files.content``"""

    def retrieve(self, file_id: str, *, container_id: str, **others: Any) -> Any:
        """The bytes of a file that the code interpreter made, as ``client.files.content()``."""
        options = _requests.call_options(others)
        return self._content(
            _container(container_id, _id(file_id), "content", query=others), options
        )


def _id(file_id: str) -> str:
    _requests.identifier(file_id, "file_id")
    return file_id


def _file(file_id: str, *parts: str, query: Any = None) -> str:
    return _requests.path("files", _id(file_id), *parts, query=query)


def _container(container_id: str, *parts: str, query: Any = None) -> str:
    _requests.identifier(container_id, "container_id")
    return _requests.path("containers", container_id, "files", *parts, query=query)

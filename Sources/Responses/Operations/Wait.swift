/// GET /responses/{id} until it has ended.
extension Operation {
    package static func wait(_ id: Input, timeout: Int32, _ settings: Settings)
        throws(ResponsesError)
        -> Operation
    {
        if timeout < -1 {
            throw .invalid("timeout_ms", "expected milliseconds, or -1 for no limit")
        }
        let request = HTTPRequest(.get, url: settings.url(try Path.response(id)))
        var operation = Operation(.poll, request)
        operation.responseID = Array(id)
        operation.patience = Int64(timeout)
        return operation
    }
}

/// What is read of an answer with a status of 400 or more, whatever its body is.
@_cdecl("fuzz_failure")
public func fuzzFailure(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    let text = makeText(Array(UnsafeBufferPointer(start: bytes, count: count)))
    let told = ServerFailure(body: text.base, count: text.count)
    let implied = told.impliedStatus
    require(implied == 0 || implied >= 400 && implied < 600, "the status that a failure implies")
    require(!told.isQuotaExhausted || !told.isEmpty, "an empty failure says nothing of a quota")
    if let document = JSONValue(checking: text.base, count: text.count) {
        let again = ServerFailure(event: document)
        require(same(again.message, told.message), "a body and an event say the same")
        require(same(again.code, told.code), "a body and an event have the same code")
    }
    for status: Int32 in [400, 408, 429, 500] {
        let isRetried = RetryRule.isRetryable(httpStatus: status, failure: told, shouldRetry: true)
        require(isRetried == !told.isQuotaExhausted, "a quota that has run out is not retried")
    }
    return 0
}

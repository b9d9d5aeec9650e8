/// Which of several servers a call goes to: `base_url`, or one of `fallback_base_urls`.
struct Servers {
    /// 0 is that of `base_url`.
    var index = 0
    /// It has answered, or may have: the call stays with it.
    var isReached = false
}

/// Another server, where no connection to one is made. What may have arrived at one is never sent to another.
extension Call {
    private func baseURL(_ index: Int) -> BaseURL {
        index == 0 ? settings.baseURL : settings.fallbackBaseURLs[index - 1]
    }

    /// A request that was made for `base_url`, for the server that the call is at.
    func placed(_ request: HTTPRequest) -> HTTPRequest {
        servers.index == 0
            ? request : request.moved(from: baseURL(0), to: baseURL(servers.index))
    }

    /// False: there is no other, or the call is to stay.
    func goesToNextServer(_ transfer: Transfer) -> Bool {
        let count = settings.fallbackBaseURLs.count
        if count == 0 || servers.isReached || resumption.hasBegun { return false }
        let old = servers.index
        servers.index = old < count ? old + 1 : 0
        request = request.moved(from: baseURL(old), to: baseURL(servers.index))
        // All have been tried; a retry begins anew.
        if servers.index == 0 { return false }
        attemptFailed("network")
        note(.network)
        log.warning("no connection is made: \(transfer.errorMessage); the next server is asked")
        goesOn(.retry, in: 0)
        startAttempt()
        return true
    }
}

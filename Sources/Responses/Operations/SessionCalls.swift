import CCurl

/// Making a session, and the calls of one. Nothing is sent yet.
extension Client {
    /// With the options that the client has now.
    package func makeSession() throws(ResponsesError) -> Session {
        let (frozen, log) = try checkedSettings()
        if frozen.values.replay != nil {
            throw ResponsesError(
                .unsupported,
                "replay_file: sessions are not recorded, and so cannot be replayed")
        }
        if frozen.values.recorder != nil {
            log.warning("record_file: sessions are not recorded")
        }
        if CurlLibrary.version.pointee.version_num < 0x07_4C_00 {
            throw ResponsesError(
                .unsupported,
                "sessions need libcurl 7.76 or later, and this program has loaded an older one")
        }
        engine.begin()
        return Session(frozen, engine, log)
    }
}

extension Session {
    package func prepareOpen() throws(ResponsesError) -> Call {
        guard let nothing = SessionBody.nothing() else { throw .noMemory() }
        return call(.document, .open, nothing)
    }

    package func prepareCreate(_ json: GivenJSON) throws(ResponsesError) -> Call {
        call(.stream, .create, try withoutAttachments(try SessionBody.create(json)))
    }

    package func prepareRun(_ json: GivenJSON, _ tools: Toolbox?) throws(ResponsesError) -> Call {
        let run = try ToolRun(json, tools, given, isSession: true)
        return call(
            .stream, .create, try withoutAttachments(try SessionBody.create(try run.body())), run)
    }

    package func prepareSend(_ json: GivenJSON) throws(ResponsesError) -> Call {
        let (body, purpose) = try SessionBody.event(json)
        _ = try withoutAttachments(body)
        return call(purpose == .steer ? .stream : .document, purpose, body)
    }

    /// A message is put together before it is sent.
    private func withoutAttachments(_ body: SessionBody) throws(ResponsesError) -> SessionBody {
        if try Attachment.isNamed(in: body.json, given.values.attachments) {
            throw ResponsesError(
                .unsupported,
                "attachments cannot be sent over a session; send the request without one")
        }
        return body
    }

    private func call(
        _ kind: Operation.Kind, _ purpose: Turn.Purpose, _ body: SessionBody, _ run: ToolRun? = nil
    ) -> Call {
        // Names the turn in the log; the session has the request that is sent.
        let request = HTTPRequest(.get, at: "/responses", url: given.url(bytes("/responses")))
        var operation = Operation(kind, request)
        operation.turn = SessionTurn(session: self, purpose: purpose, message: body)
        operation.run = run
        return Call(operation, given, engine, log)
    }
}

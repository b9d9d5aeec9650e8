/// All that is known of an attempt as one JSON object. Every member is always there; null is what is not known.
extension Attempt {
    /// `statusName`: as the header has it. Nil when memory is out.
    package func json(statusName: Input) -> Text? {
        if let json { return json }
        var out = ByteBuffer()
        let isFine =
            out.append("{\"attempt\":") && append(Int64(number), &out)
            && append(",\"operation\":", .operation, &out) && append(",\"method\":", .method, &out)
            && append(",\"path\":", .path, &out) && append(",\"host\":", .host, &out)
            && append(",\"port\":", port, &out) && append(",\"http_version\":", .httpVersion, &out)
            && append(",\"http_status\":", httpStatus > 0 ? Int64(httpStatus) : -1, &out)
            && out.append(",\"status\":") && JSONEscape.encode(statusName, into: &out)
            && append(",\"reason\":", .reason, &out) && out.append(",\"next\":\"")
            && out.append(nextName) && append("\",\"pause_ms\":", pause, &out)
            && out.append(",\"phase\":\"") && out.append(phaseName)
            && append("\",\"retry_after_ms\":", retryAfter, &out)
            && out.append(",\"reused\":") && out.append(isReused ? "true" : "false")
            && appendMeasures(&out) && appendLimits(&out) && appendUsage(&out)
            && append(",\"request_model\":", .requestModel, &out)
            && append(",\"previous_response_id\":", .previousResponse, &out)
            && append(",\"conversation\":", .conversation, &out)
            && append(",\"response_model\":", .responseModel, &out)
            && append(",\"response_id\":", .responseID, &out)
            && append(",\"request_id\":", .requestID, &out) && out.append("}")
        json = isFine ? out.takeText() : nil
        return json
    }

    private func appendMeasures(_ out: inout ByteBuffer) -> Bool {
        append(",\"times_us\":{\"lookup\":", times.lookup, &out)
            && append(",\"connect\":", times.connect, &out) && append(",\"tls\":", times.tls, &out)
            && append(",\"sent\":", times.sent, &out)
            && append(",\"first_byte\":", times.firstByte, &out)
            && append(",\"first_event\":", firstEvent, &out)
            && append(",\"last_event\":", lastEvent, &out) && append(",\"total\":", total, &out)
            && append("},\"bytes\":{\"sent\":", bytesSent, &out)
            && append(",\"received\":", bytesReceived, &out)
            && append("},\"events\":", events, &out)
    }

    private func appendLimits(_ out: inout ByteBuffer) -> Bool {
        let limits = rateLimits
        return append(",\"rate_limits\":{\"requests\":", limits.requests, &out)
            && append(",\"tokens\":", limits.tokens, &out) && out.append("}")
    }

    private func append(
        _ name: StaticString, _ limit: RateLimits.Limit, _ out: inout ByteBuffer
    ) -> Bool {
        out.append(name) && append("{\"limit\":", limit.limit, &out)
            && append(",\"remaining\":", limit.remaining, &out)
            && append(",\"reset_ms\":", limit.reset, &out) && out.append("}")
    }

    private func appendUsage(_ out: inout ByteBuffer) -> Bool {
        append(",\"tokens\":{\"input\":", usage.input, &out)
            && append(",\"cached\":", usage.cached, &out)
            && append(",\"output\":", usage.output, &out)
            && append(",\"reasoning\":", usage.reasoning, &out)
            && append(",\"total\":", usage.total, &out) && out.append("}")
    }

    private func append(_ name: StaticString, _ text: Name, _ out: inout ByteBuffer) -> Bool {
        guard out.append(name), let value = self.text(text) else { return false }
        if value.count == 0 { return out.append("null") }
        return JSONEscape.encode(value.buffer, into: &out)
    }

    private func append(_ name: StaticString, _ value: Int64, _ out: inout ByteBuffer) -> Bool {
        out.append(name) && append(value, &out)
    }

    private func append(_ value: Int64, _ out: inout ByteBuffer) -> Bool {
        if value < 0 { return out.append("null") }
        return decimal(value).withUnsafeBufferPointer { out.append($0) }
    }

    private var nextName: StaticString {
        switch next {
        case .end: return "end"
        case .retry: return "retry"
        case .resume: return "resume"
        case .poll: return "poll"
        case .step: return "step"
        }
    }

    private var phaseName: StaticString {
        switch phase {
        case .none: return "none"
        case .lookup: return "lookup"
        case .connect: return "connect"
        case .tls: return "tls"
        case .sending: return "sending"
        case .waiting: return "waiting"
        case .reading: return "reading"
        }
    }
}

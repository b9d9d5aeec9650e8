import CPlatform
import CResponses
import Responses

@_cdecl("responses_webhook_verify") @implementation
public func responses_webhook_verify(
    _ id: GivenText, _ timestamp: GivenText, _ signatures: GivenText, _ payload: GivenText,
    _ n: Int, _ secrets: GivenText, _ tolerance: Int32, _ err: HandleOut
) -> Int32 {
    answering(nil, err) { () throws(ResponsesError) in
        guard let payload = input(payload, n) else {
            throw .invalid("payload", "must not be NULL")
        }
        guard let secrets = input(secrets, -1) ?? Settings.environment("OPENAI_WEBHOOK_SECRET")
        else {
            throw .invalid("secrets", "is NULL, and OPENAI_WEBHOOK_SECRET is not set")
        }
        let nothing = Input(start: nil, count: 0)
        let signature = try WebhookSignature(
            id: input(id, -1) ?? nothing, timestamp: input(timestamp, -1) ?? nothing,
            signatures: input(signatures, -1) ?? nothing)
        try signature.check(
            payload, secrets: secrets, tolerance: Int64(tolerance), now: platform_wall_clock())
        return RESPONSES_OK
    }
}

# frozen_string_literal: true

module Libresponses
  module Resources
    # Requests that the API sends to a server of the program's, by the scheme of Standard Webhooks
    # (https://www.standardwebhooks.com).
    #
    #     event = client.webhooks.unwrap(request.body.read, request.headers)
    #     event.type   # => :"response.completed"
    #     event.data.id
    #
    # @since 0.1
    class Webhooks
      HEADERS = %w[webhook-id webhook-timestamp webhook-signature].freeze
      private_constant :HEADERS

      # The event of a payload, once its signature was found right.
      #
      # @param payload [String] the body as it came: parsed and written anew, it has another signature
      # @param headers [#each_pair] of the request, in any spelling, also Rack's: HTTP_WEBHOOK_ID
      # @param webhook_secret [String, Array<String>, nil] from OPENAI_WEBHOOK_SECRET; of several, one has to fit
      # @param tolerance [Integer] seconds, before and after the time of the signature; negative for any time
      # @return [Record] with `type`, `data` and `id`
      # @raise [InvalidWebhookSignatureError] when it is not signed, or was signed at another time
      # @raise [UsageError] when there is no secret, or one that is malformed
      def unwrap(payload, headers, webhook_secret: nil, tolerance: 300)
        verify_signature(payload, headers, webhook_secret: webhook_secret, tolerance: tolerance)
        Record.wrap(Document.parse(payload))
      end

      # The same without reading it.
      # @return [nil]
      def verify_signature(payload, headers, webhook_secret: nil, tolerance: 300)
        given = find(headers)
        secrets = webhook_secret && [*webhook_secret].join(" ")
        if [*given, secrets].compact.any? { |text| text.include?("\0") }
          raise UsageError, "headers, webhook_secret: text must not contain NUL"
        end

        out = Native::Out.new
        out.check(Native.responses_webhook_verify(*given, payload, payload.bytesize, secrets, tolerance, out.error))
        nil
      end

      private

      def find(headers)
        found = headers.each_pair.to_h do |name, value|
          [name.to_s.downcase.tr("_", "-").delete_prefix("http-"), [*value].first&.to_s]
        end
        found.values_at(*HEADERS)
      end
    end
  end
end

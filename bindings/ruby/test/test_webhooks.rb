# frozen_string_literal: true

require_relative "helper"
require "openssl"

# Whether a request to the program's own server is from the API.
class TestWebhooks < TestCase
  KEY = "a key of this test, of any length"
  SECRET = "whsec_#{[KEY].pack("m0")}".freeze
  PAYLOAD = '{"id":"evt_1","type":"response.completed","data":{"id":"resp_1"}}'

  def webhooks = @webhooks ||= client.webhooks

  def headers(payload = PAYLOAD, at: Time.now.to_i)
    signature = [OpenSSL::HMAC.digest("SHA256", KEY, "msg_1.#{at}.#{payload}")].pack("m0")
    { "Webhook-Id" => "msg_1", "webhook-timestamp" => at.to_s, "WEBHOOK_SIGNATURE" => "v1,AAAA v1,#{signature}" }
  end

  def test_a_signed_one_is_read
    event = webhooks.unwrap(PAYLOAD, headers, webhook_secret: SECRET)
    assert_equal [:"response.completed", "resp_1"], [event.type, event.data.id]
    rack = headers.transform_keys { |name| "HTTP_#{name.upcase.tr("-", "_")}" }.merge("rack.input" => nil)
    assert_equal "evt_1", webhooks.unwrap(PAYLOAD, rack, webhook_secret: ["whsec_AAAA", SECRET]).id
    text = '{"id":"\u00e4\u0000"}'
    assert_nil webhooks.verify_signature(text, headers(text), webhook_secret: SECRET)
    bytes = "\0\xff".b
    assert_nil webhooks.verify_signature(bytes, headers(bytes), webhook_secret: SECRET)
  end

  def test_others_are_refused
    [["#{PAYLOAD} ", headers], [PAYLOAD, headers.merge("Webhook-Id" => "msg_2")],
     [PAYLOAD, headers.except("webhook-timestamp")], [PAYLOAD, {}],
     [PAYLOAD, headers(at: Time.now.to_i - 301)], [PAYLOAD, headers(at: Time.now.to_i + 400)]].each do |payload, given|
      error = assert_raises(Libresponses::InvalidWebhookSignatureError) do
        webhooks.unwrap(payload, given, webhook_secret: SECRET)
      end
      assert_equal "RESPONSES_E_SIGNATURE", error.status_name
    end
    late = headers(at: 1_614_265_330)
    assert_nil webhooks.verify_signature(PAYLOAD, late, webhook_secret: SECRET, tolerance: -1)
  end

  def test_the_secret
    [nil, "", "whsec_!", "a\0b"].each do |secret|
      assert_raises(Libresponses::UsageError) { webhooks.unwrap(PAYLOAD, headers, webhook_secret: secret) }
    end
  end
end

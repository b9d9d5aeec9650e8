# frozen_string_literal: true

# 03-background.rb - work that goes on at the server: wait for it, cancel it, look at it, delete it
#
#     OPENAI_API_KEY=... ruby 03-background.rb
#
# RESPONSES_MODEL names another model than gpt-5, OPENAI_BASE_URL another server.

require "libresponses"

model = ENV.fetch("RESPONSES_MODEL", "gpt-5")
responses = Libresponses::Client.new.responses
show = ->(what, value) { puts "#{what.ljust(12)} #{value}" }
under_way = ->(response) { %i[queued in_progress].include?(response.status) }

begin
  created = responses.create(model: model, background: true, input: "Count to ten.")
  show["created", created.status]
  # There are servers that ignore `background` and answer at once.
  done = under_way[created] ? responses.wait(created.id, timeout: 120) : created
  show["answer", done.output_text]
  show["ended", done.status]
  show["deleted", responses.delete(created.id).deleted]

  created = responses.create(model: model, background: true, input: "Count to a million.")
  show["created", created.status]
  show["cancelled", responses.cancel(created.id).status] if under_way[created]
  # A list of parts, or at some servers text.
  content = responses.input_items.list(created.id).first.content
  show["its input", content.is_a?(String) ? content : content.first.text]
  show["deleted", responses.delete(created.id).deleted]
rescue Libresponses::Error => e
  abort "#{e.class}: #{e.message}"
end

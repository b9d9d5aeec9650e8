# frozen_string_literal: true

# The same work with clients in Ruby: client.rb CLIENT WORKLOAD PORT MODEL [COUNT]
#
#     stream   one stream, type and delta of every event
#     text     the same, the text alone (libresponses)
#     careful  the same, written with care (net/http)
#     first    ends after the first event
#     create   COUNT answers, one after the other, the text of each
#     image    one answer, the image in it
#     paced    COUNT streams at once in one thread

require_relative "measure"

client, workload, port, model, count = ARGV
if client == "libresponses"
  require_relative "with_libresponses"
  contender = WithLibresponses.new(port)
else
  require_relative "with_net_http"
  contender = WithNetHTTP.new(port)
end
contender.public_send(workload, model, count.to_i)

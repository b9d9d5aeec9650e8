# frozen_string_literal: true

require_relative "../libresponses"

# The names of the `openai` gem, for programs that were written for it: `require "libresponses/openai"` in
# place of `require "openai"`. What is below OpenAI is this gem's own; classes of events and of items are made
# here, so that `case event when OpenAI::Streaming::ResponseTextDeltaEvent` does what it says. Parts of the API
# other than responses and conversations have no names here.
#
# @since 0.1
module OpenAI
  if const_defined?(:Client, false)
    raise LoadError, "libresponses/openai: another gem has defined OpenAI::Client in this program; load one of the two"
  end

  # Errors.
  module Errors
    names = ObjectSpace.each_object(Libresponses::Error.singleton_class).map { |error| error.name.split("::").last }
    names.sort.each { |name| const_set(name, Libresponses.const_get(name)) }
    ResponsesConnectionError = Libresponses::APIConnectionError
    ResponsesSendError = Libresponses::TruncatedError
    ResponsesProtocolError = Libresponses::ProtocolError
    ResponsesClientEventError = Libresponses::UsageError
  end

  # What a program sets for all of its clients, as with `ruby-openai`.
  Configuration = Struct.new(:access_token, :organization_id, :uri_base, :request_timeout, :extra_headers, :api_version)

  # @return [Configuration]
  def self.configuration = @configuration ||= Configuration.new

  # @yieldparam configuration [Configuration]
  def self.configure = yield(configuration)

  # As {Libresponses::Client}, with what {OpenAI.configure} has set.
  class Client < Libresponses::Client
    OFFICIAL = { access_token: :api_key, organization_id: :organization, uri_base: :base_url,
                 request_timeout: :timeout, extra_headers: :default_headers }.freeze
    private_constant :OFFICIAL

    def initialize(**options, &block)
      defaults = OpenAI.configuration.to_h.compact.reject { |name, _| options.key?(OFFICIAL[name]) }
      super(**defaults, **options, &block)
    end
  end

  %i[BaseModel ArrayOf HashOf UnionOf EnumOf Boolean].each { |name| const_set(name, Libresponses.const_get(name)) }

  # Types for structured output.
  module StructuredOutput
    %i[BaseModel ArrayOf HashOf UnionOf EnumOf Boolean].each { |name| const_set(name, Libresponses.const_get(name)) }
  end

  # What is internal there, and named all the same.
  module Internal
    Stream = Libresponses::Stream
    OMIT = nil
  end

  # What a stream's events are.
  module Streaming
    ResponseStream = Libresponses::Stream
  end

  module Models
    # What the server sends.
    module Responses
      Response = Libresponses::Response

      # Makes a class for each "type", and has records made of it.
      def self.define(rows, parent, made = {})
        rows.each do |type, name|
          next if name == "Model"

          made[type] = const_defined?(name, false) ? const_get(name) : const_set(name, Class.new(parent))
        end
        made
      end

      Libresponses::Record::CLASSES.update(define(Libresponses::Names.rows(Libresponses::Names::TYPES),
                                                  Libresponses::Record))
      EVENTS = define(Libresponses::Names.rows(Libresponses::Names::EVENTS), Libresponses::Event)
      private_constant :EVENTS
      Libresponses::Event.define(EVENTS)
      Libresponses::Names.rows(Libresponses::Names::ALIASES).each do |name, type|
        const_set(name, Libresponses::Record::CLASSES[type]) unless const_defined?(name, false)
      end
      # The classes of items that are inside of another one there.
      %w[ResponseOutputItem ResponseItem ResponseInputItem].each { |name| const_set(name, self) }
      ResponseStreamEvent = Libresponses::Event
      ResponsesServerEvent = Libresponses::Event
      Connection = Libresponses::Connection
      SessionLane = Libresponses::Lane
      SessionError = Libresponses::Error
      RequestError = Libresponses::APIError
      BufferError = Libresponses::LimitError
      StateLostError = Libresponses::ClosedError
      ResponseFunctionWebSearchCall = ResponseFunctionWebSearch
    end

    # What conversations have.
    module Conversations
      Message = Responses::ResponseOutputMessage
      ConversationItem = Responses
    end
  end

  require_relative "openai/session"
  Responses = Models::Responses
  Conversations = Models::Conversations

  # What a stream's events are.
  module Streaming
    Responses.constants.grep(/Event\z/).each { |name| const_set(name, Responses.const_get(name)) }
  end

  # The modules of helpers that some names are below.
  module Helpers
    Streaming = OpenAI::Streaming
    StructuredOutput = OpenAI::StructuredOutput
  end

  module Resources
    Responses = Libresponses::Resources::Responses
    Conversations = Libresponses::Resources::Conversations
  end
end
